//! What would go wrong, found before anything is sent.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_compose::{Prepared, UsedField, prepare};
use hongyan_domain::{AccountKind, AccountShare, CampaignId, TlsMode};
use hongyan_secrets::{Kind, State};
use hongyan_store::{AccountRecord, CampaignRecord, ContactRecord};

use super::audience::Audience;
use crate::sending::Letter;
use crate::{Engine, Result};

/// Gmail cuts mails above about this size; others follow.
const CLIPPED_BYTES: usize = 102 * 1024;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Sending is refused.
    Error,
    /// Sending works; the user should know.
    Warning,
}

impl Severity {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingCode {
    /// No list is chosen.
    NoList,
    /// No template is chosen, or it is deleted.
    NoTemplate,
    /// No account is chosen, or it is deleted.
    NoAccount,
    /// Nobody would get it.
    AudienceEmpty,
    /// The template has an error: `part`, `line`, `kind`.
    TemplateInvalid,
    /// A field that no contact has, perhaps a typo: `field`.
    UnknownField,
    /// Some contacts have no value for a field: `field`.
    MissingField,
    /// The sandbox is one of several accounts: its part of the people would get nothing.
    SandboxAmongOthers,
    /// An account is held: `account`, `verdict`.
    AccountHeld,
    /// An account has a login and no password is kept: `account`.
    PasswordMissing,
    /// The vault is locked.
    SecretsLocked,
    /// Mails and login would go over the net in plain text: `account`, `host`.
    PlainTextConnection,
    /// The mails are signed by a domain that is not the sender's, so receivers do not count it: `account`, `domain`, `from`.
    DkimNotAligned,
    /// The mail is so large that mail programs cut it: `kilobytes`.
    MailTooLarge,
    /// The mail cannot be built.
    NotBuildable,
}

impl FindingCode {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoList => "no_list",
            Self::NoTemplate => "no_template",
            Self::NoAccount => "no_account",
            Self::AudienceEmpty => "audience_empty",
            Self::TemplateInvalid => "template_invalid",
            Self::UnknownField => "unknown_field",
            Self::MissingField => "missing_field",
            Self::SandboxAmongOthers => "sandbox_among_others",
            Self::AccountHeld => "account_held",
            Self::PasswordMissing => "password_missing",
            Self::SecretsLocked => "secrets_locked",
            Self::PlainTextConnection => "plain_text_connection",
            Self::DkimNotAligned => "dkim_not_aligned",
            Self::MailTooLarge => "mail_too_large",
            Self::NotBuildable => "not_buildable",
        }
    }
}

/// One thing that would go wrong.
#[derive(Debug, Clone)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// What.
    pub code: FindingCode,
    /// Values for the sentence.
    pub params: BTreeMap<&'static str, String>,
    /// How many people it hits; 0 when it hits the campaign as a whole.
    pub count: i64,
    /// Some of those it hits.
    pub examples: Vec<ContactRecord>,
}

/// What would go wrong.
#[derive(Debug, Clone)]
pub struct Check {
    /// Who gets it.
    pub audience: Audience,
    /// Errors first.
    pub findings: Vec<Finding>,
    /// Seconds until the last mail leaves, if it started now and nothing but the accounts' limits held it up; `None`
    /// when one of them has no limits.
    pub estimated_seconds: Option<i64>,
}

impl Check {
    /// Whether sending is refused.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

fn finding(severity: Severity, code: FindingCode) -> Finding {
    Finding { severity, code, params: BTreeMap::new(), count: 0, examples: Vec::new() }
}

fn error(code: FindingCode) -> Finding {
    finding(Severity::Error, code)
}

fn warning(code: FindingCode) -> Finding {
    finding(Severity::Warning, code)
}

impl Finding {
    fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.params.insert(key, value.into());
        self
    }

    fn of(self, account: &AccountRecord) -> Self {
        self.with("account", &account.values.name)
    }

    fn hitting(mut self, count: i64) -> Self {
        self.count = count;
        self
    }
}

impl Engine {
    /// Looks for what would go wrong with a campaign.
    pub async fn check_campaign(&self, id: CampaignId) -> Result<Check> {
        let campaign = self.load_campaign(id).await?;
        let audience = self.compute_audience(&campaign.values.list_ids).await?;
        let mut findings = Vec::new();
        if campaign.values.list_ids.is_empty() {
            findings.push(error(FindingCode::NoList));
        } else if audience.sendable == 0 {
            findings.push(error(FindingCode::AudienceEmpty));
        }
        let accounts = self.check_accounts(&campaign.values.accounts, &mut findings).await?;
        let prepared = self.check_template(&campaign, &mut findings).await?;
        if let Some(prepared) = prepared {
            self.check_fields(&campaign, &prepared, audience.sendable, &mut findings).await?;
            if !accounts.is_empty() {
                self.check_first_mail(&campaign, prepared, &accounts, &mut findings).await?;
            }
        }
        findings.sort_by_key(|finding| finding.severity);
        let estimated_seconds = match campaign.state.has_run() {
            false => self.forecast(campaign.id, &accounts, audience.sendable).await?,
            true => None,
        };
        Ok(Check { audience, findings, estimated_seconds })
    }

    /// Looks for what is wrong with the way out; gives the accounts that there are.
    pub(super) async fn check_accounts(
        &self,
        shares: &[AccountShare],
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<AccountRecord>> {
        let known = self.store().list_accounts().await?;
        let chosen =
            |share: &AccountShare| known.iter().find(|account| account.id == share.account_id).cloned();
        let accounts: Vec<AccountRecord> = shares.iter().filter_map(chosen).collect();
        if accounts.is_empty() {
            findings.push(error(FindingCode::NoAccount));
        }
        if accounts.len() > 1 && accounts.iter().any(|account| account.values.kind == AccountKind::Sandbox) {
            findings.push(error(FindingCode::SandboxAmongOthers));
        }
        let waits_for_user =
            |account: &AccountRecord| account.hold.as_ref().is_some_and(|hold| hold.until_ms.is_none());
        let others_work = accounts.iter().any(|account| !waits_for_user(account));
        for account in accounts.iter().filter(|account| account.values.kind != AccountKind::Sandbox) {
            if let Some(hold) = &account.hold {
                let found = if waits_for_user(account) && !others_work { error } else { warning };
                findings.push(found(FindingCode::AccountHeld).of(account).with("verdict", &hold.verdict));
            }
            self.check_login(account, findings);
        }
        Ok(accounts)
    }

    fn check_login(&self, account: &AccountRecord, findings: &mut Vec<Finding>) {
        let values = &account.values;
        let has_login = values.user.is_some();
        if has_login && !values.has_password {
            findings.push(error(FindingCode::PasswordMissing).of(account));
        }
        let secrets = self.secrets().status();
        let is_locked = secrets.kind == Kind::Vault && secrets.state != State::Ready;
        if is_locked && ((has_login && values.has_password) || account.dkim.is_some()) {
            findings.push(error(FindingCode::SecretsLocked).of(account));
        }
        if let Some(dkim) = &account.dkim
            && !dkim.is_aligned_with(values.from.address.domain())
        {
            let found = warning(FindingCode::DkimNotAligned).of(account).with("domain", &dkim.domain);
            findings.push(found.with("from", values.from.address.domain()));
        }
        if values.tls == TlsMode::None && !is_this_computer(&values.host) {
            let found = warning(FindingCode::PlainTextConnection).of(account);
            findings.push(found.with("host", &values.host));
        }
    }

    async fn check_template(
        &self,
        campaign: &CampaignRecord,
        findings: &mut Vec<Finding>,
    ) -> Result<Option<Prepared>> {
        let template = match campaign.values.template_id {
            None => None,
            Some(id) => match self.store().load_template(id).await {
                Err(hongyan_store::Error::NotFound(_)) => None,
                other => Some(other?),
            },
        };
        let Some(template) = template else {
            findings.push(error(FindingCode::NoTemplate));
            return Ok(None);
        };
        let source = super::parse_content(&super::content_of(&template)?)?;
        match tokio::task::spawn_blocking(move || prepare(&source)).await? {
            Ok(prepared) => Ok(Some(prepared)),
            Err(fault) => {
                let mut found = error(FindingCode::TemplateInvalid)
                    .with("part", fault.part.as_str())
                    .with("kind", fault.kind.as_str())
                    .with("detail", fault.detail);
                if let Some(line) = fault.line {
                    found = found.with("line", line.to_string());
                }
                findings.push(found);
                Ok(None)
            }
        }
    }

    /// Fields that nobody has are probably typos; fields that some lack leave these people out.
    async fn check_fields(
        &self,
        campaign: &CampaignRecord,
        prepared: &Prepared,
        sendable: i64,
        findings: &mut Vec<Finding>,
    ) -> Result<()> {
        let known: BTreeSet<String> =
            self.store().list_contact_fields().await?.into_iter().chain(["name".to_owned()]).collect();
        for UsedField { name, has_default } in prepared.fields() {
            let is_known = known.contains(name);
            if is_known && *has_default {
                continue;
            }
            if !is_known && *has_default {
                findings.push(warning(FindingCode::UnknownField).with("field", name).hitting(sendable));
                continue;
            }
            let (count, ids) = self.store().count_missing_field(campaign.id, name).await?;
            if count == 0 {
                continue;
            }
            let code = if is_known { FindingCode::MissingField } else { FindingCode::UnknownField };
            let found = if count == sendable || !is_known { error(code) } else { warning(code) };
            let mut found = found.with("field", name).hitting(count);
            found.examples = self.store().load_contacts(&ids).await?;
            findings.push(found);
        }
        Ok(())
    }

    /// Writes the first person's mail: what cannot be built or is very large shows here.
    async fn check_first_mail(
        &self,
        campaign: &CampaignRecord,
        prepared: Prepared,
        accounts: &[AccountRecord],
        findings: &mut Vec<Finding>,
    ) -> Result<()> {
        let Some(first) = self.store().find_audience_member(campaign.id, 0).await? else { return Ok(()) };
        let record = self.store().load_contact(first).await?;
        let contact = record.to_contact();
        let Some(sender) = accounts.first() else { return Ok(()) };
        let values = &sender.values;
        // A signature makes no difference to whether a mail can be built, and its key may be locked away.
        let mut letter =
            Letter { prepared, from: values.from.clone(), reply_to: values.reply_to.clone(), signer: None };
        for account in accounts {
            letter.from = account.values.from.clone();
            letter.reply_to = account.values.reply_to.clone();
            let found = match letter.write(&contact, &contact.address, "check", self.now_ms()) {
                Ok(written) if written.body.size() > CLIPPED_BYTES => {
                    let kilobytes = (written.body.size() / 1024).to_string();
                    warning(FindingCode::MailTooLarge).with("kilobytes", kilobytes)
                }
                // Missing fields are told above, for everybody.
                Ok(_) | Err(hongyan_domain::SkipReason::MissingField) => continue,
                Err(_) => {
                    let mut found = error(FindingCode::NotBuildable).hitting(1);
                    found.examples = vec![record];
                    found
                }
            };
            findings.push(found);
            break;
        }
        Ok(())
    }
}

fn is_this_computer(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
