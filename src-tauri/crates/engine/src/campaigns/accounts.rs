//! The accounts of a campaign: how each is, what it sent, and how the user changes them on the way.

use std::collections::BTreeMap;

use hongyan_domain::{AccountId, AccountShare, CampaignId, CampaignState, EmailAddress, Sender};
use hongyan_store::{AccountRecord, CampaignRecord, Hold, RunAccount, StateCounts};

use super::check::{FindingCode, Severity};
use crate::accounts::AccountCondition;
use crate::{Engine, Error, Result};

/// An account of a campaign.
#[derive(Debug, Clone)]
pub struct CampaignAccount {
    /// Which.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// From: fixed since the start of the campaign, before that as the account has it.
    pub from: Sender,
    /// Reply-To, likewise.
    pub reply_to: Option<EmailAddress>,
    /// How much it gets next to the others; 0 when it was taken out of the campaign.
    pub weight: u32,
    /// Recipients that belong to it, by state.
    pub counts: StateCounts,
    /// Whether it can send now.
    pub condition: AccountCondition,
    /// Why it is held.
    pub hold: Option<Hold>,
}

impl Engine {
    /// The accounts of a campaign in the user's order, then those that were taken out after they had sent something.
    pub async fn campaign_accounts(&self, campaign: &CampaignRecord) -> Result<Vec<CampaignAccount>> {
        let (mut counts, fixed) = match campaign.run_id {
            Some(run) => {
                let fixed = self.store().list_run_accounts(run).await?;
                (self.store().load_counts_by_account(run).await?, fixed)
            }
            None => (BTreeMap::new(), Vec::new()),
        };
        let mut accounts = Vec::new();
        for share in &campaign.values.accounts {
            let counts = counts.remove(&Some(share.account_id)).unwrap_or_default();
            let fixed = fixed.iter().find(|account| account.share.account_id == share.account_id);
            accounts.push(self.campaign_account(*share, fixed, counts).await?);
        }
        for (id, counts) in counts {
            if let Some(account_id) = id
                && counts.total() > 0
            {
                let share = AccountShare { account_id, weight: 0 };
                accounts.push(self.campaign_account(share, None, counts).await?);
            }
        }
        Ok(accounts)
    }

    async fn campaign_account(
        &self,
        share: AccountShare,
        fixed: Option<&RunAccount>,
        counts: StateCounts,
    ) -> Result<CampaignAccount> {
        let account = self.store().load_account_even_deleted(share.account_id).await?;
        let condition = self.condition_of(&account).await?;
        let values = account.values;
        let (from, reply_to) = match fixed {
            Some(fixed) => (fixed.from.clone(), fixed.reply_to.clone()),
            None => (values.from, values.reply_to),
        };
        Ok(CampaignAccount {
            id: account.id,
            name: values.name,
            from,
            reply_to,
            weight: share.weight,
            counts,
            condition,
            hold: account.hold,
        })
    }

    /// Whether an account can send now, as far as is known without reading what it sent.
    async fn condition_of(&self, account: &AccountRecord) -> Result<AccountCondition> {
        if account.hold.is_some() {
            return Ok(AccountCondition::Held);
        }
        let used = self.known_pacer(account.id).map(|pacer| pacer.used(self.clock()));
        if let Some(until_ms) = used.and_then(|used| used.full_until_ms) {
            return Ok(AccountCondition::Waits { until_ms });
        }
        let (_, slowdown) = self.store().load_limits(account.id).await?;
        let is_slowed = slowdown.per_minute.is_some();
        Ok(if is_slowed { AccountCondition::Slowed } else { AccountCondition::Ready })
    }

    /// Gives a campaign other accounts, also while it is being sent.
    ///
    /// Who was tried through an account that stays, stays with it; who waits for one that goes is sent to through
    /// another.
    pub async fn change_campaign_accounts(
        &self,
        id: CampaignId,
        shares: Vec<AccountShare>,
    ) -> Result<CampaignRecord> {
        let campaign = self.load_campaign(id).await?;
        if campaign.state.is_editable() {
            let mut values = campaign.values;
            values.accounts = shares;
            return self.update_values(id, values).await;
        }
        self.shares_must_be_valid(&shares).await?;
        if campaign.state == CampaignState::Cancelled {
            return Err(Error::CampaignState(campaign.state));
        }
        let accounts = self.accounts_with_senders(&shares).await?;
        if accounts.is_empty() || !self.store().replace_run_accounts(id, &accounts, self.now_ms()).await? {
            return Err(Error::CampaignNotReady);
        }
        tracing::info!(campaign = id.0, accounts = accounts.len(), "a campaign got other accounts");
        self.after_step(id).await
    }

    /// What is wrong with the way out, except that accounts are held.
    pub(super) async fn way_out_must_be_open(&self, shares: &[AccountShare]) -> Result<()> {
        let mut findings = Vec::new();
        self.check_accounts(shares, &mut findings).await?;
        let is_open = findings
            .iter()
            .all(|one| one.severity == Severity::Warning || one.code == FindingCode::AccountHeld);
        if is_open { Ok(()) } else { Err(Error::CampaignNotReady) }
    }

    pub(super) async fn shares_must_be_valid(&self, shares: &[AccountShare]) -> Result<()> {
        if !AccountShare::are_valid(shares) {
            return Err(Error::Value("accounts"));
        }
        let known = self.store().list_accounts().await?;
        let is_known = |share: &AccountShare| known.iter().any(|account| account.id == share.account_id);
        if shares.iter().all(is_known) { Ok(()) } else { Err(Error::NotFound("account")) }
    }

    /// The accounts of a run that there are, with their senders as they are now.
    pub(super) async fn accounts_with_senders(&self, shares: &[AccountShare]) -> Result<Vec<RunAccount>> {
        let known = self.store().list_accounts().await?;
        let with_sender = |share: &AccountShare| {
            let values = known.iter().find(|account| account.id == share.account_id)?.values.clone();
            Some(RunAccount { share: *share, from: values.from, reply_to: values.reply_to })
        };
        Ok(shares.iter().filter_map(with_sender).collect())
    }

    /// Releases the accounts of a campaign: those that wait for the user, and where there is none, all.
    pub(super) async fn release_accounts_of(&self, campaign: &CampaignRecord) -> Result<()> {
        let mut held = Vec::new();
        for share in &campaign.values.accounts {
            let account = self.store().load_account_even_deleted(share.account_id).await?;
            held.extend(account.hold.map(|hold| (share.account_id, hold.until_ms.is_none())));
        }
        let some_wait_for_the_user = held.iter().any(|(_, waits_for_the_user)| *waits_for_the_user);
        for (account, waits_for_the_user) in held {
            if waits_for_the_user || !some_wait_for_the_user {
                self.store().update_account_hold(account, None).await?;
            }
        }
        self.tell_changed(crate::event::Changed::Accounts);
        Ok(())
    }
}
