//! What all paged lists share.

use crate::{Error, Result};

/// Most rows of a page.
pub const MAX_PAGE_ROWS: u32 = 500;

/// Checks the number of rows that a page is to have.
pub(crate) fn page_limit(limit: u32) -> Result<u32> {
    if (1..=MAX_PAGE_ROWS).contains(&limit) { Ok(limit) } else { Err(Error::Value("limit")) }
}

/// Of one row more than wanted, makes the page and the cursor of its last row, if there is more.
pub(crate) fn split_page<R>(
    mut rows: Vec<R>,
    limit: u32,
    cursor: impl Fn(&R) -> String,
) -> (Vec<R>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = if has_more { rows.last().map(cursor) } else { None };
    (rows, next)
}
