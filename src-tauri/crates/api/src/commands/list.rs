//! Lists: named sets of contacts.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A list by name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListName {
    /// Row id.
    pub id: i64,
    /// Name.
    pub name: String,
}

/// A list as shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListView {
    /// Row id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// How many contacts are in it.
    pub contacts: i64,
    /// When it was made, unix milliseconds.
    pub created_at_ms: i64,
}

/// Makes a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateList {
    /// Name.
    pub name: String,
}

/// Renames a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenameList {
    /// Which.
    pub id: i64,
    /// Its new name.
    pub name: String,
}
