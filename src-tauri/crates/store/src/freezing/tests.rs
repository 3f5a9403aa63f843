//! Freezing with others beside it, stopped on the way, and ended on the way.

use std::sync::atomic::{AtomicUsize, Ordering};

use hongyan_domain::{AccountId, CampaignId, CampaignState, DeliveryId, DeliveryState};

use super::*;
use crate::{Entry, EntryResult, NewRun, Store};

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

/// The campaign as it stands there.
const DRAFT: CampaignVersion = CampaignVersion { state: CampaignState::Draft, updated_at_ms: 0 };

fn run() -> NewRun {
    NewRun { campaign_id: CampaignId(1), accounts: Vec::new(), content: String::new(), token_key: vec![0] }
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
    let started = store.start_run(&run(), DRAFT, 0, &mut watch).await.unwrap();
    assert_eq!(told.last(), Some(&12_500));
    assert!(told.len() >= 4 && told.is_sorted(), "{told:?}");
    let counts = store.load_counts(started.unwrap()).await.unwrap();
    assert_eq!((counts.total(), counts.open()), (12_500, 12_499));
    assert_eq!(store.load_run(started.unwrap()).await.unwrap().total, 12_500);
    assert_eq!(rows(&store, "select count(distinct address_key) from deliveries").await, 12_500);
}

#[tokio::test]
async fn what_is_stopped_on_the_way_leaves_nothing_behind() {
    let (_folder, store) = ground().await;
    let stopped = store.start_run(&run(), DRAFT, 0, &mut |count| count < 10_000).await;
    assert_eq!(stopped.unwrap(), None);
    assert_eq!(rows(&store, "select count(*) from deliveries").await, 0);
    assert_eq!(rows(&store, "select count(*) from runs").await, 0);
    assert_eq!(rows(&store, "select count(*) from campaigns where state = 'draft'").await, 1);
    let again = store.start_run(&run(), DRAFT, 0, &mut |_| true).await.unwrap();
    assert!(again.is_some(), "the writer is free again");
}

/// A campaign that is sent by somebody else meanwhile: the deliveries 1 to 1,000.
async fn being_sent(store: &Store) {
    let mut connection = store.acquire_writer().await.unwrap();
    sqlx::raw_sql(
        "insert into campaigns (id, name, name_key, state, created_at_ms, updated_at_ms)
         values (2, 'd', 'd', 'running', 0, 0);
         insert into runs (id, campaign_id, number, content, token_key, total, started_at_ms)
         values (1, 2, 1, '', x'00', 1000, 0);
         insert into deliveries (id, run_id, contact_id, address, address_key, name, state, updated_at_ms)
         with recursive n (n) as (select 1 union all select n + 1 from n where n < 1000)
         select n, 1, n, 'q' || n || '@b.cn', 'q' || n || '@b.cn', '', 'queued', 0 from n;
         insert into run_counts (run_id, state, n) values (1, 'queued', 1000)",
    )
    .execute(&mut *connection)
    .await
    .unwrap();
}

#[tokio::test]
async fn another_campaign_s_journal_is_written_between_the_batches() {
    let (_folder, store) = ground().await;
    being_sent(&store).await;
    let armed = AtomicUsize::new(0);
    let sending = async {
        let mut journal = store.journal_writer();
        for id in 1..=1_000 {
            let arm =
                Entry::Arm { id: DeliveryId(id), account_id: AccountId(1), from: DeliveryState::Queued };
            assert_eq!(journal.write(&[arm], 0).await.unwrap(), [EntryResult::Armed]);
            // As the journal's task does when nobody waits for it.
            journal.rest();
            armed.fetch_add(1, Ordering::Relaxed);
        }
    };
    let mut told = Vec::new();
    let mut watch = |_| {
        told.push(armed.load(Ordering::Relaxed));
        true
    };
    let run = run();
    let freezing = store.start_run(&run, DRAFT, 0, &mut watch);
    tokio::select! {
        biased;
        () = sending => panic!("a thousand commits in no time"),
        started = freezing => assert!(started.unwrap().is_some()),
    }
    assert!(told.len() >= 4, "{told:?}");
    assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "nothing was written beside a batch: {told:?}");
}

#[tokio::test]
async fn a_run_that_is_not_frozen_yet_is_nobody_s() {
    let (folder, store) = ground().await;
    let beside = Store::open(folder.path()).await.unwrap();
    let seen = std::sync::Mutex::new(Vec::new());
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let run = run();
    let mut watch = |frozen| {
        tell.send(frozen).unwrap();
        true
    };
    let looking = async {
        while told.recv().await.is_some() {
            let campaign = beside.load_campaign(CampaignId(1)).await.unwrap();
            if campaign.state == CampaignState::Draft {
                assert_eq!((campaign.run_id, campaign.counts.total()), (None, 0));
                assert!(
                    beside.list_contact_timeline(hongyan_domain::ContactId(1), 9).await.unwrap().len() == 1
                );
                seen.lock().unwrap().push(campaign.state);
            }
        }
    };
    tokio::select! {
        biased;
        () = looking => unreachable!(),
        started = store.start_run(&run, DRAFT, 0, &mut watch) => drop(started.unwrap()),
    }
    assert!(!seen.lock().unwrap().is_empty(), "nobody looked in time");
    assert_eq!(beside.load_campaign(CampaignId(1)).await.unwrap().counts.total(), 12_500);
}

/// Freezes until some are in, and is broken off there as by a crash.
async fn break_off(store: &Store) {
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut tell = Some(tell);
    let mut watch = |frozen| {
        if frozen >= 3_000 {
            let _ = tell.take().map(|tell| tell.send(()));
        }
        true
    };
    let run = run();
    tokio::select! {
        biased;
        _ = told => {}
        started = store.start_run(&run, DRAFT, 0, &mut watch) => panic!("it ended: {started:?}"),
    }
    assert!(rows(store, "select count(*) from deliveries").await >= 3_000);
}

#[tokio::test]
async fn what_a_crash_leaves_half_frozen_is_thrown_away_and_frozen_anew_once() {
    let (folder, store) = ground().await;
    break_off(&store).await;
    store.close().await;
    let store = Store::open(folder.path()).await.unwrap();
    let campaign = store.load_campaign(CampaignId(1)).await.unwrap();
    assert_eq!((campaign.state, campaign.run_id), (CampaignState::Draft, None));

    let started = store.start_run(&run(), DRAFT, 0, &mut |_| true).await.unwrap();
    let counts = store.load_counts(started.unwrap()).await.unwrap();
    assert_eq!((counts.total(), counts.open()), (12_500, 12_499));
    assert_eq!(rows(&store, "select count(*) from deliveries").await, 12_500);
    assert_eq!(rows(&store, "select count(*) from runs").await, 1);
}

#[tokio::test]
async fn a_start_of_sending_throws_half_frozen_runs_away_but_not_one_that_is_being_made() {
    let (folder, store) = ground().await;
    break_off(&store).await;
    let beside = Store::open(folder.path()).await.unwrap();
    let alone = beside.try_freeze_alone().unwrap();
    assert!(alone.is_some(), "who is broken off keeps nobody from it");
    store.throw_away_half_frozen_runs().await.unwrap();
    assert_eq!(
        rows(&store, "select count(*) from runs where is_frozen = 0").await,
        1,
        "another one makes it"
    );
    drop(alone);
    store.throw_away_half_frozen_runs().await.unwrap();
    assert_eq!(rows(&store, "select count(*) from runs").await, 0);
    assert_eq!(rows(&store, "select count(*) from deliveries").await, 0);
    assert_eq!(rows(&store, "select count(*) from run_counts").await, 0);
}

#[tokio::test]
async fn a_campaign_that_is_changed_on_the_way_is_not_started() {
    let (_folder, store) = ground().await;
    let mut values = store.load_campaign(CampaignId(1)).await.unwrap().values;
    values.list_ids.pop();
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut tell = Some(tell);
    let mut watch = |_| {
        let _ = tell.take().map(|tell| tell.send(()));
        true
    };
    let run = run();
    let changing = async {
        told.await.unwrap();
        store.update_campaign(CampaignId(1), &values, 7).await.unwrap()
    };
    let (started, changed) = tokio::join!(store.start_run(&run, DRAFT, 0, &mut watch), changing);
    assert!(changed && started.unwrap().is_none());
    assert_eq!(rows(&store, "select count(*) from deliveries").await, 0);
    assert_eq!(store.load_campaign(CampaignId(1)).await.unwrap().state, CampaignState::Draft);
}

#[tokio::test]
async fn a_campaign_that_is_another_than_was_looked_at_is_not_started() {
    let (_folder, store) = ground().await;
    let looked_at = store.load_campaign(CampaignId(1)).await.unwrap();
    store.update_campaign(CampaignId(1), &looked_at.values, 7).await.unwrap();
    let started = store.start_run(&run(), looked_at.version(), 8, &mut |_| true).await.unwrap();
    assert_eq!((started, rows(&store, "select count(*) from runs").await), (None, 0));
    let version = store.load_campaign(CampaignId(1)).await.unwrap().version();
    assert!(store.start_run(&run(), version, 8, &mut |_| true).await.unwrap().is_some());
}

#[tokio::test]
async fn two_who_start_a_campaign_at_once_freeze_it_once() {
    let (folder, store) = ground().await;
    let beside = Store::open(folder.path()).await.unwrap();
    let (one, other) = (run(), run());
    let (mut first, mut second) = (|_| true, |_| true);
    let (one, other) = tokio::join!(
        store.start_run(&one, DRAFT, 0, &mut first),
        beside.start_run(&other, DRAFT, 0, &mut second)
    );
    assert_ne!(one.unwrap().is_some(), other.unwrap().is_some());
    assert_eq!(rows(&store, "select count(*) from deliveries").await, 12_500);
}

#[test]
fn a_batch_is_as_large_as_fits() {
    let mut size = BatchSize(FIRST_BATCH);
    for (took_ms, wanted) in
        [(70, 2_000), (20, 4_000), (1, 5_000), (140, 2_500), (10_000, 1_000), (35, 2_000)]
    {
        size.learn(Duration::from_millis(took_ms));
        assert_eq!(size.0, wanted);
    }
}
