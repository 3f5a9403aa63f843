//! The supervisor: looks at the database every second, starts what is due, and ends what is no longer to run.
//!
//! The database is the only truth, so a campaign that another process starts, pauses or cancels is seen here too. A
//! campaign that an error has ended is tried again, less and less often while it stays (`setbacks`).

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use hongyan_domain::{CampaignId, CampaignState, PauseReason, RunId};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::Live;
use super::deck::Deck;
use super::journal::Journal;
use super::pacer::jitter;
use super::runner::Runner;
use crate::campaigns::{FindingCode, Severity};
use crate::event::{Changed, Event};
use crate::{Engine, Error, Result};

/// Between two looks at the database.
const LOOK: Duration = Duration::from_secs(1);
/// A campaign that goes on for so long after an error is well again.
const PROOF: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Supervisor {
    engine: Engine,
    journal: Journal,
    shutdown: CancellationToken,
    /// Scheduled campaigns that are just being started: to freeze a large audience takes long.
    starts: HashMap<CampaignId, JoinHandle<()>>,
    /// The tasks of the campaigns that are being sent.
    runners: JoinSet<()>,
}

impl Supervisor {
    pub(super) fn new(engine: Engine, journal: Journal, shutdown: CancellationToken) -> Self {
        Self { engine, journal, shutdown, starts: HashMap::new(), runners: JoinSet::new() }
    }

    pub(super) async fn run(mut self) {
        let clock = self.engine.clock().clone();
        while !self.shutdown.is_cancelled() {
            let began_ms = clock.now_ms();
            self.engine.write_late_holds().await;
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "cannot look for campaigns");
            }
            // From when it was begun: what became due meanwhile has waited long enough.
            let took = Duration::from_millis(u64::try_from(clock.now_ms() - began_ms).unwrap_or_default());
            tokio::select! {
                () = clock.sleep(LOOK.saturating_sub(took)) => {}
                () = self.engine.sending().wake.notified() => {}
                // Whoever was told to go on while its last runner came to its end has waited for that.
                Some(_) = self.runners.join_next() => {}
                () = self.shutdown.cancelled() => {}
            }
        }
        self.end_all().await;
    }

    async fn look(&mut self) -> Result<()> {
        let store = self.engine.store().clone();
        let due = store.list_due_campaigns(self.engine.now_ms()).await?;
        for id in due.iter().copied() {
            self.ensure_start(id);
        }
        let mut running = Vec::new();
        for campaign in store.list_active_campaigns().await? {
            if campaign.state == CampaignState::Running
                && let Some(run) = campaign.run_id
            {
                running.push(campaign.id);
                self.ensure_runner(campaign.id, run);
                self.see_whether_it_is_well(campaign.id).await;
            }
        }
        self.stop_others(&running);
        self.engine.sending().setbacks.keep_only(&[due, running].concat());
        Ok(())
    }

    /// Tells no more of an error once a campaign sends again, and forgets it when that lasts.
    async fn see_whether_it_is_well(&self, id: CampaignId) {
        let sending = self.engine.sending();
        let (sends, lasts) = {
            let live = sending.live.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(live) = live.get(&id).filter(|live| !live.task.is_finished()) else { return };
            (live.meter.has_counted(), live.since.elapsed() >= PROOF)
        };
        if (sends || lasts) && sending.setbacks.told(id).is_some() {
            if let Err(error) = self.engine.store().update_fault(id, None).await {
                tracing::warn!(%error, "that a campaign goes on cannot be noted yet");
                return;
            }
            sending.setbacks.hide(id);
            self.engine.tell_changed(Changed::Campaigns);
        }
        if lasts {
            sending.setbacks.forget(id);
        }
    }

    /// Ends what is not to run any more.
    fn stop_others(&self, running: &[CampaignId]) {
        let live = self.engine.sending().live.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, live) in live.iter().filter(|(id, _)| !running.contains(id)) {
            live.stop.cancel();
        }
    }

    /// Starts a campaign whose time has come, unless that is under way.
    fn ensure_start(&mut self, id: CampaignId) {
        self.starts.retain(|_, start| !start.is_finished());
        if self.starts.contains_key(&id) || self.engine.sending().setbacks.keeps(id, self.engine.now_ms()) {
            return;
        }
        let (engine, shutdown) = (self.engine.clone(), self.shutdown.clone());
        let start = tokio::spawn(async move {
            let mut start = pin!(start_due(&engine, id));
            let started = tokio::select! {
                started = &mut start => started,
                // What is frozen of it is thrown away in good order; else there is nothing yet.
                () = shutdown.cancelled() => if engine.ask_start_to_stop(id) { start.await } else { Ok(()) },
            };
            if let Err(error) = started {
                note_setback(&engine, id, &error).await;
            }
        });
        self.starts.insert(id, start);
    }

    /// Whether a runner is at work; one that has ended is forgotten.
    fn is_live(&self, campaign: CampaignId) -> bool {
        let mut live = self.engine.sending().live.lock().unwrap_or_else(PoisonError::into_inner);
        match live.get(&campaign) {
            Some(entry) if entry.task.is_finished() => {
                live.remove(&campaign);
                false
            }
            Some(_) => true,
            None => false,
        }
    }

    fn ensure_runner(&mut self, campaign: CampaignId, run: RunId) {
        if self.is_live(campaign) || self.engine.sending().setbacks.keeps(campaign, self.engine.now_ms()) {
            return;
        }
        let runner = Arc::new(Runner {
            engine: self.engine.clone(),
            campaign,
            run,
            journal: self.journal.clone(),
            meter: Arc::default(),
            deck: Deck::new(self.engine.store().clone(), run),
            lanes: Arc::default(),
            stop: self.shutdown.child_token(),
        });
        let (meter, lanes, stop) = (runner.meter.clone(), runner.lanes.clone(), runner.stop.clone());
        let (engine, ended) = (self.engine.clone(), stop.clone());
        let task = self.runners.spawn(async move {
            // In a task of its own: a fault in it is told like any other error.
            let run = tokio::spawn(runner.run()).await.unwrap_or_else(|fault| Err(fault.into()));
            ended.cancel();
            if let Err(error) = run {
                note_setback(&engine, campaign, &error).await;
            }
        });
        let mut live = self.engine.sending().live.lock().unwrap_or_else(PoisonError::into_inner);
        live.insert(campaign, Live { meter, lanes, stop, task, since: Instant::now() });
    }

    async fn end_all(&mut self) {
        for (_, start) in self.starts.drain() {
            let _ = start.await;
        }
        {
            let mut live = self.engine.sending().live.lock().unwrap_or_else(PoisonError::into_inner);
            live.drain().for_each(|(_, live)| live.stop.cancel());
        }
        while self.runners.join_next().await.is_some() {}
    }
}

async fn start_due(engine: &Engine, id: CampaignId) -> Result<()> {
    if waits_for_passphrase(engine, id).await? {
        return Ok(());
    }
    match engine.start_campaign(id).await {
        Ok(()) | Err(Error::CampaignState(_)) => Ok(()),
        Err(Error::CampaignNotReady) => {
            // Its template, account or list is not what it was when it was scheduled: the user must look.
            let why = Some((PauseReason::Account, "not_ready"));
            let (from, to) = (CampaignState::Scheduled, CampaignState::Draft);
            engine.store().update_campaign_state(id, from, to, why, engine.now_ms()).await?;
            engine.tell(Event::CampaignHeld(id));
            engine.tell_changed(Changed::Campaigns);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Whether nothing but the locked vault keeps a campaign from starting; unlocking it is enough then.
async fn waits_for_passphrase(engine: &Engine, id: CampaignId) -> Result<bool> {
    let check = engine.check_campaign(id).await?;
    let mut errors = check.findings.iter().filter(|finding| finding.severity == Severity::Error).peekable();
    Ok(errors.peek().is_some() && errors.all(|finding| finding.code == FindingCode::SecretsLocked))
}

/// An error ended a campaign, or its start: it has to wait, and the user is told.
async fn note_setback(engine: &Engine, id: CampaignId, error: &Error) {
    tracing::error!(campaign = id.0, %error, "a campaign stopped");
    let Some(reason) = engine.sending().setbacks.note(id, error, engine.now_ms(), jitter()) else { return };
    // For other processes; this one knows. It may well be that nothing can be written.
    if let Err(error) = engine.store().update_fault(id, Some(reason)).await {
        tracing::warn!(%error, "why a campaign does not go on cannot be noted");
    }
    engine.tell(Event::CampaignProgress(id));
    engine.tell_changed(Changed::Campaigns);
}
