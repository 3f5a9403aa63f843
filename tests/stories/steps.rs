//! Pause, resume, cancel; and who may send at all.

use std::collections::BTreeMap;

use hongyan_domain::{CampaignState, DeliveryState};
use hongyan_engine::Error;
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;

/// A server that waits behind the body of the n-th mail until the gate opens.
async fn server_that_waits_at(mail: u64) -> (ScriptedServer, Gate) {
    let gate = Gate::new();
    let rule = Rule::at(At::Dot).nth(mail).waits_for(&gate);
    (ScriptedServer::builder().rule(rule).start().await, gate)
}

#[tokio::test]
async fn a_paused_campaign_sends_nothing_more_and_resumed_it_sends_the_rest() {
    let (server, gate) = server_that_waits_at(11).await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(30, &server, 1).await;
    desk.start(campaign).await;
    within_patience("the eleventh mail", gate.reached()).await;
    desk.engine.pause_campaign(campaign).await.unwrap();
    gate.open();
    // The mail under way comes to its end.
    desk.until_count(campaign, DeliveryState::Sent, 11).await;

    // Meanwhile another campaign runs from its start to its end.
    let other_server = ScriptedServer::start().await;
    let other = desk.draft_for(20, &other_server, 1).await;
    desk.run(other).await;
    assert_eq!(desk.counts(campaign).await, [("queued", 19), ("sent", 11)].into());
    assert_eq!(server.received().len(), 11);

    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 30);
}

#[tokio::test]
async fn a_cancelled_campaign_skips_the_rest() {
    let (server, gate) = server_that_waits_at(11).await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(30, &server, 1).await;
    desk.start(campaign).await;
    within_patience("the eleventh mail", gate.reached()).await;
    desk.engine.cancel_campaign(campaign).await.unwrap();
    gate.open();
    desk.until_count(campaign, DeliveryState::Sent, 11).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 11), ("skipped", 19)].into());
    let skipped = desk.recipients_in(campaign, DeliveryState::Skipped).await;
    assert!(skipped.iter().all(|row| row.skip_reason.as_deref() == Some("cancelled")));
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Cancelled);
    assert!(matches!(
        desk.engine.resume_campaign(campaign).await,
        Err(Error::CampaignState(CampaignState::Cancelled))
    ));

    let other_server = ScriptedServer::start().await;
    let other = desk.draft_for(5, &other_server, 1).await;
    desk.run(other).await;
    assert_eq!(nobody_got_two(&server).len(), 11);
}

#[tokio::test]
async fn a_start_that_is_stopped_leaves_the_campaign_as_it_was() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(5, &server, 1).await;
    let freezing = desk.freeze_elsewhere();
    let starting = {
        let engine = desk.engine.clone();
        tokio::spawn(async move { engine.start_campaign(campaign).await })
    };
    desk.until_told(campaign, "the start", |pace| pace.preparing.is_some()).await;
    let stopped = desk.engine.stop_starting_campaign(campaign).await.unwrap();
    assert_eq!(stopped.state, CampaignState::Draft);
    starting.await.unwrap().unwrap();
    drop(freezing);
    assert_eq!(server.connections(), 0);
    desk.run(campaign).await;
}

#[tokio::test]
async fn a_start_that_is_stopped_too_late_pauses_the_campaign_and_takes_nothing_from_anybody() {
    let (server, gate) = server_that_waits_at(1).await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(5, &server, 1).await;
    desk.start(campaign).await;
    within_patience("the first mail", gate.reached()).await;
    let stopped = desk.engine.stop_starting_campaign(campaign).await.unwrap();
    assert_eq!(stopped.state, CampaignState::Paused);
    gate.open();
    desk.until_count(campaign, DeliveryState::Sent, 1).await;
    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 5)].into());
    let stopped = desk.engine.stop_starting_campaign(campaign).await.unwrap();
    assert_eq!(stopped.state, CampaignState::Finished, "there is nothing to stop");
}

#[tokio::test]
async fn a_campaign_is_started_once_however_often_it_is_asked() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(15, &server, 2).await;
    let (one, two, three) = tokio::join!(
        desk.engine.start_campaign(campaign),
        desk.engine.start_campaign(campaign),
        desk.engine.start_campaign(campaign)
    );
    let started = [one, two, three].into_iter().filter(Result::is_ok).count();
    assert_eq!(started, 1);
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 15);
    assert_eq!(desk.recipients(campaign).await.len(), 15);
}

#[tokio::test]
async fn a_second_engine_on_the_folder_cannot_send_and_says_who_does() {
    let first = Desk::new().await;
    let second = Desk::builder().at(first.folder()).without_sending().open().await;
    let Err(Error::SendingElsewhere(Some(holder))) = second.engine.start_sending().await else {
        panic!("two senders");
    };
    assert_eq!((holder.program.as_str(), holder.pid), ("stories", std::process::id()));
    assert_eq!(second.engine.sending_status().holder, Some(holder));
    assert!(first.engine.sending_status().here && !second.engine.sending_status().here);

    // What the second is told to start, the first sends.
    let server = ScriptedServer::start().await;
    let campaign = second.draft_for(10, &server, 1).await;
    second.run(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 10);

    first.close().await;
    second.engine.start_sending().await.expect("the lock is free");
    let again = second.draft_for(3, &server, 1).await;
    second.run(again).await;
}

#[tokio::test]
async fn a_campaign_goes_on_where_a_closed_engine_stopped() {
    let (server, gate) = server_that_waits_at(8).await;
    let first = Desk::new().await;
    let campaign = first.draft_for(25, &server, 1).await;
    first.start(campaign).await;
    within_patience("the eighth mail", gate.reached()).await;
    let closing = {
        let engine = first.engine.clone();
        tokio::spawn(async move { engine.close().await })
    };
    gate.open();
    within_patience("closing", closing).await.unwrap();

    let second = Desk::builder().at(first.folder()).open().await;
    second.finished(campaign).await;
    assert_eq!(second.counts(campaign).await, [("sent", 25)].into(), "a good-bye leaves nothing in doubt");
    assert_eq!(nobody_got_two(&server).len(), 25);
}

/// Runs a campaign beside one whose server falls silent at a point; that one is then cancelled. Gives its counts.
async fn beside_a_silent_server(at: At) -> BTreeMap<&'static str, i64> {
    let stuck_server = ScriptedServer::builder().rule(Rule::at(at).is_silent()).start().await;
    let desk = Desk::new().await;
    let stuck = desk.draft_for(10, &stuck_server, 1).await;
    desk.start(stuck).await;
    within_patience("the silence", stuck_server.wait_for_commands(1)).await;
    let server = ScriptedServer::start().await;
    let other = desk.draft_for(30, &server, 2).await;
    desk.run(other).await;
    assert_eq!(nobody_got_two(&server).len(), 30);
    assert_eq!(stuck_server.received().len(), 0);
    desk.engine.cancel_campaign(stuck).await.unwrap();
    let counts = desk.counts(stuck).await;
    within_patience("closing", desk.close()).await;
    counts
}

#[tokio::test]
async fn a_server_that_falls_silent_before_a_body_holds_up_only_its_own_campaign() {
    for at in [At::Greeting, At::Ehlo, At::Mail, At::Rcpt, At::Data] {
        assert_eq!(beside_a_silent_server(at).await, [("skipped", 10)].into(), "{at:?}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_behind_a_dot_holds_up_one_mail() {
    assert_eq!(beside_a_silent_server(At::Dot).await, [("armed", 1), ("skipped", 9)].into());
}

#[tokio::test]
async fn the_outcome_of_a_mail_is_written_although_the_server_takes_its_time_with_the_next() {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Mail).nth(3).waits_for(&gate)).start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(5, &server, 1).await;
    desk.start(campaign).await;
    within_patience("the third mail", gate.reached()).await;
    desk.until_count(campaign, DeliveryState::Sent, 2).await;
    assert_eq!(desk.counts(campaign).await, [("queued", 3), ("sent", 2)].into());
    gate.open();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 5);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_app_closed_while_the_server_is_silent_leaves_nothing_in_doubt() {
    let silence = Rule::at(At::Rcpt).nth(3).is_silent();
    let server = ScriptedServer::builder().rule(silence).start().await;
    let first = Desk::new().await;
    let campaign = first.draft_for(5, &server, 1).await;
    first.start(campaign).await;
    within_patience("two mails", server.wait_for_mails(2)).await;
    within_patience("closing", first.close()).await;
    let second = Desk::builder().at(first.folder()).open().await;
    second.finished(campaign).await;
    assert_eq!(second.counts(campaign).await, [("sent", 5)].into());
    assert_eq!(nobody_got_two(&server).len(), 5);
}
