//! Lists of any length: read page by page, printed as one document or one table.
//!
//! JSON is written while it is read, so that a million rows need the memory of one page.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::failure::Failure;
use crate::screen::{self, Screen, unwritable};
use crate::words::{Sentence, Words};

/// Most rows a page, as the commands allow.
const PAGE: usize = 500;

/// A page of any list.
pub struct Page<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// Where the next page goes on.
    pub next: Option<String>,
    /// How many there are; only on the first page.
    pub total: Total,
}

/// How many rows a list has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    /// As far as was counted.
    pub total: Option<i64>,
    /// Counting stopped there.
    pub total_is_at_least: bool,
}

/// Prints the first rows of a list, with a note when there are more.
pub async fn show<R: Serialize>(
    screen: &Screen,
    limit: usize,
    page: impl AsyncFn(Option<String>, u32) -> Result<Page<R>, Failure>,
    table: impl FnOnce(Words, &[R]) -> String,
) -> Result<(), Failure> {
    if screen.is_json() {
        let mut out = BufWriter::new(io::stdout().lock());
        write!(out, "{{\"rows\":").map_err(unwritable)?;
        let total = write_array(&mut out, limit, page).await?;
        let total = serde_json::to_string(&total).unwrap_or_default();
        let rest = total.strip_prefix('{').unwrap_or("}");
        return writeln!(out, ",{rest}").and_then(|()| out.flush()).map_err(unwritable);
    }
    let mut shown = Vec::new();
    let total = each(limit, page, |rows| {
        shown.extend(rows);
        Ok(())
    })
    .await?;
    screen::print(table(screen.words(), &shown).trim_end())?;
    if total.total.is_some_and(|count| usize::try_from(count).is_ok_and(|count| count > shown.len())) {
        screen.note(&Sentence::MoreRows { shown: shown.len(), total });
    }
    Ok(())
}

/// Writes rows as a JSON array.
pub async fn write_array<R: Serialize>(
    out: &mut impl Write,
    limit: usize,
    page: impl AsyncFn(Option<String>, u32) -> Result<Page<R>, Failure>,
) -> Result<Total, Failure> {
    let mut before = "[";
    let total = each(limit, page, |rows| {
        for row in rows {
            write!(out, "{before}{}", serde_json::to_string(&row)?)?;
            before = ",";
        }
        Ok(())
    })
    .await?;
    write!(out, "{}]", if before == "[" { "[" } else { "" }).map_err(unwritable)?;
    Ok(total)
}

async fn each<R>(
    limit: usize,
    page: impl AsyncFn(Option<String>, u32) -> Result<Page<R>, Failure>,
    mut take: impl FnMut(Vec<R>) -> io::Result<()>,
) -> Result<Total, Failure> {
    let (mut left, mut after, mut total) = (limit, None, None);
    while left > 0 {
        let one = page(after, u32::try_from(left.min(PAGE)).unwrap_or(1)).await?;
        total = total.or(Some(one.total));
        left = left.saturating_sub(one.rows.len());
        let was_last = one.rows.is_empty();
        take(one.rows).map_err(unwritable)?;
        after = one.next;
        if was_last || after.is_none() {
            break;
        }
    }
    Ok(total.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of the numbers below `count`.
    fn numbers(count: usize, after: Option<String>, limit: u32) -> Page<usize> {
        let from: usize = after.as_deref().map_or(0, |cursor| cursor.parse().unwrap());
        let to = count.min(from + usize::try_from(limit).unwrap());
        let total = (from == 0).then(|| i64::try_from(count).unwrap());
        Page {
            rows: (from..to).collect(),
            next: (to < count).then(|| to.to_string()),
            total: Total { total, total_is_at_least: false },
        }
    }

    #[tokio::test]
    async fn all_pages_make_one_array() {
        for (count, limit, written) in [(0, 10, 0), (3, 10, 3), (1_201, usize::MAX, 1_201), (1_201, 700, 700)]
        {
            let mut out = Vec::new();
            let page = async |after: Option<String>, rows: u32| Ok(numbers(count, after, rows));
            let total = write_array(&mut out, limit, page).await.unwrap();
            let array: Vec<usize> = serde_json::from_slice(&out).unwrap();
            assert_eq!(array, (0..written).collect::<Vec<_>>());
            assert_eq!(total.total, Some(i64::try_from(count).unwrap()));
        }
    }
}
