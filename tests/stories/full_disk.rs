//! The disk is full in the middle of a campaign: no further body leaves, the user is told, and it goes on by itself.

use std::time::Duration;

use hongyan_domain::{CampaignId, CampaignState, DeliveryState};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::alone::{alone, disk_takes_nothing};
use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 40;
const CONNECTIONS: u64 = 4;
/// The server has taken so many mails before the disk is full, and then one more on each connection.
const BEFORE: u64 = 8;
/// Whole conversations with the server while the campaign stands still; it would have had the time to send.
const VISITS: usize = 20;
const BLOCKED: &str = "5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org";

/// A campaign in the moment when the disk is full: every connection has a mail whose outcome cannot be written.
async fn stopped_by_a_full_disk() -> (Desk, ScriptedServer, CampaignId) {
    let gates: Vec<Gate> = (0..CONNECTIONS).map(|_| Gate::new()).collect();
    let mut builder = ScriptedServer::builder();
    for (mail, gate) in (BEFORE + 1..).zip(&gates) {
        builder = builder.rule(Rule::at(At::Dot).nth(mail).waits_for(gate));
    }
    let (desk, server) = (Desk::new().await, builder.start().await);
    let campaign = desk.draft_for(PEOPLE, &server, CONNECTIONS as u32).await;
    desk.start(campaign).await;
    for gate in &gates {
        within_patience("a mail on each connection", gate.reached()).await;
    }
    disk_takes_nothing(true);
    for gate in &gates {
        gate.open();
    }
    desk.until_told(campaign, "the disk", |pace| pace.journal_sick).await;
    (desk, server, campaign)
}

#[test]
fn a_full_disk_stops_the_bodies_and_the_campaign_goes_on_when_there_is_room() {
    let name = "full_disk::a_full_disk_stops_the_bodies_and_the_campaign_goes_on_when_there_is_room";
    alone(name, async {
        let (desk, server, campaign) = stopped_by_a_full_disk().await;
        let account = desk.campaign(campaign).await.values.accounts[0].account_id;
        for _ in 0..VISITS {
            desk.engine.test_account(account).await.unwrap();
        }
        let taken = server.received().len() as u64;
        assert_eq!(taken, BEFORE + CONNECTIONS, "a body left although its arming could not be written");
        // What the journal knew before can be carried over only when there is room again.
        assert!(desk.count(campaign, DeliveryState::Sent).await as u64 <= BEFORE, "an outcome was written");
        assert!(desk.engine.create_list("Friends").await.is_err(), "the disk takes a list");

        disk_takes_nothing(false);
        desk.finished(campaign).await;
        assert_eq!(desk.counts(campaign).await, [("sent", PEOPLE as i64)].into());
        assert_eq!(nobody_got_two(&server).len(), PEOPLE);
        assert!(!desk.engine.campaign_progress(campaign).await.unwrap().pace.journal_sick);
    });
}

#[test]
fn an_app_closed_on_a_full_disk_closes_and_leaves_in_doubt_what_it_could_not_write() {
    let name = "full_disk::an_app_closed_on_a_full_disk_closes_and_leaves_in_doubt_what_it_could_not_write";
    alone(name, async {
        let (desk, server, campaign) = stopped_by_a_full_disk().await;
        within_patience("closing", desk.close()).await;
        disk_takes_nothing(false);
        let again = Desk::builder().at(desk.folder()).open().await;
        again.finished(campaign).await;
        let in_doubt = CONNECTIONS as i64;
        let wanted = [("in_doubt", in_doubt), ("sent", PEOPLE as i64 - in_doubt)].into();
        assert_eq!(again.counts(campaign).await, wanted);
        assert_eq!(nobody_got_two(&server).len(), PEOPLE, "those in doubt had arrived");
    });
}

/// Servers lock accounts that come again and again after they were refused.
#[test]
fn an_account_whose_hold_the_disk_does_not_take_is_held_all_the_same() {
    let name = "full_disk::an_account_whose_hold_the_disk_does_not_take_is_held_all_the_same";
    alone(name, async {
        let gate = Gate::new();
        let builder = ScriptedServer::builder().rule(Rule::at(At::Greeting).nth(1).waits_for(&gate));
        let server = builder.rule(Rule::at(At::Mail).answers(554, BLOCKED)).start().await;
        let desk = Desk::builder().with_manual_clock().open().await;
        let campaign = desk.draft_for(PEOPLE, &server, 1).await;
        desk.start(campaign).await;
        within_patience("the connection", gate.reached()).await;
        disk_takes_nothing(true);
        gate.open();
        let account = desk.campaign(campaign).await.values.accounts[0].account_id;
        for _ in 0..VISITS {
            desk.pass_time(Duration::from_secs(1));
            desk.engine.test_account(account).await.unwrap();
        }
        let offered = server.verbs().iter().filter(|verb| **verb == "MAIL").count();
        assert_eq!(offered, 1, "tried again although the account is to be held");
        desk.until_told(campaign, "the disk", |pace| pace.journal_sick).await;

        disk_takes_nothing(false);
        desk.until_in_time(campaign, Duration::from_secs(1), "the pause", |campaign| {
            campaign.state == CampaignState::Paused
        })
        .await;
        let hold = desk.engine.load_account(account).await.unwrap().record.hold.expect("a hold");
        assert_eq!(hold.verdict, "account_reputation");
        assert!(!desk.engine.campaign_progress(campaign).await.unwrap().pace.journal_sick);
    });
}
