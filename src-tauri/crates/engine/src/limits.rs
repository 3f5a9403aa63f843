//! Limits of accounts: setting them, and what they mean for a campaign.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use hongyan_domain::{AccountId, AccountKind, CampaignId, SendingLimits};
use hongyan_store::{AccountRecord, Slowdown};

use crate::accounts::{ProviderLimits, provider_limits};
use crate::event::Changed;
use crate::sending::{DAY_MS, HOUR_MS, Mails, Pacer, forecast};
use crate::{Engine, Error, Result};

/// How much an account may send, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLimits {
    /// What counts: the user's limits, else the provider's.
    pub limits: SendingLimits,
    /// Whether the user gave them.
    pub is_own: bool,
    /// What the provider publishes, where that is known.
    pub provider: Option<ProviderLimits>,
    /// How far its server slowed it down.
    pub slowdown: Slowdown,
}

impl Engine {
    /// An account's limits, and how far its server slowed it down.
    pub async fn load_limits(&self, account: AccountId) -> Result<AccountLimits> {
        let record = self.store().load_account(account).await?;
        self.limits_of(&record).await
    }

    pub(crate) async fn limits_of(&self, account: &AccountRecord) -> Result<AccountLimits> {
        let values = &account.values;
        let (own, slowdown) = self.store().load_limits(account.id).await?;
        let provider = provider_limits(&values.host, &values.from.address);
        let published = provider.as_ref().map(|provider| provider.limits.clone());
        Ok(AccountLimits {
            is_own: own.is_some(),
            limits: own.or(published).unwrap_or_default(),
            provider,
            slowdown,
        })
    }

    /// Sets an account's limits; what is being sent keeps to them at once.
    pub async fn update_limits(&self, account: AccountId, limits: SendingLimits) -> Result<()> {
        let limits = limits.tidy().map_err(Error::Value)?;
        self.change_limits(account, Some(limits)).await
    }

    /// Takes back the user's limits: the provider's count again, or none where they are not known.
    pub async fn forget_limits(&self, account: AccountId) -> Result<()> {
        self.change_limits(account, None).await
    }

    async fn change_limits(&self, account: AccountId, own: Option<SendingLimits>) -> Result<()> {
        let record = self.store().load_account(account).await?;
        if record.values.kind == AccountKind::Sandbox {
            return Err(Error::SandboxFixed);
        }
        self.store().update_limits(account, own.as_ref()).await?;
        if let Some(pacer) = self.known_pacer(account) {
            pacer.set_limits(self.limits_of(&record).await?.limits);
        }
        self.tell_changed(Changed::Accounts);
        Ok(())
    }

    /// Seconds until the mails of a campaign have left through these accounts together, as far as their limits decide;
    /// `None` when one of them has none.
    pub(crate) async fn forecast(
        &self,
        campaign: CampaignId,
        accounts: &[AccountRecord],
        total: i64,
    ) -> Result<Option<i64>> {
        let now_ms = self.now_ms();
        let mut pacers = Vec::with_capacity(accounts.len());
        let mut domains = BTreeSet::new();
        for account in accounts {
            let opens_at_ms = match &account.hold {
                // It waits for the user.
                Some(hold) if hold.until_ms.is_none() => continue,
                hold => hold.as_ref().and_then(|hold| hold.until_ms).unwrap_or(now_ms).max(now_ms),
            };
            // Not the one that sends: another process may have sent since, and its limits may be others.
            let pacer = self.new_pacer(account.id).await?;
            domains.extend(pacer.domains().names());
            pacers.push((pacer, opens_at_ms));
        }
        let at = match domains.is_empty() {
            true => BTreeMap::new(),
            false => self.store().count_audience_at(campaign, &domains).await?,
        };
        let mails = Mails { total, at };
        let clock = self.clock().clone();
        let end_ms = tokio::task::spawn_blocking(move || forecast(&clock, &pacers, &mails)).await?;
        Ok(end_ms.map(|end_ms| (end_ms - now_ms) / 1000))
    }

    /// The pace of an account, shared by all that send through it.
    pub(crate) async fn pacer(&self, account: AccountId) -> Result<Arc<Pacer>> {
        if let Some(pacer) = self.known_pacer(account) {
            pacer.set_limits(self.load_limits(account).await?.limits);
            return Ok(pacer);
        }
        let pacer = Arc::new(self.new_pacer(account).await?);
        let mut pacers = self.sending().pacers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(pacers.entry(account).or_insert(pacer).clone())
    }

    pub(crate) fn known_pacer(&self, account: AccountId) -> Option<Arc<Pacer>> {
        self.sending().pacers.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned()
    }

    pub(crate) async fn new_pacer(&self, account: AccountId) -> Result<Pacer> {
        let now_ms = self.now_ms();
        let AccountLimits { limits, slowdown, .. } = self.load_limits(account).await?;
        let recent = self.store().list_recent_use(account, now_ms - DAY_MS).await?;
        let domains: Vec<String> = limits.domains.iter().map(|limit| limit.domain.clone()).collect();
        let pacer = Pacer::new(limits, slowdown, &recent, now_ms);
        if !domains.is_empty() {
            let recent = self.store().list_recent_domain_use(account, &domains, now_ms - HOUR_MS).await?;
            pacer.domains().remember(&recent, now_ms);
        }
        Ok(pacer)
    }
}
