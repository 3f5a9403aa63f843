//! From the journal into the deliveries, hundreds at a time.

use sqlx::SqliteConnection;

use crate::Result;

/// Carries the journal over into the deliveries and what is counted of them.
///
/// `cross join` and the `+` see to it that the few rows of the journal are gone through and not all deliveries.
pub(super) const SETTLE: &str = "
insert into run_counts (run_id, state, account_id, n)
with moved as materialized (
    select run_id, deliveries.state as was, coalesce(deliveries.account_id, 0) as was_at, journal.state as becomes,
        coalesce(journal.account_id, 0) as at, count(*) as n
    from journal cross join deliveries on deliveries.id = journal.delivery_id group by 1, 2, 3, 4, 5)
select run_id, state, account_id, sum(n) as n
from (select run_id, was as state, was_at as account_id, -n as n from moved
      union all
      select run_id, becomes, at, n from moved)
group by 1, 2, 3 having sum(n) <> 0
on conflict (run_id, state, account_id) do update set n = n + excluded.n;
insert into account_days (account_id, day, sent, failed)
select account_id, day, sum(state = 'sent'), sum(state = 'failed')
from journal where has_outcome and state in ('sent', 'failed') group by account_id, day
on conflict (account_id, day) do update set sent = sent + excluded.sent, failed = failed + excluded.failed;
update deliveries
set state = journal.state, account_id = journal.account_id, attempts = deliveries.attempts + journal.attempts, skip_reason = journal.skip_reason,
    due_at_ms = journal.due_at_ms, updated_at_ms = journal.updated_at_ms,
    verdict = iif(has_outcome, journal.verdict, deliveries.verdict),
    stage = iif(has_outcome, journal.stage, deliveries.stage),
    reply_code = iif(has_outcome, journal.reply_code, deliveries.reply_code),
    reply_text = iif(has_outcome, journal.reply_text, deliveries.reply_text),
    queue_id = iif(has_outcome, journal.queue_id, deliveries.queue_id)
from journal where deliveries.id = +journal.delivery_id;
delete from journal";

/// Whether there is something to carry over.
const IS_BEHIND: &str = "select exists (select 1 from journal)";

/// Carries the journal over, as the first thing in a transaction.
pub(crate) async fn settle(transaction: &mut SqliteConnection) -> Result<()> {
    let is_behind: bool = sqlx::query_scalar(IS_BEHIND).fetch_one(&mut *transaction).await?;
    if is_behind {
        sqlx::raw_sql(SETTLE).execute(transaction).await?;
    }
    Ok(())
}
