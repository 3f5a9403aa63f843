//! Makes a contact of the cells of one row, or says why not.
//!
//! It knows cells, not files, so that every format of files shares it.

use std::borrow::Cow;

use hongyan_domain::{EmailAddress, clean_line, clean_text};

use crate::excerpt::masked;
use crate::guard::unguarded;
use crate::{Mapping, RowFault, RowFaultKind, Target};

/// The most characters a name or a field may have.
pub const MAX_VALUE_CHARS: usize = 10_000;

/// A contact as read from a file, its values in the order of [`crate::ContactReader::fields`].
///
/// The values stand without their names, as the names are the same in every row and a million copies of them would
/// be most of the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedContact {
    /// The address.
    pub address: EmailAddress,
    /// The name, one clean line, or empty.
    pub name: String,
    /// One value a field; an empty one means that the file has none.
    pub values: Vec<String>,
}

/// The columns that are read and what becomes of them.
pub(crate) struct Plan {
    email: usize,
    name: Option<usize>,
    fields: Vec<usize>,
    width: usize,
}

impl Plan {
    pub(crate) fn new(mapping: &Mapping) -> Self {
        let targets = mapping.targets();
        let column = |wanted: &Target| targets.iter().position(|target| target == wanted);
        let is_field = |target: &Target| matches!(target, Target::Field(_));
        Self {
            email: column(&Target::Email).unwrap_or_default(),
            name: column(&Target::Name),
            fields: (0..)
                .zip(targets)
                .filter(|(_, target)| is_field(target))
                .map(|(column, _)| column)
                .collect(),
            width: targets.len(),
        }
    }

    /// Reads a row of `len` cells.
    pub(crate) fn parse<'a>(
        &self,
        len: usize,
        cell: impl Fn(usize) -> Cow<'a, str>,
    ) -> Result<ParsedContact, RowFault> {
        if let Some(column) = (self.width..len).find(|column| !cell(*column).trim().is_empty()) {
            return Err(fault(RowFaultKind::TooManyColumns, column, &cell(column)));
        }
        let address = self.address(&cell(self.email))?;
        let name = match self.name {
            Some(column) => value(column, &cell(column), clean_line)?,
            None => String::new(),
        };
        let clean_field = |text: &str| clean_text(text).trim().to_owned();
        let fields = self.fields.iter().map(|column| value(*column, &cell(*column), clean_field));
        Ok(ParsedContact { address, name, values: fields.collect::<Result<_, _>>()? })
    }

    fn address(&self, raw: &str) -> Result<EmailAddress, RowFault> {
        if raw.trim().is_empty() {
            return Err(fault(RowFaultKind::EmptyAddress, self.email, ""));
        }
        check_encoding(self.email, raw)?;
        EmailAddress::parse(&unguarded(raw))
            .map_err(|why| fault(RowFaultKind::BadAddress(why), self.email, raw))
    }
}

fn value(column: usize, raw: &str, clean: impl Fn(&str) -> String) -> Result<String, RowFault> {
    if is_clean(raw) {
        return Ok(raw.to_owned());
    }
    check_encoding(column, raw)?;
    if raw.len() > MAX_VALUE_CHARS && raw.chars().count() > MAX_VALUE_CHARS {
        return Err(fault(RowFaultKind::ValueTooLong, column, raw));
    }
    Ok(clean(&unguarded(raw)))
}

/// Whether nothing about a value can need cleaning; most values are short ASCII, and this is much faster than to clean.
fn is_clean(raw: &str) -> bool {
    let mut before = b' ';
    for &byte in raw.as_bytes() {
        let is_second_blank = byte == b' ' && before == b' ';
        if !matches!(byte, b' '..=b'~') || byte == b'\'' || is_second_blank {
            return false;
        }
        before = byte;
    }
    raw.is_empty() || (before != b' ' && raw.len() <= MAX_VALUE_CHARS)
}

fn check_encoding(column: usize, raw: &str) -> Result<(), RowFault> {
    if raw.contains(char::REPLACEMENT_CHARACTER) {
        return Err(fault(RowFaultKind::BadEncoding, column, raw));
    }
    Ok(())
}

fn fault(kind: RowFaultKind, column: usize, value: &str) -> RowFault {
    RowFault { kind, column: Some(column), excerpt: masked(value) }
}
