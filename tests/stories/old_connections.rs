//! Connections end before their servers end them: in time, and not in the middle of a mail.

use std::time::Duration;

use hongyan_domain::{CampaignState, DeliveryState, SendingLimits};
use hongyan_testkit::{At, Rule, ScriptedServer};

use crate::desk::{Desk, account_draft};
use crate::inbox::nobody_got_two;

const SECOND: Duration = Duration::from_secs(1);

/// Sends mails over one connection, so long after each other, and counts how often something was said.
async fn said(server: &ScriptedServer, people: usize, burst: u32, step: Duration, verb: &str) -> usize {
    let desk = Desk::builder().with_manual_clock().open().await;
    let (list, template) = (desk.list_of(people).await, desk.template("你好", "{{ name }}").await);
    let mut draft = account_draft(server.port(), 1);
    draft.burst = burst;
    let account = desk.account(draft).await;
    let limits = SendingLimits { gap_ms: 50_000, ..SendingLimits::default() };
    desk.engine.update_limits(account, limits).await.unwrap();
    let campaign = desk.draft(list, template, account).await;
    desk.start(campaign).await;
    for sent in 1..people {
        desk.until_count(campaign, DeliveryState::Sent, sent as i64).await;
        desk.pass_time(step);
    }
    desk.until_count(campaign, DeliveryState::Sent, people as i64).await;
    desk.until_in_time(campaign, SECOND, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert_eq!(desk.counts(campaign).await, [("sent", people as i64)].into());
    assert_eq!(nobody_got_two(server).len(), people);
    server.verbs().iter().filter(|said| **said == verb).count()
}

#[tokio::test]
async fn a_connection_is_used_for_nine_minutes_and_then_left_for_a_new_one() {
    for burst in [1, 8] {
        let server = ScriptedServer::start().await;
        // The twelfth comes after nine minutes and ten seconds.
        assert_eq!(said(&server, 14, burst, 50 * SECOND, "QUIT").await, 2);
        assert_eq!(server.connections(), 2);
        assert!(!server.verbs().contains(&"NOOP"));
    }
}

#[tokio::test]
async fn a_connection_that_idled_for_a_minute_is_asked_whether_it_stands() {
    for burst in [1, 8] {
        let server = ScriptedServer::start().await;
        assert_eq!(said(&server, 4, burst, 70 * SECOND, "NOOP").await, 3);
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_died_while_it_idled_costs_nobody_anything() {
    let noop = Rule::at(At::Noop).nth(1);
    for rule in [noop.clone().closes(), noop.answers_and_closes(421, "4.4.2 Idle for too long")] {
        let server = ScriptedServer::builder().rule(rule).start().await;
        said(&server, 4, 1, 70 * SECOND, "NOOP").await;
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn a_connection_that_idled_for_four_minutes_is_closed() {
    let server = ScriptedServer::start().await;
    assert_eq!(said(&server, 3, 1, 250 * SECOND, "NOOP").await, 0);
    assert_eq!(server.connections(), 3);
}
