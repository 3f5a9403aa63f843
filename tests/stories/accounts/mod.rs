//! Several accounts in one campaign, and several campaigns on one account.

mod change;
mod failover;
mod killed;
mod same_sender;
mod shares;
mod turns;

use hongyan_domain::{AccountId, AccountShare, CampaignId, USUAL_RETRY_HOURS};
use hongyan_engine::{AccountDraft, CampaignPlan};
use hongyan_testkit::{Received, ScriptedServer};

use crate::desk::{Desk, account_draft};

/// The words by which 163 says that the account has sent enough.
const QUOTA: &str = "4.2.1 MI:CEL, too many messages, http://mail.163.com/help/";
/// The words of a server that lets an unknown sender wait.
const GREYLISTED: &str = "4.7.1 Greylisted, please try again later";

/// An account at a server, with a From of its own.
fn shop(name: &str, server: &ScriptedServer, connections: u32) -> AccountDraft {
    AccountDraft {
        name: name.to_owned(),
        from_name: format!("Shop {name}"),
        from_address: format!("{}@shop.example", name.to_lowercase()),
        reply_to: None,
        ..account_draft(server.port(), connections)
    }
}

/// Accounts `A`, `B` … at these servers, each with its weight.
async fn accounts_at(desk: &Desk, servers: &[(&ScriptedServer, u32)]) -> Vec<AccountShare> {
    let mut shares = Vec::new();
    for (name, (server, weight)) in ["A", "B", "C", "D"].into_iter().zip(servers) {
        let account_id = desk.account(shop(name, server, 2)).await;
        shares.push(AccountShare { account_id, weight: *weight });
    }
    shares
}

/// A campaign to so many people through several accounts, not started yet.
async fn draft_through(desk: &Desk, people: usize, shares: &[AccountShare]) -> CampaignId {
    let template_id = Some(desk.template("你好，{{ name }}", "{{ name }}，来自{{ city }}的朋友！").await);
    let list_ids = vec![desk.list_of(people).await];
    let name = format!("Shared {}", desk.engine.list_campaigns().await.unwrap().len() + 1);
    let plan = CampaignPlan {
        name,
        list_ids,
        template_id,
        accounts: shares.to_vec(),
        retry_hours: USUAL_RETRY_HOURS,
    };
    desk.engine.create_campaign(plan).await.expect("a good campaign").id
}

/// A campaign to so many people through accounts of equal weight at these servers.
async fn draft_at(desk: &Desk, people: usize, servers: &[&ScriptedServer]) -> CampaignId {
    let servers: Vec<_> = servers.iter().map(|server| (*server, 1)).collect();
    let shares = accounts_at(desk, &servers).await;
    draft_through(desk, people, &shares).await
}

/// The accounts of a campaign.
async fn accounts_of(desk: &Desk, campaign: CampaignId) -> Vec<AccountId> {
    desk.campaign(campaign).await.values.accounts.iter().map(|share| share.account_id).collect()
}

/// What several servers took.
fn all_received(servers: &[&ScriptedServer]) -> Vec<Received> {
    servers.iter().flat_map(|server| server.received()).collect()
}
