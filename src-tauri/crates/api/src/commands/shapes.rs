//! Shapes that several commands share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request without contents.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nothing {}

/// The answer of a command that has nothing to tell.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Done {}

/// Names one thing.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ById {
    /// Row id.
    pub id: i64,
}

/// A file the user chose, by the handle its host gave out. The page never names a path.
pub type FileHandle = String;

/// Values of custom fields by field name.
pub type FieldValues = BTreeMap<String, String>;

/// How many rows a command touched.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Count {
    /// Number of rows.
    pub count: i64,
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        Self { count: i64::try_from(count).unwrap_or(i64::MAX) }
    }
}

/// From name and address.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SenderView {
    /// Shown name, or empty.
    pub name: String,
    /// Address.
    pub address: String,
}
