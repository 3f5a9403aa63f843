//! Waiting for the engine: woken by its events, never for ever.

use std::time::Duration;

use hongyan_domain::CampaignId;
use hongyan_engine::{CampaignRecord, Pace};
use tokio::time::Instant;

use super::Desk;
use crate::ground::PATIENCE;

/// Events are hints and may be missed, so the truth is looked at this often in any case.
const LOOK: Duration = Duration::from_millis(50);

impl Desk {
    /// Waits until a campaign is as wanted.
    pub async fn until(
        &self,
        id: CampaignId,
        what: &str,
        is_so: impl Fn(&CampaignRecord) -> bool,
    ) -> CampaignRecord {
        let mut events = self.engine.subscribe();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let campaign = self.campaign(id).await;
            if is_so(&campaign) {
                return campaign;
            }
            assert!(Instant::now() < deadline, "gave up waiting for {what}: {campaign:?}");
            let _ = tokio::time::timeout(LOOK, events.recv()).await;
        }
    }

    /// Waits until the user is told something about how a running campaign goes; a manual clock moves on meanwhile.
    pub async fn until_told(&self, id: CampaignId, what: &str, is_so: impl Fn(Pace) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut events = self.engine.subscribe();
        while !is_so(self.engine.campaign_progress(id).await.expect("the campaign is there").pace) {
            assert!(Instant::now() < deadline, "gave up waiting to be told of {what}");
            if self.has_manual_clock() {
                self.pass_time(Duration::from_secs(1));
            }
            let _ = tokio::time::timeout(LOOK, events.recv()).await;
        }
    }

    /// Moves the manual clock on in steps until a campaign is as wanted.
    pub async fn until_in_time(
        &self,
        id: CampaignId,
        step: Duration,
        what: &str,
        is_so: impl Fn(&CampaignRecord) -> bool,
    ) -> CampaignRecord {
        let mut events = self.engine.subscribe();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let campaign = self.campaign(id).await;
            if is_so(&campaign) {
                return campaign;
            }
            assert!(Instant::now() < deadline, "gave up waiting for {what}: {campaign:?}");
            self.pass_time(step);
            let _ = tokio::time::timeout(LOOK, events.recv()).await;
        }
    }
}
