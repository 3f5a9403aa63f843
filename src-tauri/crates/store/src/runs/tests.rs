//! Campaigns that end otherwise than by their last mail.

use hongyan_domain::{AccountId, DeliveryId, DeliveryState};

use super::*;
use crate::{Again, Entry, EntryResult, Report};

const CAMPAIGN: CampaignId = CampaignId(1);
const RUN: RunId = RunId(1);

/// A campaign in this state with one delivery.
async fn ground(campaign: &str, delivery: &str) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    sqlx::raw_sql(
        "insert into accounts (id, name, name_key, kind, host, port, tls, has_password, from_name, from_address,
                               max_connections, created_at_ms, updated_at_ms)
         values (1, 'a', 'a', 'smtp', 'h', 25, 'none', 0, '', 'a@b.cn', 1, 0, 0);
         insert into campaigns (id, name, name_key, state, created_at_ms, updated_at_ms)
         values (1, 'c', 'c', '', 0, 0);
         insert into runs (id, campaign_id, number, content, token_key, total, started_at_ms)
         values (1, 1, 1, '', x'00', 1, 0);
         insert into deliveries (id, run_id, contact_id, address, address_key, name, state, updated_at_ms)
         values (1, 1, 1, 'p@b.cn', 'p@b.cn', '', '', 0)",
    )
    .execute(&mut *transaction)
    .await
    .unwrap();
    for (statement, state) in
        [("update campaigns set state = $1", campaign), ("update deliveries set state = $1", delivery)]
    {
        sqlx::query(statement).bind(state).execute(&mut *transaction).await.unwrap();
    }
    recount(&mut transaction, RUN).await.unwrap();
    transaction.commit().await.unwrap();
    (folder, store)
}

async fn is_all(store: &Store, state: DeliveryState) -> bool {
    let counts = store.load_counts(RUN).await.unwrap();
    counts.get(state) == 1 && counts.total() == 1
}

#[tokio::test]
async fn what_was_under_way_when_a_campaign_was_cancelled_ends_after_a_crash_too() {
    let (_folder, store) = ground("running", "queued").await;
    let id = DeliveryId(1);
    let mut journal = store.journal_writer();
    let arm = Entry::Arm { id, account_id: AccountId(1), from: DeliveryState::Queued };
    assert_eq!(journal.write(&[arm], 1).await.unwrap(), [EntryResult::Armed]);
    journal.rest();
    assert!(store.cancel_campaign(CAMPAIGN, 2).await.unwrap());
    // It comes back to the queue, and the program ends before the run is closed.
    let back = Report::new(id, None, (DeliveryState::Armed, DeliveryState::Queued), 0);
    let back = Report { never_left: true, ..back };
    assert_eq!(journal.write(&[Entry::Outcome(back)], 3).await.unwrap(), [EntryResult::Recorded]);
    drop(journal);
    assert_eq!(store.recover_runs(4).await.unwrap(), 0);
    assert!(is_all(&store, DeliveryState::Skipped).await);
    let ended: Option<i64> =
        sqlx::query_scalar("select finished_at_ms from runs").fetch_one(store.reader()).await.unwrap();
    assert_eq!(ended, Some(4));
}

#[tokio::test]
async fn nobody_is_sent_to_again_by_a_campaign_that_was_cancelled_meanwhile() {
    for (state, failed) in [("cancelled", true), ("finished", false)] {
        let (_folder, store) = ground(state, "failed").await;
        for who in [Again::InDoubt, Again::These(vec![DeliveryId(1)]), Again::Failed] {
            store.send_again(CAMPAIGN, &who, 1).await.unwrap();
        }
        assert_eq!(is_all(&store, DeliveryState::Failed).await, failed, "{state}");
    }
}

#[tokio::test]
async fn only_a_campaign_that_waits_for_nothing_can_be_hidden() {
    for state in ["scheduled", "running", "paused"] {
        let (_folder, store) = ground(state, "queued").await;
        assert!(!store.delete_campaign(CAMPAIGN, 1).await.unwrap(), "{state}");
        store.load_campaign(CAMPAIGN).await.unwrap();
    }
    for state in ["draft", "finished", "cancelled"] {
        let (_folder, store) = ground(state, "sent").await;
        assert!(store.delete_campaign(CAMPAIGN, 1).await.unwrap(), "{state}");
        assert!(matches!(store.load_campaign(CAMPAIGN).await, Err(Error::NotFound(_))));
        assert!(store.restore_campaign(CAMPAIGN).await.unwrap(), "{state}");
    }
}
