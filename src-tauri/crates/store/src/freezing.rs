//! Freezing an audience: a delivery for everybody in a campaign's lists.
//!
//! All in the caller's transaction, so a run has all of its recipients or none. A few thousand at a time: SQLite keeps
//! what a statement selects in memory when it inserts into a table that it also looks into, and nobody could be told how
//! far it is, nor stop it.

use hongyan_domain::RunId;
use sqlx::{Sqlite, Transaction};

use crate::Result;

/// Recipients a statement.
const BATCH: i64 = 5_000;

/// Is told how many deliveries there are so far; answers whether to go on.
pub type Watch<'a> = &'a mut (dyn FnMut(i64) -> bool + Send);

/// Makes a delivery of everybody in the campaign's lists who has none in this run; gives how many, or `None` where it
/// was stopped: the transaction is of no use any more then.
pub(crate) async fn freeze_audience(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    now_ms: i64,
    watch: Watch<'_>,
) -> Result<Option<i64>> {
    let lists: Vec<i64> = sqlx::query_scalar(
        "select list_id from campaign_lists
         where campaign_id = (select campaign_id from runs where id = $1) order by list_id",
    )
    .bind(run.0)
    .fetch_all(&mut **transaction)
    .await?;
    let mut added = 0;
    for list in lists {
        let mut after = 0;
        while let Some(last) = find_end_of_batch(transaction, list, after).await? {
            added += freeze_batch(transaction, run, now_ms, (list, after, last)).await?;
            after = last;
            if !watch(added) {
                return Ok(None);
            }
        }
    }
    sqlx::query("update runs set total = total + $2 where id = $1")
        .bind(run.0)
        .bind(added)
        .execute(&mut **transaction)
        .await?;
    Ok(Some(added))
}

/// Counts the deliveries of a run that has just been frozen: nobody belongs to an account yet, so they lie in the order of
/// their states, and a million of them need not be sorted in memory.
pub(crate) async fn count_frozen(transaction: &mut Transaction<'static, Sqlite>, run: RunId) -> Result<()> {
    sqlx::query(
        "insert into run_counts (run_id, state, account_id, n)
         select run_id, state, 0, count(*) from deliveries where run_id = $1 group by run_id, state",
    )
    .bind(run.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The last contact of the next batch of a list; `None` behind its end.
async fn find_end_of_batch(
    transaction: &mut Transaction<'static, Sqlite>,
    list: i64,
    after: i64,
) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "select max(contact_id) from (select contact_id from list_members
                                      where list_id = $1 and contact_id > $2 order by contact_id limit $3)",
    )
    .bind(list)
    .bind(after)
    .bind(BATCH)
    .fetch_one(&mut **transaction)
    .await?)
}

/// Who is in two lists has a delivery already when the second comes.
async fn freeze_batch(
    transaction: &mut Transaction<'static, Sqlite>,
    run: RunId,
    now_ms: i64,
    (list, after, last): (i64, i64, i64),
) -> Result<i64> {
    let done = sqlx::query(
        "insert into deliveries (run_id, contact_id, address, address_key, name, state, skip_reason, updated_at_ms)
         select $1, contacts.id, contacts.address, contacts.address_key, contacts.display_name,
             case when suppressions.address_key is null then 'queued' else 'skipped' end,
             case when suppressions.address_key is null then null else 'suppressed' end,
             $2
         from list_members
         join contacts on contacts.id = list_members.contact_id
         left join suppressions on suppressions.address_key = contacts.address_key
         where list_members.list_id = $3 and list_members.contact_id > $4 and list_members.contact_id <= $5
           and not exists (select 1 from deliveries
                           where deliveries.run_id = $1 and deliveries.address_key = contacts.address_key)
         order by list_members.contact_id",
    )
    .bind(run.0)
    .bind(now_ms)
    .bind(list)
    .bind(after)
    .bind(last)
    .execute(&mut **transaction)
    .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use hongyan_domain::{CampaignId, CampaignState};

    use crate::{NewRun, Store};

    /// A draft for two lists: 12,000 people, and the last 1,000 of them with 500 more; one is suppressed.
    async fn ground() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let mut connection = store.acquire_writer().await.unwrap();
        sqlx::raw_sql(
            "insert into accounts (id, name, name_key, kind, host, port, tls, has_password, from_name, from_address,
                                   max_connections, created_at_ms, updated_at_ms)
             values (1, 'a', 'a', 'smtp', 'h', 25, 'none', 0, '', 'a@b.cn', 1, 0, 0);
             insert into contacts (id, address, address_key, name, display_name, fields, created_at_ms, updated_at_ms)
             with recursive n (n) as (select 1 union all select n + 1 from n where n < 12500)
             select n, 'p' || n || '@b.cn', 'p' || n || '@b.cn', '', '', '{}', 0, 0 from n;
             insert into lists (id, name, name_key, created_at_ms) values (1, 'x', 'x', 0), (2, 'y', 'y', 0);
             insert into list_members (list_id, contact_id, added_at_ms) select 1, id, 0 from contacts where id <= 12000;
             insert into list_members (list_id, contact_id, added_at_ms) select 2, id, 0 from contacts where id > 11000;
             insert into suppressions (address_key, address, reason, since_ms)
             values ('p7@b.cn', 'p7@b.cn', 'manual', 0);
             insert into campaigns (id, name, name_key, state, created_at_ms, updated_at_ms)
             values (1, 'c', 'c', 'draft', 0, 0);
             insert into campaign_lists (campaign_id, list_id) values (1, 1), (1, 2)",
        )
        .execute(&mut *connection)
        .await
        .unwrap();
        drop(connection);
        (folder, store)
    }

    fn run() -> NewRun {
        NewRun {
            campaign_id: CampaignId(1),
            accounts: Vec::new(),
            content: String::new(),
            token_key: vec![0],
        }
    }

    async fn rows(store: &Store, question: &'static str) -> i64 {
        sqlx::query_scalar(question).fetch_one(store.reader()).await.unwrap()
    }

    #[tokio::test]
    async fn everybody_in_the_lists_gets_one_delivery_and_somebody_is_told_on_the_way() {
        let (_folder, store) = ground().await;
        let mut told = Vec::new();
        let mut watch = |count| {
            told.push(count);
            true
        };
        let started = store.start_run(&run(), CampaignState::Draft, 0, &mut watch).await.unwrap();
        assert_eq!(told, [5_000, 10_000, 12_000, 12_500]);
        let counts = store.load_counts(started.unwrap()).await.unwrap();
        assert_eq!((counts.total(), counts.open()), (12_500, 12_499));
        assert_eq!(store.load_run(started.unwrap()).await.unwrap().total, 12_500);
        assert_eq!(rows(&store, "select count(distinct address_key) from deliveries").await, 12_500);
    }

    #[tokio::test]
    async fn what_is_stopped_on_the_way_leaves_nothing_behind() {
        let (_folder, store) = ground().await;
        let stopped = store.start_run(&run(), CampaignState::Draft, 0, &mut |count| count < 10_000).await;
        assert_eq!(stopped.unwrap(), None);
        assert_eq!(rows(&store, "select count(*) from deliveries").await, 0);
        assert_eq!(rows(&store, "select count(*) from runs").await, 0);
        assert_eq!(rows(&store, "select count(*) from campaigns where state = 'draft'").await, 1);
        let again = store.start_run(&run(), CampaignState::Draft, 0, &mut |_| true).await.unwrap();
        assert!(again.is_some(), "the writer is free again");
    }
}
