//! A contact as kept, and how it is read from its row.

use std::collections::BTreeMap;

use hongyan_domain::{Contact, ContactId, EmailAddress, FieldName, ListId, SuppressionReason};
use sqlx::FromRow;

use crate::accounts::stored_address;
use crate::{Error, Result};

/// A contact as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRecord {
    /// Row id.
    pub id: ContactId,
    /// Address as typed.
    pub address: EmailAddress,
    /// Full name, or empty.
    pub name: String,
    /// Name to show and to sort by: the full name, else first and last name.
    pub display_name: String,
    /// Custom fields that have a value.
    pub fields: BTreeMap<FieldName, String>,
    /// When it was added, unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

impl ContactRecord {
    /// The parts a mail is merged with.
    pub fn to_contact(&self) -> Contact {
        Contact { address: self.address.clone(), name: self.name.clone(), fields: self.fields.clone() }
    }
}

/// A contact with what a table shows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactLine {
    /// The contact.
    pub contact: ContactRecord,
    /// Its lists, by name.
    pub lists: Vec<(ListId, String)>,
    /// Why it gets nothing.
    pub suppressed: Option<SuppressionReason>,
    /// When a mail to it was last taken, unix milliseconds.
    pub last_mail_ms: Option<i64>,
}

/// The columns of a [`ContactRecord`].
#[derive(FromRow)]
pub(crate) struct Row {
    pub(crate) id: i64,
    address: String,
    name: String,
    display_name: String,
    fields: String,
    created_at_ms: i64,
    updated_at_ms: i64,
}

impl TryFrom<Row> for ContactRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ContactId(row.id),
            address: stored_address(&row.address)?,
            name: row.name,
            display_name: row.display_name,
            fields: parse_fields(&row.fields)?,
            created_at_ms: row.created_at_ms,
            updated_at_ms: row.updated_at_ms,
        })
    }
}

/// Reads the JSON object of a contact's fields.
pub(crate) fn parse_fields(json: &str) -> Result<BTreeMap<FieldName, String>> {
    let fields: BTreeMap<String, String> = serde_json::from_str(json)?;
    fields
        .into_iter()
        .map(|(name, value)| Ok((FieldName::parse(&name).map_err(|_| Error::Damaged("field name"))?, value)))
        .collect()
}

/// Writes the JSON object of a contact's fields, without empty values.
pub(crate) fn fields_to_json(fields: &BTreeMap<FieldName, String>) -> Result<String> {
    let named = fields.iter().filter(|(_, value)| !value.is_empty());
    let named: BTreeMap<&str, &String> = named.map(|(name, value)| (name.as_str(), value)).collect();
    Ok(serde_json::to_string(&named)?)
}
