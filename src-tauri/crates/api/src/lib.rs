//! The wire contract: commands, views, error codes, events, and the TypeScript of all of it.

pub mod commands;
mod error;
mod event;
mod faults;
mod router;
mod schema;
mod table;
mod tidy;

pub use error::{ErrorCode, ErrorView};
pub use event::{Changed, EngineEvent};
pub use router::Router;
pub use table::router;
