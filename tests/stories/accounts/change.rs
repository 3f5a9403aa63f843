//! The user changes the accounts of a campaign while it is being sent.

use hongyan_domain::{AccountShare, CampaignState, DeliveryState};
use hongyan_engine::Error;
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use super::{GREYLISTED, accounts_at, accounts_of, all_received, draft_at, draft_through, shop};
use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two_of;

#[tokio::test]
async fn what_waits_for_an_account_that_is_taken_out_goes_through_another() {
    let a = ScriptedServer::builder().rule(Rule::at(At::Rcpt).answers(450, GREYLISTED)).start().await;
    let b = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = draft_at(&desk, 40, &[&a, &b]).await;
    desk.start(campaign).await;
    desk.until(campaign, "nobody untried", |campaign| campaign.counts.get(DeliveryState::Queued) == 0).await;
    assert!(desk.count(campaign, DeliveryState::Deferred).await > 5);
    let other = accounts_of(&desk, campaign).await[1];
    desk.engine.change_campaign_accounts(campaign, vec![AccountShare::equal(other)]).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two_of(&b.received()).len(), 40);
    assert_eq!(a.received().len(), 0);
}

#[tokio::test]
async fn an_account_that_comes_in_on_the_way_helps_at_once() {
    let gate = Gate::new();
    let slow = ScriptedServer::builder().rule(Rule::at(At::Rcpt).after(5).waits_for(&gate)).start().await;
    let quick = ScriptedServer::start().await;
    let desk = Desk::new().await;
    let mut shares = accounts_at(&desk, &[(&slow, 1)]).await;
    let campaign = draft_through(&desk, 400, &shares).await;
    desk.start(campaign).await;
    within_patience("the slow server", gate.reached()).await;
    shares.push(AccountShare::equal(desk.account(shop("Quick", &quick, 2)).await));
    desk.engine.change_campaign_accounts(campaign, shares).await.unwrap();
    within_patience("mails at the new one", quick.wait_for_mails(50)).await;
    gate.open();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&slow, &quick])).len(), 400);
}

#[tokio::test]
async fn an_account_taken_out_while_it_sends_sends_nothing_more_and_another_sends_what_it_had_in_hand() {
    let gate = Gate::new();
    let a = ScriptedServer::builder().rule(Rule::at(At::Rcpt).after(5).waits_for(&gate)).start().await;
    let b = ScriptedServer::start().await;
    let desk = Desk::new().await;
    let campaign = draft_at(&desk, 400, &[&a]).await;
    let other = desk.account(shop("Other", &b, 2)).await;
    desk.start(campaign).await;
    within_patience("the slow server", gate.reached()).await;
    desk.until_count(campaign, DeliveryState::Sent, 5).await;
    desk.engine.change_campaign_accounts(campaign, vec![AccountShare::equal(other)]).await.unwrap();
    // The first one's server still has not answered.
    desk.finished(campaign).await;
    assert_eq!((a.received().len(), b.received().len()), (5, 395));
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 400);
    gate.open();
}

#[tokio::test]
async fn other_weights_count_from_then_on() {
    let gate = Gate::new();
    let waits = || ScriptedServer::builder().rule(Rule::at(At::Rcpt).after(50).waits_for(&gate)).start();
    let (a, b, c) = (waits().await, waits().await, ScriptedServer::start().await);
    let desk = Desk::new().await;
    let mut shares = accounts_at(&desk, &[(&a, 1), (&b, 1)]).await;
    let campaign = draft_through(&desk, 1_500, &shares).await;
    desk.start(campaign).await;
    within_patience("fifty at each", async {
        a.wait_for_mails(50).await;
        b.wait_for_mails(50).await;
    })
    .await;
    shares[0].weight = 8;
    shares.push(AccountShare::equal(desk.account(shop("New", &c, 2)).await));
    desk.engine.change_campaign_accounts(campaign, shares).await.unwrap();
    // Its first mail says that the campaign knows of the change.
    within_patience("the new account", c.wait_for_mails(1)).await;
    gate.open();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b, &c])).len(), 1_500);
    // What they had in hand at equal weights goes out too. Without the change each would send more than 450.
    let sent = [&a, &b, &c].map(|server| server.received().len());
    assert!(sent[0] > 900 && sent[1] < 350 && sent[2] < 350, "{sent:?}");
}

#[tokio::test]
async fn shares_that_make_no_sense_are_refused() {
    let server = ScriptedServer::start().await;
    let desk = Desk::new().await;
    let campaign = draft_at(&desk, 3, &[&server]).await;
    let share = AccountShare::equal(accounts_of(&desk, campaign).await[0]);
    for bad in [vec![share, share], vec![AccountShare { weight: 0, ..share }]] {
        let refused = desk.engine.change_campaign_accounts(campaign, bad).await;
        assert!(matches!(refused, Err(Error::Value("accounts"))), "{refused:?}");
    }
    desk.run(campaign).await;
    let none = desk.engine.change_campaign_accounts(campaign, Vec::new()).await;
    assert!(matches!(none, Err(Error::CampaignNotReady)), "{none:?}");
    assert_eq!(desk.campaign(campaign).await.state, CampaignState::Finished);
    assert_eq!(desk.campaign(campaign).await.values.accounts, [share]);
}

#[tokio::test]
async fn the_sandbox_is_no_account_among_others() {
    let server = ScriptedServer::start().await;
    let desk = Desk::new().await;
    let mut shares = accounts_at(&desk, &[(&server, 1)]).await;
    let all = desk.engine.list_accounts().await.unwrap();
    shares.push(AccountShare::equal(all.last().expect("the sandbox").record.id));
    let campaign = draft_through(&desk, 4, &shares).await;
    let refused = desk.engine.start_campaign(campaign).await;
    assert!(matches!(refused, Err(Error::CampaignNotReady)), "{refused:?}");
}
