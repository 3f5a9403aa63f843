//! The app starts after a crash: what was under way is in doubt and stays so, everything else goes on.

use std::path::Path;

use hongyan_domain::{CampaignId, DeliveryState};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};
use tempfile::TempDir;

use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;

/// The data folder as a crash in this moment would leave it: copied while nothing is written.
fn as_after_a_crash(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for name in ["hongyan.db", "hongyan.db-wal"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).expect("the database is there");
    }
    copy
}

/// A campaign to twenty people over one connection, held by the server at a point of the n-th mail.
async fn held_at(at: At, mail: u64) -> (Desk, ScriptedServer, CampaignId, Gate) {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(at).nth(mail).waits_for(&gate)).start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(20, &server, 1).await;
    desk.start(campaign).await;
    within_patience("the mail to be held", gate.reached()).await;
    (desk, server, campaign, gate)
}

#[tokio::test]
async fn what_was_armed_is_in_doubt_and_never_sent_again_by_itself() {
    let (crashed, server, campaign, gate) = held_at(At::Dot, 6).await;
    // Reports are a moment behind the journal.
    crashed.until_count(campaign, DeliveryState::Armed, 1).await;

    let folder = as_after_a_crash(crashed.folder());
    let desk = Desk::builder().at(folder.path()).open().await;
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("in_doubt", 1), ("sent", 19)].into());
    let doubtful = desk.recipients_in(campaign, DeliveryState::InDoubt).await.remove(0);
    assert_eq!((doubtful.verdict.as_deref(), doubtful.attempts), (Some("in_doubt"), 1));
    assert!(!nobody_got_two(&server).contains(&doubtful.address), "sent again although in doubt");
    assert_eq!(desk.engine.count_in_doubt().await.unwrap(), 1);

    // Once more: a later start leaves it in doubt.
    desk.close().await;
    let again = Desk::builder().at(folder.path()).open().await;
    assert_eq!(again.counts(campaign).await, [("in_doubt", 1), ("sent", 19)].into());
    gate.open();
    within_patience("the sixth mail", server.wait_for_mails(20)).await;
    assert!(nobody_got_two(&server).contains(&doubtful.address), "it was under way, and taken at last");
}

#[tokio::test]
async fn a_crash_before_the_first_body_leaves_nothing_in_doubt() {
    let (crashed, server, campaign, _gate) = held_at(At::Data, 1).await;
    assert_eq!(crashed.count(campaign, DeliveryState::Armed).await, 0);
    let folder = as_after_a_crash(crashed.folder());
    let desk = Desk::builder().at(folder.path()).open().await;
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 20)].into());
    assert_eq!(nobody_got_two(&server).len(), 20);
}

#[tokio::test]
async fn a_crash_between_two_bodies_leaves_nothing_in_doubt() {
    let (crashed, server, campaign, _gate) = held_at(At::Data, 6).await;
    // The outcome waits for the arming of the next mail, but not for long.
    crashed.until_count(campaign, DeliveryState::Sent, 5).await;
    let folder = as_after_a_crash(crashed.folder());
    let desk = Desk::builder().at(folder.path()).open().await;
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 20)].into());
    assert_eq!(nobody_got_two(&server).len(), 20);
}
