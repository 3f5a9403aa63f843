//! The supervisor: looks at the database every second, starts what is due, and ends what is no longer to run.
//!
//! The database is the only truth, so a campaign that another process starts, pauses or cancels is seen here too.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use hongyan_domain::{AccountId, CampaignId, CampaignState, PauseReason, RunId};
use hongyan_store::AccountRecord;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::Live;
use super::journal::Journal;
use super::meter::Meter;
use super::pacer::Pacer;
use super::runner::Runner;
use crate::campaigns::{FindingCode, Severity};
use crate::event::{Changed, Event};
use crate::{Engine, Error, Result};

/// Between two looks at the database.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Supervisor {
    pub(super) engine: Engine,
    pub(super) journal: Journal,
    pub(super) shutdown: CancellationToken,
}

impl Supervisor {
    pub(super) async fn run(self) {
        while !self.shutdown.is_cancelled() {
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "cannot look for campaigns");
            }
            tokio::select! {
                () = self.engine.clock().sleep(LOOK) => {}
                () = self.engine.sending().wake.notified() => {}
                () = self.shutdown.cancelled() => {}
            }
        }
        self.end_all().await;
    }

    async fn look(&self) -> Result<()> {
        let store = self.engine.store();
        for id in store.list_due_campaigns(self.engine.now_ms()).await? {
            self.start_due(id).await?;
        }
        let mut running = Vec::new();
        for campaign in store.list_active_campaigns().await? {
            if campaign.state == CampaignState::Running
                && let Some(run) = campaign.run_id
            {
                running.push(campaign.id);
                self.ensure_runner(campaign.id, run).await?;
            }
        }
        for account in self.stop_others(&running) {
            // Limits that another process set count from now on.
            self.engine.pacer(account).await?;
        }
        Ok(())
    }

    /// Ends what is not to run any more; gives the accounts of what goes on.
    fn stop_others(&self, running: &[CampaignId]) -> BTreeSet<AccountId> {
        let live = self.engine.sending().live.lock().unwrap_or_else(PoisonError::into_inner);
        let (go_on, end): (Vec<_>, Vec<_>) = live.iter().partition(|(id, _)| running.contains(id));
        for (_, live) in end {
            live.stop.cancel();
        }
        go_on.into_iter().map(|(_, live)| live.account).collect()
    }

    async fn start_due(&self, id: CampaignId) -> Result<()> {
        if self.waits_for_passphrase(id).await? {
            return Ok(());
        }
        match self.engine.start_campaign(id).await {
            Ok(()) | Err(Error::CampaignState(_)) => Ok(()),
            Err(Error::CampaignNotReady) => {
                // Its template, account or list is not what it was when it was scheduled: the user must look.
                self.engine
                    .store()
                    .update_campaign_state(
                        id,
                        CampaignState::Scheduled,
                        CampaignState::Draft,
                        Some((PauseReason::Account, "not_ready")),
                        self.engine.now_ms(),
                    )
                    .await?;
                self.engine.tell(Event::CampaignHeld(id));
                self.engine.tell_changed(Changed::Campaigns);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether nothing but the locked vault keeps a campaign from starting; unlocking it is enough then.
    async fn waits_for_passphrase(&self, id: CampaignId) -> Result<bool> {
        let check = self.engine.check_campaign(id).await?;
        let mut errors =
            check.findings.iter().filter(|finding| finding.severity == Severity::Error).peekable();
        Ok(errors.peek().is_some() && errors.all(|finding| finding.code == FindingCode::SecretsLocked))
    }

    async fn ensure_runner(&self, campaign: CampaignId, run: RunId) -> Result<()> {
        if self.is_live(campaign) {
            return Ok(());
        }
        let store = self.engine.store();
        let account = store.load_account(store.load_run(run).await?.fixed.account_id).await?;
        if let Some(hold) = &account.hold {
            match hold.until_ms {
                Some(until_ms) if until_ms <= self.engine.now_ms() => {
                    store.update_account_hold(account.id, None).await?;
                    self.engine.tell_changed(Changed::Accounts);
                }
                _ => return Ok(()),
            }
        }
        let pacer = self.engine.pacer(account.id).await?;
        self.spawn(campaign, run, &account, pacer);
        Ok(())
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

    fn spawn(&self, campaign: CampaignId, run: RunId, account: &AccountRecord, pacer: Arc<Pacer>) {
        let meter = Arc::new(Meter::default());
        let network_down = Arc::new(AtomicBool::new(false));
        let stop = self.shutdown.child_token();
        let most = account.values.max_connections;
        let most = pacer.slowdown().connections.map_or(most, |slowed| slowed.min(most));
        let runner = Runner {
            engine: self.engine.clone(),
            campaign,
            run,
            journal: self.journal.clone(),
            meter: meter.clone(),
            network_down: network_down.clone(),
            connections: self.connections_of(account.id, most),
            pacer: pacer.clone(),
            stop: stop.clone(),
        };
        let task = tokio::spawn(async move {
            match runner.run().await {
                Ok(()) => {}
                // Unlocking the vault wakes the supervisor, which tries again.
                Err(Error::Secrets(error)) => tracing::info!(%error, "waiting for the password"),
                Err(error) => tracing::error!(campaign = campaign.0, %error, "a campaign stopped"),
            }
        });
        let mut live = self.engine.sending().live.lock().unwrap_or_else(PoisonError::into_inner);
        live.insert(campaign, Live { account: account.id, meter, network_down, pacer, stop, task });
    }

    fn connections_of(&self, account: AccountId, most: u32) -> Arc<Semaphore> {
        let mut connections =
            self.engine.sending().connections.lock().unwrap_or_else(PoisonError::into_inner);
        match connections.get(&account) {
            Some((limit, semaphore)) if *limit == most => semaphore.clone(),
            _ => {
                let semaphore = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1)));
                connections.insert(account, (most, semaphore.clone()));
                semaphore
            }
        }
    }

    async fn end_all(&self) {
        let live: Vec<Live> = {
            let mut live = self.engine.sending().live.lock().unwrap_or_else(PoisonError::into_inner);
            live.drain().map(|(_, live)| live).collect()
        };
        for live in live {
            live.stop.cancel();
            let _ = live.task.await;
        }
    }
}
