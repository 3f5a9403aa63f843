//! Nothing that is logged during a campaign holds an address.

use hongyan_domain::CampaignState;
use hongyan_testkit::{At, Rule, ScriptedServer};
use secrecy::SecretString;

use crate::desk::{Desk, account_draft};
use crate::log_book;

/// Everything that can happen to a mail happens, with servers that put addresses into their replies.
#[tokio::test]
async fn the_log_of_a_whole_campaign_holds_no_address_and_no_password() {
    let server = ScriptedServer::builder()
        .login("shop@shop.example", "open-sesame")
        .rule(Rule::at(At::Greeting).first(1).closes())
        .rule(
            Rule::at(At::Rcpt)
                .for_recipient("p2@people.example")
                .answers(550, "5.1.1 <p2@people.example> unknown"),
        )
        .rule(
            Rule::at(At::Dot)
                .for_recipient("p4@people.example")
                .answers(554, "5.7.1 spam for p4@people.example"),
        )
        .rule(Rule::at(At::Dot).for_recipient("p6@people.example").keeps_and_closes())
        .rule(Rule::at(At::Mail).nth(9).closes())
        .start()
        .await;
    let desk = Desk::new().await;
    let file = crate::people::csv_of(12) + "bad@@people.example,Bad,Nowhere\n";
    let list = desk.import("People", file.as_bytes()).await.unwrap().record.list_id.unwrap();
    desk.suppress("p8@people.example").await;
    let template = desk.template("致 {{ name }}", "{{ city }}").await;
    let mut draft = account_draft(server.port(), 1);
    draft.user = Some("shop@shop.example".to_owned());
    draft.password = Some(SecretString::from("open-sesame"));
    let account = desk.account(draft.clone()).await;
    let campaign = desk.draft(list, template, account).await;
    desk.engine.send_test(campaign, "tester@people.example", 0, None).await.unwrap();
    desk.engine.preview_campaign(campaign, 0).await.unwrap();
    desk.run(campaign).await;
    assert_eq!(
        desk.counts(campaign).await,
        [("failed", 2), ("in_doubt", 1), ("sent", 8), ("skipped", 1)].into()
    );

    draft.name = "Wrong".to_owned();
    draft.password = Some(SecretString::from("open-barley"));
    let wrong = desk.account(draft).await;
    desk.engine.test_account(wrong).await.unwrap();
    let held = desk.draft(list, template, wrong).await;
    desk.start(held).await;
    desk.in_state(held, CampaignState::Paused).await;
    desk.close().await;

    let log = log_book::read();
    assert!(log.contains("campaign started") && log.contains("account held"), "there is a log:\n{log}");
    let private: Vec<&str> = log
        .lines()
        .filter(|line| line.contains('@') || line.contains("open-") || line.contains("people.example"))
        .collect();
    assert!(private.is_empty(), "{}", private.join("\n"));
}
