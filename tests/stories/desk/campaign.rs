//! Campaigns at a desk, from the plan to the report.

use std::collections::BTreeMap;

use hongyan_domain::{
    AccountId, AccountShare, CampaignId, CampaignState, DeliveryState, ListId, TemplateId, USUAL_RETRY_HOURS,
};
use hongyan_engine::{CampaignPlan, CampaignRecord, DeliveryFilter, DeliveryRecord};
use hongyan_testkit::ScriptedServer;

use super::Desk;

/// The largest page of recipients that the stories ask for.
const PAGE: u32 = 500;

impl Desk {
    /// A campaign as a draft; the name is made up.
    pub async fn draft(&self, list: ListId, template: TemplateId, account: AccountId) -> CampaignId {
        let name = format!("Campaign {}", self.engine.list_campaigns().await.unwrap().len() + 1);
        let plan = CampaignPlan {
            name,
            list_ids: vec![list],
            template_id: Some(template),
            accounts: vec![AccountShare::equal(account)],
            retry_hours: USUAL_RETRY_HOURS,
        };
        self.engine.create_campaign(plan).await.expect("a good campaign").id
    }

    /// A campaign to so many people through a server, not started yet.
    pub async fn draft_for(&self, people: usize, server: &ScriptedServer, connections: u32) -> CampaignId {
        let list = self.list_of(people).await;
        let template = self.template("你好，{{ name }}", "{{ name }}，来自{{ city }}的朋友！").await;
        let account = self.account_at(server, connections).await;
        self.draft(list, template, account).await
    }

    /// Changes for how many hours a draft's mails that are put off are tried again.
    pub async fn try_again_for(
        &self,
        id: CampaignId,
        hours: u32,
    ) -> Result<CampaignRecord, hongyan_engine::Error> {
        let values = self.campaign(id).await.values;
        let plan = CampaignPlan {
            name: values.name,
            list_ids: values.list_ids,
            template_id: values.template_id,
            accounts: values.accounts,
            retry_hours: hours,
        };
        self.engine.update_campaign(id, plan).await
    }

    /// Starts a campaign.
    pub async fn start(&self, id: CampaignId) {
        self.engine.start_campaign(id).await.expect("the campaign can start");
    }

    /// Lets every start wait, as while another process freezes an audience, until it is dropped.
    pub fn freeze_elsewhere(&self) -> std::fs::File {
        let lock = std::fs::File::create(self.folder().join("freezing.lock")).expect("a file");
        lock.try_lock().expect("nobody freezes");
        lock
    }

    /// Starts a campaign and waits for its end.
    pub async fn run(&self, id: CampaignId) -> CampaignRecord {
        self.start(id).await;
        self.finished(id).await
    }

    /// A campaign.
    pub async fn campaign(&self, id: CampaignId) -> CampaignRecord {
        self.engine.load_campaign(id).await.expect("the campaign is there")
    }

    /// How many recipients are in a state.
    pub async fn count(&self, id: CampaignId, state: DeliveryState) -> i64 {
        self.campaign(id).await.counts.get(state)
    }

    /// The counts of the report, those that are not zero.
    pub async fn counts(&self, id: CampaignId) -> BTreeMap<&'static str, i64> {
        let counts = self.campaign(id).await.counts;
        DeliveryState::ALL
            .iter()
            .map(|state| (state.as_str(), counts.get(*state)))
            .filter(|(_, count)| *count != 0)
            .collect()
    }

    /// Every recipient of a campaign, in the order of sending.
    pub async fn recipients(&self, id: CampaignId) -> Vec<DeliveryRecord> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let filter = DeliveryFilter::default();
            let page = self.engine.list_recipients(id, &filter, after, PAGE).await.expect("a page");
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    }

    /// The recipients in a state.
    pub async fn recipients_in(&self, id: CampaignId, state: DeliveryState) -> Vec<DeliveryRecord> {
        let all = self.recipients(id).await;
        all.into_iter().filter(|row| row.state == state.as_str()).collect()
    }

    /// A recipient by address.
    pub async fn recipient(&self, id: CampaignId, address: &str) -> DeliveryRecord {
        let all = self.recipients(id).await;
        all.into_iter().find(|row| row.address == address).expect("a recipient of the campaign")
    }

    /// Waits until a campaign is finished.
    pub async fn finished(&self, id: CampaignId) -> CampaignRecord {
        self.in_state(id, CampaignState::Finished).await
    }

    /// Waits until a campaign is in a state.
    pub async fn in_state(&self, id: CampaignId, state: CampaignState) -> CampaignRecord {
        self.until(id, state.as_str(), |campaign| campaign.state == state).await
    }

    /// Waits until so many recipients are in a state.
    pub async fn until_count(&self, id: CampaignId, state: DeliveryState, count: i64) -> CampaignRecord {
        let what = format!("{count} {state}");
        self.until(id, &what, |campaign| campaign.counts.get(state) == count).await
    }
}
