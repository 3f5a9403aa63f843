//! Each account sends its share, with its own sender, and the report says who sent how much.

use hongyan_domain::{DeliveryState, SendingLimits};
use hongyan_engine::{AccountCondition, Error, Purpose};
use hongyan_testkit::ScriptedServer;

use super::{accounts_at, all_received, draft_at, draft_through, shop};
use crate::desk::{Desk, SHOP};
use crate::ground::within_patience;
use crate::inbox::{mailbox, nobody_got_two_of, parsed};

const HOUR_MS: i64 = 60 * 60 * 1000;

#[tokio::test]
async fn weights_of_three_and_one_send_three_times_as_much_each_with_its_own_sender() {
    let (a, b) = (ScriptedServer::start().await, ScriptedServer::start().await);
    let desk = Desk::new().await;
    let shares = accounts_at(&desk, &[(&a, 3), (&b, 1)]).await;
    let campaign = draft_through(&desk, 400, &shares).await;
    desk.run(campaign).await;

    assert_eq!(nobody_got_two_of(&all_received(&[&a, &b])).len(), 400);
    for (server, share, name) in [(&a, 300, "A"), (&b, 100, "B")] {
        let received = server.received();
        assert!(received.len().abs_diff(share) <= 32, "{} of {share}", received.len());
        let address = format!("{}@shop.example", name.to_lowercase());
        for mail in &received {
            assert_eq!(mail.from, address);
            let mail = parsed(&mail.bytes);
            assert_eq!(mailbox(mail.from()), (format!("Shop {name}").as_str(), address.as_str()));
        }
    }
    let report = desk.engine.campaign_accounts(&desk.campaign(campaign).await).await.unwrap();
    for (account, server) in report.iter().zip([&a, &b]) {
        let sent = account.counts.get(DeliveryState::Sent);
        assert_eq!(usize::try_from(sent), Ok(server.received().len()), "{}", account.name);
        assert_eq!(account.condition, AccountCondition::Ready);
    }
    let today: i64 =
        desk.engine.list_accounts().await.unwrap().iter().map(|account| account.sent_today).sum();
    assert_eq!(today, 400);
}

#[tokio::test]
async fn the_recipients_in_report_and_file_name_the_account() {
    let (a, b) = (ScriptedServer::start().await, ScriptedServer::start().await);
    let desk = Desk::new().await;
    let campaign = draft_at(&desk, 20, &[&a, &b]).await;
    desk.run(campaign).await;
    let path = desk.folder().join("recipients.csv");
    let target = desk.engine.files().register(path.clone(), Purpose::Write);
    let all = hongyan_engine::DeliveryFilter::default();
    desk.engine.export_recipients(campaign, &all, &target).await.unwrap();
    let file = std::fs::read_to_string(path).unwrap();
    for mail in a.received() {
        let row = desk.recipient(campaign, &mail.to[0]).await;
        assert_eq!(row.account.as_deref(), Some("A"));
        let line = file.lines().find(|line| line.contains(&mail.to[0])).expect("a line");
        assert!(line.trim_end().ends_with(",A"), "{line}");
    }
    assert_eq!(file.lines().filter(|line| line.trim_end().ends_with(",B")).count(), b.received().len());
}

#[tokio::test]
async fn a_limited_account_sends_what_it_may_and_the_others_do_not_wait_for_it() {
    let (a, b) = (ScriptedServer::start().await, ScriptedServer::start().await);
    let desk = Desk::builder().with_manual_clock().open().await;
    let campaign = draft_at(&desk, 100, &[&a, &b]).await;
    let limited = super::accounts_of(&desk, campaign).await[0];
    let limits = SendingLimits { per_hour: Some(10), ..Default::default() };
    desk.engine.update_limits(limited, limits).await.unwrap();
    desk.run(campaign).await;
    assert_eq!((a.received().len(), b.received().len()), (10, 90));
}

#[tokio::test]
async fn the_forecast_counts_all_accounts() {
    let server = ScriptedServer::start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let shares = accounts_at(&desk, &[(&server, 1), (&server, 1)]).await;
    let both = draft_through(&desk, 60, &shares).await;
    let one = draft_through(&desk, 60, &shares[..1]).await;
    for (share, per_hour) in shares.iter().zip([10, 20]) {
        let limits = SendingLimits { per_hour: Some(per_hour), ..Default::default() };
        desk.engine.update_limits(share.account_id, limits).await.unwrap();
    }
    let mut hours = Vec::new();
    for campaign in [both, one] {
        let seconds = desk.engine.check_campaign(campaign).await.unwrap().estimated_seconds;
        hours.push(seconds.expect("both are limited") * 1000 / HOUR_MS);
    }
    assert_eq!(hours, [1, 5]);
}

#[tokio::test]
async fn a_test_mail_goes_through_the_chosen_account() {
    let (a, b) = (ScriptedServer::start().await, ScriptedServer::start().await);
    let desk = Desk::new().await;
    let campaign = draft_at(&desk, 2, &[&a, &b]).await;
    let accounts = super::accounts_of(&desk, campaign).await;
    desk.engine.send_test(campaign, "me@people.example", 0, Some(accounts[1])).await.unwrap();
    within_patience("the test mail", b.wait_for_mails(1)).await;
    assert_eq!((a.received().len(), b.received()[0].from.as_str()), (0, "b@shop.example"));
    let other = desk.account(shop("Other", &a, 1)).await;
    let refused = desk.engine.send_test(campaign, "me@people.example", 0, Some(other)).await;
    assert!(matches!(refused, Err(Error::CampaignNotReady)), "{refused:?}");
    assert_ne!(SHOP, "b@shop.example");
}
