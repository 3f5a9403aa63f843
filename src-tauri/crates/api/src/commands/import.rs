//! Import of contacts from a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::shapes::FileHandle;

/// How to read the file; null means: find out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ImportOptions {
    /// For example `UTF-8` or `GBK`.
    pub encoding: Option<String>,
    /// One of `,`, `;`, tab, `|`.
    pub delimiter: Option<String>,
    /// Whether the first row holds the column heads.
    pub has_header: Option<bool>,
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum ColumnTarget {
    /// Nowhere.
    Skip,
    /// The address.
    Email,
    /// The full name.
    Name,
    /// A custom field.
    Field {
        /// The field's name.
        field: String,
    },
}

/// Looks into a file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewImport {
    /// The file.
    pub file: FileHandle,
    /// How to read it.
    pub options: ImportOptions,
}

/// What a file seems to hold.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// The file's name, without its folder.
    pub file_name: String,
    /// The encoding in use.
    pub encoding: String,
    /// The delimiter in use.
    pub delimiter: String,
    /// Whether the first row is taken for column heads.
    pub has_header: bool,
    /// The columns.
    pub columns: Vec<ColumnView>,
    /// The first rows, without the heads.
    pub rows: Vec<Vec<String>>,
    /// The file's size.
    pub total_bytes: i64,
}

/// A column of the file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ColumnView {
    /// Its head, or `Column 3` where there is none.
    pub head: String,
    /// Where it probably goes.
    pub suggestion: ColumnTarget,
}

/// Starts an import; it goes on in the background.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartImport {
    /// The file.
    pub file: FileHandle,
    /// How to read it: as the preview said.
    pub options: ImportOptions,
    /// Where each column goes, one entry a column.
    pub columns: Vec<ColumnTarget>,
    /// The list that takes the contacts; made when there is none of that name. Null for no list.
    pub list_name: Option<String>,
}

/// An import and its report.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// Row id.
    pub id: i64,
    /// `running`, `finished`, `cancelled` or `failed`.
    pub state: String,
    /// The file's name, without its folder.
    pub file_name: String,
    /// The list, or null.
    pub list_id: Option<i64>,
    /// Bytes read.
    pub bytes_done: i64,
    /// Bytes in all.
    pub bytes_total: i64,
    /// Rows read, blank ones not counted.
    pub rows: i64,
    /// Contacts that were not there before.
    pub new: i64,
    /// Contacts that got new values.
    pub updated: i64,
    /// Contacts that had all of it already.
    pub unchanged: i64,
    /// Rows whose address stood in the file before.
    pub duplicates: i64,
    /// Rows that could not be taken.
    pub invalid: i64,
    /// The first 100 rows that could not be taken.
    pub problems: Vec<ImportProblem>,
    /// Why it failed, or null.
    pub error: Option<crate::ErrorView>,
    /// When it began, unix milliseconds.
    pub started_at_ms: i64,
    /// When it ended, unix milliseconds.
    pub ended_at_ms: Option<i64>,
}

/// A row that could not be taken.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportProblem {
    /// The row's number as a spreadsheet shows it; 1 is the first line.
    pub row: i64,
    /// The column's head, or null.
    pub column: Option<String>,
    /// Why, for example `address_no_at`: see `import_problem_*` in the messages.
    pub code: String,
    /// Values for the sentence.
    pub params: BTreeMap<String, String>,
    /// The beginning of the cell.
    pub excerpt: String,
}

/// Writes the rows that could not be taken to a CSV file: as they stand in the imported file, and behind that the row's
/// number, the column and the reason.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportRejects {
    /// Which import.
    pub id: i64,
    /// Where to.
    pub target: FileHandle,
    /// The added columns in the user's language.
    pub words: RejectWords,
}

/// What the columns that are added to rejected rows are called, and the sentences of the reasons.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RejectWords {
    /// Head of the row's number.
    pub row: String,
    /// Head of the column at fault.
    pub column: String,
    /// Head of the reason.
    pub reason: String,
    /// Sentences by [`ImportProblem::code`]; a reason without one is told by its code.
    pub reasons: BTreeMap<String, String>,
}
