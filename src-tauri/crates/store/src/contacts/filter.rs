//! Which contacts are meant, and the pieces of SQL that say so.
//!
//! Every part of a filter can be asked in two ways: "which ids are these?" (good where they are few) and "is this row
//! one of them?" (good where they are many). The page chooses; see [`super::page`].

use hongyan_domain::{ContactId, ListId};
use sqlx::{QueryBuilder, Sqlite};

use super::search::Search;
use crate::{Result, Store};

/// Which contacts are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// Only those in this list.
    pub list_id: Option<ListId>,
    /// Only those whose address, name or field contains this text. Of one or two ASCII characters: starts with.
    pub search: Option<String>,
    /// Only those on (true) or not on (false) the suppression list.
    pub suppressed: Option<bool>,
}

/// Contacts chosen by hand, or all that match a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactSelection {
    /// These.
    Ids(Vec<ContactId>),
    /// All that match.
    Filter(ContactFilter),
}

/// What contacts are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactOrder {
    /// By address key.
    Address,
    /// By shown name.
    Name,
    /// By time of adding.
    Created,
}

/// SQL made of literals only; values are bound.
pub(crate) type Sql = QueryBuilder<Sqlite>;

/// A part of a filter.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Search(Search),
    List(i64),
    Suppressed,
    NotSuppressed,
}

impl ContactFilter {
    /// `field_names` are all there are.
    fn parts(&self, field_names: &[String]) -> Vec<Part> {
        let mut parts = Vec::new();
        let search = self.search.as_deref().and_then(|typed| Search::parse(typed, field_names));
        parts.extend(search.map(Part::Search));
        parts.extend(self.list_id.map(|id| Part::List(id.0)));
        parts.extend(self.suppressed.map(|yes| if yes { Part::Suppressed } else { Part::NotSuppressed }));
        parts
    }
}

impl Store {
    /// What a filter comes down to.
    pub(super) async fn parts_of(&self, filter: &ContactFilter) -> Result<Vec<Part>> {
        let field_names = match &filter.search {
            Some(_) => self.list_contact_fields().await?,
            None => Vec::new(),
        };
        Ok(filter.parts(&field_names))
    }
}

impl Part {
    /// Whether [`Part::push_ids`] has an answer.
    pub(crate) const fn has_ids(&self) -> bool {
        !matches!(self, Self::NotSuppressed)
    }

    /// A select of the column `id`. All but the suppressed come in the order of ids without being sorted.
    pub(crate) fn push_ids(&self, sql: &mut Sql) {
        match self {
            Self::Search(Search::Pieces { matching, .. }) => {
                sql.push("select rowid as id from contact_search where contact_search match ");
                sql.push_bind(matching.clone());
            }
            Self::Search(Search::Prefix { from, until }) => {
                sql.push("select id from contacts where address_key >= ").push_bind(from.clone());
                sql.push(" and address_key < ").push_bind(until.clone());
                sql.push(" union select id from contacts where display_name >= ").push_bind(from.clone());
                sql.push(" and display_name < ").push_bind(until.clone());
            }
            Self::List(id) => {
                sql.push("select contact_id as id from list_members where list_id = ").push_bind(*id);
            }
            Self::Suppressed => {
                sql.push(
                    "select contacts.id as id from suppressions
                     cross join contacts on contacts.address_key = suppressions.address_key",
                );
            }
            Self::NotSuppressed => {
                sql.push("select id from contacts");
            }
        }
    }

    /// A select with about as many rows as there are ids, never fewer, that costs less than the ids.
    pub(crate) fn push_size(&self, sql: &mut Sql) {
        match self {
            Self::Search(Search::Prefix { from, until }) => {
                sql.push("select id from contacts where address_key >= ").push_bind(from.clone());
                sql.push(" and address_key < ").push_bind(until.clone());
                sql.push(" union all select id from contacts where display_name >= ").push_bind(from.clone());
                sql.push(" and display_name < ").push_bind(until.clone());
            }
            Self::Suppressed => {
                sql.push("select 1 from suppressions");
            }
            Self::Search(Search::Pieces { .. }) | Self::List(_) | Self::NotSuppressed => self.push_ids(sql),
        }
    }

    /// A condition on the contact `c`.
    pub(crate) fn push_test(&self, sql: &mut Sql) {
        match self {
            Self::Search(Search::Pieces { matching, test: None }) => {
                sql.push("c.id in (select rowid from contact_search where contact_search match ");
                sql.push_bind(matching.clone()).push(")");
            }
            Self::Search(Search::Pieces { .. }) => self.push_row_test(sql),
            Self::Search(Search::Prefix { from, until }) => {
                sql.push("((c.address_key >= ").push_bind(from.clone());
                sql.push(" and c.address_key < ").push_bind(until.clone());
                sql.push(") or (c.display_name >= ").push_bind(from.clone());
                sql.push(" and c.display_name < ").push_bind(until.clone()).push("))");
            }
            Self::List(id) => {
                sql.push("exists (select 1 from list_members m where m.contact_id = c.id and m.list_id = ");
                sql.push_bind(*id).push(")");
            }
            Self::Suppressed => {
                sql.push("exists (select 1 from suppressions s where s.address_key = c.address_key)");
            }
            Self::NotSuppressed => {
                sql.push("not exists (select 1 from suppressions s where s.address_key = c.address_key)");
            }
        }
    }

    /// What is still to be tested of a row whose id [`Part::push_ids`] gave.
    pub(crate) fn push_row_test(&self, sql: &mut Sql) {
        if let Self::Search(Search::Pieces { test: Some(test), .. }) = self {
            sql.push("(c.address like ").push_bind(test.value.clone());
            sql.push(" escape '\\' or c.display_name like ").push_bind(test.value.clone());
            sql.push(" escape '\\' or (c.fields like ").push_bind(test.json.clone());
            sql.push(" escape '\\'");
            if test.is_in_field_name {
                // A second look costs ten times the first.
                sql.push(" and exists (select 1 from json_each(c.fields) f where f.value like ");
                sql.push_bind(test.value.clone()).push(" escape '\\')");
            }
            sql.push("))");
        } else {
            sql.push("1");
        }
    }
}
