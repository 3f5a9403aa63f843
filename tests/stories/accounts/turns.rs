//! Two campaigns on one account take turns on its connections.

use hongyan_domain::DeliveryState;
use hongyan_testkit::ScriptedServer;

use crate::desk::Desk;
use crate::inbox::nobody_got_two;

/// Starts a long campaign and a short one on one account; the short one must not wait for the long one's end.
async fn short_one_ends_first(connections: u32) {
    let server = ScriptedServer::start().await;
    let desk = Desk::new().await;
    let long = desk.draft_for(3_000, &server, connections).await;
    let values = desk.campaign(long).await.values;
    let (template, account) = (values.template_id.unwrap(), values.accounts[0].account_id);
    let short = desk.draft(desk.list_of(150).await, template, account).await;
    desk.start(long).await;
    desk.until(long, "a beginning", |campaign| campaign.counts.get(DeliveryState::Sent) > 0).await;
    desk.start(short).await;
    desk.finished(short).await;
    let left = desk.campaign(long).await.counts.get(DeliveryState::Queued);
    assert!(left > 500, "only {left} of the long one were left when the short one ended");
    desk.finished(long).await;
    assert_eq!(server.received().len(), 3_150);
    // A connection is handed on as it is, not made anew.
    assert!(server.connections() <= connections as usize + 1, "{} connections", server.connections());
}

#[tokio::test]
async fn two_campaigns_on_an_account_with_one_connection_both_go_on() {
    short_one_ends_first(1).await;
}

#[tokio::test]
async fn two_campaigns_on_an_account_with_four_connections_both_go_on() {
    short_one_ends_first(4).await;
}

#[tokio::test]
async fn a_campaign_alone_keeps_its_connection() {
    let server = ScriptedServer::start().await;
    let desk = Desk::new().await;
    desk.run(desk.draft_for(350, &server, 1).await).await;
    assert_eq!((nobody_got_two(&server).len(), server.connections()), (350, 1));
}
