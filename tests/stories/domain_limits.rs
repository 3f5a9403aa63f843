//! Limits of recipients' domains: a domain that has had enough waits, and nobody waits behind it.

use std::time::Duration;

use hongyan_domain::{AccountId, CampaignId, CampaignState, DeliveryState, DomainLimit, SendingLimits};
use hongyan_engine::AccountCondition;
use hongyan_testkit::{At, Rule, ScriptedServer};

use crate::desk::{Desk, MORNING_MS};
use crate::inbox::{mails_by_recipient, nobody_got_two};

const BUSY: &str = "@busy.example";
const MINUTE: Duration = Duration::from_secs(60);
const HOUR_MS: i64 = 60 * 60 * 1000;

/// A campaign to twenty people at a domain with a limit, and twenty others behind them in the list.
async fn ground(
    server: &ScriptedServer,
    per_minute: Option<u32>,
    per_hour: Option<u32>,
) -> (Desk, CampaignId, AccountId) {
    let desk = Desk::builder().with_manual_clock().open().await;
    let people = (1..=20).map(|n| format!("b{n}{BUSY},B,X\r\n"));
    let others = (1..=20).map(|n| format!("o{n}@quiet.example,O,Y\r\n"));
    let file: String =
        std::iter::once("email,name,city\r\n".to_owned()).chain(people).chain(others).collect();
    let list = desk.import("All", file.as_bytes()).await.unwrap().record.list_id.expect("a list");
    let template = desk.template("Hello", "Hello {{ name }}").await;
    let account = desk.account_at(server, 2).await;
    let domains = vec![DomainLimit { domain: "busy.example".to_owned(), per_minute, per_hour }];
    let limits = SendingLimits { domains, ..Default::default() };
    desk.engine.update_limits(account, limits).await.unwrap();
    let campaign = desk.draft(list, template, account).await;
    (desk, campaign, account)
}

fn sent_to(server: &ScriptedServer, domain: &str) -> usize {
    mails_by_recipient(&server.received()).keys().filter(|to| to.ends_with(domain)).count()
}

#[tokio::test]
async fn a_domain_that_has_had_enough_keeps_nobody_else_waiting() {
    let server = ScriptedServer::start().await;
    let (desk, campaign, _) = ground(&server, Some(5), None).await;
    desk.start(campaign).await;
    // The clock stands: what arrives now arrives without waiting for anything.
    desk.until_count(campaign, DeliveryState::Sent, 25).await;
    assert_eq!((sent_to(&server, BUSY), sent_to(&server, "@quiet.example")), (5, 20));

    let end = desk
        .until_in_time(campaign, Duration::from_secs(5), "the end", |campaign| {
            campaign.state == CampaignState::Finished
        })
        .await;
    assert_eq!(nobody_got_two(&server).len(), 40);
    let took_ms = end.finished_at_ms.expect("an end") - MORNING_MS;
    assert!(took_ms >= 3 * 60_000, "20 mails at 5 a minute in {took_ms} ms");
    let first: Vec<String> = server.received().iter().map(|mail| mail.to[0].clone()).collect();
    let busy: Vec<_> = first.iter().filter(|to| to.ends_with(BUSY)).collect();
    let wanted: Vec<String> = (1..=20).map(|n| format!("b{n}{BUSY}")).collect();
    assert!(
        busy.chunks(5).zip(wanted.chunks(5)).all(|(sent, five)| five.iter().all(|to| sent.contains(&to)))
    );
}

#[tokio::test]
async fn while_a_domain_waits_for_its_hour_the_report_says_so_and_a_restart_forgets_nothing() {
    let server = ScriptedServer::start().await;
    let (desk, campaign, account) = ground(&server, None, Some(8)).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 28).await;
    desk.until_told(campaign, "the wait", |pace| pace.waits_until_ms.is_some()).await;
    let state = desk.engine.account_state(account).await.unwrap();
    assert_eq!(state.condition, AccountCondition::Ready, "the account itself could send");

    desk.engine.stop_sending().await;
    desk.engine.start_sending().await.unwrap();
    desk.pass_time(10 * MINUTE);
    desk.until_told(campaign, "the wait again", |pace| pace.waits_until_ms.is_some()).await;
    assert_eq!(sent_to(&server, BUSY), 8);
    let end = desk
        .until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert_eq!(nobody_got_two(&server).len(), 40);
    assert!(end.finished_at_ms.unwrap() - MORNING_MS >= 2 * HOUR_MS);
}

#[tokio::test]
async fn a_limit_taken_away_lets_a_domain_go_on_at_once() {
    let server = ScriptedServer::start().await;
    let (desk, campaign, account) = ground(&server, Some(5), None).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 25).await;
    desk.engine.update_limits(account, SendingLimits::default()).await.unwrap();
    let end = desk
        .until_in_time(campaign, Duration::from_secs(1), "the end", |campaign| {
            campaign.state == CampaignState::Finished
        })
        .await;
    assert_eq!(nobody_got_two(&server).len(), 40);
    assert!(end.finished_at_ms.unwrap() - MORNING_MS < 60_000);
}

#[tokio::test]
async fn a_recipient_who_gets_mail_too_quickly_slows_nobody_else() {
    let busy = "450 4.2.1 The user you are trying to contact is receiving mail too quickly";
    let mut builder = ScriptedServer::builder();
    for n in 1..=20 {
        let to = format!("b{n}{BUSY}");
        builder =
            builder.rule(Rule::at(At::Rcpt).for_recipient(&to).answers(450, busy.trim_start_matches("450 ")));
    }
    let server = builder.start().await;
    let (desk, campaign, account) = ground(&server, None, Some(1_000)).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 20).await;
    desk.until_count(campaign, DeliveryState::Deferred, 20).await;
    let state = desk.engine.account_state(account).await.unwrap();
    assert_eq!((state.condition, state.limits.slowdown.holds), (AccountCondition::Ready, 0));
}

#[tokio::test]
async fn the_forecast_knows_who_is_at_a_domain_with_a_limit() {
    let server = ScriptedServer::start().await;
    let (desk, campaign, _) = ground(&server, None, Some(8)).await;
    let foretold = desk.engine.check_campaign(campaign).await.unwrap().estimated_seconds.expect("a time");
    assert_eq!(foretold * 1000 / HOUR_MS, 2, "20 mails at 8 an hour: {foretold} s");
    for n in 1..=13 {
        desk.suppress(&format!("b{n}{BUSY}")).await;
    }
    let fewer = desk.engine.check_campaign(campaign).await.unwrap().estimated_seconds;
    assert_eq!(fewer, Some(0), "seven have room at once");
}
