//! A crash at every named point of the third mail's way: what is written then, and what becomes of it.
//!
//! The server holds the conversation at a point and the process is killed; or the process ends by itself where nothing
//! outside can hold it: beside a commit of the journal, for instance (see `crash_point` in the engine). The outcome of a mail and the arming of the
//! next are one commit where the server answers at once, so the n-th is the outcome of mail n-1 and the arming of mail n.

use std::process::Stdio;

use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use super::Victim;
use crate::command_line::{Ctl, ended};
use crate::ground::{times, within_patience};
use crate::inbox::nobody_got_two;
use crate::people::person;

const PEOPLE: usize = 6;

/// What a crash leaves.
#[derive(Debug, Clone, Copy)]
struct Left {
    /// How many are called sent: the first of the campaign.
    sent: usize,
    /// Whether the next is armed, and if so, whether the server has taken it.
    armed: Option<Taken>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Yes,
    No,
}

/// The server holds the conversation at a point, and the process is killed there.
async fn killed_at(rule: Rule, left: Left) {
    for _ in 0..times() {
        let gate = Gate::new();
        let server = ScriptedServer::builder().rule(rule.clone().waits_for(&gate)).start().await;
        let ctl = campaign_at(&server).await;
        let sender = ctl.command(&["campaign", "start", "May", "--wait"]).stdout(Stdio::null()).spawn();
        let victim = Victim(sender.expect("hongyanctl runs"));
        within_patience("the point", gate.reached()).await;
        within_patience("what came before to be written", ctl.until_sent(left.sent)).await;
        drop(victim);
        leaves(&ctl, &server, left).await;
    }
}

/// The process ends by itself when it comes to a point for the n-th time.
async fn crashed_at(point: &str, left: Left) {
    crashed_at_and_held(point, None, left).await;
}

/// The same, while the server holds the conversation.
async fn crashed_at_and_held(point: &str, rule: Option<Rule>, left: Left) {
    for _ in 0..times() {
        let server = ScriptedServer::start().await;
        if let Some(rule) = &rule {
            server.add(rule.clone());
        }
        let ctl = campaign_at(&server).await;
        let mut sender = ctl.command(&["campaign", "start", "May", "--wait"]);
        let crashed = ended(sender.env("HONGYAN_CRASH_AT", point).spawn().expect("hongyanctl runs")).await;
        assert_eq!(crashed.code, None, "it did not crash: {crashed:?}");
        server.behave();
        leaves(&ctl, &server, left).await;
    }
}

async fn campaign_at(server: &ScriptedServer) -> Ctl {
    let ctl = Ctl::new();
    ctl.account_at(server, 1, Some("a password")).await;
    ctl.campaign_through_account(PEOPLE).await;
    ctl
}

/// Asserts what is written after the crash, and what becomes of it at the next start.
async fn leaves(ctl: &Ctl, server: &ScriptedServer, left: Left) {
    let states = |state: &'static str, count| std::iter::repeat_n(state, count);
    let armed = usize::from(left.armed.is_some());
    let queued = PEOPLE - left.sent - armed;
    let crashed: Vec<&str> =
        states("sent", left.sent).chain(states("armed", armed)).chain(states("queued", queued)).collect();
    assert_eq!(ctl.states().await, crashed);

    let ended = ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!(ended["state"], "finished");
    let settled: Vec<&str> =
        states("sent", left.sent).chain(states("in_doubt", armed)).chain(states("sent", queued)).collect();
    assert_eq!(ctl.states().await, settled);

    let got = nobody_got_two(server);
    for number in 1..=PEOPLE {
        let is_doubtful = armed == 1 && number == left.sent + 1;
        let is_there = got.contains(&person(number).address);
        assert_eq!(is_there, !is_doubtful || left.armed == Some(Taken::Yes), "mail {number}");
    }
}

impl Ctl {
    /// Waits until so many are called sent: an outcome that has no arming to share a commit with comes a moment later.
    async fn until_sent(&self, sent: usize) {
        while self.counts().await.of("sent") < sent as i64 {}
    }

    /// The state of each recipient of the campaign `May`, in the order of sending.
    async fn states(&self) -> Vec<String> {
        let report = self.run(&["campaign", "report", "May", "--recipients"]).await.json();
        let recipients = report["recipients"].as_array().expect("recipients").iter();
        recipients.map(|row| row["state"].as_str().expect("a state").to_owned()).collect()
    }
}

const NOTHING: Left = Left { sent: 0, armed: None };
/// The second mail was taken, but its outcome was to be written together with the arming of the third.
const SECOND_IN_DOUBT: Left = Left { sent: 1, armed: Some(Taken::Yes) };
const THIRD_IN_DOUBT: Left = Left { sent: 2, armed: Some(Taken::No) };
const THIRD_IN_DOUBT_AND_TAKEN: Left = Left { sent: 2, armed: Some(Taken::Yes) };

#[tokio::test]
async fn a_crash_when_the_first_mail_is_claimed_leaves_everybody_queued() {
    crashed_at("claim:1", NOTHING).await;
}

#[tokio::test]
async fn a_crash_while_connecting_leaves_everybody_queued() {
    killed_at(Rule::at(At::Greeting).nth(1), NOTHING).await;
}

#[tokio::test]
async fn a_crash_while_logging_in_leaves_everybody_queued() {
    killed_at(Rule::at(At::Login).nth(1), NOTHING).await;
}

#[tokio::test]
async fn a_crash_at_the_first_mail_rcpt_or_data_leaves_everybody_queued() {
    for at in [At::Mail, At::Rcpt, At::Data] {
        killed_at(Rule::at(at).nth(1), NOTHING).await;
    }
}

#[tokio::test]
async fn a_crash_at_a_later_mail_rcpt_or_data_leaves_nothing_in_doubt() {
    for at in [At::Mail, At::Rcpt, At::Data] {
        killed_at(Rule::at(at).nth(3), Left { sent: 2, armed: None }).await;
    }
}

#[tokio::test]
async fn a_crash_before_the_first_commit_leaves_everybody_queued() {
    crashed_at("before_commit:1", NOTHING).await;
}

#[tokio::test]
async fn a_crash_before_a_mail_is_armed_leaves_the_mail_before_it_in_doubt() {
    crashed_at("before_commit:3", SECOND_IN_DOUBT).await;
}

#[tokio::test]
async fn a_crash_when_a_mail_is_armed_leaves_it_in_doubt_though_no_byte_of_it_left() {
    crashed_at("after_commit:3", THIRD_IN_DOUBT).await;
}

#[tokio::test]
async fn a_crash_in_the_body_leaves_it_in_doubt() {
    killed_at(Rule::at(At::Body(1)).nth(3), THIRD_IN_DOUBT).await;
}

#[tokio::test]
async fn a_crash_behind_the_dot_leaves_it_in_doubt() {
    killed_at(Rule::at(At::Dot).nth(3), THIRD_IN_DOUBT).await;
}

/// A moment after its commit, what the journal holds is carried over, and the server still has not answered.
#[tokio::test]
async fn a_crash_beside_the_carrying_over_of_the_journal_leaves_the_same() {
    let first_in_doubt = Left { sent: 0, armed: Some(Taken::No) };
    for point in ["before_carry:1", "after_carry:1"] {
        let silence = Rule::at(At::Dot).nth(1).waits_for(&Gate::new());
        crashed_at_and_held(point, Some(silence), first_in_doubt).await;
    }
}

#[tokio::test]
async fn a_crash_behind_the_250_leaves_it_in_doubt_though_it_arrived() {
    crashed_at("before_commit:4", THIRD_IN_DOUBT_AND_TAKEN).await;
}

#[tokio::test]
async fn a_crash_when_the_last_outcome_is_written_leaves_nothing_in_doubt() {
    crashed_at("after_commit:7", Left { sent: PEOPLE, armed: None }).await;
}
