//! Two processes at once on one data folder: one of them sends, the other says who does, and nobody gets two mails.
//!
//! The account may have one connection, and all mails fit on it: a second sender would be a second connection.

use hongyan_testkit::ScriptedServer;

use super::Ctl;
use super::ctl::ended;
use crate::crash::Victim;
use crate::ground::{times, within_patience};
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 30;
/// One after the other in one story, as two processes start as fast as they can. `HONGYAN_TIMES=20` makes it 60.
const RACES: usize = 3;

const START_AND_SEND: [&str; 4] = ["campaign", "start", "May", "--wait"];
const START: [&str; 3] = ["campaign", "start", "May"];

async fn campaign() -> (Ctl, ScriptedServer) {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(PEOPLE, &server, 1).await;
    (ctl, server)
}

/// Lets two commands start at once; gives how many were refused because the other sends.
async fn race(ctl: &Ctl, server: &ScriptedServer, one: &[&str], other: &[&str]) -> usize {
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
    let raced = server.connections();
    assert!(raced <= 1, "two have sent");
    // Whoever lost the race for the lock may have won that for the start; and whoever finds the campaign in another state
    // than a moment ago gives up. Then somebody goes on, alone.
    if ctl.counts().await.of("sent") < PEOPLE as i64 {
        ctl.run(&START_AND_SEND).await.json();
        assert_eq!(server.connections(), raced + 1, "who goes on needs one connection");
    }
    everybody_has_one(ctl, server).await;
    refused
}

async fn everybody_has_one(ctl: &Ctl, server: &ScriptedServer) {
    assert_eq!(ctl.counts().await.of("sent"), PEOPLE as i64);
    assert_eq!(nobody_got_two(server).len(), PEOPLE);
    let report = ctl.run(&["campaign", "report", "May", "--recipients"]).await.json();
    assert_eq!(report["recipients"].as_array().map(Vec::len), Some(PEOPLE), "started twice");
}

#[tokio::test]
async fn of_two_processes_that_start_a_campaign_at_once_one_sends() {
    let mut refused = 0;
    for _ in 0..RACES * times() {
        let (ctl, server) = campaign().await;
        refused += race(&ctl, &server, &START_AND_SEND, &START_AND_SEND).await;
    }
    assert!(refused > 0, "no two of them ever met");
}

#[tokio::test]
async fn a_start_beside_a_start_with_waiting_sends_once() {
    for _ in 0..RACES * times() {
        let (ctl, server) = campaign().await;
        race(&ctl, &server, &START_AND_SEND, &START).await;
    }
}

#[tokio::test]
async fn a_start_beside_a_resume_sends_once() {
    for _ in 0..RACES * times() {
        let (ctl, server) = campaign().await;
        ctl.run(&START).await.json();
        ctl.run(&["campaign", "pause", "May"]).await.json();
        race(&ctl, &server, &START_AND_SEND, &["campaign", "resume", "May"]).await;
    }
}

#[tokio::test]
async fn of_two_processes_that_serve_at_once_one_sends() {
    for _ in 0..RACES * times() {
        let (ctl, server) = campaign().await;
        ctl.run(&START).await.json();
        let serving = [ctl.serve(), ctl.serve()].map(|mut one| Victim(one.spawn().expect("hongyanctl runs")));
        within_patience("everybody's mail", server.wait_for_mails(PEOPLE)).await;
        within_patience("its end", async { while ctl.counts().await.of("sent") < PEOPLE as i64 {} }).await;
        drop(serving);
        assert_eq!(server.connections(), 1, "two have sent");
        everybody_has_one(&ctl, &server).await;
    }
}
