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
const DRIVEN_IDS: i64 = if cfg!(test) && option_env!("MILLION").is_none() { 300 } else { 25_000 };
/// So many rows are walked at most before ids drive.
const WALKED_ROWS: i64 = if cfg!(test) && option_env!("MILLION").is_none() { 400 } else { 20_000 };
/// Counting what a filter finds stops here, or after [`WALKED_ROWS`] ids where the filter has more than [`DRIVEN_IDS`].
pub(super) const COUNTED: i64 = if cfg!(test) && option_env!("MILLION").is_none() { 1_000 } else { 5_000 };

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
        let parts = self.parts_of(&request.filter).await?;
        let choice = self.choose_driver(&parts).await?;
        let total = async {
            match &request.after {
                None => Ok(Some(self.find_total(&parts, choice.as_ref()).await?)),
                Some(_) => Ok(None),
            }
        };
        let (mut found, total) =
            tokio::try_join!(self.find_stretch(&parts, choice.as_ref(), &stretch), total)?;
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = if has_more { found.last().map(|row| row.cursor(request.order)) } else { None };
        let ids: Vec<ContactId> = found.iter().map(|row| ContactId(row.id)).collect();
        let total = total.map(|total| total.at_least(ids.len()));
        Ok(ContactPage { rows: self.load_contact_lines(&ids).await?, next, total })
    }

    /// How many contacts match, to the last one. Takes a second or two for a million.
    pub async fn count_matching_contacts(&self, filter: &ContactFilter) -> Result<i64> {
        let parts = self.parts_of(filter).await?;
        let choice = self.choose_driver(&parts).await?;
        self.count_exactly(&parts, choice.as_ref(), i64::MAX).await
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
        let parts = self.parts_of(filter).await?;
        let choice = self.choose_driver(&parts).await?;
        let found = self.find_stretch(&parts, choice.as_ref(), &stretch).await?;
        Ok(found.into_iter().map(|row| ContactId(row.id)).collect())
    }

    async fn find_total(&self, parts: &[Part], choice: Option<&Choice>) -> Result<ContactTotal> {
        let cap = COUNTED + 1;
        let count = match (parts, choice) {
            // The size of all and of a list is quickly counted.
            ([], _) => {
                return Ok(ContactTotal::Exactly(self.count_exactly(parts, choice, i64::MAX).await?));
            }
            ([part @ Part::List(_)], _) => {
                let mut sql = statements::count_ids(part, i64::MAX);
                let count = sql.build_query_scalar().fetch_one(self.reader()).await?;
                return Ok(ContactTotal::Exactly(count));
            }
            (_, Some(choice)) if choice.ids > DRIVEN_IDS => {
                let mut sql = statements::count_driven_within(&choice.driven, WALKED_ROWS, cap);
                let count: i64 = sql.build_query_scalar().fetch_one(self.reader()).await?;
                return Ok(ContactTotal::AtLeast(count.min(COUNTED)));
            }
            _ => self.count_exactly(parts, choice, cap).await?,
        };
        Ok(if count == cap { ContactTotal::AtLeast(COUNTED) } else { ContactTotal::Exactly(count) })
    }

    async fn count_exactly(&self, parts: &[Part], choice: Option<&Choice>, cap: i64) -> Result<i64> {
        let mut sql = match choice {
            Some(choice) => statements::count_driven(&choice.driven, cap),
            None => statements::count_tested(parts, cap),
        };
        Ok(sql.build_query_scalar().fetch_one(self.reader()).await?)
    }

    async fn find_stretch(
        &self,
        parts: &[Part],
        choice: Option<&Choice>,
        stretch: &Stretch,
    ) -> Result<Vec<Found>> {
        let Some(Choice { driven, ids }) = choice else {
            return self.find(statements::page_walked(parts, stretch)).await;
        };
        if *ids <= DRIVEN_IDS || stretch.order == ContactOrder::Created {
            return self.find(statements::page_driven(driven, stretch)).await;
        }
        let found = self.find(statements::page_walked_within(parts, stretch, WALKED_ROWS)).await?;
        let is_full = i64::try_from(found.len()).is_ok_and(|len| len >= stretch.limit);
        if is_full || !self.is_longer_than_walk(stretch).await? {
            return Ok(found);
        }
        self.find(statements::page_driven(driven, stretch)).await
    }

    /// The part with the fewest ids. Of several with more than [`DRIVEN_IDS`], a list, as its rows are the least
    /// likely to fail the other tests.
    pub(super) async fn choose_driver(&self, parts: &[Part]) -> Result<Option<Choice>> {
        let mut best: Option<(usize, (i64, bool))> = None;
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.has_ids()) {
            let mut sql = statements::count_ids(part, DRIVEN_IDS + 1);
            let ids: i64 = sql.build_query_scalar().fetch_one(self.reader()).await?;
            let rank = (ids, !matches!(part, Part::List(_)));
            if best.is_none_or(|(_, least)| rank < least) {
                best = Some((at, rank));
            }
        }
        Ok(best.and_then(|(at, (ids, _))| {
            let mut others = parts.to_vec();
            (at < others.len()).then(|| Choice { driven: Driven { driver: others.remove(at), others }, ids })
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

/// The part that may drive.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) driven: Driven,
    /// How many ids it has, counted no further than one above [`DRIVEN_IDS`].
    ids: i64,
}

impl ContactTotal {
    /// Not less than what is seen anyway.
    fn at_least(self, seen: usize) -> Self {
        match self {
            Self::Exactly(count) => Self::Exactly(count),
            Self::AtLeast(count) => Self::AtLeast(count.max(i64::try_from(seen).unwrap_or(i64::MAX))),
        }
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
