//! An account that cannot go on leaves what nobody has tried to the others.

use std::time::Duration;

use hongyan_domain::{CampaignState, DeliveryState, PauseReason};
use hongyan_engine::{AccountCondition, CampaignRecord};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};
use secrecy::SecretString;

use super::{GREYLISTED, QUOTA, accounts_at, all_received, draft_at, draft_through, shop};
use crate::desk::{Desk, MORNING_MS};
use crate::ground::{free_port, within_patience};
use crate::inbox::nobody_got_two_of;

/// Sends through two accounts of which the first meets its quota there; gives how many mails each took.
async fn sent_with_quota(at: At, code: u16, words: &str) -> (usize, usize) {
    let a = ScriptedServer::builder().rule(Rule::at(at).after(20).answers(code, words)).start().await;
    let b = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = draft_at(&desk, 200, &[&a, &b]).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 200)].into());
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 200);
    let report = desk.engine.campaign_accounts(&desk.campaign(campaign).await).await.unwrap();
    assert_eq!((report[0].condition, report[1].condition), (AccountCondition::Held, AccountCondition::Ready));
    let hold = report[0].hold.as_ref().expect("a hold");
    assert!(hold.until_ms.is_some_and(|until_ms| until_ms > hold.since_ms), "{hold:?}");
    (a.received().len(), b.received().len())
}

#[tokio::test]
async fn at_a_quota_told_before_the_mail_the_other_account_sends_the_rest_without_waiting() {
    assert_eq!(sent_with_quota(At::Rcpt, 450, QUOTA).await, (20, 180));
}

#[tokio::test]
async fn at_a_quota_told_after_the_mail_the_other_account_sends_the_rest_without_waiting() {
    assert_eq!(sent_with_quota(At::Dot, 550, "Ip frequency limited").await, (20, 180));
}

#[tokio::test]
async fn an_account_whose_login_is_refused_leaves_all_to_the_other() {
    let (a, b) = (ScriptedServer::builder().login("a", "right").start().await, ScriptedServer::start().await);
    let desk = Desk::new().await;
    let mut shares = accounts_at(&desk, &[(&b, 1)]).await;
    let mut draft = shop("Wrong", &a, 2);
    draft.user = Some("a".to_owned());
    draft.password = Some(SecretString::from("wrong"));
    shares.push(hongyan_domain::AccountShare::equal(desk.account(draft).await));
    let campaign = draft_through(&desk, 60, &shares).await;
    desk.run(campaign).await;
    assert_eq!((nobody_got_two_of(&b.received()).len(), a.received().len()), (60, 0));
    let report = desk.engine.campaign_accounts(&desk.campaign(campaign).await).await.unwrap();
    let hold = report[1].hold.as_ref().expect("a hold");
    assert_eq!((hold.verdict.as_str(), hold.until_ms), ("account_login", None));
}

#[tokio::test]
async fn where_no_account_can_send_without_the_user_the_campaign_is_paused() {
    let words = "5.7.1 Sender address rejected: not owned by user";
    let refuses = || ScriptedServer::builder().rule(Rule::at(At::Mail).answers(553, words));
    let (a, b) = (refuses().start().await, refuses().start().await);
    let desk = Desk::new().await;
    let campaign = draft_at(&desk, 30, &[&a, &b]).await;
    desk.start(campaign).await;
    let paused = desk.in_state(campaign, CampaignState::Paused).await;
    assert_eq!(paused.pause_reason, Some(PauseReason::Account));
    assert_eq!(paused.counts.get(DeliveryState::Queued), 30);
    let report = desk.engine.campaign_accounts(&paused).await.unwrap();
    assert!(report.iter().all(|account| account.condition == AccountCondition::Held), "{report:?}");

    // The user has seen to it: both are released and go on.
    a.behave();
    b.behave();
    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 30);
    assert!(!a.received().is_empty() && !b.received().is_empty());
}

#[tokio::test]
async fn while_all_accounts_rest_the_campaign_waits_and_says_until_when() {
    let quota = || ScriptedServer::builder().rule(Rule::at(At::Rcpt).after(5).answers(450, QUOTA));
    let (a, b) = (quota().start().await, quota().start().await);
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = draft_at(&desk, 40, &[&a, &b]).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 10).await;
    desk.until_told(campaign, "the rest", |pace| pace.waits_until_ms.is_some()).await;
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Running);
    a.behave();
    b.behave();
    let step = Duration::from_secs(5 * 60);
    desk.until_in_time(campaign, step, "the end", |campaign| campaign.state == CampaignState::Finished).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 40);
}

#[tokio::test]
async fn an_account_whose_server_is_gone_leaves_its_part_to_the_other() {
    let (gone, b) = (free_port(), ScriptedServer::start().await);
    let desk = Desk::new().await;
    let mut shares = accounts_at(&desk, &[(&b, 1)]).await;
    let mut draft = shop("Gone", &b, 2);
    draft.port = gone;
    shares.push(hongyan_domain::AccountShare::equal(desk.account(draft).await));
    let campaign = draft_through(&desk, 80, &shares).await;
    desk.run(campaign).await;
    assert_eq!(nobody_got_two_of(&b.received()).len(), 80);
}

#[tokio::test]
async fn a_server_that_never_answers_keeps_only_what_it_has_in_hand() {
    let silent = ScriptedServer::builder().rule(Rule::at(At::Rcpt).after(3).is_silent()).start().await;
    let b = ScriptedServer::start().await;
    let desk = Desk::new().await;
    let campaign = draft_at(&desk, 400, &[&silent, &b]).await;
    desk.start(campaign).await;
    desk.until(campaign, "all but those in hand", |campaign| campaign.counts.get(DeliveryState::Sent) >= 300)
        .await;
    assert!(nobody_got_two_of(&b.received()).len() >= 290);
}

#[tokio::test]
async fn a_recipient_that_was_tried_waits_for_its_account_while_the_others_go_on() {
    let a =
        ScriptedServer::builder().rule(Rule::at(At::Rcpt).first(4).answers(450, GREYLISTED)).start().await;
    let b = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = draft_at(&desk, 60, &[&a, &b]).await;
    desk.start(campaign).await;
    desk.until(campaign, "all but four", |campaign| {
        campaign.counts.get(DeliveryState::Sent) == 56 && campaign.counts.get(DeliveryState::Deferred) == 4
    })
    .await;
    // From now on nobody but the user can help the first account.
    a.add(Rule::at(At::Mail).answers(553, "5.7.1 Sender address rejected: not owned by user"));
    let step = Duration::from_secs(60);
    desk.until_in_time(campaign, step, "the pause", |campaign| campaign.state == CampaignState::Paused).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 56, "they wait for their own account");
    a.behave();
    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.until_in_time(campaign, step, "the end", |campaign| campaign.state == CampaignState::Finished).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 60);
}

#[tokio::test]
async fn what_waits_for_a_silent_server_goes_out_through_the_other_account() {
    let gate = Gate::new();
    let silent = ScriptedServer::builder().rule(Rule::at(At::Data).waits_for(&gate)).start().await;
    let other = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = draft_at(&desk, 100, &[&silent, &other]).await;
    desk.start(campaign).await;
    within_patience("a mail that hangs", gate.reached()).await;
    // Its server may take minutes to answer. Besides the mail that hangs on each of its connections it keeps one.
    let goes_on = |campaign: &CampaignRecord| campaign.counts.get(DeliveryState::Sent) >= 97;
    desk.until_in_time(campaign, Duration::from_millis(200), "the others", goes_on).await;
    assert!(desk.engine.clock().now_ms() - MORNING_MS < 60_000, "it waited for the silent server");
    gate.open();
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 100)].into());
    assert_eq!(nobody_got_two_of(&all_received(&[&silent, &other])).len(), 100);
    assert!(silent.received().len() <= 3);
}
