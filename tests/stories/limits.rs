//! Limits of an account: what may go out in an hour, over a connection, with a pause between; a restart forgets nothing.

use std::time::Duration;

use hongyan_domain::{AccountId, CampaignId, CampaignState, DeliveryState, SendingLimits};
use hongyan_engine::{AccountCondition, AccountDraft, ContactSelection, Error};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer, TestProxy};
use secrecy::SecretString;

use crate::desk::{Desk, MORNING_MS, account_draft};
use crate::ground::within_patience;
use crate::inbox::{nobody_got_two, parsed};
use crate::people::person;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR_MS: i64 = 60 * 60 * 1000;

async fn limited(
    people: usize,
    server: &ScriptedServer,
    limits: SendingLimits,
) -> (Desk, CampaignId, AccountId) {
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(people, server, 2).await;
    let account = desk.campaign(campaign).await.values.accounts[0].account_id;
    desk.engine.update_limits(account, limits).await.unwrap();
    (desk, campaign, account)
}

#[tokio::test]
async fn fifty_an_hour_are_fifty_an_hour_and_the_report_says_when_it_goes_on() {
    let server = ScriptedServer::start().await;
    let limits = SendingLimits { per_hour: Some(50), ..Default::default() };
    let (desk, campaign, _) = limited(120, &server, limits).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 50).await;
    desk.until_told(campaign, "the limit", |pace| pace.waits_until_ms.is_some()).await;
    let until_ms = desk.engine.campaign_progress(campaign).await.unwrap().pace.waits_until_ms.unwrap();
    assert!((HOUR_MS..=HOUR_MS + 120_000).contains(&(until_ms - MORNING_MS)), "{until_ms}");
    assert_eq!(server.received().len(), 50);

    let end = desk
        .until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert_eq!(nobody_got_two(&server).len(), 120);
    let took_ms = end.finished_at_ms.expect("an end") - MORNING_MS;
    assert!(took_ms >= 2 * HOUR_MS, "120 mails at 50 an hour in {took_ms} ms");
}

/// The mails of a slow account are written long before they leave; what was written then does not go out an hour later.
#[tokio::test]
async fn a_mail_that_waited_for_long_goes_out_with_the_date_and_the_data_of_its_time() {
    let server = ScriptedServer::start().await;
    let limits = SendingLimits { gap_ms: 40_000, gap_max_ms: 40_000, ..Default::default() };
    let (desk, campaign, _) = limited(12, &server, limits).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 1).await;
    let last = desk.engine.find_contact(&person(12).address).await.unwrap();
    desk.engine.delete_contacts(&ContactSelection::Ids(vec![last])).await.unwrap();
    desk.until_in_time(campaign, 5 * SECOND, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert_eq!(nobody_got_two(&server).len(), 11);
    let row = desk.recipient(campaign, &person(12).address).await;
    assert_eq!((row.state.as_str(), row.skip_reason.as_deref()), ("skipped", Some("contact_deleted")));
    let mails = server.received();
    let dates_ms = mails.iter().map(|mail| 1000 * parsed(&mail.bytes).date().expect("a date").to_timestamp());
    let mut latest_ms = 0;
    for (mail, date_ms) in mails.iter().zip(dates_ms) {
        let sent_ms = desk.recipient(campaign, &mail.to[0]).await.updated_at_ms;
        assert!(
            (0..=70_000).contains(&(sent_ms - date_ms)),
            "written {} ms before it left",
            sent_ms - date_ms
        );
        latest_ms = sent_ms.max(latest_ms);
    }
    assert!(latest_ms - MORNING_MS >= 10 * 40_000, "they went out slowly");
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let server = ScriptedServer::start().await;
    let limits = SendingLimits { per_day: Some(30), ..Default::default() };
    let (desk, campaign, _) = limited(40, &server, limits).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 30).await;
    desk.engine.stop_sending().await;
    desk.engine.start_sending().await.unwrap();
    desk.pass_time(MINUTE);
    // Something to wait for that comes after whatever the campaign would do.
    let other_server = ScriptedServer::start().await;
    let other = desk.draft_for(5, &other_server, 1).await;
    desk.run(other).await;
    assert_eq!(server.received().len(), 30);
}

/// The proxy leads to the scripted server whatever name it is asked for, so that one can be smtp.qq.com.
#[tokio::test]
async fn a_known_providers_limits_bind_until_the_user_gives_own_ones() {
    let (server, proxy) = (ScriptedServer::start().await, TestProxy::socks5().start().await);
    let desk = Desk::builder().with_manual_clock().open().await;
    let proxy_url = format!("socks5://127.0.0.1:{}", proxy.port());
    let account = desk
        .account(AccountDraft {
            host: "smtp.qq.com".to_owned(),
            proxy: Some(SecretString::from(proxy_url)),
            ..account_draft(server.port(), 2)
        })
        .await;
    let (list, template) = (desk.list_of(60).await, desk.template("你好", "{{ name }}").await);
    let campaign = desk.draft(list, template, account).await;
    desk.start(campaign).await;
    // 15 a minute pass there.
    desk.until_count(campaign, DeliveryState::Sent, 15).await;
    let quick = ScriptedServer::start().await;
    desk.run(desk.draft_for(30, &quick, 1).await).await;
    assert_eq!(server.received().len(), 15);
    desk.pass_time(MINUTE + SECOND);
    desk.until_count(campaign, DeliveryState::Sent, 30).await;
    assert_eq!(server.received().len(), 30);

    desk.engine.update_limits(account, SendingLimits::default()).await.unwrap();
    let end = desk
        .until_in_time(campaign, SECOND, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert!(end.finished_at_ms.expect("an end") - MORNING_MS < 2 * 60_000, "the user wants none");
    assert_eq!(nobody_got_two(&server).len(), 60);
}

#[tokio::test]
async fn a_connection_carries_no_more_than_it_may() {
    let server = ScriptedServer::start().await;
    let limits = SendingLimits { per_session: Some(10), ..Default::default() };
    let desk = Desk::new().await;
    let campaign = desk.draft_for(25, &server, 1).await;
    let account = desk.campaign(campaign).await.values.accounts[0].account_id;
    desk.engine.update_limits(account, limits).await.unwrap();
    desk.run(campaign).await;
    assert_eq!((nobody_got_two(&server).len(), server.connections()), (25, 3));
}

#[tokio::test]
async fn after_a_connection_that_carried_all_it_may_the_next_one_waits() {
    let server = ScriptedServer::start().await;
    let limits =
        SendingLimits { per_session: Some(10), session_pause_ms: 60 * 60 * 1000, ..Default::default() };
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(25, &server, 1).await;
    let account = desk.campaign(campaign).await.values.accounts[0].account_id;
    desk.engine.update_limits(account, limits).await.unwrap();
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 10).await;
    desk.until_told(campaign, "the pause", |pace| pace.waits_until_ms.is_some()).await;
    let end = desk
        .until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    let took_ms = end.finished_at_ms.expect("an end") - MORNING_MS;
    assert!(took_ms >= 2 * HOUR_MS, "two pauses of an hour in {took_ms} ms");
    assert_eq!((nobody_got_two(&server).len(), server.connections()), (25, 3));
}

#[tokio::test]
async fn an_account_says_what_it_sent_and_until_when_it_waits() {
    let server = ScriptedServer::start().await;
    let limits = SendingLimits { per_hour: Some(50), ..Default::default() };
    let (desk, campaign, account) = limited(60, &server, limits).await;
    let before = desk.engine.account_state(account).await.unwrap();
    assert_eq!((before.condition, before.used.hour), (AccountCondition::Ready, 0));
    assert_eq!((before.connections, before.most_connections), (Some(0), 2));
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 50).await;
    desk.until_told(campaign, "the limit", |pace| pace.waits_until_ms.is_some()).await;
    let state = desk.engine.account_state(account).await.unwrap();
    assert_eq!((state.used.hour, state.used.day), (50, 50));
    assert!(
        matches!(state.condition, AccountCondition::Waits { until_ms } if until_ms > MORNING_MS),
        "{state:?}"
    );
    // Another process reads the same from the deliveries.
    desk.engine.stop_sending().await;
    let elsewhere = desk.engine.account_state(account).await.unwrap();
    assert_eq!((elsewhere.used.hour, elsewhere.connections), (50, None));
    assert!(matches!(elsewhere.condition, AccountCondition::Waits { .. }), "{elsewhere:?}");
}

#[tokio::test]
async fn a_limit_set_on_the_way_counts_at_once() {
    let server = ScriptedServer::start().await;
    let limits = SendingLimits { per_hour: Some(10), ..Default::default() };
    let (desk, campaign, account) = limited(30, &server, limits).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 10).await;
    desk.engine.update_limits(account, SendingLimits::default()).await.unwrap();
    let end = desk
        .until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert!(end.finished_at_ms.unwrap() - MORNING_MS < HOUR_MS, "the limit was taken away");
    assert_eq!(nobody_got_two(&server).len(), 30);
}

#[tokio::test]
async fn limits_that_make_no_sense_are_refused_by_name() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let account = desk.account_at(&server, 1).await;
    let limits = SendingLimits { per_minute: Some(0), ..Default::default() };
    let refused = desk.engine.update_limits(account, limits).await;
    assert!(matches!(refused, Err(Error::Value("perMinute"))), "{refused:?}");
}

#[tokio::test]
async fn while_an_account_rests_no_other_campaign_sends_through_it() {
    let gate = Gate::new();
    let server = ScriptedServer::builder()
        .rule(Rule::at(At::Dot).nth(5).waits_for(&gate))
        .rule(Rule::at(At::Rcpt).nth(6).answers(550, "Ip frequency limited"))
        .start()
        .await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let first = desk.draft_for(20, &server, 1).await;
    let values = desk.campaign(first).await.values;
    let (template, account) = (values.template_id.unwrap(), values.accounts[0].account_id);
    let second = desk.draft(desk.list_of(20).await, template, account).await;
    desk.start(first).await;
    within_patience("the fifth mail", gate.reached()).await;
    desk.start(second).await;
    // By the end of a third one, the second has long been waiting for the account's only connection.
    let other_server = ScriptedServer::start().await;
    desk.run(desk.draft_for(5, &other_server, 1).await).await;
    gate.open();
    desk.until_count(first, DeliveryState::Sent, 5).await;
    while desk.engine.load_account(account).await.unwrap().record.hold.is_none() {
        tokio::task::yield_now().await;
    }
    // Longer than the slower rate alone would keep it waiting, shorter than the rest.
    desk.pass_time(5 * MINUTE);
    desk.run(desk.draft_for(30, &other_server, 1).await).await;
    assert_eq!(desk.counts(second).await, [("queued", 20)].into());
    assert_eq!(server.received().len(), 5);
}
