//! Contacts, their fields, and the suppression list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::list::ListName;
use super::shapes::{FieldValues, FileHandle};

/// A contact in the table.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContactRow {
    /// Row id.
    pub id: i64,
    /// Address as typed.
    pub address: String,
    /// Full name as kept, may be empty.
    pub name: String,
    /// Name to show: the full name, else first and last name.
    pub display_name: String,
    /// Custom fields that have a value.
    pub fields: FieldValues,
    /// Lists it is in.
    pub lists: Vec<ListName>,
    /// Why it gets nothing (`manual`, `unsubscribed`, `bounced`, `complained`), or null.
    pub suppressed: Option<String>,
    /// When the last mail to it was taken, unix milliseconds.
    pub last_mail_ms: Option<i64>,
    /// When it was added, unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

/// Which contacts are meant.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ContactFilter {
    /// Only those in this list.
    pub list_id: Option<i64>,
    /// Only those whose address, name or field contains this text.
    pub search: Option<String>,
    /// Only those on (true) or not on (false) the suppression list.
    pub suppressed: Option<bool>,
}

/// What the table is sorted by.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ContactOrder {
    /// By address.
    Address,
    /// By shown name.
    Name,
    /// By time of adding.
    Created,
}

/// Asks for a page of contacts.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListContacts {
    /// Which.
    pub filter: ContactFilter,
    /// Sorted by.
    pub order: ContactOrder,
    /// The largest first.
    pub descending: bool,
    /// `next` of the page before, or null for the first.
    pub after: Option<String>,
    /// Rows a page, 1 to 500.
    pub limit: u32,
}

/// A page of contacts.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContactPage {
    /// The rows.
    pub rows: Vec<ContactRow>,
    /// Where the next page goes on, or null at the end.
    pub next: Option<String>,
    /// How many match; only on the first page.
    pub total: Option<i64>,
    /// Counting stopped at `total`: there are more. Show it as "5,000+".
    pub total_is_at_least: bool,
}

/// Counts contacts.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountContacts {
    /// Which.
    pub filter: ContactFilter,
}

/// One contact with its story.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContactDetail {
    /// The contact.
    pub contact: ContactRow,
    /// What happened, the newest first, 100 at most.
    pub timeline: Vec<TimelineEntry>,
}

/// Something that happened with a contact.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// When, unix milliseconds.
    pub at_ms: i64,
    /// `delivery`, `added` or `suppressed`.
    pub kind: String,
    /// The campaign, for a delivery.
    pub campaign_id: Option<i64>,
    /// The campaign's name, for a delivery.
    pub campaign_name: Option<String>,
    /// The delivery's state, or the reason of a suppression.
    pub state: Option<String>,
    /// The server's words, or empty.
    pub server_says: String,
}

/// What the user enters for a contact.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactDraft {
    /// Address.
    pub address: String,
    /// Full name, may be empty.
    pub name: String,
    /// Custom fields; an empty value removes it.
    pub fields: FieldValues,
    /// All lists it is to be in.
    pub list_ids: Vec<i64>,
}

/// Adds a contact.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateContact {
    /// Its values.
    pub contact: ContactDraft,
}

/// Changes a contact.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateContact {
    /// Which.
    pub id: i64,
    /// All of its values.
    pub contact: ContactDraft,
}

/// Contacts chosen by hand, or all that match a filter.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum ContactSelection {
    /// These.
    Ids {
        /// Row ids.
        ids: Vec<i64>,
    },
    /// All that match.
    Filter {
        /// Which.
        filter: ContactFilter,
    },
}

/// Deletes contacts; can be taken back by `contact.restore`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteContacts {
    /// Which.
    pub selection: ContactSelection,
}

/// What was deleted.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// How many.
    pub count: i64,
    /// Give this to the matching `restore` command to take it back.
    pub undo_id: i64,
}

/// Takes a deletion back.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restore {
    /// From [`Deleted`].
    pub undo_id: i64,
}

/// Puts contacts into a list or takes them out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeListMembers {
    /// Which contacts.
    pub selection: ContactSelection,
    /// Which list.
    pub list_id: i64,
}

/// A field contacts have.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// Its name, as in `{{ name }}`.
    pub name: String,
}

/// Writes contacts to a CSV file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportContacts {
    /// Which.
    pub filter: ContactFilter,
    /// Where to.
    pub target: FileHandle,
}

/// An address that gets nothing.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SuppressionRow {
    /// The address as it was typed.
    pub address: String,
    /// `manual`, `unsubscribed`, `bounced` or `complained`.
    pub reason: String,
    /// Since when, unix milliseconds.
    pub since_ms: i64,
}

/// Asks for a page of the suppression list, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSuppressions {
    /// Only those whose address contains this text.
    pub search: Option<String>,
    /// `next` of the page before, or null for the first.
    pub after: Option<String>,
    /// Rows a page, 1 to 500.
    pub limit: u32,
}

/// A page of the suppression list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SuppressionPage {
    /// The rows.
    pub rows: Vec<SuppressionRow>,
    /// Where the next page goes on, or null at the end.
    pub next: Option<String>,
    /// How many match; only on the first page.
    pub total: Option<i64>,
}

/// Puts addresses on the suppression list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddSuppressions {
    /// The addresses.
    pub addresses: Vec<String>,
}

/// Takes one address off the suppression list, by the user's own decision.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveSuppression {
    /// The address.
    pub address: String,
}
