//! The whole app: status, settings, start page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::account::AccountView;
use super::campaign::{CampaignProgress, CampaignRow};

/// What every screen needs to know.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppStatus {
    /// Version of the program.
    pub version: String,
    /// Where the data is kept.
    pub data_folder: String,
    /// The user's settings.
    pub settings: Settings,
    /// The system's language, `zh-CN` or `en`.
    pub system_language: String,
    /// Which first steps are done.
    pub first_steps: FirstSteps,
    /// Who sends on this data folder.
    pub sending: SendingStatus,
    /// Where passwords are kept.
    pub secrets: SecretsStatus,
    /// Campaigns being sent or paused in mid-run.
    pub running: Vec<CampaignProgress>,
    /// What waits for the user.
    pub needs_you: NeedsYou,
}

/// The user's settings.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// `zh-CN`, `en`, or null for the system's.
    pub language: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Whether the welcome page was left.
    pub welcomed: bool,
    /// A campaign pauses when so many of its last 100 mails failed; 0 for never.
    pub pause_at_failures: u32,
}

/// Changes settings; what is null stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpdateSettings {
    /// `zh-CN`, `en`, or `system`.
    pub language: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// Whether the welcome page was left.
    pub welcomed: Option<bool>,
    /// 0 to 100; null to leave it.
    pub pause_at_failures: Option<u32>,
}

/// The three first steps.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FirstSteps {
    /// There is an account besides the sandbox.
    pub account: bool,
    /// There are contacts.
    pub contacts: bool,
    /// A campaign was started.
    pub campaign: bool,
}

/// Who sends on this data folder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendingStatus {
    /// This process runs the sending loop.
    pub here: bool,
    /// Else, who does.
    pub holder: Option<Holder>,
}

/// Another process that sends on this data folder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// `Hongyan` or `hongyanctl`.
    pub program: String,
    /// Process id.
    pub pid: u32,
    /// Since when, unix milliseconds.
    pub since_ms: i64,
}

/// Where passwords are kept.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretsStatus {
    /// `keyring`, `vault` or `memory`.
    pub kind: String,
    /// `ready`, `needs_passphrase` or `not_created`.
    pub state: String,
}

/// A passphrase for the vault, at least 8 characters.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Passphrase {
    /// The passphrase.
    pub passphrase: String,
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(***)")
    }
}

/// What waits for the user.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NeedsYou {
    /// Deliveries nobody can know the fate of.
    pub in_doubt: i64,
    /// Accounts that are held until the user acts.
    pub held_accounts: i64,
    /// Campaigns paused by a problem.
    pub paused_campaigns: i64,
}

/// The start page.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HomeView {
    /// What waits for the user.
    pub needs_you: NeedsYou,
    /// Campaigns with deliveries in doubt or paused by a problem.
    pub attention: Vec<CampaignRow>,
    /// Campaigns being sent.
    pub running: Vec<CampaignProgress>,
    /// Scheduled campaigns, the next first.
    pub next_up: Vec<CampaignRow>,
    /// The last campaigns that ended.
    pub recent: Vec<CampaignRow>,
    /// The last 30 days.
    pub month: MonthView,
    /// The accounts with their use today.
    pub accounts: Vec<AccountView>,
}

/// The last 30 days in numbers; the sandbox is not counted.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MonthView {
    /// Mails taken by a server.
    pub sent: i64,
    /// Mails refused for good.
    pub failed: i64,
    /// Mails in doubt.
    pub in_doubt: i64,
    /// New contacts.
    pub new_contacts: i64,
    /// Mails sent a day, the oldest first, always 30 values.
    pub sent_by_day: Vec<i64>,
}
