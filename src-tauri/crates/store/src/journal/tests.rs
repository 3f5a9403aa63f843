//! What is armed, what is not, and that the counts follow.

use hongyan_domain::{EmailAddress, RunId, SuppressionReason};

use super::carrying::SETTLE;
use super::statement::{EACH_ALONE, WHOLE};
use super::*;
use crate::deliveries::StateCounts;
use crate::waiting::Recipients;

const RUN: RunId = RunId(1);

/// A running campaign with five people in its queue.
async fn ground() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    tell(
        &store,
        "insert into accounts (id, name, name_key, kind, host, port, tls, has_password, from_name, from_address,
                               max_connections, created_at_ms, updated_at_ms)
         values (1, 'a', 'a', 'smtp', 'h', 25, 'none', 0, '', 'a@b.cn', 1, 0, 0);
         insert into campaigns (id, name, name_key, state, created_at_ms, updated_at_ms)
         values (1, 'c', 'c', 'running', 0, 0);
         insert into runs (id, campaign_id, number, content, token_key, total, started_at_ms)
         values (1, 1, 1, '', x'00', 5, 0);
         insert into deliveries (id, run_id, contact_id, address, address_key, name, state, updated_at_ms)
         select value, 1, value, 'p' || value || '@b.cn', 'p' || value || '@b.cn', '', 'queued', 0
         from json_each('[1,2,3,4,5]');
         insert into run_counts (run_id, state, n) values (1, 'queued', 5)",
    )
    .await;
    (folder, store)
}

async fn tell(store: &Store, statements: &'static str) {
    let mut connection = store.acquire_writer().await.unwrap();
    sqlx::raw_sql(statements).execute(&mut *connection).await.unwrap();
}

const fn arm(id: i64) -> Entry {
    Entry::Arm { id: DeliveryId(id), account_id: AccountId(1), from: DeliveryState::Queued }
}

fn outcome(id: i64, from: DeliveryState, to: DeliveryState) -> Entry {
    Entry::Outcome(Report {
        verdict: Some(Verdict::Accepted),
        stage: Some(Stage::FinalReply),
        reply_code: Some(250),
        reply_text: "收到 \"ok\"".into(),
        queue_id: Some("Q1".into()),
        ..Report::new(DeliveryId(id), Some(AccountId(1)), (from, to), 9)
    })
}

async fn counts(store: &Store) -> StateCounts {
    store.settle_journal().await.unwrap();
    let counts = store.load_counts(RUN).await.unwrap();
    let json: String = sqlx::query_scalar(
        "select json_group_object(state, n) from (select state, count(*) as n from deliveries group by state)",
    )
    .fetch_one(store.reader())
    .await
    .unwrap();
    for &state in DeliveryState::ALL {
        let real = StateCounts::from_json(&json).unwrap().get(state);
        assert_eq!(counts.get(state), real, "{}", state.as_str());
    }
    counts
}

#[tokio::test]
async fn outcomes_and_arms_ride_in_one_commit() {
    let (_folder, store) = ground().await;
    assert_eq!(store.journal_writer().write(&[arm(1), arm(2)], 7).await.unwrap(), [EntryResult::Armed; 2]);
    let sent = outcome(1, DeliveryState::Armed, DeliveryState::Sent);
    let deferred = outcome(4, DeliveryState::Queued, DeliveryState::Deferred);
    let results = store.journal_writer().write(&[sent, arm(3), deferred], 8).await.unwrap();
    assert_eq!(results, [EntryResult::Recorded, EntryResult::Armed, EntryResult::Recorded]);
    let counts = counts(&store).await;
    assert_eq!([DeliveryState::Sent, DeliveryState::Armed].map(|state| counts.get(state)), [1, 2]);
    let rows: Vec<(i64, Option<i64>, String, i64)> = sqlx::query_as(
        "select attempts, reply_code, reply_text, updated_at_ms from deliveries where id in (1, 3, 4, 5) order by id",
    )
    .fetch_all(store.reader())
    .await
    .unwrap();
    let words = "收到 \"ok\"".to_owned();
    let expected = [(1, Some(250), words.clone(), 8), (1, None, String::new(), 8), (1, Some(250), words, 8)];
    assert_eq!(rows[..3], expected);
    assert_eq!(rows[3], (0, None, String::new(), 0));
    let days: (i64, i64, i64, i64) =
        sqlx::query_as("select * from account_days").fetch_one(store.reader()).await.unwrap();
    assert_eq!(days, (1, 9, 1, 0));
}

#[tokio::test]
async fn a_mail_is_armed_once() {
    let (_folder, store) = ground().await;
    let results = store.journal_writer().write(&[arm(1), arm(1)], 7).await.unwrap();
    assert_eq!(results, [EntryResult::Armed, EntryResult::NotArmed]);
    assert_eq!(store.journal_writer().write(&[arm(1)], 8).await.unwrap(), [EntryResult::NotArmed]);
    assert_eq!(counts(&store).await.get(DeliveryState::Armed), 1);
}

#[tokio::test]
async fn one_that_does_not_apply_keeps_none_of_the_others_back() {
    let (_folder, store) = ground().await;
    let mut journal = store.journal_writer();
    assert_eq!(journal.write(&[arm(1)], 7).await.unwrap(), [EntryResult::Armed]);
    let sent = |id| outcome(id, DeliveryState::Armed, DeliveryState::Sent);
    let results = journal.write(&[sent(2), sent(1), arm(3), arm(3)], 8).await.unwrap();
    assert_eq!(
        results,
        [EntryResult::Stale, EntryResult::Recorded, EntryResult::Armed, EntryResult::NotArmed]
    );
    journal.rest();
    let counts = counts(&store).await;
    assert_eq!((counts.get(DeliveryState::Sent), counts.get(DeliveryState::Armed)), (1, 1));
    let attempts: Vec<(i64, i64)> =
        sqlx::query_as("select id, attempts from deliveries where attempts > 0 order by id")
            .fetch_all(store.reader())
            .await
            .unwrap();
    assert_eq!(attempts, [(1, 1), (3, 1)]);
}

/// All that stands in the journal.
async fn lines(store: &Store) -> Vec<String> {
    sqlx::query_scalar(
        "select json_array(delivery_id, state, attempts, account_id, updated_at_ms, has_outcome, day, verdict, stage,
                           reply_code, reply_text, queue_id, skip_reason, due_at_ms)
         from journal order by delivery_id",
    )
    .fetch_all(store.reader())
    .await
    .unwrap()
}

#[tokio::test]
async fn what_is_written_at_once_and_by_the_pool_is_the_same() {
    let mut kept = Vec::new();
    for by_the_pool in [false, true] {
        let (_folder, store) = ground().await;
        let mut journal = store.journal_writer();
        if by_the_pool {
            journal.at_once = AtOnce::new("/nowhere".as_ref());
        }
        journal.write(&[arm(1), arm(2)], 7).await.unwrap();
        let sent = outcome(1, DeliveryState::Armed, DeliveryState::Sent);
        let deferred = outcome(4, DeliveryState::Queued, DeliveryState::Deferred);
        let results = journal.write(&[sent, arm(3), deferred], 8).await.unwrap();
        assert_eq!(results, [EntryResult::Recorded, EntryResult::Armed, EntryResult::Recorded]);
        kept.push(lines(&store).await);
    }
    assert_eq!(kept[0].len(), 4);
    assert_eq!(kept[0], kept[1]);
}

#[tokio::test]
async fn while_another_process_writes_the_journal_waits_and_the_thread_does_not() {
    let (folder, store) = ground().await;
    let mut journal = store.journal_writer();
    journal.write(&[arm(1)], 7).await.unwrap();
    let another = rusqlite::Connection::open(folder.path().join("hongyan.db")).unwrap();
    another.execute_batch("begin immediate").unwrap();
    let entries = [arm(2)];
    let mut write = Box::pin(journal.write(&entries, 8));
    tokio::select! {
        biased;
        early = &mut write => panic!("{early:?}"),
        () = tokio::time::sleep(std::time::Duration::from_millis(50)) => {}
    }
    another.execute_batch("commit").unwrap();
    assert_eq!(write.await.unwrap(), [EntryResult::Armed]);
}

#[tokio::test]
async fn who_was_suppressed_since_is_skipped() {
    let (_folder, store) = ground().await;
    let address = EmailAddress::parse("p2@b.cn").unwrap();
    store.insert_suppressions(&[address], SuppressionReason::Unsubscribed, 1).await.unwrap();
    let results = store.journal_writer().write(&[arm(1), arm(2)], 7).await.unwrap();
    assert_eq!(results, [EntryResult::Armed, EntryResult::Suppressed]);
    assert_eq!(counts(&store).await.get(DeliveryState::Skipped), 1);
    let reason: String = sqlx::query_scalar("select skip_reason from deliveries where id = 2")
        .fetch_one(store.reader())
        .await
        .unwrap();
    assert_eq!(reason, "suppressed");
}

#[tokio::test]
async fn a_paused_campaign_arms_nothing_and_keeps_its_outcomes() {
    let (_folder, store) = ground().await;
    store.journal_writer().write(&[arm(1)], 7).await.unwrap();
    tell(&store, "update campaigns set state = 'paused'").await;
    let sent = outcome(1, DeliveryState::Armed, DeliveryState::Sent);
    let results = store.journal_writer().write(&[sent.clone(), arm(2)], 8).await.unwrap();
    assert_eq!(results, [EntryResult::Recorded, EntryResult::NotArmed]);
    assert_eq!(store.journal_writer().write(&[sent], 9).await.unwrap(), [EntryResult::Stale]);
    assert_eq!(counts(&store).await.get(DeliveryState::Queued), 4);
}

#[tokio::test]
async fn a_failed_commit_leaves_nothing_behind() {
    let (_folder, store) = ground().await;
    tell(&store, "create trigger refuses before insert on journal begin select raise(abort, 'no'); end")
        .await;
    store.journal_writer().write(&[arm(1)], 7).await.unwrap_err();
    tell(&store, "drop trigger refuses").await;
    assert_eq!(store.journal_writer().write(&[arm(1)], 8).await.unwrap(), [EntryResult::Armed]);
    assert_eq!(counts(&store).await.get(DeliveryState::Armed), 1);
}

#[tokio::test]
async fn a_write_that_is_given_up_locks_nobody_out() {
    let (_folder, store) = ground().await;
    for id in 1..=5 {
        let entries = [arm(id)];
        let mut writer = store.journal_writer();
        let mut write = Box::pin(writer.write(&entries, 7));
        // Far enough for the statements to be on their way.
        for _ in 0..id {
            tokio::select! { biased; _ = &mut write => break, () = tokio::task::yield_now() => {} }
        }
        drop(write);
    }
    let address = EmailAddress::parse("p9@b.cn").unwrap();
    store.insert_suppressions(&[address], SuppressionReason::Manual, 1).await.unwrap();
    counts(&store).await;
}

#[tokio::test]
async fn what_the_journal_knows_outlives_a_crash() {
    let (folder, store) = ground().await;
    store.journal_writer().write(&[arm(1), arm(2)], 7).await.unwrap();
    let sent = outcome(1, DeliveryState::Armed, DeliveryState::Sent);
    store.journal_writer().write(&[sent, arm(3)], 8).await.unwrap();
    let told: Vec<i64> = sqlx::query_scalar("select id from deliveries where state <> 'queued'")
        .fetch_all(store.reader())
        .await
        .unwrap();
    assert!(told.is_empty(), "carried over too early for this test: {told:?}");
    store.close().await;
    let store = Store::open(folder.path()).await.unwrap();
    let counts = counts(&store).await;
    assert_eq!([DeliveryState::Sent, DeliveryState::Armed].map(|state| counts.get(state)), [1, 2]);
    assert_eq!(store.recover_runs(9).await.unwrap(), 2);
}

#[tokio::test]
async fn who_is_armed_in_the_journal_no_longer_waits() {
    let (_folder, store) = ground().await;
    store.journal_writer().write(&[arm(1), arm(2)], 7).await.unwrap();
    let waiting = store.list_untried(RUN, &Recipients::ALL, DeliveryId(0), 10).await.unwrap();
    assert_eq!(waiting.iter().map(|row| row.id.0).collect::<Vec<_>>(), [3, 4, 5]);
}

#[tokio::test]
async fn a_cancelled_campaign_keeps_what_the_journal_armed() {
    let (_folder, store) = ground().await;
    store.journal_writer().write(&[arm(1), arm(2)], 7).await.unwrap();
    assert!(store.cancel_campaign(hongyan_domain::CampaignId(1), 8).await.unwrap());
    let sent = outcome(1, DeliveryState::Armed, DeliveryState::Sent);
    assert_eq!(store.journal_writer().write(&[sent], 9).await.unwrap(), [EntryResult::Recorded]);
    let counts = counts(&store).await;
    let states = [DeliveryState::Sent, DeliveryState::Armed, DeliveryState::Skipped];
    assert_eq!(states.map(|state| counts.get(state)), [1, 1, 3]);
}

#[tokio::test]
async fn the_journal_is_carried_over_without_a_walk_over_all_deliveries() {
    let (_folder, store) = ground().await;
    for statement in
        SETTLE.split(';').chain(WHOLE.iter().take(3).chain(EACH_ALONE.iter().take(3)).map(String::as_str))
    {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {statement}")))
                .fetch_all(store.reader())
                .await
                .unwrap();
        let walks = plan.iter().any(|(.., step)| step.starts_with("SCAN deliveries"));
        assert!(!walks, "{statement}: {plan:?}");
    }
}

#[tokio::test]
async fn a_mail_that_was_armed_for_nothing_is_nobodys_again() {
    let (_folder, store) = ground().await;
    let mut free = outcome(1, DeliveryState::Armed, DeliveryState::Queued);
    if let Entry::Outcome(report) = &mut free {
        report.account_id = None;
    }
    let mut writer = store.journal_writer();
    writer.write(&[arm(1)], 7).await.unwrap();
    writer.settle().await.unwrap();
    writer.write(&[free], 8).await.unwrap();
    writer.settle().await.unwrap();
    assert_eq!(counts(&store).await.get(DeliveryState::Queued), 5);
}
