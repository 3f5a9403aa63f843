//! Limits of accounts: setting them, and what they mean for a campaign.

use std::sync::{Arc, PoisonError};

use hongyan_domain::{AccountId, AccountKind, SendingLimits};
use hongyan_store::Slowdown;

use crate::event::Changed;
use crate::sending::{DAY_MS, Pacer};
use crate::{Engine, Error, Result};

impl Engine {
    /// An account's limits, and how far its server slowed it down.
    pub async fn load_limits(&self, account: AccountId) -> Result<(SendingLimits, Slowdown)> {
        Ok(self.store().load_limits(account).await?)
    }

    /// Sets an account's limits; what is being sent keeps to them at once.
    pub async fn update_limits(&self, account: AccountId, limits: SendingLimits) -> Result<()> {
        if self.store().load_account(account).await?.values.kind == AccountKind::Sandbox {
            return Err(Error::SandboxFixed);
        }
        if let Some(field) = limits.fault() {
            return Err(Error::Value(field));
        }
        self.store().update_limits(account, &limits).await?;
        if let Some(pacer) = self.known_pacer(account) {
            pacer.set_limits(limits);
        }
        self.tell_changed(Changed::Accounts);
        Ok(())
    }

    /// Seconds until so many mails have left through an account, as far as its limits decide; `None` without limits.
    pub(crate) async fn forecast(&self, account: AccountId, mails: i64) -> Result<Option<i64>> {
        // Not the one that sends: another process may have sent since, and its limits may be others.
        let pacer = self.new_pacer(account).await?;
        let clock = self.clock().clone();
        let now_ms = clock.now_ms();
        let end_ms = tokio::task::spawn_blocking(move || pacer.forecast(&clock, mails)).await?;
        Ok(end_ms.map(|end_ms| (end_ms - now_ms) / 1000))
    }

    /// The pace of an account, shared by all that send through it.
    pub(crate) async fn pacer(&self, account: AccountId) -> Result<Arc<Pacer>> {
        if let Some(pacer) = self.known_pacer(account) {
            let (limits, _) = self.store().load_limits(account).await?;
            pacer.set_limits(limits);
            return Ok(pacer);
        }
        let pacer = Arc::new(self.new_pacer(account).await?);
        let mut pacers = self.sending().pacers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(pacers.entry(account).or_insert(pacer).clone())
    }

    fn known_pacer(&self, account: AccountId) -> Option<Arc<Pacer>> {
        self.sending().pacers.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned()
    }

    async fn new_pacer(&self, account: AccountId) -> Result<Pacer> {
        let now_ms = self.now_ms();
        let (limits, slowdown) = self.store().load_limits(account).await?;
        let recent = self.store().list_recent_use(account, now_ms - DAY_MS).await?;
        Ok(Pacer::new(limits, slowdown, &recent, now_ms))
    }
}
