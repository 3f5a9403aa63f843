//! An error that nobody foresaw ends a campaign's sending: it is tried again less and less often, people are told why
//! it stands still, and it goes on by itself when the error is gone.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use hongyan_domain::{CampaignId, CampaignState, DomainLimit, PauseReason, SendingLimits};
use hongyan_store::{NewRun, Store};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::desk::{Desk, MORNING_MS, account_draft};
use crate::ground::{free_port, within_patience};

const PEOPLE: usize = 3;
const SECOND: Duration = Duration::from_secs(1);
/// Times that are watched.
const TIMES: usize = 6;

/// Sets a draft running with a content, as if somebody else had written into the database.
async fn begin(store: &Store, campaign: CampaignId, like: &NewRun, content: &str) {
    let run = NewRun { campaign_id: campaign, content: content.to_owned(), ..like.clone() };
    let version = store.load_campaign(campaign).await.expect("it is there").version();
    let begun = store.start_run(&run, version, MORNING_MS, &mut |_| true).await.expect("the database works");
    begun.expect("the campaign stands where it should");
}

#[tokio::test]
async fn a_campaign_that_an_error_ends_is_tried_less_and_less_and_goes_on_when_the_error_is_gone() {
    let gate = Gate::new();
    let last = Rule::at(At::Dot).nth(2 * PEOPLE as u64).waits_for(&gate);
    let server = ScriptedServer::builder().rule(last).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let well = desk.draft_for(PEOPLE, &server, 1).await;
    let ill = desk.draft_for(PEOPLE, &server, 1).await;
    let run = desk.run(well).await.run_id.expect("a run");
    let beside = Store::open(desk.folder()).await.expect("a second process can open it");
    let like = beside.load_run(run).await.unwrap().fixed;

    begin(&beside, ill, &like, "what nobody can read").await;
    // The time of each new try, told before it.
    let mut tries: Vec<i64> = Vec::new();
    while tries.len() < TIMES {
        desk.until_told(ill, "the error", |pace| {
            pace.fault == Some(PauseReason::Database)
                && pace.waits_until_ms.is_some_and(|until_ms| tries.last() != Some(&until_ms))
        })
        .await;
        tries.extend(desk.engine.campaign_progress(ill).await.unwrap().pace.waits_until_ms);
    }
    for (pauses, pair) in tries.windows(2).enumerate() {
        let pause_ms = pair[1] - pair[0];
        assert!(pause_ms >= 2_000 << pauses, "tried again after {pause_ms} ms: {tries:?}");
    }
    let elsewhere = beside.load_campaign(ill).await.unwrap();
    assert_eq!(elsewhere.state, CampaignState::Running, "nobody has to do anything");
    assert_eq!(elsewhere.pause_reason, Some(PauseReason::Database), "other processes are told too");

    begin(&beside, ill, &like, &like.content).await;
    desk.until_told(ill, "nothing any more", |pace| pace.fault.is_none()).await;
    let beside = beside.load_campaign(ill).await.unwrap();
    assert_eq!((beside.state, beside.pause_reason), (CampaignState::Running, None), "told too long");
    within_patience("the last mail", gate.reached()).await;
    gate.open();
    desk.until_in_time(ill, SECOND, "the end", |campaign| campaign.state == CampaignState::Finished).await;
    assert_eq!(desk.counts(ill).await, [("sent", PEOPLE as i64)].into());
    assert_eq!(server.received().len(), 2 * PEOPLE);
}

/// Spoils what the database knows of a contact, as a failing disk would.
fn spoil(folder: &Path, address: &str) {
    let script = "import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=60) as database:
    spoilt = database.execute(\"update contacts set fields = 'nobody can read this' where address = ?\", [sys.argv[2]])
sys.exit(spoilt.rowcount != 1)";
    let mut python = Command::new("python3");
    let spoilt = python.args(["-c", script]).arg(folder.join("hongyan.db")).arg(address).status();
    assert!(spoilt.expect("Python runs").success());
}

/// The connections have mails in hand and would try for ever; the error comes with those who wait behind a limit.
#[tokio::test]
async fn an_error_is_told_although_the_server_is_out_of_reach() {
    let desk = Desk::builder().without_sending().open().await;
    let file = b"email\r\na@quiet.example\r\nb@quiet.example\r\nc@busy.example\r\n";
    let list = desk.import("All", file).await.unwrap().record.list_id.expect("a list");
    let account = desk.account(account_draft(free_port(), 1)).await;
    let domains =
        vec![DomainLimit { domain: "busy.example".to_owned(), per_minute: Some(5), per_hour: None }];
    desk.engine.update_limits(account, SendingLimits { domains, ..Default::default() }).await.unwrap();
    let campaign = desk.draft(list, desk.template("Hello", "Hello").await, account).await;
    desk.start(campaign).await;
    spoil(desk.folder(), "c@busy.example");
    desk.engine.start_sending().await.unwrap();
    desk.until_told(campaign, "the error", |pace| pace.fault == Some(PauseReason::Database)).await;
}
