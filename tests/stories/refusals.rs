//! Servers that say no: what it costs whom, and what is tried again.

use std::time::Duration;

use hongyan_domain::{CampaignState, DeliveryState, PauseReason};
use hongyan_engine::Again;
use hongyan_testkit::{At, Rule, ScriptedServer};
use secrecy::SecretString;

use crate::desk::{Desk, MORNING_MS, account_draft};
use crate::inbox::nobody_got_two;
use crate::people::{people, person};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn five_unknown_recipients_of_fifty_fail_with_the_servers_words_on_one_connection() {
    let unknown = [1, 7, 8, 30, 50].map(|number| person(number).address);
    let mut builder = ScriptedServer::builder();
    for address in &unknown {
        builder =
            builder.rule(Rule::at(At::Rcpt).for_recipient(address).answers(550, "5.1.1 No such user here"));
    }
    let (desk, server) = (Desk::new().await, builder.start().await);
    let campaign = desk.draft_for(50, &server, 1).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("failed", 5), ("sent", 45)].into());
    assert_eq!(server.connections(), 1);
    assert_eq!(nobody_got_two(&server).len(), 45);
    for address in &unknown {
        let row = desk.recipient(campaign, address).await;
        assert_eq!((row.state.as_str(), row.verdict.as_deref()), ("failed", Some("recipient_unknown")));
        assert_eq!((row.stage.as_deref(), row.reply_code, row.attempts), (Some("rcpt"), Some(550), 1));
        assert_eq!(row.reply_text, "550 5.1.1 No such user here");
    }
    let reasons = desk.engine.list_reasons(campaign).await.unwrap();
    assert_eq!((reasons.len(), reasons[0].count), (1, 5), "{reasons:?}");
}

#[tokio::test]
async fn fifty_unknown_recipients_of_a_thousand_cost_no_connection_and_no_login() {
    const CONNECTIONS: u32 = 4;
    let rule = Rule::at(At::Rcpt).every(20).answers(550, "5.1.1 No such user here");
    let server = ScriptedServer::builder().login("shop", "secret").rule(rule).start().await;
    let desk = Desk::new().await;
    let list = desk.list_of(1000).await;
    let template = desk.template("你好，{{ name }}", "{{ city }}").await;
    let mut draft = account_draft(server.port(), CONNECTIONS);
    draft.user = Some("shop".to_owned());
    draft.password = Some(SecretString::from("secret"));
    let account = desk.account(draft).await;
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("failed", 50), ("sent", 950)].into());
    assert_eq!(nobody_got_two(&server).len(), 950);
    let most = CONNECTIONS as usize;
    assert!(server.connections() <= most, "{} connections", server.connections());
    assert!(server.logins() <= most, "{} logins", server.logins());
}

#[tokio::test]
async fn a_recipient_refused_for_now_is_tried_again_when_due() {
    let rule =
        Rule::at(At::Rcpt).for_recipient("p2@people.example").first(1).answers(450, "4.2.0 Greylisted");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(3, &server, 1).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Sent, 2).await;
    desk.until_count(campaign, DeliveryState::Deferred, 1).await;
    let row = desk.recipient(campaign, &person(2).address).await;
    let minutes = (row.due_at_ms.expect("a time") - MORNING_MS) as f64 / 60_000.0;
    assert!((4.0..=6.0).contains(&minutes), "due after {minutes} minutes");
    assert_eq!((row.attempts, row.reply_code), (1, Some(450)));
    assert_eq!(row.reply_text, "450 4.2.0 Greylisted");
    desk.until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    let row = desk.recipient(campaign, &person(2).address).await;
    assert_eq!((row.state.as_str(), row.attempts), ("sent", 2));
    assert!(row.updated_at_ms - MORNING_MS >= 4 * 60_000, "not before it was due");
    assert_eq!(nobody_got_two(&server).len(), 3);
}

#[tokio::test]
async fn whoever_stays_refused_for_three_days_is_given_up() {
    let rule = Rule::at(At::Rcpt).for_recipient("p2@people.example").answers(450, "4.2.0 Come back later");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(3, &server, 1).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Deferred, 1).await;
    desk.until_in_time(campaign, 60 * MINUTE, "the end", |campaign| {
        campaign.state == CampaignState::Finished
    })
    .await;
    let row = desk.recipient(campaign, &person(2).address).await;
    assert_eq!((row.state.as_str(), row.reply_code, row.due_at_ms), ("failed", Some(450), None));
    assert!(row.attempts > 10, "{} attempts", row.attempts);
    let days = (row.updated_at_ms - MORNING_MS) as f64 / 86_400_000.0;
    assert!((2.5..=3.5).contains(&days), "given up after {days} days");
}

#[tokio::test]
async fn a_campaign_that_tries_again_for_an_hour_gives_up_after_that_hour_and_says_why() {
    let rule = Rule::at(At::Rcpt).answers(450, "4.2.0 Come back later");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(3, &server, 1).await;
    desk.try_again_for(campaign, 1).await.unwrap();
    desk.start(campaign).await;
    let mut begun_ms = MORNING_MS;
    for _ in 0..2 {
        desk.until_count(campaign, DeliveryState::Deferred, 3).await;
        let ended = desk
            .until_in_time(campaign, 5 * MINUTE, "the end", |campaign| {
                campaign.state == CampaignState::Finished
            })
            .await;
        for row in desk.recipients(campaign).await {
            assert_eq!((row.state.as_str(), row.verdict.as_deref()), ("failed", Some("try_later")));
            assert_eq!((row.reply_code, row.due_at_ms), (Some(450), None));
            assert_eq!(row.reply_text, "450 4.2.0 Come back later");
            let minutes = (row.updated_at_ms - begun_ms) as f64 / 60_000.0;
            assert!((60.0..=75.0).contains(&minutes), "given up after {minutes} minutes");
        }
        begun_ms = ended.finished_at_ms.expect("it has ended");
        desk.engine.send_again(campaign, Again::Failed).await.unwrap();
    }
}

#[tokio::test]
async fn trying_again_takes_an_hour_at_least_and_fourteen_days_at_most_and_is_copied_with_a_campaign() {
    let server = ScriptedServer::builder().start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(1, &server, 1).await;
    assert_eq!(desk.campaign(campaign).await.values.retry_hours, 72);
    for hours in [0, 337] {
        let refused = desk.try_again_for(campaign, hours).await;
        assert!(matches!(refused, Err(hongyan_engine::Error::Value("retryHours"))), "{refused:?}");
    }
    for hours in [336, 1] {
        assert_eq!(desk.try_again_for(campaign, hours).await.unwrap().values.retry_hours, hours);
    }
    let copy = desk.engine.duplicate_campaign(campaign).await.unwrap();
    assert_eq!(copy.values.retry_hours, 1);
}

#[tokio::test]
async fn a_wrong_password_holds_the_account_and_marks_nobody() {
    let server = ScriptedServer::builder().login("shop", "right").start().await;
    let desk = Desk::new().await;
    let list = desk.list_of(8).await;
    let template = desk.template("你好", "你好").await;
    let mut draft = account_draft(server.port(), 2);
    draft.user = Some("shop".to_owned());
    draft.password = Some(SecretString::from("wrong"));
    let account = desk.account(draft.clone()).await;
    let campaign = desk.draft(list, template, account).await;
    desk.start(campaign).await;
    let paused = desk.in_state(campaign, CampaignState::Paused).await;
    assert_eq!(paused.pause_reason, Some(PauseReason::Account));
    assert!(paused.pause_detail.starts_with("535 "), "{}", paused.pause_detail);
    let hold = desk.engine.load_account(account).await.unwrap().record.hold.expect("a hold");
    assert_eq!((hold.verdict.as_str(), hold.until_ms), ("account_login", None));
    assert_eq!(desk.counts(campaign).await, [("queued", 8)].into());
    assert!(desk.recipients(campaign).await.iter().all(|row| row.attempts == 0 && row.verdict.is_none()));
    let tries = server.verbs().into_iter().filter(|verb| *verb == "AUTH").count();
    assert!(tries <= 2 && server.connections() <= 2, "{tries} logins may look like an attack");

    draft.password = Some(SecretString::from("right"));
    desk.engine.update_account(account, draft).await.unwrap();
    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 8);
}

#[tokio::test]
async fn a_server_that_says_too_fast_by_550_rests_the_account_and_marks_nobody() {
    let rule = Rule::at(At::Rcpt).nth(11).answers(550, "Connection frequency limited");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(20, &server, 1).await;
    desk.start(campaign).await;
    let account = desk.campaign(campaign).await.values.accounts[0].account_id;
    desk.until_count(campaign, DeliveryState::Sent, 10).await;
    let hold = loop {
        if let Some(hold) = desk.engine.load_account(account).await.unwrap().record.hold {
            break hold;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(hold.verdict, "account_slow_down");
    let rest_minutes = (hold.until_ms.expect("it passes") - MORNING_MS) as f64 / 60_000.0;
    assert!((15.0..=18.0).contains(&rest_minutes), "rests {rest_minutes} minutes");
    assert_eq!(desk.counts(campaign).await, [("queued", 10), ("sent", 10)].into());
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Running, "it goes on by itself");
    desk.until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert_eq!(nobody_got_two(&server).len(), 20);
    assert!(desk.engine.load_account(account).await.unwrap().record.hold.is_none());
}

#[tokio::test]
async fn refused_content_fails_the_mail_and_not_the_campaign() {
    let words = "5.7.1 Message rejected as spam by content filtering";
    let rule = Rule::at(At::Dot).for_recipient("p3@people.example").answers(554, words);
    let (desk, server) = (Desk::new().await, ScriptedServer::builder().rule(rule).start().await);
    let campaign = desk.draft_for(6, &server, 1).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("failed", 1), ("sent", 5)].into());
    let row = desk.recipient(campaign, &person(3).address).await;
    assert_eq!(
        (row.verdict.as_deref(), row.stage.as_deref()),
        (Some("content_refused"), Some("final_reply"))
    );
    assert_eq!(row.reply_text, format!("554 {words}"));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_421_behind_the_body_is_a_no_and_no_doubt() {
    let rule = Rule::at(At::Dot).nth(2).answers_and_closes(421, "4.3.2 Shutting down");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(4, &server, 1).await;
    desk.start(campaign).await;
    desk.until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;
    assert_eq!(desk.counts(campaign).await, [("sent", 4)].into());
    assert_eq!(nobody_got_two(&server).len(), 4);
    assert_eq!(desk.recipient(campaign, &person(2).address).await.attempts, 2);
}

#[tokio::test]
async fn a_campaign_pauses_when_too_many_of_the_last_mails_fail_and_goes_on_when_resumed() {
    let mut builder = ScriptedServer::builder();
    for unknown in people(15) {
        let rule = Rule::at(At::Rcpt).for_recipient(&unknown.address);
        builder = builder.rule(rule.answers(550, "5.1.1 No such user"));
    }
    let (desk, server) = (Desk::new().await, builder.start().await);
    let campaign = desk.draft_for(40, &server, 1).await;
    desk.start(campaign).await;
    let paused = desk.in_state(campaign, CampaignState::Paused).await;
    assert_eq!(paused.pause_reason, Some(PauseReason::Failures));
    assert_eq!(desk.counts(campaign).await, [("failed", 10), ("queued", 30)].into());

    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("failed", 15), ("sent", 25)].into());
    assert_eq!(nobody_got_two(&server).len(), 25);
}

#[tokio::test]
async fn a_mail_that_the_server_announces_as_too_large_is_not_sent_and_says_so() {
    let server = ScriptedServer::builder().limits(|limits| limits.message_octets = 300).start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(2, &server, 1).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("failed", 2)].into());
    let row = desk.recipient(campaign, &person(1).address).await;
    assert_eq!(row.verdict.as_deref(), Some("content_refused"));
    assert!(row.reply_text.contains("at most 300 octets"), "{}", row.reply_text);
    assert!(!server.verbs().contains(&"MAIL"));
}
