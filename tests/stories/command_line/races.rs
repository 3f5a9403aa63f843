//! Two processes at once on one data folder: one of them sends, the other says who does, and nobody gets two mails.

use hongyan_testkit::ScriptedServer;

use super::Ctl;
use super::ctl::ended;
use crate::ground::times;
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 30;
/// One after the other in one story, as two processes start as fast as they can.
const RACES: usize = 5;

/// Lets two commands start at once; gives how many were refused because the other sends.
async fn race(one: &[&str], other: &[&str]) -> usize {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(PEOPLE, &server, 2).await;
    let racers = [one, other].map(|arguments| ctl.command(arguments).spawn().expect("hongyanctl runs"));
    let mut refused = 0;
    for racer in racers {
        let answer = ended(racer).await;
        if answer.code != Some(0) {
            // The loser met the other at work, or came when all was over.
            let code = answer.error_code();
            assert!(["sending_elsewhere", "campaign_state"].contains(&code.as_str()), "{answer:?}");
            refused += usize::from(code == "sending_elsewhere");
        }
    }
    // Whoever lost the race for the lock may have won that for the start.
    if ctl.counts().await.of("sent") < PEOPLE as i64 {
        ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    }
    assert_eq!(ctl.counts().await.of("sent"), PEOPLE as i64);
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
    refused
}

#[tokio::test]
async fn of_two_processes_that_start_a_campaign_at_once_one_sends() {
    let start = ["campaign", "start", "May", "--wait"];
    let mut refused = 0;
    for _ in 0..RACES * times() {
        refused += race(&start, &start).await;
    }
    assert!(refused > 0, "no two of them ever met");
}

#[tokio::test]
async fn a_start_beside_a_start_with_waiting_sends_once() {
    for _ in 0..RACES * times() {
        race(&["campaign", "start", "May", "--wait"], &["campaign", "start", "May"]).await;
    }
}
