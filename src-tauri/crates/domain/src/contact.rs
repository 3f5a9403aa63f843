//! A person with an address and fields.

use std::collections::BTreeMap;

use crate::{EmailAddress, FieldName};

/// What is known of a person: the parts a mail can be merged with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Where mail goes.
    pub address: EmailAddress,
    /// The full name, or empty.
    pub name: String,
    /// Everything else, one value a field; an absent field and an empty one mean the same.
    pub fields: BTreeMap<FieldName, String>,
}

impl Contact {
    /// The name to greet with: the full name, else first and last name joined, else empty.
    ///
    /// Chinese, Japanese and Korean names are joined family name first, without a space.
    pub fn display_name(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let part = |name: &str| {
            self.fields
                .iter()
                .find(|(field, _)| field.as_str() == name)
                .map_or("", |(_, value)| value.as_str())
        };
        let (first, last) = (part("first_name"), part("last_name"));
        if first.chars().chain(last.chars()).any(is_cjk) {
            format!("{last}{first}")
        } else {
            format!("{first} {last}").trim().to_owned()
        }
    }
}

const fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(name: &str, first: &str, last: &str) -> Contact {
        let fields = [("first_name", first), ("last_name", last)]
            .map(|(field, value)| (FieldName::parse(field).expect("a good name"), value.to_owned()));
        Contact {
            address: EmailAddress::parse("li@example.cn").expect("a good address"),
            name: name.to_owned(),
            fields: fields.into(),
        }
    }

    #[test]
    fn names_are_joined_the_way_their_language_does() {
        assert_eq!(contact("", "Ada", "Lovelace").display_name(), "Ada Lovelace");
        assert_eq!(contact("", "丽", "王").display_name(), "王丽");
        assert_eq!(contact("王小丽", "丽", "王").display_name(), "王小丽");
        assert_eq!(contact("", "", "").display_name(), "");
    }
}
