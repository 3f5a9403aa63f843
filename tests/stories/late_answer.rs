//! A server that takes its time behind the dot, as long as RFC 5321 §4.5.3.2 lets it: the mail is sent, and sent once.
//!
//! Told thirty times faster than it happens. Two clocks run while a dot is unanswered: the real one against the time
//! that servers have for each answer, and the engine's for all the rest. The first is real here too, and shortened like
//! the lateness, so who is earlier stays the same (the least margin, ten seconds, becomes a third of one); the second is
//! moved on by the whole lateness.

use std::time::Duration;

use hongyan_domain::{CampaignState, DeliveryState};
use hongyan_engine::Timeouts;
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;

const FASTER: u32 = 30;
const PEOPLE: usize = 4;
const SECOND: Duration = Duration::from_secs(1);
/// The engine's clock is moved on this often while the server is late.
const STEPS: u32 = 20;

fn shortened() -> Timeouts {
    let told = Timeouts::default();
    Timeouts {
        connect: told.connect / FASTER,
        tls: told.tls / FASTER,
        greeting: told.greeting / FASTER,
        ehlo: told.ehlo / FASTER,
        auth: told.auth / FASTER,
        mail: told.mail / FASTER,
        rcpt: told.rcpt / FASTER,
        data: told.data / FASTER,
        body_block: told.body_block / FASTER,
        final_reply: told.final_reply / FASTER,
        noop: told.noop / FASTER,
        quit: told.quit,
    }
}

/// The second of four mails is answered so late. Gives the counts of the end, and how many connections there were until
/// then; everybody has one copy, whatever they are.
async fn answered_after(late: Duration) -> (Vec<(&'static str, i64)>, usize) {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(2).waits_for(&gate)).start().await;
    let desk = Desk::builder().with_timeouts(shortened()).with_manual_clock().open().await;
    let campaign = desk.draft_for(PEOPLE, &server, 1).await;
    desk.start(campaign).await;
    within_patience("the second dot", gate.reached()).await;
    for _ in 0..STEPS {
        tokio::time::sleep(late / FASTER / STEPS).await;
        desk.pass_time(late / STEPS);
    }
    let connections = server.connections();
    gate.open();
    desk.until_in_time(campaign, SECOND, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    within_patience("what was held", server.wait_for_mails(PEOPLE)).await;
    let counts = desk.counts(campaign).await.into_iter().collect();
    if let Some(row) = desk.recipients_in(campaign, DeliveryState::InDoubt).await.first() {
        assert_eq!((row.attempts, row.stage.as_deref()), (1, Some("final_reply")));
    }
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
    (counts, connections)
}

async fn is_sent_once(seconds: u64) {
    assert_eq!(answered_after(Duration::from_secs(seconds)).await, (vec![("sent", PEOPLE as i64)], 1));
}

#[tokio::test]
async fn an_answer_after_65_seconds_leaves_one_copy_and_the_mail_is_sent() {
    is_sent_once(65).await;
}

#[tokio::test]
async fn an_answer_after_300_seconds_leaves_one_copy_and_the_mail_is_sent() {
    is_sent_once(300).await;
}

#[tokio::test]
async fn an_answer_after_590_seconds_leaves_one_copy_and_the_mail_is_sent() {
    is_sent_once(590).await;
}

/// By then the server was given up. It took the mail all the same, so sending it again would be a second copy.
#[tokio::test]
async fn an_answer_after_615_seconds_leaves_one_copy_and_the_mail_in_doubt() {
    assert_eq!(
        answered_after(Duration::from_secs(615)).await,
        (vec![("in_doubt", 1), ("sent", PEOPLE as i64 - 1)], 2)
    );
}
