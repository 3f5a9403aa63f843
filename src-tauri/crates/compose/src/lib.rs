//! A template and a contact become the bytes of one mail.
//!
//! One renderer serves preview, test mail and campaign, so what the user sees is what is sent. It works in two
//! steps: [`prepare`] once a run (parse, lay out, derive the text part, compile the merge tags), then
//! [`Prepared::merge`] and [`build`] for each recipient, and [`DkimSigner::sign`] where the account has a key. Nothing here
//! reads a clock, a file or the network.

mod build;
mod dkim;
mod encoding;
mod entities;
mod fault;
mod filters;
mod head;
mod language;
mod layout;
mod markdown;
mod markup;
mod merge;
mod places;
mod plain_text;
mod prepared;
mod presence;
mod source;
mod tag_reader;
mod tags;
mod unsubscribe;
mod web_address;

pub use build::{Mail, build};
pub use dkim::{DkimKey, DkimKeyFault, DkimSigner};
pub use fault::{BuildFault, MergeFault, TemplateFault, TemplateFaultKind};
pub use head::{MailHead, message_id};
pub use merge::{MergeExtras, Merged};
pub use prepared::{Prepared, UsedField, prepare};
pub use source::{Language, Part, Source};
pub use unsubscribe::{Unsubscribe, UnsubscribeFault};
