//! The server goes away in the middle of a campaign, and comes back: nobody is lost, and nobody has to do anything.

use std::time::Duration;

use hongyan_domain::{CampaignState, DeliveryState};
use hongyan_testkit::ScriptedServer;

use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two_of;

const PEOPLE: usize = 90;
const CONNECTIONS: u32 = 3;
const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_campaign_waits_for_a_server_that_is_gone_and_goes_on_when_it_is_back() {
    let server = ScriptedServer::start().await;
    let port = server.port();
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(PEOPLE, &server, CONNECTIONS).await;
    desk.start(campaign).await;
    within_patience("twenty mails", server.wait_for_mails(20)).await;
    let mut received = server.stop().await;

    desk.until_told(campaign, "the network", |pace| pace.network_down).await;
    // An hour without a server: everybody waits, and it counts against nobody.
    for _ in 0..60 {
        desk.pass_time(60 * SECOND);
        tokio::task::yield_now().await;
    }
    let waiting = desk.campaign(campaign).await;
    assert_eq!(waiting.state, CampaignState::Running);
    let counts = waiting.counts;
    assert!(counts.get(DeliveryState::InDoubt) <= i64::from(CONNECTIONS), "{counts:?}");
    assert_eq!(counts.get(DeliveryState::Failed), 0);

    let back = ScriptedServer::builder().port(port).start().await;
    desk.until_in_time(campaign, SECOND, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    received.extend(back.stop().await);
    let got = nobody_got_two_of(&received);
    let in_doubt = desk.recipients_in(campaign, DeliveryState::InDoubt).await;
    let sent = desk.recipients_in(campaign, DeliveryState::Sent).await;
    assert_eq!(sent.len() + in_doubt.len(), PEOPLE, "somebody is lost");
    assert!(sent.iter().all(|row| got.contains(&row.address)), "called sent, and not there");
    assert!(!desk.engine.campaign_progress(campaign).await.unwrap().pace.network_down);
}
