//! Many mails in flight on a connection: everybody gets one, and what breaks costs a window at most.

use std::collections::BTreeMap;
use std::time::Duration;

use hongyan_domain::{AccountId, CampaignId, DeliveryState, SendingLimits};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::desk::{Desk, account_draft};
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;
use crate::people::person;

const WINDOW: u32 = 8;

/// A desk with a campaign through an account that sends in bursts.
struct Bursting {
    desk: Desk,
    account: AccountId,
    campaign: CampaignId,
}

impl Bursting {
    async fn at(server: &ScriptedServer, people: usize, connections: u32) -> Self {
        Self::with(Desk::new().await, server, people, connections).await
    }

    async fn with(desk: Desk, server: &ScriptedServer, people: usize, connections: u32) -> Self {
        let list = desk.list_of(people).await;
        let template = desk.template("你好，{{ name }}", ".\n\n{{ name }}，来自{{ city }}的朋友！").await;
        let mut draft = account_draft(server.port(), connections);
        draft.burst = WINDOW;
        let account = desk.account(draft).await;
        let campaign = desk.draft(list, template, account).await;
        Self { desk, account, campaign }
    }

    async fn run(&self) -> BTreeMap<&'static str, i64> {
        self.desk.run(self.campaign).await;
        self.desk.counts(self.campaign).await
    }

    /// Everybody who is called sent has it, and whoever has it is sent or in doubt.
    async fn tells_the_truth(&self, server: &ScriptedServer) {
        let got = nobody_got_two(server);
        for row in self.desk.recipients(self.campaign).await {
            let has_it = got.contains(&row.address);
            match row.state.as_str() {
                "sent" => assert!(has_it, "{} is called sent", row.address),
                "in_doubt" => {}
                state => assert!(!has_it, "{} has it and is {state}", row.address),
            }
        }
    }
}

/// Mails each connection brought.
fn by_connection(server: &ScriptedServer) -> BTreeMap<u64, usize> {
    let mut mails = BTreeMap::new();
    for mail in server.received() {
        *mails.entry(mail.connection).or_default() += 1;
    }
    mails
}

#[tokio::test]
async fn a_thousand_mails_in_bursts_arrive_once_each() {
    let server = ScriptedServer::start().await;
    let story = Bursting::at(&server, 1000, 2).await;
    assert_eq!(story.run().await, [("sent", 1000)].into());
    assert_eq!((nobody_got_two(&server).len(), server.connections()), (1000, 2));
    let verbs = server.verbs();
    assert!(!verbs.contains(&"DATA") && verbs.contains(&"BDAT"));
    // A connection begins with one mail: the next MAIL comes when that was answered.
    let heard = server.heard();
    let on_first = heard.iter().filter(|command| command.connection == heard[0].connection);
    let first: Vec<&str> = on_first.map(|command| command.command.verb()).take(6).collect();
    assert_eq!(first, ["(connect)", "EHLO", "MAIL", "RCPT", "BDAT", "RSET"]);
    assert_eq!(story.desk.engine.load_account(story.account).await.unwrap().record.takes_bursts, Some(true));
}

#[tokio::test]
async fn a_server_that_does_not_announce_it_gets_them_one_after_the_other() {
    let server = ScriptedServer::builder().extensions(|on| on.chunking = false).start().await;
    let story = Bursting::at(&server, 20, 1).await;
    let test = story.desk.engine.test_account(story.account).await.unwrap();
    assert!(test.problem.is_none() && !test.takes_bursts);
    assert_eq!(story.run().await, [("sent", 20)].into());
    assert!(!server.verbs().contains(&"BDAT"));
    assert_eq!(story.desk.engine.load_account(story.account).await.unwrap().record.takes_bursts, Some(false));
}

#[tokio::test]
async fn refused_recipients_in_a_burst_fail_alone() {
    let rule = Rule::at(At::Rcpt).every(20).answers(550, "5.1.1 No such user here");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let story = Bursting::at(&server, 100, 1).await;
    assert_eq!(story.run().await, [("failed", 5), ("sent", 95)].into());
    assert_eq!((nobody_got_two(&server).len(), server.connections()), (95, 1));
    let row = story.desk.recipient(story.campaign, &person(20).address).await;
    assert_eq!((row.state.as_str(), row.verdict.as_deref()), ("failed", Some("recipient_unknown")));
    assert_eq!((row.stage.as_deref(), row.reply_code, row.attempts), (Some("rcpt"), Some(550), 1));
}

#[tokio::test]
async fn a_connection_on_which_many_were_refused_is_left_in_good_order() {
    let rule = Rule::at(At::Rcpt).every(12).answers(550, "5.1.1 No such user here");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let story = Bursting::at(&server, 120, 1).await;
    assert_eq!(story.run().await, [("failed", 10), ("sent", 110)].into());
    assert_eq!((nobody_got_two(&server).len(), server.connections()), (110, 2));
    assert_eq!(server.verbs().iter().filter(|verb| **verb == "QUIT").count(), 2);
}

#[tokio::test]
async fn a_cut_in_a_burst_leaves_a_window_in_doubt_at_most_and_the_rest_goes_on() {
    for rule in [Rule::at(At::Dot).nth(50).closes(), Rule::at(At::Dot).nth(50).keeps_and_closes()] {
        let server = ScriptedServer::builder().rule(rule).start().await;
        let story = Bursting::at(&server, 200, 1).await;
        let counts = story.run().await;
        let in_doubt = counts["in_doubt"];
        assert!((1..=i64::from(WINDOW)).contains(&in_doubt), "{counts:?}");
        assert_eq!(counts["sent"], 200 - in_doubt);
        story.tells_the_truth(&server).await;
    }
}

#[tokio::test]
async fn a_mail_that_was_armed_and_never_left_has_had_no_attempt() {
    // So large that a window of them does not fit into what the system takes ahead.
    let text = "鸿雁传书，一封很长的信。\n".repeat(8_000);
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(5).closes()).start().await;
    let desk = Desk::new().await;
    let list = desk.list_of(40).await;
    let template = desk.template("你好", &text).await;
    let mut draft = account_draft(server.port(), 1);
    draft.burst = 32;
    let account = desk.account(draft).await;
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    let rows = desk.recipients(campaign).await;
    let (sent, in_doubt): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.state == "sent");
    assert!(in_doubt.iter().all(|row| row.state == "in_doubt" && row.attempts == 1));
    // One may have been cut in its body: that was an attempt.
    let again = sent.iter().filter(|row| row.attempts != 1).count();
    assert!(
        again <= 1,
        "{again} of {} sent are said to have had two, {} are in doubt",
        sent.len(),
        in_doubt.len()
    );
    assert_eq!(nobody_got_two(&server).len(), sent.len());
}

#[tokio::test]
async fn a_line_that_breaks_again_and_again_does_not_cost_a_window_each_time() {
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).every(20).closes()).start().await;
    let story = Bursting::at(&server, 200, 1).await;
    let counts = story.run().await;
    // 8 + 4 + 2, and then one each time.
    assert!(counts["in_doubt"] <= 8 + 4 + 2 + 10, "{counts:?}");
    story.tells_the_truth(&server).await;
}

#[tokio::test]
async fn how_many_mails_a_server_takes_on_a_connection_is_learned_once() {
    let mut builder = ScriptedServer::builder();
    for connection in 1..100 {
        let rule = Rule::at(At::Mail).on_connection(connection).after(30);
        builder = builder.rule(rule.answers_and_closes(421, "too many messages in this connection"));
    }
    let server = builder.start().await;
    let story = Bursting::at(&server, 300, 1).await;
    let counts = story.run().await;
    assert!(counts.get("in_doubt").copied().unwrap_or_default() < i64::from(WINDOW), "{counts:?}");
    assert_eq!(counts.values().sum::<i64>(), 300);
    story.tells_the_truth(&server).await;
    assert!(by_connection(&server).values().all(|mails| *mails <= 30));
    // Only the first connection ran into it.
    let tries = server.verbs().iter().filter(|verb| **verb == "MAIL").count();
    assert!(tries <= 300 + WINDOW as usize, "{tries} tries");
}

#[tokio::test]
async fn a_server_that_is_asked_too_fast_stops_the_burst_and_nobody_fails() {
    let rule = Rule::at(At::Mail).after(40).answers(450, "4.7.1 Error: too much mail from you, slow down");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let story = Bursting::at(&server, 200, 1).await;
    story.desk.start(story.campaign).await;
    story
        .desk
        .until(story.campaign, "a hold", |campaign| campaign.counts.get(DeliveryState::Sent) == 40)
        .await;
    let engine = &story.desk.engine;
    within_patience("the account to be held", async {
        while engine.load_account(story.account).await.unwrap().record.hold.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(story.desk.counts(story.campaign).await, [("queued", 160), ("sent", 40)].into());
    let tries = server.verbs().iter().filter(|verb| **verb == "MAIL").count();
    assert!(tries <= 40 + WINDOW as usize, "{tries} tries");
    story.tells_the_truth(&server).await;
}

#[tokio::test]
async fn a_paused_burst_hears_what_is_under_way_and_sends_nothing_more() {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(30).waits_for(&gate)).start().await;
    let story = Bursting::at(&server, 200, 1).await;
    story.desk.start(story.campaign).await;
    within_patience("the thirtieth", gate.reached()).await;
    story.desk.engine.pause_campaign(story.campaign).await.unwrap();
    gate.open();
    let desk = &story.desk;
    desk.until(story.campaign, "nothing under way", |campaign| {
        campaign.counts.get(DeliveryState::Armed) == 0
    })
    .await;
    let counts = desk.counts(story.campaign).await;
    assert_eq!(
        (counts.get("in_doubt"), counts["sent"] as usize),
        (None, server.received().len()),
        "{counts:?}"
    );
    assert!(counts["sent"] <= 30 + i64::from(WINDOW), "{counts:?}");
    desk.engine.resume_campaign(story.campaign).await.unwrap();
    desk.finished(story.campaign).await;
    assert_eq!(desk.counts(story.campaign).await, [("sent", 200)].into());
    assert_eq!(nobody_got_two(&server).len(), 200);
}

#[tokio::test]
async fn who_is_suppressed_meanwhile_is_left_out_of_the_burst() {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(1).waits_for(&gate)).start().await;
    let story = Bursting::at(&server, 50, 1).await;
    story.desk.start(story.campaign).await;
    within_patience("the first", gate.reached()).await;
    for number in [2, 5, 9] {
        story.desk.suppress(&person(number).address).await;
    }
    gate.open();
    story.desk.finished(story.campaign).await;
    assert_eq!(story.desk.counts(story.campaign).await, [("sent", 47), ("skipped", 3)].into());
    assert_eq!((nobody_got_two(&server).len(), server.connections()), (47, 1));
}

#[tokio::test]
async fn a_connection_carries_no_more_than_it_may_in_bursts_either() {
    let server = ScriptedServer::start().await;
    let story = Bursting::at(&server, 33, 1).await;
    let limits = SendingLimits { per_session: Some(10), ..SendingLimits::default() };
    story.desk.engine.update_limits(story.account, limits).await.unwrap();
    assert_eq!(story.run().await, [("sent", 33)].into());
    assert_eq!(by_connection(&server).into_values().collect::<Vec<_>>(), [10, 10, 10, 3]);
}

#[tokio::test]
async fn a_server_that_breaks_on_bursts_is_spoken_to_in_lockstep_and_that_is_remembered() {
    for rule in [
        Rule::at(At::Rcpt).in_groups().closes(),
        Rule::at(At::Rcpt).in_groups().answers(503, "5.5.1 Improper use of SMTP command pipelining"),
        Rule::at(At::Mail).in_groups().writes(b"what?\r\n"),
    ] {
        let server = ScriptedServer::builder().rule(rule).start().await;
        let story = Bursting::at(&server, 20, 1).await;
        let counts = story.run().await;
        assert!(counts.get("in_doubt").copied().unwrap_or_default() <= 2, "{counts:?}");
        assert_eq!(
            counts.values().sum::<i64>(),
            counts["sent"] + counts.get("in_doubt").unwrap_or(&0),
            "{counts:?}"
        );
        story.tells_the_truth(&server).await;
        let engine = &story.desk.engine;
        assert!(engine.load_account(story.account).await.unwrap().record.lockstep_since_ms.is_some());

        // It is known from now on.
        let heard = server.heard().len();
        let list = story.desk.list_of(5).await;
        let template = story.desk.template("a", "b").await;
        let next = story.desk.draft(list, template, story.account).await;
        story.desk.run(next).await;
        assert_eq!(story.desk.counts(next).await, [("sent", 5)].into());
        assert!(server.heard()[heard..].iter().all(|heard| !heard.more_waiting));

        engine.try_fast_way(story.account).await.unwrap();
        assert_eq!(engine.load_account(story.account).await.unwrap().record.lockstep_since_ms, None);
    }
}
