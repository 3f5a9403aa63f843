//! A contact hears from one sender in one campaign: whatever is tried again goes through the same account.

use std::collections::BTreeMap;
use std::time::Duration;

use hongyan_domain::{AccountShare, CampaignId, CampaignState, DeliveryState};
use hongyan_engine::Again;
use hongyan_testkit::{At, Rule, ScriptedServer};

use super::{GREYLISTED, all_received, draft_at};
use crate::desk::Desk;
use crate::inbox::nobody_got_two_of;

/// Whom each account has tried so far.
async fn tried(desk: &Desk, campaign: CampaignId) -> BTreeMap<String, String> {
    let rows = desk.recipients(campaign).await.into_iter();
    rows.filter_map(|row| Some((row.address, row.account?))).collect()
}

/// Asserts that each of them got the mail from the account that had tried it before.
fn each_got_it_from_its_own(tried: &BTreeMap<String, String>, a: &ScriptedServer, b: &ScriptedServer) {
    for (server, name) in [(a, "A"), (b, "B")] {
        for mail in server.received() {
            if let Some(account) = tried.get(&mail.to[0]) {
                assert_eq!(account, name, "{}", mail.to[0]);
            }
        }
    }
}

#[tokio::test]
async fn who_is_tried_again_later_hears_from_the_same_account() {
    let greylists = || ScriptedServer::builder().rule(Rule::at(At::Rcpt).first(15).answers(450, GREYLISTED));
    let (a, b) = (greylists().start().await, greylists().start().await);
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = draft_at(&desk, 60, &[&a, &b]).await;
    desk.start(campaign).await;
    desk.until(campaign, "thirty that wait", |campaign| {
        campaign.counts.get(DeliveryState::Sent) == 30 && campaign.counts.get(DeliveryState::Deferred) == 30
    })
    .await;
    let tried = tried(&desk, campaign).await;
    assert_eq!(tried.len(), 60);
    // A restart forgets nothing.
    desk.engine.stop_sending().await;
    desk.engine.start_sending().await.unwrap();
    let step = Duration::from_secs(60);
    desk.until_in_time(campaign, step, "the end", |campaign| campaign.state == CampaignState::Finished).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 60);
    each_got_it_from_its_own(&tried, &a, &b);
}

#[tokio::test]
async fn who_is_sent_to_again_hears_from_the_same_account() {
    let refuses =
        || ScriptedServer::builder().rule(Rule::at(At::Rcpt).every(10).answers(550, "5.1.1 No such user"));
    let (a, b) = (refuses().start().await, refuses().start().await);
    let desk = Desk::new().await;
    let campaign = draft_at(&desk, 80, &[&a, &b]).await;
    desk.run(campaign).await;
    let failed = desk.recipients_in(campaign, DeliveryState::Failed).await;
    assert!(failed.len() > 4, "{} failed", failed.len());
    let tried = tried(&desk, campaign).await;
    a.behave();
    b.behave();
    // Now the second one has nearly all the weight.
    let mut shares = desk.campaign(campaign).await.values.accounts;
    shares[1] = AccountShare { weight: 100, ..shares[1] };
    desk.engine.change_campaign_accounts(campaign, shares).await.unwrap();
    assert_eq!(desk.engine.send_again(campaign, Again::Failed).await.unwrap() as usize, failed.len());
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 80);
    each_got_it_from_its_own(&tried, &a, &b);
}
