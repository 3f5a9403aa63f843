//! One page of contacts, fast at a million of them.
//!
//! Neither way to a page (see [`super::statements`]) is always quick: sorting half a million hits is slow, and so is
//! walking past 900,000 addresses to the first that begins with `wang`. So the parts of the filter are counted, up to
//! [`DRIVEN_IDS`], which costs a few milliseconds. Few ids drive; many are walked, but only for [`WALKED_ROWS`], and
//! where these do not fill the page the ids drive after all.

use hongyan_domain::ContactId;

use super::cursor::{ContactCursor, Position};
use super::filter::{ContactFilter, ContactOrder, Part};
use super::record::ContactLine;
use super::statements::{self, Driven, Stretch};
use crate::{Result, Store};

// Small in tests, so that a few thousand contacts take every way.

/// Up to this many ids drive at once: rows are looked up at about a microsecond each.
const DRIVEN_IDS: i64 = if cfg!(test) { 300 } else { 50_000 };
/// So many rows are walked at most before ids drive.
const WALKED_ROWS: i64 = if cfg!(test) { 400 } else { 20_000 };
/// Counting what a filter finds stops here.
pub(super) const COUNTED: i64 = if cfg!(test) { 1_000 } else { 5_000 };

/// Asks for a page.
#[derive(Debug, Clone)]
pub struct ContactPageRequest {
    /// Which contacts.
    pub filter: ContactFilter,
    /// Sorted by.
    pub order: ContactOrder,
    /// The largest first.
    pub descending: bool,
    /// Where the page before ended; `None` for the first.
    pub after: Option<ContactCursor>,
    /// Rows.
    pub limit: u32,
}

/// A page.
#[derive(Debug, Clone)]
pub struct ContactPage {
    /// The rows.
    pub rows: Vec<ContactLine>,
    /// Where the next page goes on; `None` at the end.
    pub next: Option<ContactCursor>,
    /// How many match; on the first page only.
    pub total: Option<ContactTotal>,
}

/// How many contacts match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactTotal {
    /// So many.
    Exactly(i64),
    /// So many or more; nobody counted on.
    AtLeast(i64),
}

impl Store {
    /// A page of contacts.
    pub async fn list_contacts(&self, request: &ContactPageRequest) -> Result<ContactPage> {
        let stretch = Stretch {
            order: request.order,
            descending: request.descending,
            after: request.after.clone().map(|cursor| cursor.0),
            limit: i64::from(request.limit) + 1,
        };
        let mut found = self.find_stretch(request.filter.parts(), &stretch).await?;
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = if has_more { found.last().map(|row| row.cursor(request.order)) } else { None };
        let ids: Vec<ContactId> = found.iter().map(|row| ContactId(row.id)).collect();
        let total = match &request.after {
            None => Some(self.count_up_to_cap(&request.filter).await?),
            Some(_) => None,
        };
        Ok(ContactPage { rows: self.load_contact_lines(&ids).await?, next, total })
    }

    /// How many contacts match, to the last one. Takes up to a second for a million.
    pub async fn count_matching_contacts(&self, filter: &ContactFilter) -> Result<i64> {
        self.count_parts(filter.parts(), i64::MAX).await
    }

    /// The ids of the next contacts that match, in the order of adding.
    pub(crate) async fn list_matching_ids(
        &self,
        filter: &ContactFilter,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ContactId>> {
        let stretch = Stretch {
            order: ContactOrder::Created,
            descending: false,
            after: after.map(|id| Position::Created(id.0)),
            limit: i64::from(limit),
        };
        let found = self.find_stretch(filter.parts(), &stretch).await?;
        Ok(found.into_iter().map(|row| ContactId(row.id)).collect())
    }

    async fn count_up_to_cap(&self, filter: &ContactFilter) -> Result<ContactTotal> {
        // The size of a list or of all is quickly counted.
        let is_cheap = filter.search.is_none() && filter.suppressed.is_none();
        let cap = if is_cheap { i64::MAX } else { COUNTED + 1 };
        let count = self.count_parts(filter.parts(), cap).await?;
        Ok(if count == cap { ContactTotal::AtLeast(COUNTED) } else { ContactTotal::Exactly(count) })
    }

    async fn count_parts(&self, parts: Vec<Part>, cap: i64) -> Result<i64> {
        let mut sql = match self.choose_driver(&parts).await? {
            Some((driven, _)) => statements::count_driven(&driven, cap),
            None => statements::count_tested(&parts, cap),
        };
        Ok(sql.build_query_scalar().fetch_one(self.reader()).await?)
    }

    async fn find_stretch(&self, parts: Vec<Part>, stretch: &Stretch) -> Result<Vec<Found>> {
        let Some((driven, ids)) = self.choose_driver(&parts).await? else {
            return self.find(statements::page_walked(&parts, stretch)).await;
        };
        if ids <= DRIVEN_IDS || stretch.order == ContactOrder::Created {
            return self.find(statements::page_driven(&driven, stretch)).await;
        }
        let found = self.find(statements::page_walked_within(&parts, stretch, WALKED_ROWS)).await?;
        let is_full = i64::try_from(found.len()).is_ok_and(|len| len >= stretch.limit);
        if is_full || !self.is_longer_than_walk(stretch).await? {
            return Ok(found);
        }
        self.find(statements::page_driven(&driven, stretch)).await
    }

    /// The part with the fewest ids, and how many those are, counted no further than one above [`DRIVEN_IDS`].
    pub(super) async fn choose_driver(&self, parts: &[Part]) -> Result<Option<(Driven, i64)>> {
        let mut best: Option<(usize, i64)> = None;
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.has_ids()) {
            let mut sql = statements::count_ids(part, DRIVEN_IDS + 1);
            let count: i64 = sql.build_query_scalar().fetch_one(self.reader()).await?;
            if best.is_none_or(|(_, fewest)| count < fewest) {
                best = Some((at, count));
            }
        }
        Ok(best.and_then(|(at, count)| {
            let mut others = parts.to_vec();
            (at < others.len()).then(|| (Driven { driver: others.remove(at), others }, count))
        }))
    }

    async fn is_longer_than_walk(&self, stretch: &Stretch) -> Result<bool> {
        let mut sql = statements::is_longer_than(stretch, WALKED_ROWS);
        let more: i64 = sql.build_query_scalar().fetch_one(self.reader()).await?;
        Ok(more > 0)
    }

    async fn find(&self, mut sql: super::filter::Sql) -> Result<Vec<Found>> {
        Ok(sql.build_query_as().fetch_all(self.reader()).await?)
    }
}

/// A row of a page, by id, with what it is sorted by.
#[derive(sqlx::FromRow)]
struct Found {
    id: i64,
    key: String,
}

impl Found {
    fn cursor(&self, order: ContactOrder) -> ContactCursor {
        ContactCursor(match order {
            ContactOrder::Address => Position::Address(self.key.clone()),
            ContactOrder::Name => Position::Name(self.key.clone(), self.id),
            ContactOrder::Created => Position::Created(self.id),
        })
    }
}
