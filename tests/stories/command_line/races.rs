//! Two processes at once on one data folder: one of them sends, the other says who does, and nobody gets two mails.
//!
//! The server holds the first connection at its first mail, so that whoever sends is still at it when the others come:
//! a second sender would be a second connection, however late it starts. Where only the start or the resuming is raced
//! for, a third process sends: one that takes the lock and then loses such a race could begin to send before it gives up.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use hongyan_testkit::{At, Gate, Rule, ScriptedServer};
use tokio::task::JoinHandle;

use super::Ctl;
use super::ctl::{Answer, ended};
use crate::crash::Victim;
use crate::ground::{times, within_patience};
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 30;
/// One after the other in one story, as two processes start as fast as they can. `HONGYAN_TIMES=20` makes it 60.
const RACES: usize = 3;
const LOOK: Duration = Duration::from_millis(20);

const START_AND_SEND: [&str; 4] = ["campaign", "start", "May", "--wait"];
const START: [&str; 3] = ["campaign", "start", "May"];

/// A campaign that nobody has started, and a server that holds its first connection.
struct Track {
    ctl: Ctl,
    server: ScriptedServer,
    gate: Gate,
}

impl Track {
    async fn new() -> Self {
        let gate = Gate::new();
        let holds = Rule::at(At::Rcpt).on_connection(1).nth(1).waits_for(&gate);
        let (ctl, server) = (Ctl::new(), ScriptedServer::builder().rule(holds).start().await);
        ctl.campaign_for(PEOPLE, &server, 1).await;
        Self { ctl, server, gate }
    }

    fn spawn(&self, arguments: &[&str]) -> JoinHandle<Answer> {
        tokio::spawn(ended(self.ctl.command(arguments).spawn().expect("hongyanctl runs")))
    }

    /// A process that sends whatever is started.
    async fn sender(&self) -> Victim {
        let sender = serves(self.ctl.serve()).await;
        let lock = self.ctl.folder().join("sending.lock");
        let is_held = || File::open(&lock).is_ok_and(|lock| lock.try_lock_shared().is_err());
        within_patience("the lock", async {
            while !is_held() {
                tokio::time::sleep(LOOK).await;
            }
        })
        .await;
        sender
    }

    /// While one sends, whoever else wants to is told so; then everybody gets their mail from that one.
    async fn one_sends(&self) {
        within_patience("a sender", self.gate.reached()).await;
        let late = self.ctl.run(&START_AND_SEND).await;
        assert_eq!(self.server.connections(), 1, "two have sent");
        assert_eq!(late.error_code(), "sending_elsewhere");
        self.gate.open();
        within_patience("its end", async { while self.ctl.counts().await.of("sent") < PEOPLE as i64 {} })
            .await;
        assert_eq!(self.server.connections(), 1, "two have sent");
        self.everybody_has_one().await;
    }

    async fn everybody_has_one(&self) {
        assert_eq!(self.ctl.counts().await.of("sent"), PEOPLE as i64);
        assert_eq!(nobody_got_two(&self.server).len(), PEOPLE);
        let report = self.ctl.run(&["campaign", "report", "May", "--recipients"]).await.json();
        assert_eq!(report["recipients"].as_array().map(Vec::len), Some(PEOPLE), "started twice");
    }
}

/// Starts a process that serves; returns when it has said its address: by then it sends, or waits for the other.
async fn serves(mut command: Command) -> Victim {
    let mut process = Victim(command.stdout(Stdio::piped()).spawn().expect("hongyanctl runs"));
    let serving = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        let stdout = process.0.stdout.as_mut().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("it speaks");
        assert!(line.contains("http://"), "{line}");
        process
    });
    within_patience("an address", serving).await.expect("a thread")
}

#[tokio::test]
async fn of_two_processes_that_start_a_campaign_at_once_one_sends() {
    for _ in 0..RACES * times() {
        let track = Track::new().await;
        let [mut one, mut other] = [(); 2].map(|()| track.spawn(&START_AND_SEND));
        let (refused, sender) = tokio::select! {
            answer = &mut one => (answer, other),
            answer = &mut other => (answer, one),
        };
        assert_eq!(refused.expect("a thread").error_code(), "sending_elsewhere");
        track.one_sends().await;
        sender.await.expect("a thread").json();
    }
}

#[tokio::test]
async fn of_two_processes_that_serve_at_once_one_sends() {
    for _ in 0..RACES * times() {
        let track = Track::new().await;
        track.ctl.run(&START).await.json();
        let _serving = tokio::join!(serves(track.ctl.serve()), serves(track.ctl.serve()));
        track.one_sends().await;
    }
}

#[tokio::test]
async fn two_starts_at_once_are_one_start_and_the_process_that_sends_stays_the_only_one() {
    for _ in 0..RACES * times() {
        let track = Track::new().await;
        let _sender = track.sender().await;
        let (one, other) = tokio::join!(track.spawn(&START), track.spawn(&START));
        let answers = [one, other].map(|answer| answer.expect("a thread"));
        let (went_well, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.code == Some(0));
        assert_eq!(went_well.len(), 1, "started twice");
        assert_eq!(refused[0].error_code(), "campaign_state");
        track.one_sends().await;
    }
}

#[tokio::test]
async fn a_resume_beside_a_start_is_sent_by_the_process_that_sends_and_by_no_other() {
    for _ in 0..RACES * times() {
        let track = Track::new().await;
        track.ctl.run(&START).await.json();
        track.ctl.run(&["campaign", "pause", "May"]).await.json();
        let _sender = track.sender().await;
        let resumed = track.spawn(&["campaign", "resume", "May"]);
        let (resumed, started) = tokio::join!(resumed, track.spawn(&START_AND_SEND));
        resumed.expect("a thread").json();
        assert_eq!(started.expect("a thread").error_code(), "sending_elsewhere");
        track.one_sends().await;
    }
}
