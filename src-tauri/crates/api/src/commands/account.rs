//! Accounts: the servers mail leaves through.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::dkim::DkimView;
use super::shapes::SenderView;

/// An account as shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Row id.
    pub id: i64,
    /// The user's name for it.
    pub name: String,
    /// `smtp` or `sandbox`.
    pub kind: String,
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// `none`, `starttls` or `implicit`.
    pub tls: String,
    /// Login name, or null where no login is needed.
    pub user: Option<String>,
    /// What the password is: `password` or `token` (OAuth 2.0).
    pub login_kind: String,
    /// How a password is told to the server: `automatic`, `scram_sha_256`, `plain`, `login` or `cram_md5`.
    pub mechanism: String,
    /// Whether a password (or token) is kept.
    pub has_password: bool,
    /// The proxy on the way to the server, without its password, for example `socks5://user@host:1080`; or null.
    pub proxy: Option<String>,
    /// SHA-256 of the certificate that is trusted besides what the system trusts, as `AB:CD:…`; or null.
    pub trusted_certificate: Option<String>,
    /// From.
    pub from: SenderView,
    /// Reply-To, or null.
    pub reply_to: Option<String>,
    /// How its mails are signed, or null where they are not.
    pub dkim: Option<DkimView>,
    /// Most connections at a time.
    pub max_connections: u32,
    /// Mails in flight on a connection at a time, where the server takes that; 1: one after the other.
    pub burst: u32,
    /// Whether the server announced that it takes many mails at once when it was last asked; null: never asked.
    pub takes_bursts: Option<bool>,
    /// Since when its server gets one command at a time, because it broke on several, unix milliseconds; or null.
    pub lockstep_since_ms: Option<i64>,
    /// Why it is held, or null when it is ready.
    pub held: Option<HeldView>,
    /// Mails taken since local midnight.
    pub sent_today: i64,
    /// When it was added, unix milliseconds.
    pub created_at_ms: i64,
}

/// Why an account sends nothing for now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeldView {
    /// A verdict such as `account_login`.
    pub verdict: String,
    /// The server's words, or empty.
    pub detail: String,
    /// Since when, unix milliseconds.
    pub since_ms: i64,
    /// Until when, unix milliseconds; null waits for the user.
    pub until_ms: Option<i64>,
}

/// What the user enters for an account.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountDraft {
    /// The user's name for it.
    pub name: String,
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// `none`, `starttls` or `implicit`.
    pub tls: String,
    /// Login name; null or empty where no login is needed.
    pub user: Option<String>,
    /// What the password is: `password` or `token` (OAuth 2.0).
    pub login_kind: String,
    /// How a password is told to the server: `automatic`, `scram_sha_256`, `plain`, `login` or `cram_md5`.
    pub mechanism: String,
    /// Password (or token); null keeps the one that is kept.
    pub password: Option<String>,
    /// `socks5://user:password@host:port` or `http://…`; null or empty goes there directly. Without a password the one
    /// kept for this proxy stays.
    pub proxy: Option<String>,
    /// SHA-256 of a certificate that is trusted besides what the system trusts; null for none. Falls away where host or
    /// port change.
    pub trusted_certificate: Option<String>,
    /// From.
    pub from: SenderView,
    /// Reply-To; null or empty for none.
    pub reply_to: Option<String>,
    /// Most connections at a time, 1 to 50.
    pub max_connections: u32,
    /// Mails in flight on a connection at a time, up to 32, where the server takes that; 0 or 1: one after the other.
    /// After a crash or a cut so many a connection may be in doubt.
    pub burst: u32,
}

impl std::fmt::Debug for AccountDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountDraft").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Changes an account.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateAccount {
    /// Which.
    pub id: i64,
    /// All of its values.
    pub account: AccountDraft,
}

/// Adds an account.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateAccount {
    /// Its values.
    pub account: AccountDraft,
}

/// Trusts exactly one certificate at an account's server, besides what the system trusts.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustCertificate {
    /// Which account.
    pub id: i64,
    /// SHA-256 of the certificate; null ends the trust.
    pub fingerprint: Option<String>,
}

/// Tries an account without sending anything. Give `account` for values not saved yet (with `id`, a null password
/// means the kept one), or only `id` for a saved account.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestAccount {
    /// A saved account.
    pub id: Option<i64>,
    /// Values not saved yet.
    pub account: Option<AccountDraft>,
}

/// How the test went.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountTest {
    /// Connected, secured and logged in.
    pub ok: bool,
    /// What went wrong, else null.
    pub problem: Option<ProblemView>,
    /// For example `TLS 1.3`, or null for plain text.
    pub tls_version: Option<String>,
    /// The server's greeting line.
    pub server: String,
    /// Whether the server announces that it takes many mails at once.
    pub takes_bursts: bool,
}

/// What a server refused or how a connection broke.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProblemView {
    /// A verdict such as `account_login` or `network_down`.
    pub verdict: String,
    /// How far it came, for example `auth`.
    pub stage: String,
    /// What broke: `reply`, `timeout`, `closed`, `refused`, `not_found`, `certificate`, `no_tls`, `no_auth`, `protocol`, `io`,
    /// `too_large`, `needs_utf8`, `proxy_unreachable`, `proxy_login`, `proxy_forbidden`, `proxy_no_way`, `proxy_wrong`.
    pub cause: String,
    /// A provider's hint: `authorisation_code`, `app_password`, `oauth_only`, `client_password`, `smtp_credentials`, or null.
    pub hint: Option<String>,
    /// The server's own words, or empty.
    pub server_says: String,
    /// The certificate that cannot be trusted, where it is that; else null.
    pub certificate: Option<BadCertificateView>,
}

/// A certificate that cannot be trusted.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BadCertificateView {
    /// `self_signed`, `unknown_issuer`, `other_name`, `expired`, `not_yet_valid`, `revoked` or `malformed`.
    pub fault: String,
    /// SHA-256 as `AB:CD:…`.
    pub fingerprint: String,
}

/// Asks what is known of an address's provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuggestAccount {
    /// The user's address.
    pub address: String,
}

/// Settings that fit an address's provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountSuggestion {
    /// The provider's name for people, for example `QQ Mail`; null where it is not known and the rest is a guess.
    pub provider: Option<String>,
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// `none`, `starttls` or `implicit`.
    pub tls: String,
    /// Login name.
    pub user: String,
    /// What to enter as password: see [`ProblemView::hint`].
    pub hint: Option<String>,
}

/// How much and how fast an account may send. Null and 0 mean: no such limit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Mails in any second.
    pub per_second: Option<u32>,
    /// Mails in any minute.
    pub per_minute: Option<u32>,
    /// Mails in any hour.
    pub per_hour: Option<u32>,
    /// Mails a day: in any 24 hours, or since `dayStartsAt`.
    pub per_day: Option<u32>,
    /// The local hour (0 to 23) at which the provider counts a new day; null counts any 24 hours.
    pub day_starts_at: Option<u8>,
    /// Mails a connection carries before it is closed.
    pub per_session: Option<u32>,
    /// Milliseconds from the end of a connection that carried `perSession` to the next one of the account.
    pub session_pause_ms: u32,
    /// Milliseconds between two mails, at least.
    pub gap_ms: u32,
    /// Above `gapMs`: the gap is drawn anew for each mail, up to this.
    pub gap_max_ms: u32,
    /// Fewer mails to the recipients of some domains, each domain once.
    pub domains: Vec<DomainLimitView>,
}

/// Mails to the recipients of one domain, at most.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainLimitView {
    /// For example `qq.com`.
    pub domain: String,
    /// In any minute.
    pub per_minute: Option<u32>,
    /// In any hour.
    pub per_hour: Option<u32>,
}

/// An account's limits, and how its server slowed it down.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LimitsView {
    /// What counts: the user's limits, else the provider's.
    pub limits: Limits,
    /// Whether the user gave them.
    pub own: bool,
    /// The provider whose limits are known, or null.
    pub provider: Option<String>,
    /// What it publishes, or null.
    pub provider_limits: Option<Limits>,
    /// Mails a minute it keeps to since its server asked it to slow down; null at full rate.
    pub slowed_per_minute: Option<u32>,
    /// Connections it keeps to for the same reason; null for all it may have.
    pub slowed_connections: Option<u32>,
}

/// Sets an account's limits.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetLimits {
    /// Which account.
    pub id: i64,
    /// All of its limits; null for those of its provider, or none where they are not known.
    pub limits: Option<Limits>,
}

/// How an account is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountState {
    /// The account.
    #[serde(flatten)]
    pub account: AccountView,
    /// `ready`, `slowed` (its server asked for it), `waits` (a limit is reached) or `held` (see `held`).
    pub state: String,
    /// Until when it waits or is held, unix milliseconds; null where nothing or only the user ends it.
    pub until_ms: Option<i64>,
    /// What it may send, and how its server slowed it down.
    pub limits: LimitsView,
    /// What it sent of late.
    pub used: UseView,
    /// Its connections now; null where another process sends.
    pub connections: Option<u32>,
    /// The most it may have now: fewer than `maxConnections` while it is slowed down.
    pub most_connections: u32,
}

/// What an account sent of late, as its limits count it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UseView {
    /// In the last minute.
    pub minute: u32,
    /// In the last hour.
    pub hour: u32,
    /// In the last 24 hours, or since `dayStartsAt`.
    pub day: u32,
}
