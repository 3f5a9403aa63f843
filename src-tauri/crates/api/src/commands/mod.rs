//! The commands, one file a noun: request and view shapes above, handlers below.

pub mod account;
pub(crate) mod account_handlers;
pub mod app;
pub(crate) mod app_handlers;
pub mod campaign;
pub(crate) mod campaign_handlers;
pub mod contact;
pub mod import;
pub mod list;
pub mod sandbox;
pub mod shapes;
pub mod template;
