//! Several accounts of a campaign on the command line.

use hongyan_testkit::ScriptedServer;

use super::Ctl;

/// Accounts `Shop` and `News=1` at a server, and what a campaign needs besides.
async fn ground(server: &ScriptedServer) -> Ctl {
    let ctl = Ctl::new();
    ctl.account_at(server, 2, None).await;
    ctl.campaign_through_account(40).await;
    let port = server.port().to_string();
    let place =
        ["--host", "127.0.0.1", "--port", &port, "--tls", "none", "--from", "News <news2@shop.example>"];
    ctl.run(&[["account", "add", "--name", "News=1"].as_slice(), &place].concat()).await.json();
    ctl
}

const JUNE: [&str; 8] = ["campaign", "create", "--name", "June", "--list", "People", "--template", "Hello"];

#[tokio::test]
async fn accounts_and_weights_are_named_and_the_report_says_who_sent_how_much() {
    let server = ScriptedServer::start().await;
    let ctl = ground(&server).await;
    let accounts = ["--account", "Shop", "--account", "News=1", "--weight", "News=1=3"];
    let made = ctl.run(&[JUNE.as_slice(), &accounts].concat()).await.json();
    let weights: Vec<_> =
        made["plan"]["accounts"].as_array().unwrap().iter().map(|share| share["weight"].as_i64()).collect();
    assert_eq!(weights, [Some(1), Some(3)]);
    ctl.run(&["campaign", "start", "June", "--wait"]).await.json();
    let report = ctl.run(&["campaign", "report", "June", "--recipients"]).await.json();
    for account in report["accounts"].as_array().unwrap() {
        let name = account["name"].as_str().unwrap();
        let rows = report["recipients"].as_array().unwrap().iter().filter(|row| row["account"] == name);
        assert_eq!(account["counts"]["sent"].as_u64(), Some(rows.count() as u64), "{name}");
        assert_eq!(account["state"], "ready");
    }
    let from_news = server.received().iter().filter(|mail| mail.from == "news2@shop.example").count();
    assert!((25..=35).contains(&from_news), "{from_news} of 40 at three to one");
}

#[tokio::test]
async fn the_accounts_of_a_campaign_can_be_changed() {
    let server = ScriptedServer::start().await;
    let ctl = ground(&server).await;
    let change = ["campaign", "accounts", "May", "--account", "News=1"];
    let view = ctl.run(&change).await.json();
    assert_eq!(view["accounts"][0]["name"], "News=1");
    ctl.run(&["campaign", "test", "May", "--to", "me@home.example", "--account", "News=1"]).await.json();
    assert_eq!(server.received()[0].from, "news2@shop.example");
    let stranger = ["campaign", "test", "May", "--to", "me@home.example", "--account", "Shop"];
    assert_eq!(ctl.run(&stranger).await.error_code(), "campaign_not_ready");
}

#[tokio::test]
async fn a_weight_belongs_to_an_account_of_the_campaign() {
    let server = ScriptedServer::start().await;
    let ctl = ground(&server).await;
    let accounts = ["--account", "Shop", "--weight", "News=1=3"];
    assert_eq!(ctl.run(&[JUNE.as_slice(), &accounts].concat()).await.error_code(), "not_found");
    let twice = ["--account", "Shop", "--account", "Shop"];
    let refused = ctl.run(&[JUNE.as_slice(), &twice].concat()).await;
    assert_eq!(refused.error_code(), "value_invalid");
}
