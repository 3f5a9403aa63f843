//! Does what the user asks: use cases, the sending loop, the schedule.
//!
//! It makes codes and values, never a sentence for people; the UI and the CLI make the sentence.

mod accounts;
mod campaigns;
mod clock;
mod engine;
mod error;
mod event;
mod files;
mod lock;
mod names;
mod sending;
mod settings;
// contacts, imports, sandbox, templates: see their owners

pub use clock::{Clock, ManualClock};
pub use engine::{Engine, Options};
pub use error::{Error, Result};
pub use event::{Changed, Event};
pub use lock::Holder;
