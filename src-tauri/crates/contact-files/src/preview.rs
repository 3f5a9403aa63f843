//! Shows what an import would read, before anything is imported.

use std::path::Path;

use hongyan_domain::truncate_chars;

use crate::records::Step;
use crate::suggest::suggest;
use crate::{CsvOptions, FileFault, Target, dialect};

/// How many rows columns are judged by.
const JUDGED_ROWS: usize = 200;
const MAX_ROWS: usize = 1000;
const SAMPLES: usize = 3;
const SHOWN_CHARS: usize = 200;

/// The start of a file as it would be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The name of the encoding, as [`crate::TextEncoding::by_label`] takes it.
    pub encoding: &'static str,
    /// The character between two values.
    pub delimiter: char,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// The columns; a mapping must have one target for each.
    pub columns: Vec<ColumnPreview>,
    /// The first rows behind the header, values cut at 200 characters; rows that cannot be read are left out.
    pub rows: Vec<Vec<String>>,
    /// The size of the file.
    pub total_bytes: u64,
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPreview {
    /// Its head as in the file; empty where the file has none.
    pub head: String,
    /// The first few values that are not empty, cut at 200 characters.
    pub samples: Vec<String>,
    /// Where it most likely goes. At most one column has [`Target::Email`]; where none has, the file seems to have no
    /// addresses. No target but [`Target::Skip`] is suggested twice.
    pub suggestion: Target,
}

/// Reads the start of a CSV file: up to `rows` rows (at most 1,000) and what the columns seem to be.
///
/// Blocks on the disk; of a file without a character beyond ASCII all is read once, to tell its encoding.
pub fn preview(path: &Path, options: &CsvOptions, rows: usize) -> Result<Preview, FileFault> {
    let (dialect, mut records) = dialect::open(path, options)?;
    let wanted = rows.clamp(JUDGED_ROWS, MAX_ROWS) + usize::from(dialect.has_header);
    let mut read: Vec<Vec<String>> = Vec::new();
    let mut is_empty = true;
    // A file of nothing but broken rows must not be read to its end here.
    for _ in 0..wanted * 2 {
        let Some(step) = records.advance()? else { break };
        is_empty = false;
        if !matches!(step, Step::Broken { .. }) {
            read.push(records.record().values().map(|value| shown(&value)).collect());
        }
        if read.len() == wanted {
            break;
        }
    }
    if is_empty {
        return Err(FileFault::Empty);
    }
    let heads = if dialect.has_header && !read.is_empty() { read.remove(0) } else { Vec::new() };
    let columns = columns(heads, &read);
    read.truncate(rows);
    Ok(Preview {
        encoding: dialect.encoding.name(),
        delimiter: char::from(dialect.delimiter),
        has_header: dialect.has_header,
        columns,
        rows: read,
        total_bytes: dialect.total_bytes,
    })
}

fn shown(value: &str) -> String {
    truncate_chars(value.trim(), SHOWN_CHARS).to_owned()
}

fn columns(mut heads: Vec<String>, rows: &[Vec<String>]) -> Vec<ColumnPreview> {
    heads.resize(width(&heads, rows), String::new());
    let suggestions = suggest(&heads, rows);
    let column = |(index, (head, suggestion)): (usize, (String, Target))| {
        let values = rows.iter().filter_map(|row| row.get(index)).filter(|value| !value.is_empty());
        ColumnPreview { head, samples: values.take(SAMPLES).cloned().collect(), suggestion }
    };
    heads.into_iter().zip(suggestions).enumerate().map(column).collect()
}

/// How many columns there are. A header may be shorter than the rows; but where there is one, a few rows with a comma
/// too many must not add a column.
fn width(heads: &[String], rows: &[Vec<String>]) -> usize {
    let filled =
        |row: &Vec<String>| row.iter().rposition(|value| !value.is_empty()).map_or(0, |last| last + 1);
    let mut widths: Vec<usize> = rows.iter().map(filled).collect();
    widths.sort_unstable();
    let of_rows = if heads.is_empty() { widths.last() } else { widths.get(widths.len() / 2) };
    heads.len().max(of_rows.copied().unwrap_or_default())
}
