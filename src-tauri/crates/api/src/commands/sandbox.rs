//! The sandbox: what the server inside the app caught.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A caught mail in the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SandboxRow {
    /// Row id.
    pub id: i64,
    /// Envelope sender.
    pub from: String,
    /// Envelope recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Size.
    pub size_bytes: i64,
    /// When, unix milliseconds.
    pub received_at_ms: i64,
}

/// Asks for a page of caught mails, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSandbox {
    /// Only those whose recipient or subject contains this text.
    pub search: Option<String>,
    /// `next` of the page before, or null for the first.
    pub after: Option<String>,
    /// Rows a page, 1 to 500.
    pub limit: u32,
}

/// A page of caught mails.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SandboxPage {
    /// The rows.
    pub rows: Vec<SandboxRow>,
    /// Where the next page goes on, or null at the end.
    pub next: Option<String>,
    /// How many match; only on the first page.
    pub total: Option<i64>,
}

/// A caught mail.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SandboxMail {
    /// What the list shows.
    pub mail: SandboxRow,
    /// Header fields, decoded, in their order.
    pub headers: Vec<HeaderView>,
    /// HTML part, or null. Foreign: show it in a sandboxed frame only.
    pub html: Option<String>,
    /// Text part, or null.
    pub text: Option<String>,
    /// The mail as it came, up to 512 kB.
    pub source: String,
}

/// A header field.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeaderView {
    /// Name.
    pub name: String,
    /// Decoded value.
    pub value: String,
}
