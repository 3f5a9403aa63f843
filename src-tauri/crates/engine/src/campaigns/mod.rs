//! Campaigns: what the user plans, and the steps of their life.

mod accounts;
mod again;
mod audience;
mod check;
mod content;
mod report;
mod sample;
mod starting;

use hongyan_domain::{AccountShare, CampaignId, CampaignState, PauseReason, RETRY_HOURS};
use hongyan_store::{CampaignRecord, CampaignValues, NewRun};

pub use accounts::CampaignAccount;
pub use audience::{Audience, LeftOut};
pub use check::{Check, Finding, FindingCode, Severity};
pub(crate) use content::{content_of, parse_content};
pub use report::{CampaignNames, Progress};
pub use sample::{Sample, TestSent};
pub(crate) use starting::Starting;

use crate::event::Changed;
use crate::names::{clean_name, name_key, numbered, taken};
use crate::{Engine, Error, Result};

/// Bytes of a run's token key.
const TOKEN_KEY_BYTES: usize = 32;

/// What the user chooses for a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignPlan {
    /// Name.
    pub name: String,
    /// Lists whose members get it.
    pub list_ids: Vec<hongyan_domain::ListId>,
    /// What they get.
    pub template_id: Option<hongyan_domain::TemplateId>,
    /// Through which accounts, each once, and how much each gets next to the others.
    pub accounts: Vec<AccountShare>,
    /// For how many hours from its start mails that are put off are tried again, within [`RETRY_HOURS`].
    pub retry_hours: u32,
}

impl CampaignPlan {
    fn check(self) -> Result<CampaignValues> {
        let name = clean_name(&self.name)?;
        if !RETRY_HOURS.contains(&self.retry_hours) {
            return Err(Error::Value("retryHours"));
        }
        Ok(CampaignValues {
            name_key: name_key(&name),
            name,
            list_ids: self.list_ids,
            template_id: self.template_id,
            accounts: self.accounts,
            retry_hours: self.retry_hours,
        })
    }
}

impl Engine {
    /// All campaigns, the newest first.
    pub async fn list_campaigns(&self) -> Result<Vec<CampaignRecord>> {
        Ok(self.store().list_campaigns().await?)
    }

    /// A campaign.
    pub async fn load_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        Ok(self.store().load_campaign(id).await?)
    }

    /// The campaign of this name.
    pub async fn find_campaign(&self, name: &str) -> Result<CampaignRecord> {
        self.store().find_campaign(&name_key(name)).await?.ok_or(Error::NotFound("campaign"))
    }

    /// Makes a campaign; nothing of it has to be complete yet.
    pub async fn create_campaign(&self, plan: CampaignPlan) -> Result<CampaignRecord> {
        let values = plan.check()?;
        self.shares_must_be_valid(&values.accounts).await?;
        let id = self
            .store()
            .insert_campaign(&values, self.now_ms())
            .await
            .map_err(|error| taken(error, &values.name))?;
        self.tell_changed(Changed::Campaigns);
        self.load_campaign(id).await
    }

    /// Changes a campaign that was not started.
    pub async fn update_campaign(&self, id: CampaignId, plan: CampaignPlan) -> Result<CampaignRecord> {
        self.update_values(id, plan.check()?).await
    }

    async fn update_values(&self, id: CampaignId, values: CampaignValues) -> Result<CampaignRecord> {
        self.shares_must_be_valid(&values.accounts).await?;
        let changed = self
            .store()
            .update_campaign(id, &values, self.now_ms())
            .await
            .map_err(|error| taken(error, &values.name))?;
        if !changed {
            return Err(Error::CampaignState(self.load_campaign(id).await?.state));
        }
        self.tell_changed(Changed::Campaigns);
        self.load_campaign(id).await
    }

    /// Makes a draft with the same choices; a number behind the name tells them apart.
    pub async fn duplicate_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        let mut values = self.load_campaign(id).await?.values;
        let name = self.free_campaign_name(&values.name).await?;
        let accounts = self.store().list_accounts().await?;
        values.accounts.retain(|share| accounts.iter().any(|account| account.id == share.account_id));
        let plan = CampaignPlan {
            name,
            list_ids: values.list_ids,
            template_id: values.template_id,
            accounts: values.accounts,
            retry_hours: values.retry_hours,
        };
        self.create_campaign(plan).await
    }

    async fn free_campaign_name(&self, name: &str) -> Result<String> {
        let mut number = 2;
        loop {
            let candidate = numbered(name, number);
            if self.store().find_campaign(&name_key(&candidate)).await?.is_none() {
                return Ok(candidate);
            }
            number += 1;
        }
    }

    /// Deletes a campaign that sends nothing (any more); can be taken back.
    pub async fn delete_campaign(&self, id: CampaignId) -> Result<()> {
        let campaign = self.load_campaign(id).await?;
        match campaign.state {
            CampaignState::Draft | CampaignState::Finished | CampaignState::Cancelled => {}
            state => return Err(Error::CampaignState(state)),
        }
        if !self.store().delete_campaign(id, self.now_ms()).await? {
            return Err(Error::CampaignState(self.load_campaign(id).await?.state));
        }
        self.tell_changed(Changed::Campaigns);
        Ok(())
    }

    /// Takes a deletion back.
    pub async fn restore_campaign(&self, id: CampaignId) -> Result<()> {
        let name = self.store().find_deleted_campaign_name(id).await?.ok_or(Error::UndoExpired)?;
        if !self.store().restore_campaign(id).await.map_err(|error| taken(error, &name))? {
            return Err(Error::UndoExpired);
        }
        self.tell_changed(Changed::Campaigns);
        Ok(())
    }

    /// Sets the time at which it starts by itself.
    pub async fn schedule_campaign(&self, id: CampaignId, at_ms: i64) -> Result<CampaignRecord> {
        if at_ms <= self.now_ms() {
            return Err(Error::TimeInPast);
        }
        self.must_be_ready(id).await?;
        if !self.store().schedule_campaign(id, at_ms, self.now_ms()).await? {
            return Err(Error::CampaignState(self.load_campaign(id).await?.state));
        }
        self.after_step(id).await
    }

    /// Makes a scheduled campaign a draft again.
    pub async fn unschedule_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        self.step(id, CampaignState::Draft, None).await
    }

    /// Freezes the audience and the content and begins to send.
    pub async fn start_campaign(&self, id: CampaignId) -> Result<()> {
        let campaign = self.load_campaign(id).await?;
        if !campaign.state.is_editable() {
            return Err(Error::CampaignState(campaign.state));
        }
        self.must_be_ready(id).await?;
        let Some(template_id) = campaign.values.template_id else { return Err(Error::CampaignNotReady) };
        let template = self.store().load_template(template_id).await?;
        let run = NewRun {
            campaign_id: id,
            accounts: self.accounts_with_senders(&campaign.values.accounts).await?,
            content: content_of(&template)?,
            token_key: token_key(),
        };
        self.start_run(&run, campaign.version()).await?;
        tracing::info!(campaign = id.0, "campaign started");
        self.after_step(id).await?;
        Ok(())
    }

    /// Stops sending until it is resumed; a mail under way comes to its end.
    pub async fn pause_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        self.step(id, CampaignState::Paused, Some((PauseReason::User, ""))).await
    }

    /// Goes on, and releases its accounts: the user has looked at what was wrong.
    pub async fn resume_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        let campaign = self.load_campaign(id).await?;
        if campaign.state != CampaignState::Paused {
            return Err(Error::CampaignState(campaign.state));
        }
        self.release_accounts_of(&campaign).await?;
        self.step(id, CampaignState::Running, None).await
    }

    /// Stops a start: the campaign becomes what it was. Where it has begun to send just before, it is paused.
    pub async fn stop_starting_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        self.stop_start(id).await;
        let campaign = self.load_campaign(id).await?;
        if campaign.state != CampaignState::Running {
            return Ok(campaign);
        }
        match self.pause_campaign(id).await {
            // It had few recipients.
            Err(Error::CampaignState(_)) => self.load_campaign(id).await,
            paused => paused,
        }
    }

    /// Ends it: what waits is skipped. One that is just being started becomes what it was.
    pub async fn cancel_campaign(&self, id: CampaignId) -> Result<CampaignRecord> {
        let was_starting = self.stop_start(id).await;
        if !self.store().cancel_campaign(id, self.now_ms()).await? {
            let campaign = self.load_campaign(id).await?;
            if was_starting && campaign.state == CampaignState::Draft {
                return Ok(campaign);
            }
            return Err(Error::CampaignState(campaign.state));
        }
        self.after_step(id).await
    }

    async fn step(
        &self,
        id: CampaignId,
        to: CampaignState,
        pause: Option<(PauseReason, &str)>,
    ) -> Result<CampaignRecord> {
        let from = self.load_campaign(id).await?.state;
        if !from.may_become(to)
            || !self.store().update_campaign_state(id, from, to, pause, self.now_ms()).await?
        {
            return Err(Error::CampaignState(self.load_campaign(id).await?.state));
        }
        self.after_step(id).await
    }

    async fn after_step(&self, id: CampaignId) -> Result<CampaignRecord> {
        self.tell_changed(Changed::Campaigns);
        self.wake_sending();
        self.load_campaign(id).await
    }

    async fn must_be_ready(&self, id: CampaignId) -> Result<()> {
        if self.check_campaign(id).await?.has_errors() { Err(Error::CampaignNotReady) } else { Ok(()) }
    }
}

fn token_key() -> Vec<u8> {
    let halves = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    let mut key: Vec<u8> = halves.iter().flat_map(|half| half.into_bytes()).collect();
    key.truncate(TOKEN_KEY_BYTES);
    key
}
