//! How a campaign is getting on, and its recipients one by one.

use hongyan_domain::{CampaignId, CampaignState, DeliveryId, DeliveryState};
use hongyan_store::{CampaignRecord, DeliveryFilter, DeliveryPage, ReasonRecord};

use super::CampaignAccount;
use crate::sending::Pace;
use crate::{Engine, Result};

/// How a campaign is getting on.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The campaign with its counts.
    pub campaign: CampaignRecord,
    /// How fast it goes.
    pub pace: Pace,
    /// Seconds left at that speed; `None` while unknown.
    pub seconds_left: Option<i64>,
    /// Its accounts.
    pub accounts: Vec<CampaignAccount>,
}

impl Progress {
    fn of(campaign: CampaignRecord, pace: Pace, accounts: Vec<CampaignAccount>) -> Self {
        let waiting = campaign.counts.get(DeliveryState::Queued) + campaign.counts.get(DeliveryState::Armed);
        let seconds_left = match (campaign.state, pace.per_minute) {
            (CampaignState::Running, Some(per_minute)) => {
                Some((waiting as f64 * 60.0 / per_minute).ceil() as i64)
            }
            _ => None,
        };
        Self { campaign, pace, seconds_left, accounts }
    }
}

impl Engine {
    /// How a campaign is getting on.
    pub async fn campaign_progress(&self, id: CampaignId) -> Result<Progress> {
        self.progress_of(self.load_campaign(id).await?).await
    }

    /// How campaigns are getting on that are being sent or paused.
    pub async fn list_progress(&self) -> Result<Vec<Progress>> {
        let mut list = Vec::new();
        for campaign in self.store().list_active_campaigns().await? {
            list.push(self.progress_of(campaign).await?);
        }
        Ok(list)
    }

    async fn progress_of(&self, campaign: CampaignRecord) -> Result<Progress> {
        let accounts = self.campaign_accounts(&campaign).await?;
        let pace = self.pace(campaign.id);
        Ok(Progress::of(campaign, pace, accounts))
    }

    /// How many deliveries of all campaigns are in doubt.
    pub async fn count_in_doubt(&self) -> Result<i64> {
        Ok(self.store().count_in_doubt().await?)
    }

    /// A page of recipients, in the order of sending; empty before the start.
    pub async fn list_recipients(
        &self,
        id: CampaignId,
        filter: &DeliveryFilter,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<DeliveryPage> {
        match self.load_campaign(id).await?.run_id {
            Some(run) => Ok(self.store().list_deliveries(run, filter, after, limit).await?),
            None => Ok(DeliveryPage { rows: Vec::new(), next: None }),
        }
    }

    /// How many recipients match.
    pub async fn count_recipients(&self, id: CampaignId, filter: &DeliveryFilter) -> Result<i64> {
        match self.load_campaign(id).await?.run_id {
            Some(run) => Ok(self.store().count_deliveries(run, filter).await?),
            None => Ok(0),
        }
    }

    /// Why recipients did not get it, or not yet.
    pub async fn list_reasons(&self, id: CampaignId) -> Result<Vec<ReasonRecord>> {
        match self.load_campaign(id).await?.run_id {
            Some(run) => Ok(self.store().list_reasons(run).await?),
            None => Ok(Vec::new()),
        }
    }
}

/// The names behind a campaign's ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignNames {
    /// The subject of its content.
    pub subject: Option<String>,
    /// Its template.
    pub template: Option<String>,
    /// Its lists.
    pub lists: Vec<String>,
}

impl Engine {
    /// The names behind a campaign's ids; deleted templates have none.
    pub async fn campaign_names(&self, campaign: &CampaignRecord) -> Result<CampaignNames> {
        let mut names = CampaignNames::default();
        if let Some(id) = campaign.values.template_id {
            match self.store().load_template(id).await {
                Ok(template) => {
                    names.template = Some(template.values.name);
                    names.subject = Some(template.values.subject);
                }
                Err(hongyan_store::Error::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if campaign.run_id.is_some() {
            names.subject = Some(self.campaign_source(campaign).await?.subject);
        }
        let lists = self.store().list_lists().await?;
        names.lists = lists
            .into_iter()
            .filter(|list| campaign.values.list_ids.contains(&list.id))
            .map(|list| list.name)
            .collect();
        Ok(names)
    }
}
