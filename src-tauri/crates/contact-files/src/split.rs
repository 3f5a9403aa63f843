//! Splits the first record off a text: cells by the delimiter, records by line ends, quotes as RFC 4180 has them.
//!
//! Written here rather than taken from a library, as three things are needed together that none offers: blank lines
//! count as rows (a spreadsheet shows them, and row numbers must agree), a quote that never closes must cost its own
//! row only, and a record must be refused before it is held whole. Beyond RFC 4180 a lone CR ends a row too, and text
//! behind a closing quote is taken as it stands.

use std::borrow::Cow;

/// No spreadsheet of contacts has more; more than this is damage.
pub(crate) const MAX_COLUMNS: usize = 1024;

const QUOTE: u8 = b'"';

/// Where a cell lies, in bytes from the start of its record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    start: usize,
    end: usize,
    /// The range still has its quotes, as taking them off changes more than its ends.
    quoted: bool,
}

/// What was found at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// A record of `len` bytes; the next one starts at `next`.
    Whole { len: usize, next: usize, too_many_columns: bool },
    /// The text ends inside the record; more of it is needed.
    Cut { in_quotes: bool },
    /// The quote that closes a value of several lines stands where no value can end: in truth an earlier one is open.
    WildQuote,
}

/// Splits the first record of `bytes` into `cells`; `complete` says that nothing follows behind `bytes`.
///
/// At most [`MAX_COLUMNS`] cells are kept.
pub(crate) fn split_record(bytes: &[u8], delimiter: u8, complete: bool, cells: &mut Vec<Cell>) -> Split {
    cells.clear();
    let mut too_many_columns = false;
    let mut at = 0;
    loop {
        let (cell, end) = match cell_at(bytes, at, delimiter, complete) {
            Ok(found) => found,
            Err(stop) => return stop,
        };
        if cells.len() < MAX_COLUMNS {
            cells.push(cell);
        } else {
            too_many_columns = true;
        }
        let next = match bytes.get(end) {
            Some(&byte) if byte == delimiter => {
                at = end + 1;
                continue;
            }
            Some(b'\r') => match bytes.get(end + 1) {
                Some(b'\n') => end + 2,
                None if !complete => return Split::Cut { in_quotes: false },
                _ => end + 1,
            },
            Some(_) => end + 1,
            None => end,
        };
        return Split::Whole { len: end, next, too_many_columns };
    }
}

/// The cell that starts at `at` and where the delimiter, line end or end of text behind it stands.
fn cell_at(bytes: &[u8], at: usize, delimiter: u8, complete: bool) -> Result<(Cell, usize), Split> {
    if bytes.get(at) != Some(&QUOTE) {
        let end = plain_end(bytes, at, delimiter, complete)?;
        return Ok((Cell { start: at, end, quoted: false }, end));
    }
    let (close, has_quotes) = closing_quote(bytes, at, complete)?;
    let blanks = bytes.iter().skip(close + 1).take_while(|byte| **byte == b' ').count();
    let behind = close + 1 + blanks;
    match bytes.get(behind) {
        Some(&byte) if byte != delimiter && byte != b'\n' && byte != b'\r' => {
            let inside = bytes.get(at..close).unwrap_or_default();
            if inside.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
                return Err(Split::WildQuote);
            }
            let end = plain_end(bytes, behind, delimiter, complete)?;
            Ok((Cell { start: at, end, quoted: true }, end))
        }
        None if !complete => Err(Split::Cut { in_quotes: true }),
        _ if has_quotes => Ok((Cell { start: at, end: close + 1, quoted: true }, behind)),
        _ => Ok((Cell { start: at + 1, end: close, quoted: false }, behind)),
    }
}

fn plain_end(bytes: &[u8], at: usize, delimiter: u8, complete: bool) -> Result<usize, Split> {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.iter().position(|&byte| byte == delimiter || byte == b'\n' || byte == b'\r') {
        Some(length) => Ok(at + length),
        None if complete => Ok(bytes.len()),
        None => Err(Split::Cut { in_quotes: false }),
    }
}

/// Where the quote opened at `open` closes, and whether doubled quotes stand before that.
fn closing_quote(bytes: &[u8], open: usize, complete: bool) -> Result<(usize, bool), Split> {
    let mut from = open + 1;
    let mut has_quotes = false;
    loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let Some(length) = rest.iter().position(|&byte| byte == QUOTE) else {
            return Err(Split::Cut { in_quotes: true });
        };
        let quote = from + length;
        match bytes.get(quote + 1) {
            Some(&QUOTE) => {
                has_quotes = true;
                from = quote + 2;
            }
            None if !complete => return Err(Split::Cut { in_quotes: true }),
            _ => return Ok((quote, has_quotes)),
        }
    }
}

/// The length of the first line of `bytes` with its line end, or `None` where the line or the decision between CR and
/// CR LF needs more bytes.
pub(crate) fn line_len(bytes: &[u8], complete: bool) -> Option<usize> {
    let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
        return complete.then_some(bytes.len());
    };
    match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(end + 2),
        (Some(b'\r'), None) if !complete => None,
        _ => Some(end + 1),
    }
}

/// One record: its text and where its cells lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    text: &'a str,
    cells: &'a [Cell],
}

impl<'a> Record<'a> {
    pub(crate) fn new(text: &'a str, cells: &'a [Cell]) -> Self {
        Self { text, cells }
    }

    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The value of a cell without its quotes; a missing cell is empty.
    pub(crate) fn value(&self, column: usize) -> Cow<'a, str> {
        let Some(cell) = self.cells.get(column) else { return Cow::Borrowed("") };
        let raw = self.text.get(cell.start..cell.end).unwrap_or_default();
        if cell.quoted { Cow::Owned(unquoted(raw)) } else { Cow::Borrowed(raw) }
    }

    /// The values in order.
    pub(crate) fn values(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let record = *self;
        (0..record.len()).map(move |column| record.value(column))
    }

    /// Whether there is nothing but white space in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.values().all(|value| value.trim().is_empty())
    }
}

/// Takes the quotes off `"a ""b"""`, and keeps what stands behind the closing one.
fn unquoted(raw: &str) -> String {
    let mut value = String::with_capacity(raw.len());
    let mut open = true;
    let mut chars = raw.chars().skip(1).peekable();
    while let Some(c) = chars.next() {
        if c != '"' || !open {
            value.push(c);
        } else if chars.next_if_eq(&'"').is_some() {
            value.push('"');
        } else {
            open = false;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<Vec<String>> {
        let (mut rest, mut cells, mut records) = (text, Vec::new(), Vec::new());
        while !rest.is_empty() {
            let Split::Whole { len, next, .. } = split_record(rest.as_bytes(), b',', true, &mut cells) else {
                panic!("not a whole record: {rest:?}");
            };
            records.push(
                Record::new(rest.get(..len).expect("a record"), &cells)
                    .values()
                    .map(Cow::into_owned)
                    .collect(),
            );
            rest = rest.get(next..).expect("the rest");
        }
        records
    }

    #[test]
    fn cells_and_records_are_split_as_rfc_4180_says() {
        assert_eq!(split("a,b\r\nc,d\r\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(split("a,\"b,\"\"c\"\"\r\nd\",e"), [["a", "b,\"c\"\r\nd", "e"]]);
        assert_eq!(split(",\n\"\",\"\"\"\""), [["", ""], ["", "\""]]);
    }

    #[test]
    fn every_line_end_and_blank_lines_are_records() {
        assert_eq!(split("a\rb\n\nc\r\n\r\nd"), [["a"], ["b"], [""], ["c"], [""], ["d"]]);
    }

    #[test]
    fn quotes_inside_and_behind_a_value_are_taken_as_they_stand() {
        assert_eq!(split("5\" nail,x"), [["5\" nail", "x"]]);
        assert_eq!(split("\"Li\" Wang,x"), [["Li Wang", "x"]]);
        assert_eq!(split("\"a,b\" ,x"), [["a,b", "x"]]);
        assert_eq!(split("\"a\nb\"  ,x"), [["a\nb", "x"]]);
    }

    #[test]
    fn a_record_that_may_go_on_is_not_taken() {
        let mut cells = Vec::new();
        for (text, in_quotes) in
            [("a,b", false), ("a\r", false), ("a,\"b", true), ("\"a\"", true), ("\"a\" ", true)]
        {
            let cut = split_record(text.as_bytes(), b',', false, &mut cells);
            assert_eq!(cut, Split::Cut { in_quotes }, "{text:?}");
        }
    }

    #[test]
    fn a_quote_closed_by_the_opening_quote_of_a_later_row_is_noticed() {
        let text = "\"open,1\na@b.cn,2\n\"c\",3\n";
        assert_eq!(split_record(text.as_bytes(), b',', true, &mut Vec::new()), Split::WildQuote);
    }

    #[test]
    fn columns_beyond_the_limit_are_not_kept() {
        let mut cells = Vec::new();
        let split = split_record(",".repeat(5000).as_bytes(), b',', true, &mut cells);
        assert!(matches!(split, Split::Whole { len: 5000, too_many_columns: true, .. }));
        assert_eq!(cells.len(), MAX_COLUMNS);
    }
}
