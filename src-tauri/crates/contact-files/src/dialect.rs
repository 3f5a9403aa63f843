//! Finds out how a file is written: encoding, delimiter, and whether its first row names the columns.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::Encoding;
use hongyan_domain::EmailAddress;

use crate::records::Records;
use crate::split::{Record, Split, line_len, split_record};
use crate::text::DecodedText;
use crate::{FileFault, FileKind, TextEncoding, encoding};

/// How a CSV file is to be read; what is `None` is found out from the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// The encoding of the text.
    pub encoding: Option<TextEncoding>,
    /// The ASCII character between two values.
    pub delimiter: Option<u8>,
    /// Whether the first row that is not blank names the columns.
    pub has_header: Option<bool>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    pub(crate) encoding: &'static Encoding,
    pub(crate) delimiter: u8,
    pub(crate) has_header: bool,
    pub(crate) total_bytes: u64,
}

const HEAD_BYTES: u64 = 256 * 1024;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many rows the delimiter is judged by.
const SAMPLE_ROWS: usize = 100;

/// Opens a file and finds out how to read it; the records start at the first row.
pub(crate) fn open(path: &Path, options: &CsvOptions) -> Result<(Dialect, Records<File>), FileFault> {
    let mut file = File::open(path)?;
    let total_bytes = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(FileFault::Empty);
    }
    if let Some(looks_like) = FileKind::of_head(&head) {
        return Err(FileFault::NotText { looks_like });
    }
    let (encoding, mark_len) = match encoding::told(&head, options.encoding) {
        Some(found) => found,
        None => {
            refuse_binary(head.iter().copied().map(char::from))?;
            (encoding::guess(&head, &mut file)?, 0)
        }
    };
    let (sample, _) = encoding.decode_without_bom_handling(head.get(mark_len..).unwrap_or_default());
    refuse_binary(sample.chars())?;
    let is_whole = head.len() as u64 == total_bytes;
    let delimiter = options.delimiter.unwrap_or_else(|| detect_delimiter(&sample, is_whole));
    let has_header =
        options.has_header.unwrap_or_else(|| !first_row_has_address(&sample, is_whole, delimiter));
    file.seek(SeekFrom::Start(mark_len as u64))?;
    let records = Records::new(DecodedText::new(file, encoding), delimiter);
    Ok((Dialect { encoding, delimiter, has_header, total_bytes }, records))
}

/// Text has hardly any control characters; a stray NUL of some old database is let through to its row.
fn refuse_binary(sample: impl Iterator<Item = char>) -> Result<(), FileFault> {
    let is_odd =
        |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}');
    let (odd, all) = sample.fold((0, 0), |(odd, all), c| (odd + usize::from(is_odd(c)), all + 1));
    if odd > 3 && odd * 100 > all {
        return Err(FileFault::NotText { looks_like: FileKind::Binary });
    }
    Ok(())
}

/// The delimiter that gives most rows an address of their own, then the one that gives most rows the same number of
/// columns, then the one that gives most columns.
fn detect_delimiter(sample: &str, is_whole: bool) -> u8 {
    let mut best = (b',', (0, 0, 0));
    for delimiter in DELIMITERS {
        let mut addresses = 0;
        let mut widths = Vec::new();
        for_each_row(sample, is_whole, delimiter, SAMPLE_ROWS, |row| {
            addresses += usize::from(row.values().any(|value| is_address(&value)));
            widths.push(row.len());
        });
        let (width, rows) = most_common(&widths).unwrap_or((1, 0));
        let score = (addresses, if width > 1 { rows } else { 0 }, width);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// The most common number and how often it comes; of two, the larger number.
fn most_common(numbers: &[usize]) -> Option<(usize, usize)> {
    let count = |wanted: usize| numbers.iter().filter(|number| **number == wanted).count();
    numbers.iter().map(|number| (*number, count(*number))).max_by_key(|(number, count)| (*count, *number))
}

fn first_row_has_address(sample: &str, is_whole: bool, delimiter: u8) -> bool {
    let mut found = false;
    for_each_row(sample, is_whole, delimiter, 1, |row| {
        // An address with a fault is no head of a column either.
        found = row
            .values()
            .any(|value| is_address(&value) || (value.contains('@') && !value.contains(char::is_whitespace)));
    });
    found
}

pub(crate) fn is_address(value: &str) -> bool {
    EmailAddress::parse(value).is_ok()
}

/// Calls `visit` with the first rows that are whole and not blank.
fn for_each_row(
    sample: &str,
    is_whole: bool,
    delimiter: u8,
    limit: usize,
    mut visit: impl FnMut(Record<'_>),
) {
    let (mut rest, mut cells, mut visited) = (sample, Vec::new(), 0);
    while !rest.is_empty() && visited < limit {
        let skip = match split_record(rest.as_bytes(), delimiter, is_whole, &mut cells) {
            Split::Whole { len, next, .. } => {
                let record = Record::new(rest.get(..len).unwrap_or_default(), &cells);
                if !record.is_blank() {
                    visited += 1;
                    visit(record);
                }
                next
            }
            Split::Cut { .. } | Split::WildQuote => line_len(rest.as_bytes(), true).unwrap_or(rest.len()),
        };
        rest = rest.get(skip..).unwrap_or_default();
    }
}
