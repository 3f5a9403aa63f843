//! Whoever must get nothing gets nothing, whenever that became known.

use hongyan_domain::{DeliveryState, SuppressionReason};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;
use crate::people::{csv_of, person};

#[tokio::test]
async fn whoever_is_suppressed_at_the_start_is_skipped() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(10, &server, 2).await;
    // Another spelling of the same address.
    desk.suppress("P4@People.Example").await;
    let audience = desk.engine.check_campaign(campaign).await.unwrap().audience;
    assert_eq!((audience.total, audience.sendable), (10, 9));
    desk.run(campaign).await;
    assert!(!nobody_got_two(&server).contains(&person(4).address));
    let row = desk.recipient(campaign, &person(4).address).await;
    assert_eq!((row.state.as_str(), row.skip_reason.as_deref()), ("skipped", Some("suppressed")));
    assert_eq!(desk.counts(campaign).await, [("sent", 9), ("skipped", 1)].into());
}

#[tokio::test]
async fn whoever_is_suppressed_while_the_campaign_runs_is_skipped() {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(3).waits_for(&gate)).start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(12, &server, 1).await;
    desk.start(campaign).await;
    within_patience("the third mail", gate.reached()).await;
    // The fourth is offered already, behind the body of the third; the ninth is only written.
    desk.suppress(&person(4).address).await;
    desk.suppress(&person(9).address).await;
    gate.open();
    desk.finished(campaign).await;
    let got = nobody_got_two(&server);
    assert!(!got.contains(&person(4).address) && !got.contains(&person(9).address), "{got:?}");
    assert_eq!(desk.counts(campaign).await, [("sent", 10), ("skipped", 2)].into());
    let skipped = desk.recipients_in(campaign, DeliveryState::Skipped).await;
    assert!(skipped.iter().all(|row| row.skip_reason.as_deref() == Some("suppressed")));
}

#[tokio::test]
async fn an_import_lifts_no_suppression() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    desk.suppress(&person(2).address).await;
    let campaign = desk.draft_for(3, &server, 1).await;
    // Once more, now that the contact is there, with new values.
    let again = csv_of(3).replace("北京", "南京").replace("上海", "南京");
    desk.import("List 1", again.as_bytes()).await.unwrap();
    desk.run(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 2);
    let list = desk.engine.list_suppressions(None, None, 10).await.unwrap().rows;
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].address.as_str(), list[0].reason),
        (person(2).address.as_str(), SuppressionReason::Manual)
    );
}

#[tokio::test]
async fn a_contact_deleted_since_the_start_is_skipped() {
    let (desk, server) = (Desk::builder().without_sending().open().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(3, &server, 1).await;
    desk.start(campaign).await;
    let gone = desk.engine.find_contact(&person(2).address).await.unwrap();
    let selection = hongyan_engine::ContactSelection::Ids(vec![gone]);
    desk.engine.delete_contacts(&selection).await.unwrap();
    desk.engine.start_sending().await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 2);
    let row = desk.recipient(campaign, &person(2).address).await;
    assert_eq!((row.state.as_str(), row.skip_reason.as_deref()), ("skipped", Some("contact_deleted")));
}
