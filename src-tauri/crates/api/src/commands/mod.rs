//! The commands, one file a noun: request and view shapes above, handlers below.

pub mod account;
pub(crate) mod account_handlers;
pub mod app;
pub(crate) mod app_handlers;
pub mod campaign;
pub mod campaign_account;
pub(crate) mod campaign_handlers;
pub mod contact;
pub(crate) mod contact_handlers;
pub mod dkim;
pub(crate) mod dkim_handlers;
pub mod import;
pub(crate) mod import_handlers;
pub(crate) mod limit_handlers;
pub mod list;
pub(crate) mod list_handlers;
pub mod sandbox;
pub(crate) mod sandbox_handlers;
pub mod shapes;
pub(crate) mod suppression_handlers;
pub mod template;
pub(crate) mod template_handlers;
