//! The time of day jumps in mid-campaign: somebody corrects the clock, or the computer slept. It goes on, and nobody is lost.

use std::time::Duration;

use hongyan_domain::{CampaignState, SendingLimits};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::desk::{Desk, MORNING_MS, account_draft};
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 6;
const SECOND: Duration = Duration::from_secs(1);
const MINUTE_MS: i64 = 60 * 1_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The clock jumps while the third mail is under way. Gives the manual time from then to the end, in milliseconds, and how
/// many connections there were.
async fn after_a_jump(by_ms: i64, burst: u32, limits: SendingLimits) -> (i64, usize) {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(3).waits_for(&gate)).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let (list, template) = (desk.list_of(PEOPLE).await, desk.template("你好", "{{ name }}").await);
    let mut draft = account_draft(server.port(), 1);
    draft.burst = burst;
    let account = desk.account(draft).await;
    desk.engine.update_limits(account, limits).await.unwrap();
    let campaign = desk.draft(list, template, account).await;
    desk.start(campaign).await;
    within_patience("the third mail", async {
        while tokio::time::timeout(Duration::from_millis(20), gate.reached()).await.is_err() {
            desk.pass_time(SECOND);
        }
    })
    .await;
    desk.set_clock(by_ms);
    let jumped_at_ms = desk.engine.clock().now_ms();
    gate.open();
    let end = desk
        .until_in_time(campaign, SECOND, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert_eq!(desk.counts(campaign).await, [("sent", PEOPLE as i64)].into());
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
    assert!((jumped_at_ms - by_ms - MORNING_MS) < 10 * MINUTE_MS, "the jump came late");
    (end.finished_at_ms.expect("an end") - jumped_at_ms, server.connections())
}

#[tokio::test]
async fn a_clock_set_back_by_a_day_keeps_nobody_waiting() {
    for burst in [1, 8] {
        for gap_ms in [0, 2_000] {
            let limits = SendingLimits { gap_ms, ..SendingLimits::default() };
            let (took_ms, _) = after_a_jump(-24 * HOUR_MS, burst, limits).await;
            assert!(took_ms <= 2 * MINUTE_MS, "{took_ms} ms in bursts of {burst} every {gap_ms} ms");
        }
    }
}

#[tokio::test]
async fn a_campaign_goes_on_when_the_computer_has_slept_for_a_night() {
    for burst in [1, 8] {
        let limits = SendingLimits { per_hour: Some(3), ..SendingLimits::default() };
        let (took_ms, connections) = after_a_jump(8 * HOUR_MS, burst, limits).await;
        assert!(took_ms <= 2 * MINUTE_MS, "{took_ms} ms in bursts of {burst}: the hour was long over");
        assert_eq!(connections, 2, "a connection of last night was used on");
    }
}
