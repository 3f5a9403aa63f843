//! Where a page of contacts ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ContactOrder;

/// The last row of a page, by what the page is sorted by.
///
/// As text it is opaque: [`fmt::Display`] writes it, [`ContactCursor::parse`] reads it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCursor(pub(crate) Position);

/// The sorted-by values of a row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Position {
    #[serde(rename = "a")]
    Address(String),
    #[serde(rename = "n")]
    Name(String, i64),
    #[serde(rename = "c")]
    Created(i64),
}

impl ContactCursor {
    /// Reads a cursor; `None` where it is none, or belongs to another order.
    pub fn parse(text: &str, order: ContactOrder) -> Option<Self> {
        let cursor: Self = serde_json::from_str(text).ok()?;
        let fits = matches!(
            (&cursor.0, order),
            (Position::Address(_), ContactOrder::Address)
                | (Position::Name(..), ContactOrder::Name)
                | (Position::Created(_), ContactOrder::Created)
        );
        fits.then_some(cursor)
    }
}

impl fmt::Display for ContactCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for ContactCursor {
    /// Shows nothing: it may hold an address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactCursor(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_for_its_own_order_only() {
        let cursor = ContactCursor(Position::Name("王\"丽".into(), 7));
        let text = cursor.to_string();
        assert_eq!(ContactCursor::parse(&text, ContactOrder::Name), Some(cursor));
        assert_eq!(ContactCursor::parse(&text, ContactOrder::Address), None);
        assert_eq!(ContactCursor::parse("x", ContactOrder::Name), None);
    }
}
