//! Freezing the audience of a campaign that starts: told how far it is, and stopped when the user cancels.
//!
//! The campaign runs only when all of it is frozen, so a stop or a crash on the way leaves it as it was.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError};

use hongyan_domain::CampaignId;
use hongyan_store::{CampaignVersion, NewRun};
use tokio_util::sync::CancellationToken;

use crate::event::Event;
use crate::sending::{CrashPoint, crash_point};
use crate::{Engine, Error, Result};

/// Between two events about how far it is.
const TICK_MS: i64 = 250;

/// A campaign whose audience is being frozen.
#[derive(Debug, Default)]
pub(crate) struct Starting {
    frozen: AtomicI64,
    is_stopped: AtomicBool,
    ended: CancellationToken,
}

impl Starting {
    /// Recipients so far.
    pub(crate) fn frozen(&self) -> i64 {
        self.frozen.load(Ordering::Relaxed)
    }
}

/// Is listed as starting for as long as it lives.
struct Listed<'a> {
    engine: &'a Engine,
    campaign: CampaignId,
    starting: Arc<Starting>,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut starting = self.engine.sending().starting.lock().unwrap_or_else(PoisonError::into_inner);
        starting.remove(&self.campaign);
        self.starting.ended.cancel();
    }
}

impl Engine {
    /// Begins a run; where the user stopped it on the way, the campaign stays as it was.
    pub(super) async fn start_run(&self, run: &NewRun, version: CampaignVersion) -> Result<()> {
        let campaign = run.campaign_id;
        let Some(listed) = self.list_as_starting(campaign) else {
            return Err(Error::CampaignState(version.state));
        };
        let (starting, clock) = (listed.starting.clone(), self.clock().clone());
        let (events, mut told_ms) = (self.event_sender(), clock.now_ms());
        let mut watch = |frozen| {
            crash_point(CrashPoint::Freezing);
            starting.frozen.store(frozen, Ordering::Relaxed);
            if clock.now_ms() - told_ms >= TICK_MS {
                told_ms = clock.now_ms();
                // Nobody may be listening.
                let _ = events.send(Event::CampaignProgress(campaign));
            }
            !starting.is_stopped.load(Ordering::Relaxed)
        };
        let started = self.store().start_run(run, version, self.now_ms(), &mut watch).await?.is_some();
        if started || listed.starting.is_stopped.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(Error::CampaignState(self.load_campaign(campaign).await?.state))
    }

    /// `None` when it is starting already.
    fn list_as_starting(&self, campaign: CampaignId) -> Option<Listed<'_>> {
        let mut all = self.sending().starting.lock().unwrap_or_else(PoisonError::into_inner);
        if all.contains_key(&campaign) {
            return None;
        }
        let starting = Arc::new(Starting::default());
        all.insert(campaign, starting.clone());
        Some(Listed { engine: self, campaign, starting })
    }

    /// Stops the start of a campaign, and waits until it has stopped or come to its end; `false` when it is not starting.
    pub(super) async fn stop_start(&self, campaign: CampaignId) -> bool {
        let Some(starting) = self.find_start(campaign) else { return false };
        starting.is_stopped.store(true, Ordering::Relaxed);
        starting.ended.cancelled().await;
        true
    }

    /// Lets the start of a campaign stop at the next step; `false` when it is not starting.
    pub(crate) fn ask_start_to_stop(&self, campaign: CampaignId) -> bool {
        let starting = self.find_start(campaign);
        starting.is_some_and(|starting| {
            starting.is_stopped.store(true, Ordering::Relaxed);
            true
        })
    }

    fn find_start(&self, campaign: CampaignId) -> Option<Arc<Starting>> {
        let all = self.sending().starting.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&campaign).cloned()
    }
}
