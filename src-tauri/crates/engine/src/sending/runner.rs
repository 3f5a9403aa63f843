//! One campaign while it runs: rounds of feeding and sending until nothing is open, or until it is stopped.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hongyan_domain::{CampaignId, CampaignState, DeliveryState, PauseReason, RunId};
use hongyan_store::{AccountRecord, Hold, RunRecord};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::failures::Failures;
use super::feeder::feed;
use super::journal::Journal;
use super::letter::Letter;
use super::manners::Manners;
use super::meter::Meter;
use super::pacer::{Pacer, jitter};
use super::shift::{Shift, ShiftParts};
use super::worker::work;
use crate::event::{Changed, Event};
use crate::{Engine, Result};

/// Mails built ahead of the connections: these, and some more for each. A connection that has to wait for its next mail
/// loses a round trip and a commit.
const AHEAD: usize = 64;
const AHEAD_PER_CONNECTION: usize = 4;
/// Between progress events.
const TICK: Duration = Duration::from_millis(250);
/// Between rounds, so that a server that breaks off again and again does not keep us busy.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(1);
/// Longest sleep while everything waits for its time.
const LONGEST_SLEEP_MS: i64 = 60_000;

/// A campaign being sent.
#[derive(Debug)]
pub(super) struct Runner {
    pub(super) engine: Engine,
    pub(super) campaign: CampaignId,
    pub(super) run: RunId,
    pub(super) journal: Journal,
    pub(super) meter: Arc<Meter>,
    pub(super) network_down: Arc<AtomicBool>,
    pub(super) connections: Arc<Semaphore>,
    pub(super) pacer: Arc<Pacer>,
    pub(super) stop: CancellationToken,
}

impl Runner {
    /// Runs until the campaign is finished, stopped or held.
    pub(super) async fn run(self) -> Result<()> {
        let store = self.engine.store();
        let run = store.load_run(self.run).await?;
        let account = store.load_account(run.fixed.account_id).await?;
        let failures = Arc::new(Failures::new(self.engine.settings().await?.pause_at_failures));
        let manners = Arc::new(Manners::new(account.takes_bursts));
        while !self.stop.is_cancelled() {
            let shift = Arc::new(self.shift(run.clone(), &account, failures.clone(), manners.clone()).await?);
            self.round(&shift, &account).await?;
            if let Some(hold) = shift.take_hold() {
                return self.hold(&account, hold).await;
            }
            if shift.has_failed() {
                return self.pause(PauseReason::Failures, "").await;
            }
            if shift.rests() {
                self.wait_for_a_place().await;
                continue;
            }
            if self.stop.is_cancelled() {
                break;
            }
            let counts = store.load_counts(self.run).await?;
            if counts.open() == 0 {
                return self.finish().await;
            }
            self.wait(counts.get(DeliveryState::Queued) > 0, shift.opens_at_ms()).await?;
        }
        Ok(store.close_cancelled_run(self.run, self.engine.now_ms()).await?)
    }

    async fn shift(
        &self,
        run: RunRecord,
        account: &AccountRecord,
        failures: Arc<Failures>,
        manners: Arc<Manners>,
    ) -> Result<Shift> {
        let source = crate::campaigns::parse_content(&run.fixed.content)?;
        let prepared = tokio::task::spawn_blocking(move || hongyan_compose::prepare(&source)).await??;
        let letter = Letter { prepared, from: run.fixed.from.clone(), reply_to: run.fixed.reply_to.clone() };
        Ok(Shift::new(ShiftParts {
            engine: self.engine.clone(),
            server: self.engine.server_of(account).await?,
            run,
            letter,
            journal: self.journal.clone(),
            meter: self.meter.clone(),
            connections: self.connections.clone(),
            pacer: self.pacer.clone(),
            most_connections: account.values.max_connections,
            burst: account.values.burst,
            manners,
            failures,
            stop: self.stop.child_token(),
            network_down: self.network_down.clone(),
        }))
    }

    /// Sends what is queued and what is due.
    async fn round(&self, shift: &Arc<Shift>, account: &AccountRecord) -> Result<()> {
        let connections = usize::try_from(account.values.max_connections).unwrap_or(1).max(1);
        let in_flight = usize::try_from(account.values.burst).unwrap_or(1);
        let ahead = AHEAD + connections * (AHEAD_PER_CONNECTION + in_flight);
        let (sender, jobs) = async_channel::bounded(ahead);
        let mut workers = JoinSet::new();
        for _ in 0..connections {
            workers.spawn(work(shift.clone(), jobs.clone()));
        }
        // When the last connection has left, the feeder must find nobody at the other end.
        drop(jobs);
        let feeder = tokio::spawn(feed(shift.clone(), sender));
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                ended = workers.join_next() => if ended.is_none() { break },
                _ = tick.tick() => {
                    self.engine.tell(Event::CampaignProgress(self.campaign));
                    self.recover(account).await?;
                }
            }
        }
        let fed = feeder.await?;
        // What follows counts the deliveries.
        let _ = self.journal.settle().await;
        self.engine.tell(Event::CampaignProgress(self.campaign));
        fed
    }

    /// Waits for the next round: what is queued goes on at once, or when the domain that it waits for opens.
    async fn wait(&self, queued: bool, opens_at_ms: Option<i64>) -> Result<()> {
        let sleep = if queued && opens_at_ms.is_none() {
            BETWEEN_ROUNDS
        } else {
            let now_ms = self.engine.now_ms();
            let due_ms = self.engine.store().find_next_due(self.run).await?;
            let next_ms = due_ms.into_iter().chain(opens_at_ms).min().unwrap_or(now_ms);
            if opens_at_ms.is_some() {
                self.pacer.note_wait(next_ms, now_ms);
            }
            let sleep_ms = (next_ms - now_ms).clamp(1_000, LONGEST_SLEEP_MS);
            Duration::from_millis(u64::try_from(sleep_ms).unwrap_or_default())
        };
        tokio::select! {
            () = self.engine.clock().sleep(sleep) => {}
            () = self.stop.cancelled() => {}
        }
        Ok(())
    }

    /// Waits until the account's limits have a place for a mail again.
    async fn wait_for_a_place(&self) {
        let clock = self.engine.clock();
        self.engine.tell(Event::CampaignProgress(self.campaign));
        while let Err(until_ms) = self.pacer.take(clock, jitter()) {
            if !self.pacer.wait(clock, until_ms, &self.stop).await {
                return;
            }
        }
        self.pacer.give_back();
    }

    /// An account that was slowed down gets a little faster while all goes well.
    async fn recover(&self, account: &AccountRecord) -> Result<()> {
        let before = self.pacer.slowdown().connections;
        let Some(slowdown) = self.pacer.recover(self.engine.now_ms(), account.values.max_connections) else {
            return Ok(());
        };
        if before.is_some() {
            self.engine.sending().one_connection_more(account.id);
        }
        Ok(self.engine.store().update_slowdown(account.id, &slowdown).await?)
    }

    async fn finish(&self) -> Result<()> {
        if self.engine.store().finish_run(self.run, self.engine.now_ms()).await? {
            tracing::info!(campaign = self.campaign.0, "campaign finished");
            self.engine.tell(Event::CampaignFinished(self.campaign));
            self.engine.tell_changed(Changed::Campaigns);
        }
        Ok(())
    }

    /// Pauses the campaign until the user has looked at what is wrong.
    async fn pause(&self, why: PauseReason, detail: &str) -> Result<()> {
        tracing::warn!(campaign = self.campaign.0, why = why.as_str(), "campaign paused");
        let (from, to) = (CampaignState::Running, CampaignState::Paused);
        let store = self.engine.store();
        store
            .update_campaign_state(self.campaign, from, to, Some((why, detail)), self.engine.now_ms())
            .await?;
        self.engine.tell(Event::CampaignHeld(self.campaign));
        self.engine.tell_changed(Changed::Campaigns);
        Ok(())
    }

    /// Holds the account; a hold without an end pauses the campaign, as only the user can help.
    async fn hold(&self, account: &AccountRecord, hold: Hold) -> Result<()> {
        tracing::warn!(campaign = self.campaign.0, verdict = hold.verdict, "account held");
        let store = self.engine.store();
        store.update_account_hold(account.id, Some(&hold)).await?;
        store.update_slowdown(account.id, &self.pacer.slowdown()).await?;
        self.engine.sending().stop_account(account.id);
        if hold.until_ms.is_none() {
            self.pause(PauseReason::Account, &hold.detail).await?;
        }
        self.engine.tell_changed(Changed::Accounts);
        self.engine.tell_changed(Changed::Campaigns);
        Ok(())
    }
}
