//! The commands, one file a noun: request and view shapes above, handlers below.

pub mod account;
pub mod app;
pub mod campaign;
pub mod contact;
pub mod import;
pub mod list;
pub mod sandbox;
pub mod shapes;
pub mod template;
