//! The accounts of a campaign: shares, senders, and how each is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::campaign::Counts;
use super::shapes::SenderView;

/// Part of the recipients for one account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountShare {
    /// Which account.
    pub account_id: i64,
    /// How much it gets next to the others, 1 to 100.
    pub weight: u32,
}

/// Gives a campaign other accounts, also while it is being sent.
///
/// Who was tried through an account that stays, stays with it; who waits for one that goes is sent to through another.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeAccounts {
    /// Which campaign.
    pub id: i64,
    /// Through which accounts from now on, each once.
    pub accounts: Vec<AccountShare>,
}

/// An account of a campaign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CampaignAccount {
    /// Which.
    pub account_id: i64,
    /// Its name.
    pub name: String,
    /// From: fixed since the start of the campaign, before that as the account has it.
    pub from: SenderView,
    /// Reply-To, likewise, or null.
    pub reply_to: Option<String>,
    /// How much it gets next to the others; 0 when it was taken out of the campaign.
    pub weight: u32,
    /// Recipients that belong to it since they were first tried, by state.
    pub counts: Counts,
    /// `ready`, `slowed` (its server asked for it), `waits` (a limit is reached) or `held`.
    pub state: String,
    /// Until when it waits or is held, unix milliseconds; null where nothing or only the user ends it.
    pub until_ms: Option<i64>,
    /// Why it is held (a verdict), or null.
    pub verdict: Option<String>,
    /// The server's words about it, or empty.
    pub server_says: String,
}
