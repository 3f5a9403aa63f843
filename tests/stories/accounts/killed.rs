//! `kill -9` in the middle of a campaign through two accounts: nobody is lost, nobody gets two, whoever was tried stays with
//! the account that tried.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_testkit::{At, Rule, ScriptedServer};
use serde_json::Value;

use super::{GREYLISTED, all_received};
use crate::chance;
use crate::command_line::Ctl;
use crate::crash::Victim;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two_of;

const MAILS: usize = 600;
const KILLS: usize = 4;

async fn add_account(ctl: &Ctl, name: &str, server: &ScriptedServer) {
    let port = server.port().to_string();
    let from = format!("{name} <{}@shop.example>", name.to_lowercase());
    let place = ["--host", "127.0.0.1", "--port", &port, "--tls", "none", "--max-connections", "2"];
    ctl.run(&[["account", "add", "--name", name, "--from", &from].as_slice(), &place].concat()).await.json();
}

/// Account and state of each recipient.
async fn recipients(ctl: &Ctl) -> BTreeMap<String, (Option<String>, String)> {
    let report = ctl.run(&["campaign", "report", "June", "--recipients"]).await.json();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let rows = report["recipients"].as_array().expect("recipients").iter();
    rows.map(|row| {
        let state = text(&row["state"]).expect("a state");
        (text(&row["address"]).expect("an address"), (text(&row["account"]), state))
    })
    .collect()
}

#[tokio::test]
async fn kills_in_a_campaign_of_two_accounts_lose_nobody_and_send_nothing_twice() {
    let mut chance = chance::seeded();
    let greylist = || Rule::at(At::Rcpt).every(50).answers(450, GREYLISTED);
    let a = ScriptedServer::builder().rule(greylist()).start().await;
    let b = ScriptedServer::builder().rule(greylist()).start().await;
    let ctl = Ctl::new();
    ctl.account_at(&a, 2, None).await;
    ctl.campaign_through_account(MAILS).await;
    add_account(&ctl, "Alpha", &a).await;
    add_account(&ctl, "Beta", &b).await;
    let plan = ["--name", "June", "--list", "People", "--template", "Hello"];
    let accounts = ["--account", "Alpha", "--account", "Beta", "--weight", "Alpha=2"];
    ctl.run(&[["campaign", "create"].as_slice(), &plan, &accounts].concat()).await.json();
    ctl.run(&["campaign", "start", "June"]).await.json();

    let mut under_way = BTreeSet::new();
    let mut belongs: BTreeMap<String, String> = BTreeMap::new();
    for kill in 0..KILLS {
        let before = (a.received().len(), b.received().len());
        let victim = Victim(ctl.serve().spawn().expect("hongyanctl runs"));
        let more = chance.usize(5..60);
        within_patience("mails at both", a.wait_for_mails(before.0 + more)).await;
        within_patience("mails at both", b.wait_for_mails(before.1 + 5)).await;
        drop(victim);
        let rows = recipients(&ctl).await;
        let armed: Vec<_> = rows.iter().filter(|(_, (_, state))| state == "armed").collect();
        assert!(armed.len() <= 4, "{} under way over four connections, kill {kill}", armed.len());
        under_way.extend(armed.into_iter().map(|(address, _)| address.clone()));
        for (address, (account, _)) in rows {
            let Some(account) = account else { continue };
            let first = belongs.entry(address.clone()).or_insert_with(|| account.clone());
            assert_eq!(*first, account, "{address} changed its account");
        }
    }
    let last = Victim(ctl.serve().spawn().expect("hongyanctl runs"));
    let all = MAILS - (under_way.len() + 20);
    within_patience("most of the mails", async {
        while a.received().len() + b.received().len() < all {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(last);
    let got: BTreeSet<String> = nobody_got_two_of(&all_received(&[&a, &b])).into_iter().collect();
    for (address, (account, state)) in recipients(&ctl).await {
        match state.as_str() {
            "sent" => assert!(got.contains(&address), "{address} is called sent and did not get it"),
            "in_doubt" => assert!(under_way.contains(&address), "{address} was not under way"),
            "queued" | "deferred" => assert!(!got.contains(&address), "{address} got it and still waits"),
            _ => {}
        }
        let sent_by = |server: &ScriptedServer| server.received().iter().any(|mail| mail.to[0] == address);
        if got.contains(&address) {
            let name = if sent_by(&a) { "Alpha" } else { "Beta" };
            assert_eq!(account.as_deref(), Some(name), "{address}");
        }
    }
}
