//! The statements behind pages and counts of contacts, put together of literals.
//!
//! A page is found in one of two ways. *Driven*: take the ids of one part of the filter, test the rows, sort them: its
//! cost grows with the number of ids. *Walked*: go along the index of the order, test each row and stop when the page
//! is full: its cost grows with the number of rows between two hits.

use super::cursor::Position;
use super::filter::{ContactOrder, Part, Sql};

/// A filter's parts, and the one whose ids drive.
#[derive(Debug, Clone)]
pub(crate) struct Driven {
    pub(crate) driver: Part,
    pub(crate) others: Vec<Part>,
}

/// The stretch of an order that a page wants.
#[derive(Clone)]
pub(crate) struct Stretch {
    pub(crate) order: ContactOrder,
    pub(crate) descending: bool,
    pub(crate) after: Option<Position>,
    pub(crate) limit: i64,
}

/// Counts a part's ids, about and up to `cap`.
pub(crate) fn count_ids(part: &Part, cap: i64) -> Sql {
    let mut sql = Sql::new("select count(*) from (select 1 from (");
    part.push_size(&mut sql);
    sql.push(") limit ").push_bind(cap).push(")");
    sql
}

/// Counts what matches, up to `cap`.
pub(crate) fn count_driven(driven: &Driven, cap: i64) -> Sql {
    let mut sql = Sql::new("select count(*) from (select 1 from (");
    driven.push_from_where(&mut sql);
    sql.push(" limit ").push_bind(cap).push(")");
    sql
}

/// Counts what matches among the first ids, up to `cap`.
pub(crate) fn count_driven_within(driven: &Driven, budget: i64, cap: i64) -> Sql {
    let mut sql = Sql::new("select count(*) from (select 1 from (select id from (");
    driven.driver.push_ids(&mut sql);
    sql.push(") limit ").push_bind(budget);
    driven.push_where(&mut sql);
    sql.push(" limit ").push_bind(cap).push(")");
    sql
}

/// Counts what passes the tests, up to `cap`.
pub(crate) fn count_tested(tests: &[Part], cap: i64) -> Sql {
    let mut sql = Sql::new("select count(*) from (select 1 from contacts c where 1");
    push_tests(tests, &mut sql);
    sql.push(" limit ").push_bind(cap).push(")");
    sql
}

/// Writes the ids of all that match to the temporary table `selected`.
pub(crate) fn select_driven(driven: &Driven) -> Sql {
    let mut sql = Sql::new("insert into selected (id) select c.id from (");
    driven.push_from_where(&mut sql);
    sql
}

/// The same by tests alone.
pub(crate) fn select_tested(tests: &[Part]) -> Sql {
    let mut sql = Sql::new("insert into selected (id) select c.id from contacts c where 1");
    push_tests(tests, &mut sql);
    sql
}

/// A page by the ids of one part: columns `id` and `key`.
pub(crate) fn page_driven(driven: &Driven, stretch: &Stretch) -> Sql {
    // Ids come sorted already, so by time of adding there is nothing to sort, if it is asked of them and not of `c`.
    let by = if stretch.order == ContactOrder::Created { "driver" } else { "c" };
    let mut sql = Sql::new("select ");
    stretch.push_columns(&mut sql);
    sql.push(" from (");
    driven.push_from_where(&mut sql);
    stretch.push_after(by, &mut sql);
    stretch.push_order(by, &mut sql);
    sql.push(" limit ").push_bind(stretch.limit);
    sql
}

/// A page along the order's index, for tests that most rows pass.
pub(crate) fn page_walked(tests: &[Part], stretch: &Stretch) -> Sql {
    let mut sql = Sql::new("select ");
    stretch.push_columns(&mut sql);
    sql.push(" from contacts c where 1");
    stretch.push_after("c", &mut sql);
    push_tests(tests, &mut sql);
    stretch.push_order("c", &mut sql);
    sql.push(" limit ").push_bind(stretch.limit);
    sql
}

/// A page along the order's index that looks at `budget` rows and no further.
pub(crate) fn page_walked_within(tests: &[Part], stretch: &Stretch, budget: i64) -> Sql {
    let mut sql = Sql::new("select ");
    stretch.push_columns(&mut sql);
    sql.push(" from (select * from contacts c where 1");
    stretch.push_after("c", &mut sql);
    stretch.push_order("c", &mut sql);
    sql.push(" limit ").push_bind(budget);
    // No `order by` out here: it would look at the whole budget before the first row comes out.
    sql.push(") c where 1");
    push_tests(tests, &mut sql);
    sql.push(" limit ").push_bind(stretch.limit);
    sql
}

/// Whether there are more than `budget` rows to walk.
pub(crate) fn is_longer_than(stretch: &Stretch, budget: i64) -> Sql {
    let mut sql = Sql::new("select count(*) from (select 1 from contacts c where 1");
    stretch.push_after("c", &mut sql);
    stretch.push_order("c", &mut sql);
    sql.push(" limit 1 offset ").push_bind(budget).push(")");
    sql
}

fn push_tests(tests: &[Part], sql: &mut Sql) {
    for test in tests {
        sql.push(" and ");
        test.push_test(sql);
    }
}

impl Driven {
    /// Goes on behind `from (`.
    fn push_from_where(&self, sql: &mut Sql) {
        self.driver.push_ids(sql);
        self.push_where(sql);
    }

    /// Goes on behind the select of ids.
    fn push_where(&self, sql: &mut Sql) {
        sql.push(") driver cross join contacts c on c.id = driver.id where ");
        self.driver.push_row_test(sql);
        push_tests(&self.others, sql);
    }
}

impl Stretch {
    fn push_columns(&self, sql: &mut Sql) {
        sql.push(match self.order {
            ContactOrder::Address => "c.id as id, c.address_key as key",
            ContactOrder::Name => "c.id as id, c.display_name as key",
            ContactOrder::Created => "c.id as id, '' as key",
        });
    }

    fn push_after(&self, by: &'static str, sql: &mut Sql) {
        let sign = if self.descending { " < " } else { " > " };
        match self.after.clone() {
            None => {}
            Some(Position::Address(key)) => {
                sql.push(" and c.address_key").push(sign).push_bind(key);
            }
            Some(Position::Name(name, id)) => {
                sql.push(" and (c.display_name, c.id)").push(sign).push("(").push_bind(name);
                sql.push(", ").push_bind(id).push(")");
            }
            Some(Position::Created(id)) => {
                sql.push(" and ").push(by).push(".id").push(sign).push_bind(id);
            }
        }
    }

    fn push_order(&self, by: &'static str, sql: &mut Sql) {
        let direction = if self.descending { " desc" } else { "" };
        sql.push(" order by ");
        match self.order {
            ContactOrder::Address => sql.push("c.address_key").push(direction),
            ContactOrder::Name => sql.push("c.display_name").push(direction).push(", c.id").push(direction),
            ContactOrder::Created => sql.push(by).push(".id").push(direction),
        };
    }
}
