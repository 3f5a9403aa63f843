//! After a run: sending again, and what became of the mails in doubt. Only the user decides either.

use hongyan_domain::{CampaignId, CampaignState, DeliveryId};
use hongyan_store::Again;

use crate::event::Changed;
use crate::{Engine, Error, Result};

impl Engine {
    /// Sends the campaign again to those chosen, as it was: same content, same Message-IDs. Gives to how many.
    pub async fn send_again(&self, id: CampaignId, who: Again) -> Result<i64> {
        let campaign = self.load_campaign(id).await?;
        if !matches!(campaign.state, CampaignState::Finished | CampaignState::Running | CampaignState::Paused)
        {
            return Err(Error::CampaignState(campaign.state));
        }
        // The audience and the content are long fixed; what may be missing is the way out. A held account is no obstacle:
        // whoever sends again has looked at what was wrong.
        self.way_out_must_be_open(&campaign.values.accounts).await?;
        let count = self.store().send_again(id, &who, self.now_ms()).await?;
        if campaign.state == CampaignState::Finished {
            self.release_accounts_of(&campaign).await?;
        }
        tracing::info!(campaign = id.0, count, "sends again");
        self.tell_changed(Changed::Campaigns);
        self.wake_sending();
        Ok(count)
    }

    /// Takes mails in doubt for sent. Gives how many they were.
    pub async fn settle_as_sent(&self, id: CampaignId, deliveries: &[DeliveryId]) -> Result<i64> {
        let count = self.store().settle_as_sent(id, deliveries, self.now_ms()).await?;
        self.tell_changed(Changed::Campaigns);
        Ok(count)
    }

    /// How many came into the campaign's lists since it was started.
    pub async fn count_added_since(&self, id: CampaignId) -> Result<i64> {
        match self.load_campaign(id).await?.run_id {
            Some(run) => Ok(self.store().count_added_since(run).await?),
            None => Ok(0),
        }
    }
}
