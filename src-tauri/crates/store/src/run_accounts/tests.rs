//! Old folders keep their campaigns, and whoever was tried stays with its account.

use std::path::Path;

use hongyan_domain::DeliveryState;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, migrate::Migrator};

use super::*;
use crate::database::options;
use crate::{Entry, Recipients, Report};

/// The database of a version that knew one account a campaign: two accounts, a draft, and a run half through.
async fn old_folder(folder: &Path) {
    let mut connection = SqliteConnection::connect_with(&options(&folder.join("hongyan.db"))).await.unwrap();
    let all = sqlx::migrate!("./migrations");
    let old: Vec<_> = all.iter().filter(|migration| migration.version < 5).cloned().collect();
    Migrator { migrations: old.into(), ..Migrator::DEFAULT }.run(&mut connection).await.unwrap();
    sqlx::raw_sql(
        "insert into accounts (id, name, name_key, kind, host, port, tls, has_password, from_name, from_address,
                               max_connections, created_at_ms, updated_at_ms)
         select value, 'a' || value, 'a' || value, 'smtp', 'h', 25, 'none', 0, '', 'a@b.cn', 1, 0, 0
         from json_each('[1,2]');
         insert into campaigns (id, name, name_key, state, account_id, created_at_ms, updated_at_ms)
         values (1, 'running', 'running', 'running', 2, 0, 0), (2, 'draft', 'draft', 'draft', 1, 0, 0),
                (3, 'empty', 'empty', 'draft', null, 0, 0);
         insert into runs (id, campaign_id, number, account_id, content, from_name, from_address, reply_to, token_key,
                           total, started_at_ms)
         values (1, 1, 1, 2, '', '王丽', 'li@b.cn', 'r@b.cn', x'00', 4, 0);
         insert into deliveries (id, run_id, contact_id, address, address_key, name, state, attempts, due_at_ms,
                                 updated_at_ms)
         values (1, 1, 1, 'p1@b.cn', 'p1@b.cn', '', 'sent', 1, null, 5),
                (2, 1, 2, 'p2@b.cn', 'p2@b.cn', '', 'deferred', 2, 9, 5),
                (3, 1, 3, 'p3@b.cn', 'p3@b.cn', '', 'queued', 0, null, 0),
                (4, 1, 4, 'p4@b.cn', 'p4@b.cn', '', 'in_doubt', 1, null, 5);
         insert into run_counts (run_id, state, n)
         values (1, 'sent', 1), (1, 'deferred', 1), (1, 'queued', 1), (1, 'in_doubt', 1)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_folder_of_before_keeps_its_campaigns_and_who_was_tried_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    old_folder(folder.path()).await;
    let store = Store::open(folder.path()).await.unwrap();
    let mut shares = Vec::new();
    for campaign in 1..=3 {
        shares.push(store.load_campaign(CampaignId(campaign)).await.unwrap().values.accounts);
    }
    let equal = |id| vec![AccountShare::equal(AccountId(id))];
    assert_eq!(shares, [equal(2), equal(1), Vec::new()]);

    let run = store.load_run(RunId(1)).await.unwrap();
    let [account] = run.fixed.accounts.as_slice() else { panic!("{:?}", run.fixed.accounts) };
    assert_eq!((account.share, account.from.name.as_str()), (AccountShare::equal(AccountId(2)), "王丽"));
    assert_eq!(account.from.address.as_str(), "li@b.cn");
    assert_eq!(account.reply_to.as_ref().map(EmailAddress::as_str), Some("r@b.cn"));

    let counts = store.load_counts_by_account(RunId(1)).await.unwrap();
    assert_eq!(counts[&None].get(DeliveryState::Queued), 1);
    let own = &counts[&Some(AccountId(2))];
    let states = [DeliveryState::Sent, DeliveryState::Deferred, DeliveryState::InDoubt];
    assert_eq!(states.map(|state| own.get(state)), [1, 1, 1]);
    assert_eq!(store.load_counts(RunId(1)).await.unwrap().total(), 4);
    let use_of = async |id| store.list_recent_use(AccountId(id), 0).await.unwrap().len();
    assert_eq!((use_of(1).await, use_of(2).await), (0, 1));
    assert!(store.delete_account(AccountId(2), 9).await.unwrap().is_some());
    assert_eq!(store.integrity_check().await.unwrap(), "ok");
}

fn arm(id: i64, account: i64, from: DeliveryState) -> Entry {
    Entry::Arm { id: hongyan_domain::DeliveryId(id), account_id: AccountId(account), from }
}

fn back(id: i64, account_id: Option<AccountId>) -> Entry {
    let change = (DeliveryState::Armed, DeliveryState::Queued);
    Entry::Outcome(Report::new(hongyan_domain::DeliveryId(id), account_id, change, 1))
}

#[tokio::test]
async fn whoever_is_armed_belongs_to_the_account_until_it_gives_them_back() {
    let folder = tempfile::tempdir().unwrap();
    old_folder(folder.path()).await;
    let store = Store::open(folder.path()).await.unwrap();
    let waiting = async |account| {
        let after = hongyan_domain::DeliveryId(0);
        let rows = store.list_waiting_for(RunId(1), AccountId(account), &Recipients::ALL, after, 9).await;
        rows.unwrap().iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    let mut journal = store.journal_writer();
    journal.write(&[arm(3, 1, DeliveryState::Queued)], 6).await.unwrap();
    journal.settle().await.unwrap();
    assert_eq!(store.count_untried(RunId(1)).await.unwrap(), 0);
    journal.write(&[back(3, None)], 7).await.unwrap();
    journal.settle().await.unwrap();
    assert_eq!((store.count_untried(RunId(1)).await.unwrap(), waiting(1).await), (1, vec![]));
    journal.write(&[arm(3, 1, DeliveryState::Queued)], 8).await.unwrap();
    journal.write(&[back(3, Some(AccountId(1)))], 9).await.unwrap();
    journal.settle().await.unwrap();
    assert_eq!((store.count_untried(RunId(1)).await.unwrap(), waiting(1).await), (0, vec![3]));
}

#[tokio::test]
async fn who_waits_for_an_account_that_is_taken_out_waits_for_anybody() {
    let folder = tempfile::tempdir().unwrap();
    old_folder(folder.path()).await;
    let store = Store::open(folder.path()).await.unwrap();
    let mut other = store.list_run_accounts(RunId(1)).await.unwrap();
    other[0].share = AccountShare { account_id: AccountId(1), weight: 3 };
    assert!(store.replace_run_accounts(CampaignId(1), &other, 10).await.unwrap());
    assert_eq!(store.count_untried(RunId(1)).await.unwrap(), 2);
    let counts = store.load_counts_by_account(RunId(1)).await.unwrap();
    let own = &counts[&Some(AccountId(2))];
    assert_eq!((own.get(DeliveryState::Sent), own.get(DeliveryState::InDoubt), own.open()), (1, 1, 0));
    assert_eq!(store.load_campaign(CampaignId(1)).await.unwrap().values.accounts, [other[0].share]);
}

#[tokio::test]
async fn who_waits_for_an_account_is_found_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "explain query plan select id from deliveries
         where run_id = 1 and account_id = 2 and state = 'queued' and id > 3 order by id",
    )
    .fetch_all(store.reader())
    .await
    .unwrap();
    assert!(plan.iter().any(|(.., step)| step.contains("deliveries_bound")), "{plan:?}");
}
