//! An account's hold is on its way to the database: nobody begins to send through it meanwhile.

use hongyan_domain::{CampaignState, DeliveryState};
use hongyan_testkit::{At, Command, Gate, Rule, ScriptedServer};

use crate::desk::Desk;
use crate::ground::within_patience;

const BLOCKED: &str = "5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org";

/// Between the refusal and the hold in the database lies the end of the other connection, which takes its time here.
#[tokio::test]
async fn nobody_begins_through_an_account_whose_hold_is_on_its_way() {
    let gate = Gate::new();
    let builder = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(1).waits_for(&gate));
    let server = builder.rule(Rule::at(At::Mail).nth(2).answers(554, BLOCKED)).start().await;
    let desk = Desk::new().await;
    let first = desk.draft_for(6, &server, 2).await;
    let values = desk.campaign(first).await.values;
    let (template, account) = (values.template_id.unwrap(), values.accounts[0].account_id);
    let file = b"email,name,city\r\no1@others.example,O,X\r\no2@others.example,P,Y\r\n";
    let others = desk.import("Others", file).await.unwrap();
    let next = desk.draft(others.record.list_id.expect("a list"), template, account).await;
    let elsewhere = ScriptedServer::start().await;
    let last = desk.draft_for(3, &elsewhere, 1).await;

    desk.start(first).await;
    within_patience("a mail under way, and the refused connection left", async {
        gate.reached().await;
        while !server.verbs().contains(&"QUIT") {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(
        desk.engine.load_account(account).await.unwrap().record.hold.is_none(),
        "too late for this story"
    );
    desk.start(next).await;
    // Whoever was started before that one was looked at before that one.
    desk.run(last).await;
    assert_eq!(desk.campaign(next).await.state, CampaignState::Running);
    assert_eq!(offered_to_others(&server), 0, "begun while the account was about to be held");

    gate.open();
    within_patience("the hold", async {
        while desk.engine.load_account(account).await.unwrap().record.hold.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    desk.run(desk.draft_for(3, &elsewhere, 1).await).await;
    assert_eq!(offered_to_others(&server), 0, "begun although the account is held");
    assert_eq!(desk.count(next, DeliveryState::Queued).await, 2);
}

/// Recipients of the second campaign that the server was offered.
fn offered_to_others(server: &ScriptedServer) -> usize {
    let is_other =
        |command: &Command| matches!(command, Command::Rcpt { to, .. } if to.ends_with("@others.example"));
    server.heard().iter().filter(|heard| is_other(&heard.command)).count()
}
