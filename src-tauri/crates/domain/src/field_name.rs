//! The name of a contact field, as it stands in a column head and in `{{ merge tags }}`.

use std::fmt;

/// Names that always exist and are no custom field.
pub const RESERVED_FIELDS: &[&str] = &["email", "name"];

/// A field's name: starts with a letter (of any script), goes on with letters, digits and `_`, lower-case, at most
/// 64 characters. So it is a valid identifier in a merge tag, in Chinese too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct FieldName(String);

/// Why a text is no field name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldNameFault {
    /// Nothing is left of it.
    #[error("a field name needs at least one letter")]
    Empty,
    /// More than 64 characters.
    #[error("a field name has at most 64 characters")]
    TooLong,
    /// `email` and `name` are not custom fields.
    #[error("this name is reserved")]
    Reserved,
    /// A character that cannot stand in a merge tag.
    #[error("a field name has letters, digits and underscores only")]
    BadCharacter,
}

impl FieldName {
    const MAX_CHARS: usize = 64;

    /// Takes a name that already has the right form.
    pub fn parse(text: &str) -> Result<Self, FieldNameFault> {
        let mut chars = text.chars();
        match chars.next() {
            None => return Err(FieldNameFault::Empty),
            Some(first) if !first.is_alphabetic() => return Err(FieldNameFault::BadCharacter),
            Some(_) => {}
        }
        if chars.any(|c| !(c.is_alphanumeric() || c == '_')) || text != text.to_lowercase() {
            return Err(FieldNameFault::BadCharacter);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(FieldNameFault::TooLong);
        }
        if RESERVED_FIELDS.contains(&text) {
            return Err(FieldNameFault::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// Makes a name of a column head: `"First Name"` → `first_name`, `"公司 名称"` → `公司_名称`.
    pub fn from_column(head: &str) -> Result<Self, FieldNameFault> {
        let mut name = String::new();
        for c in head.trim().chars() {
            if c.is_alphanumeric() {
                if name.is_empty() && !c.is_alphabetic() {
                    name.push_str("field_");
                }
                name.extend(c.to_lowercase());
            } else if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        }
        let name: String = name.trim_end_matches('_').chars().take(Self::MAX_CHARS).collect();
        Self::parse(&name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(head: &str) -> Result<String, FieldNameFault> {
        FieldName::from_column(head).map(|name| name.as_str().to_owned())
    }

    #[test]
    fn column_heads_become_names() {
        assert_eq!(of(" First Name "), Ok("first_name".into()));
        assert_eq!(of("公司 名称"), Ok("公司_名称".into()));
        assert_eq!(of("2024 sales (€)"), Ok("field_2024_sales".into()));
        assert_eq!(of("***"), Err(FieldNameFault::Empty));
        assert_eq!(of("E-mail"), Ok("e_mail".into()));
        assert_eq!(of("NAME"), Err(FieldNameFault::Reserved));
    }

    #[test]
    fn a_merge_tag_cannot_be_smuggled_in() {
        assert_eq!(FieldName::parse("a }} {{ b"), Err(FieldNameFault::BadCharacter));
        assert_eq!(FieldName::parse("1a"), Err(FieldNameFault::BadCharacter));
    }
}
