//! Contacts: read, searched, paged, changed, deleted and taken back.
//!
//! A contact lives in three places that change together: its row, its text in the search index, and its lists.

mod changes;
mod cursor;
mod deletion;
mod filter;
mod page;

mod reading;
mod record;
mod search;
mod selection;
mod statements;

pub use cursor::ContactCursor;
pub use filter::{ContactFilter, ContactOrder, ContactSelection};
pub use page::{ContactPage, ContactPageRequest, ContactTotal};
pub use reading::{Happening, TimelineRecord};
pub use record::{ContactLine, ContactRecord};

pub(crate) use changes::insert_fields;
pub(crate) use record::{fields_to_json, parse_fields};
pub(crate) use search::search_text;

#[cfg(test)]
mod tests;
