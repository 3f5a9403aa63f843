//! After a run: sent again to whom the user says, and to nobody else.

use hongyan_domain::{CampaignState, DeliveryId, DeliveryState};
use hongyan_engine::faults::StoreFault;
use hongyan_engine::{Again, Error};
use hongyan_testkit::{At, Rule, ScriptedServer};

use crate::desk::{Desk, account_draft};
use crate::inbox::{mails_by_recipient, nobody_got_two, parsed};
use crate::people::person;

#[tokio::test]
async fn those_it_failed_for_get_it_when_it_is_sent_again_and_nobody_else_does() {
    let refusal = |number: usize| {
        Rule::at(At::Rcpt).for_recipient(&person(number).address).first(1).answers(550, "5.7.1 Not today")
    };
    let server = ScriptedServer::builder().rule(refusal(2)).rule(refusal(5)).start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(6, &server, 1).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("failed", 2), ("sent", 4)].into());

    assert_eq!(desk.engine.send_again(campaign, Again::Failed).await.unwrap(), 2);
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 6)].into());
    assert_eq!(nobody_got_two(&server).len(), 6);

    // There is nobody left, and asking changes nothing.
    assert_eq!(desk.engine.send_again(campaign, Again::Failed).await.unwrap(), 0);
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Finished);
}

/// The clock stands still: a campaign that had to wait for the next look would never go on.
#[tokio::test]
async fn sending_again_in_the_moment_of_the_end_goes_on_at_once() {
    let server = ScriptedServer::builder().rule(Rule::at(At::Rcpt).answers(550, "5.7.1 No")).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = desk.draft_for(1, &server, 1).await;
    desk.run(campaign).await;
    for _ in 0..30 {
        desk.engine.send_again(campaign, Again::Failed).await.unwrap();
        desk.finished(campaign).await;
    }
    assert_eq!(server.verbs().into_iter().filter(|verb| *verb == "RCPT").count(), 31);
}

/// Six mails over one connection, of which the server takes the third and hangs up before it says so.
async fn one_in_doubt() -> (Desk, ScriptedServer, hongyan_domain::CampaignId, DeliveryId, String) {
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(3).keeps_and_closes()).start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(6, &server, 1).await;
    desk.run(campaign).await;
    let doubtful = desk.recipients_in(campaign, DeliveryState::InDoubt).await.remove(0);
    (desk, server, campaign, DeliveryId(doubtful.id), doubtful.address)
}

#[tokio::test]
async fn a_mail_in_doubt_is_settled_by_the_user_and_by_nothing_else() {
    let (desk, server, campaign, id, _) = one_in_doubt().await;
    assert_eq!(desk.counts(campaign).await, [("in_doubt", 1), ("sent", 5)].into());
    assert_eq!(desk.engine.send_again(campaign, Again::Failed).await.unwrap(), 0, "doubt is no failure");

    assert_eq!(desk.engine.settle_as_sent(campaign, &[id]).await.unwrap(), 1);
    assert_eq!(desk.counts(campaign).await, [("sent", 6)].into());
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Finished);
    assert_eq!(desk.engine.settle_as_sent(campaign, &[id]).await.unwrap(), 0);
    assert_eq!(desk.engine.send_again(campaign, Again::These(vec![id])).await.unwrap(), 0, "it is settled");
    assert_eq!(nobody_got_two(&server).len(), 6);
}

#[tokio::test]
async fn a_mail_in_doubt_that_is_sent_again_has_the_message_id_it_had() {
    let (desk, server, campaign, id, address) = one_in_doubt().await;
    assert_eq!(desk.engine.send_again(campaign, Again::These(vec![id])).await.unwrap(), 1);
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 6)].into());

    let received = server.received();
    assert_eq!(mails_by_recipient(&received).get(&address), Some(&2), "the user said so");
    let ids: Vec<String> = received
        .iter()
        .filter(|mail| mail.to.contains(&address))
        .map(|mail| parsed(&mail.bytes).message_id().expect("an id").to_owned())
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn who_came_into_the_list_since_gets_it_alone() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(4, &server, 1).await;
    desk.run(campaign).await;
    assert_eq!(desk.engine.count_added_since(campaign).await.unwrap(), 0);

    let list = desk.campaign(campaign).await.values.list_ids[0];
    for number in [21, 22, 23] {
        desk.add(&person(number), list).await;
    }
    desk.suppress(&person(23).address).await;
    assert_eq!(desk.engine.count_added_since(campaign).await.unwrap(), 2, "not who is suppressed");
    desk.engine.send_again(campaign, Again::Added).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 6), ("skipped", 1)].into());
    let got = nobody_got_two(&server);
    assert_eq!(got.len(), 6);
    assert!(!got.contains(&person(23).address));
    assert_eq!(desk.engine.count_added_since(campaign).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_cancelled_or_has_no_account_any_more_is_not_sent_again() {
    let rule = Rule::at(At::Rcpt).for_recipient(&person(1).address).answers(550, "5.1.1 No such user");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let desk = Desk::new().await;
    let draft = desk.draft_for(2, &server, 1).await;
    assert!(matches!(desk.engine.send_again(draft, Again::Failed).await, Err(Error::CampaignState(_))));
    desk.run(draft).await;
    let account = desk.campaign(draft).await.values.accounts[0].account_id;
    desk.engine.delete_account(account).await.unwrap();
    assert!(matches!(desk.engine.send_again(draft, Again::Failed).await, Err(Error::CampaignNotReady)));
    assert_eq!(desk.counts(draft).await, [("failed", 1), ("sent", 1)].into());
}

#[tokio::test]
async fn a_deleted_account_is_only_a_name_in_the_reports_of_its_campaigns() {
    let server = ScriptedServer::start().await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(2, &server, 1).await;
    desk.run(campaign).await;
    let campaign = desk.campaign(campaign).await;
    let id = campaign.values.accounts[0].account_id;
    let record = desk.engine.load_account(id).await.unwrap().record;
    desk.engine.delete_account(id).await.unwrap();

    let gone = |error: Option<Error>| {
        assert!(matches!(error, Some(Error::Store(StoreFault::NotFound("account")))), "{error:?}");
    };
    gone(desk.engine.load_account(id).await.err());
    gone(desk.engine.account_state(id).await.err());
    gone(desk.engine.test_account(id).await.err());
    gone(desk.engine.update_account(id, account_draft(server.port(), 1)).await.err());
    gone(desk.engine.trust_certificate(id, None).await.err());
    gone(desk.engine.delete_account(id).await.err());
    let of_report = desk.engine.campaign_accounts(&campaign).await.unwrap();
    assert_eq!((of_report[0].name.as_str(), of_report[0].counts.total()), (record.values.name.as_str(), 2));
}
