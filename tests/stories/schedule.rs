//! Campaigns that wait for their time.

use std::time::Duration;

use hongyan_domain::CampaignState;
use hongyan_engine::{ContactFilter, ContactSelection, Error};
use hongyan_testkit::ScriptedServer;

use crate::desk::{Desk, MORNING_MS, template_draft};
use crate::inbox::nobody_got_two;

const HOUR: Duration = Duration::from_secs(3600);
const HOUR_MS: i64 = 3_600_000;
/// Shorter than what is under way gets when the app closes.
const SOON: Duration = Duration::from_secs(6);

#[tokio::test]
async fn a_scheduled_campaign_starts_when_its_time_comes() {
    let server = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(5, &server, 1).await;
    desk.engine.schedule_campaign(campaign, MORNING_MS + HOUR_MS).await.unwrap();
    // Whoever comes to the list before that time gets it too.
    let list = desk.campaign(campaign).await.values.list_ids[0];
    desk.add(&crate::people::person(6), list).await;

    // An hour without a second: another campaign shows that the engine has looked.
    desk.pass_time(HOUR - Duration::from_secs(1));
    let other_server = ScriptedServer::start().await;
    let other = desk.draft_for(2, &other_server, 1).await;
    desk.run(other).await;
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Scheduled);
    assert_eq!(server.connections(), 0);

    desk.pass_time(Duration::from_secs(1));
    let finished = desk.finished(campaign).await;
    assert_eq!(finished.started_at_ms, Some(MORNING_MS + HOUR_MS));
    assert_eq!(nobody_got_two(&server).len(), 6);
}

#[tokio::test]
async fn a_time_that_passed_while_the_app_was_closed_is_made_up_for() {
    let server = ScriptedServer::start().await;
    let first = Desk::builder().with_manual_clock().without_sending().open().await;
    let campaign = first.draft_for(3, &server, 1).await;
    first.engine.schedule_campaign(campaign, MORNING_MS + HOUR_MS).await.unwrap();
    first.close().await;
    // The system's clock is years behind the made-up morning, or years ahead of it: a clock of its own, hours later.
    let second = Desk::builder().at(first.folder()).with_manual_clock().without_sending().open().await;
    second.pass_time(5 * HOUR);
    second.engine.start_sending().await.unwrap();
    second.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 3);
}

#[tokio::test]
async fn a_scheduled_campaign_whose_list_was_emptied_goes_back_to_draft() {
    let server = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(5, &server, 1).await;
    desk.engine.schedule_campaign(campaign, MORNING_MS + HOUR_MS).await.unwrap();
    let everybody = ContactSelection::Filter(ContactFilter::default());
    desk.engine.delete_contacts(&everybody).await.unwrap();
    desk.pass_time(HOUR);
    let draft = desk.in_state(campaign, CampaignState::Draft).await;
    assert_eq!(draft.pause_detail, "not_ready");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_scheduled_campaign_whose_template_was_spoilt_goes_back_to_draft() {
    let server = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(5, &server, 1).await;
    desk.engine.schedule_campaign(campaign, MORNING_MS + HOUR_MS).await.unwrap();
    let template = desk.campaign(campaign).await.values.template_id.unwrap();
    let spoilt = template_draft("Template 1", "你好", "{{ nmae }}");
    desk.engine.update_template(template, spoilt).await.unwrap();
    desk.pass_time(HOUR);
    desk.in_state(campaign, CampaignState::Draft).await;
    assert_eq!(server.connections(), 0);
}

/// To freeze a large audience takes long; so does another process that freezes one, which is how it is held here.
#[tokio::test]
async fn a_scheduled_start_that_takes_long_keeps_neither_other_campaigns_nor_the_end_of_the_app() {
    let server = ScriptedServer::start().await;
    let first = Desk::builder().with_manual_clock().without_sending().open().await;
    let other = first.draft_for(3, &server, 1).await;
    first.start(other).await;
    first.engine.pause_campaign(other).await.unwrap();
    let campaign = first.draft_for(3, &server, 1).await;
    first.engine.schedule_campaign(campaign, MORNING_MS + HOUR_MS).await.unwrap();
    let freezing = first.freeze_elsewhere();
    first.engine.start_sending().await.unwrap();
    first.pass_time(HOUR);
    first.until_told(campaign, "the start", |pace| pace.preparing.is_some()).await;
    first.engine.resume_campaign(other).await.unwrap();
    first.finished(other).await;
    let closed = tokio::time::timeout(SOON, first.close()).await;
    assert!(closed.is_ok(), "the start kept the app from closing");

    let second = Desk::builder().at(first.folder()).with_manual_clock().open().await;
    assert_eq!(second.campaign(campaign).await.state, CampaignState::Scheduled);
    drop(freezing);
    second.pass_time(2 * HOUR);
    second.finished(campaign).await;
    assert_eq!(server.received().len(), 6);
}

#[tokio::test]
async fn what_a_scheduled_campaign_needs_cannot_be_deleted() {
    let server = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(2, &server, 1).await;
    desk.engine.schedule_campaign(campaign, MORNING_MS + HOUR_MS).await.unwrap();
    let values = desk.campaign(campaign).await.values;
    let template = desk.engine.delete_template(values.template_id.unwrap()).await;
    assert!(matches!(template, Err(Error::InUse { what: "template", .. })), "{template:?}");
    let account = desk.engine.delete_account(values.accounts[0].account_id).await;
    assert!(matches!(account, Err(Error::InUse { what: "account", .. })), "{account:?}");
    let list = desk.engine.delete_list(values.list_ids[0]).await;
    assert!(matches!(list, Err(Error::InUse { what: "list", .. })), "{list:?}");
}

#[tokio::test]
async fn a_time_in_the_past_is_refused_and_a_schedule_can_be_taken_back() {
    let server = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(2, &server, 1).await;
    let past = desk.engine.schedule_campaign(campaign, MORNING_MS - 1).await;
    assert!(matches!(past, Err(Error::TimeInPast)), "{past:?}");
    desk.engine.schedule_campaign(campaign, MORNING_MS + HOUR_MS).await.unwrap();
    desk.engine.unschedule_campaign(campaign).await.unwrap();
    desk.pass_time(2 * HOUR);
    let other_server = ScriptedServer::start().await;
    let other = desk.draft_for(2, &other_server, 1).await;
    desk.run(other).await;
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Draft);
}
