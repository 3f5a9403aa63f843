//! Which column of a file goes where in a contact.

use std::fmt;

use hongyan_domain::{FieldName, FieldNameFault};

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// Nowhere.
    Skip,
    /// The address.
    Email,
    /// The full name.
    Name,
    /// A field.
    Field(FieldName),
}

impl Target {
    /// Reads `email`, `name`, `skip` (or nothing) or a field name: what [`fmt::Display`] writes.
    ///
    /// A column for a field called `skip` cannot be meant this way.
    pub fn parse(word: &str) -> Result<Self, FieldNameFault> {
        match word {
            "" | "skip" => Ok(Self::Skip),
            "email" => Ok(Self::Email),
            "name" => Ok(Self::Name),
            field => FieldName::parse(field).map(Self::Field),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skip => f.write_str("skip"),
            Self::Email => f.write_str("email"),
            Self::Name => f.write_str("name"),
            Self::Field(field) => field.fmt(f),
        }
    }
}

/// One target a column, in the order of the file; exactly one column is the address and no target has two columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping(Vec<Target>);

/// Why columns cannot be mapped like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingFault {
    /// No column is the address.
    #[error("no column is the address")]
    NoEmail,
    /// Two columns go to the same place.
    #[error("two columns go to {target}")]
    Twice {
        /// The place.
        target: Target,
    },
}

impl Mapping {
    /// Checks the targets.
    pub fn new(targets: Vec<Target>) -> Result<Self, MappingFault> {
        for (index, target) in targets.iter().enumerate() {
            if *target != Target::Skip && targets.iter().take(index).any(|earlier| earlier == target) {
                return Err(MappingFault::Twice { target: target.clone() });
            }
        }
        if !targets.contains(&Target::Email) {
            return Err(MappingFault::NoEmail);
        }
        Ok(Self(targets))
    }

    /// The targets, one a column.
    pub fn targets(&self) -> &[Target] {
        &self.0
    }

    /// The fields that are filled, in the order of their columns.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        self.0.iter().filter_map(|target| match target {
            Target::Field(field) => Some(field),
            Target::Skip | Target::Email | Target::Name => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(words: &[&str]) -> Result<Mapping, MappingFault> {
        Mapping::new(words.iter().map(|word| Target::parse(word).expect("a good target")).collect())
    }

    #[test]
    fn a_mapping_has_exactly_one_address_and_no_target_twice() {
        let good = mapping(&["skip", "city", "email", "", "name"]).expect("a good mapping");
        assert_eq!(good.fields().map(FieldName::as_str).collect::<Vec<_>>(), ["city"]);
        assert_eq!(mapping(&["name", "city"]), Err(MappingFault::NoEmail));
        assert_eq!(mapping(&["email", "email"]), Err(MappingFault::Twice { target: Target::Email }));
        assert!(matches!(mapping(&["email", "city", "city"]), Err(MappingFault::Twice { .. })));
    }

    #[test]
    fn targets_are_read_as_they_are_written() {
        for word in ["skip", "email", "name", "公司"] {
            assert_eq!(Target::parse(word).expect("a good target").to_string(), word);
        }
    }
}
