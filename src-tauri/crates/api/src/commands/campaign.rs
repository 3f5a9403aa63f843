//! Campaigns: content + audience + sender + schedule, and how they went.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::campaign_account::{AccountShare, CampaignAccount};
use super::shapes::FileHandle;

/// How many deliveries are in each state.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
pub struct Counts {
    /// Wait for their first attempt.
    pub queued: i64,
    /// The body may be leaving now.
    pub armed: i64,
    /// Taken by the server.
    pub sent: i64,
    /// Refused for now, tried again.
    pub deferred: i64,
    /// Refused for good.
    pub failed: i64,
    /// May have been taken; no answer was seen.
    pub in_doubt: i64,
    /// Not attempted.
    pub skipped: i64,
}

/// A campaign in a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CampaignRow {
    /// Row id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// `draft`, `scheduled`, `running`, `paused`, `finished` or `cancelled`.
    pub state: String,
    /// Why it is paused: `user`, `account`, `network`, `journal` or `failures`; else null. While it is `running`:
    /// `database` or `program`, see `CampaignProgress`.
    pub pause_reason: Option<String>,
    /// Recipients by state.
    pub counts: Counts,
    /// Scheduled for, unix milliseconds.
    pub at_ms: Option<i64>,
    /// When it was made, unix milliseconds.
    pub created_at_ms: i64,
    /// When sending began, unix milliseconds.
    pub started_at_ms: Option<i64>,
    /// When it ended, unix milliseconds.
    pub finished_at_ms: Option<i64>,
}

/// A campaign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CampaignView {
    /// What the list shows.
    pub campaign: CampaignRow,
    /// What the user chose.
    pub plan: CampaignPlan,
    /// The server's words when an account problem paused it; `not_ready` on a draft that could not start at its time; else empty.
    pub pause_detail: String,
    /// Subject of the content that is fixed since the start, or of the template.
    pub subject: Option<String>,
    /// Name of the template.
    pub template_name: Option<String>,
    /// Its accounts in the user's order, then those that were taken out after they had sent something.
    pub accounts: Vec<CampaignAccount>,
    /// Names of the lists.
    pub list_names: Vec<String>,
}

/// What the user chooses for a campaign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CampaignPlan {
    /// Name.
    pub name: String,
    /// Lists whose members get it.
    pub list_ids: Vec<i64>,
    /// What they get.
    pub template_id: Option<i64>,
    /// Through which accounts, each once; each sends with its own From.
    pub accounts: Vec<AccountShare>,
    /// For how many hours from its start mails that are put off are tried again; 1 to 336.
    pub retry_hours: u32,
}

/// Makes a campaign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCampaign {
    /// What the user chose so far.
    pub plan: CampaignPlan,
}

/// Changes a campaign that was not started.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCampaign {
    /// Which.
    pub id: i64,
    /// All that the user chose.
    pub plan: CampaignPlan,
}

/// Computes an audience.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeAudience {
    /// Lists whose members get it.
    pub list_ids: Vec<i64>,
}

/// Who gets it and who is left out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudienceView {
    /// Different people in the lists.
    pub total: i64,
    /// Those who get it.
    pub sendable: i64,
    /// Those who do not, by reason.
    pub left_out: Vec<LeftOut>,
}

/// People left out for one reason.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// `manual`, `unsubscribed`, `bounced` or `complained`.
    pub reason: String,
    /// How many.
    pub count: i64,
}

/// What would go wrong, found before sending.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// Who gets it.
    pub audience: AudienceView,
    /// Errors first.
    pub findings: Vec<Finding>,
    /// Seconds that sending takes at least, by the accounts' limits; null where one has none.
    pub estimated_seconds: Option<i64>,
}

/// One thing that would go wrong.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// `error` (sending is refused) or `warning`.
    pub severity: String,
    /// `no_list`, `no_template`, `no_account`, `audience_empty`, `template_invalid`, `unknown_field`, `missing_field`,
    /// `sandbox_among_others`, `account_held`, `password_missing`, `secrets_locked`, `plain_text_connection`,
    /// `dkim_not_aligned`, `mail_too_large`, `not_buildable`.
    pub code: String,
    /// Values for the sentence, for example `field`.
    pub params: BTreeMap<String, String>,
    /// How many people it hits, 0 when it hits the campaign as a whole.
    pub count: i64,
    /// Some of those it hits, 5 at most.
    pub examples: Vec<super::template::RenderedFor>,
}

/// Shows the mail of one person of the audience.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewCampaign {
    /// Which campaign.
    pub id: i64,
    /// Which person, from 0, in the order of sending.
    pub position: i64,
}

/// Sends one mail of the campaign to any address, as it would reach a person of the audience.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendTest {
    /// Which campaign.
    pub id: i64,
    /// Where to.
    pub to: String,
    /// As which person of the audience, from 0.
    pub position: i64,
    /// Through which of its accounts; null for the first.
    pub account_id: Option<i64>,
}

/// How the test mail went.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestSent {
    /// The server took it.
    pub ok: bool,
    /// The server's words.
    pub server_says: String,
    /// What went wrong, else null.
    pub problem: Option<super::account::ProblemView>,
}

/// Sets the time.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleCampaign {
    /// Which campaign.
    pub id: i64,
    /// Unix milliseconds.
    pub at_ms: i64,
}

/// Sends a campaign again after its run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendAgain {
    /// Which campaign.
    pub id: i64,
    /// To whom: `failed`, `in_doubt`, `added` (who came into its lists since) or `these`.
    pub who: String,
    /// With `these`: row ids of recipients that failed or are in doubt; else empty.
    pub recipient_ids: Vec<i64>,
}

/// Takes mails in doubt for sent.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettleAsSent {
    /// Which campaign.
    pub id: i64,
    /// Row ids of recipients that are in doubt.
    pub recipient_ids: Vec<i64>,
}

/// How a campaign is getting on.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CampaignProgress {
    /// Which.
    pub id: i64,
    /// Name.
    pub name: String,
    /// State of the campaign.
    pub state: String,
    /// Why it is paused, or null. Also set while `running` when it waits by itself: `network` (the server cannot be reached),
    /// `journal` (the disk is full or read-only), or `database` or `program` (an error there that nobody foresaw; it is
    /// tried again by itself).
    pub pause_reason: Option<String>,
    /// Recipients by state.
    pub counts: Counts,
    /// Recipients in all.
    pub total: i64,
    /// Mails a minute, over the last minute; null when nothing is known yet.
    pub per_minute: Option<f64>,
    /// All its accounts are at a limit or rest, or it waits after an error: it goes on at this time, unix milliseconds;
    /// null while it goes on.
    pub waits_until_ms: Option<i64>,
    /// While it is being started: recipients put into the queue so far; else null. `campaign.stop_start` stops that and
    /// leaves it as it was, or paused where it has begun to send.
    pub preparing: Option<i64>,
    /// Seconds left at that speed; null when nothing is known yet.
    pub seconds_left: Option<i64>,
    /// Its accounts in the user's order, then those that were taken out after they had sent something.
    pub accounts: Vec<CampaignAccount>,
}

/// Asks for a page of recipients, in the order of sending.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRecipients {
    /// Which campaign.
    pub id: i64,
    /// Only those in this state.
    pub state: Option<String>,
    /// Only those whose address or name contains this text.
    pub search: Option<String>,
    /// `next` of the page before, or null for the first.
    pub after: Option<String>,
    /// Rows a page, 1 to 500.
    pub limit: u32,
}

/// A page of recipients.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecipientPage {
    /// The rows.
    pub rows: Vec<RecipientRow>,
    /// Where the next page goes on, or null at the end.
    pub next: Option<String>,
    /// How many match; only on the first page.
    pub total: Option<i64>,
}

/// One recipient.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecipientRow {
    /// The delivery's row id.
    pub id: i64,
    /// The contact, or null when it was deleted since.
    pub contact_id: Option<i64>,
    /// Address.
    pub address: String,
    /// Name to show.
    pub name: String,
    /// State of the delivery.
    pub state: String,
    /// Why it was skipped, or null.
    pub skip_reason: Option<String>,
    /// Name of the account it belongs to since it was first tried, or null.
    pub account: Option<String>,
    /// What the last attempt meant, or null.
    pub verdict: Option<String>,
    /// How far the last attempt came, or null.
    pub stage: Option<String>,
    /// The server's reply code, or null.
    pub reply_code: Option<u16>,
    /// The server's words, or empty.
    pub server_says: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried again, unix milliseconds.
    pub due_at_ms: Option<i64>,
    /// When its state last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

/// Recipients that share a reason.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReasonRow {
    /// State of the deliveries.
    pub state: String,
    /// What it meant (a verdict or a skip reason).
    pub verdict: String,
    /// The server's words, or empty.
    pub server_says: String,
    /// How many.
    pub count: i64,
}

/// Writes the recipients to a CSV file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportRecipients {
    /// Which campaign.
    pub id: i64,
    /// Only those in this state.
    pub state: Option<String>,
    /// Where to.
    pub target: FileHandle,
}
