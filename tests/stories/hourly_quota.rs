//! A server that takes fifty mails an hour and then says so, each in its own way: everybody gets their mail in the end,
//! nobody is marked, and the server is not asked again and again.

use std::time::Duration;

use hongyan_domain::CampaignState;
use hongyan_testkit::{At, Rule, ScriptedServer};
use tokio::time::timeout;

use crate::desk::Desk;
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 500;
const AN_HOUR: u64 = 50;
const CONNECTIONS: [u32; 3] = [1, 2, 4];
/// The clock moves by so much at a time.
const STEP: Duration = Duration::from_secs(5 * 60);
const STEPS_AN_HOUR: u32 = 12;
/// A server that has heard nothing for so long is left alone for now.
const QUIET: Duration = Duration::from_millis(100);

/// Sends through such a server over one, two and four connections. The rule says how it refuses who is too many.
async fn sent_through(refusal: impl Fn(Rule) -> Rule) {
    let [one, two, four] = CONNECTIONS.map(|connections| sent_over(connections, &refusal));
    tokio::join!(one, two, four);
}

/// Sends through such a server, which takes fifty more in each hour of the manual clock.
async fn sent_over(connections: u32, refusal: &impl Fn(Rule) -> Rule) {
    let quota = || refusal(Rule::at(At::Rcpt).after(AN_HOUR));
    let server = ScriptedServer::builder().rule(quota()).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(PEOPLE, &server, connections).await;
    desk.start(campaign).await;

    let mut tries_by_hour = Vec::new();
    while desk.campaign(campaign).await.state != CampaignState::Finished {
        let before = turned_away(&server);
        for _ in 0..STEPS_AN_HOUR {
            let mut heard = server.verbs().len();
            while timeout(QUIET, server.wait_for_commands(heard + 1)).await.is_ok() {
                heard = server.verbs().len();
            }
            desk.pass_time(STEP);
        }
        tries_by_hour.push(turned_away(&server) - before);
        server.behave();
        server.add(quota());
        let counts = desk.counts(campaign).await;
        assert!(tries_by_hour.len() <= 72, "over three days: {counts:?}, {tries_by_hour:?}");
    }
    // Each connection had offered one more when the server said so; then nobody asks before the hour is over.
    let most = connections as usize;
    assert!(tries_by_hour.iter().all(|count| *count <= most), "{tries_by_hour:?} at {connections}");
    assert_eq!(desk.counts(campaign).await, [("sent", PEOPLE as i64)].into());
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
    assert!(desk.engine.list_suppressions(None, None, 1).await.unwrap().rows.is_empty());
}

/// How many mails were refused so far: the server heard of more recipients than it took mails.
fn turned_away(server: &ScriptedServer) -> usize {
    let offered = server.verbs().into_iter().filter(|verb| *verb == "RCPT").count();
    offered - server.received().len()
}

#[tokio::test]
async fn a_quota_told_by_421_delays_the_campaign_and_marks_nobody() {
    let words = "4.7.0 Too many messages from you, try again later";
    sent_through(|rule| rule.answers(421, words)).await;
}

#[tokio::test]
async fn a_quota_told_by_421_and_a_farewell_delays_the_campaign_and_marks_nobody() {
    let words = "4.7.0 Too many messages from you, try again later";
    sent_through(|rule| rule.answers_and_closes(421, words)).await;
}

#[tokio::test]
async fn a_quota_told_by_450_as_163_does_delays_the_campaign_and_marks_nobody() {
    let words = "4.2.1 MI:CEL, too many messages, http://mail.163.com/help/";
    sent_through(|rule| rule.answers(450, words)).await;
}

#[tokio::test]
async fn a_quota_told_by_550_as_qq_does_delays_the_campaign_and_marks_nobody() {
    sent_through(|rule| rule.answers(550, "Ip frequency limited [mT0wMz 190.0.2.1]")).await;
}
