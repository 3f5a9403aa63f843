//! One campaign while it runs: lets each of its accounts send as long as it may, until nothing is open or it is stopped.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hongyan_domain::{AccountId, CampaignId, CampaignState, DeliveryState, PauseReason, RunId};
use hongyan_store::{AccountRecord, RunAccount, RunRecord};
use tokio_util::sync::CancellationToken;

use super::crash_point::{CrashPoint, crash_point};
use super::crew::{Crew, Open, Pause};
use super::deck::Deck;
use super::failures::Failures;
use super::holds::Moment;
use super::journal::Journal;
use super::lane::{Ending, Lane};
use super::live::{LaneSign, Lanes};
use super::manners::Manners;
use super::meter::Meter;
use crate::event::{Changed, Event};
use crate::{Engine, Result};

/// Between looks at the accounts and at what is left.
const LOOK: Duration = Duration::from_secs(1);
/// An account pauses so long before it goes on; one whose server cannot be reached longer each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// An account that waits for a recipients' domain looks again after this at the latest.
const LONGEST_WAIT_MS: i64 = 60_000;

/// A campaign being sent.
#[derive(Debug)]
pub(super) struct Runner {
    pub(super) engine: Engine,
    pub(super) campaign: CampaignId,
    pub(super) run: RunId,
    pub(super) journal: Journal,
    pub(super) meter: Arc<Meter>,
    pub(super) deck: Arc<Deck>,
    pub(super) lanes: Arc<Lanes>,
    pub(super) stop: CancellationToken,
}

impl Runner {
    /// Runs until the campaign is finished, stopped or paused.
    pub(super) async fn run(self: Arc<Self>) -> Result<()> {
        let failures = Arc::new(Failures::new(self.engine.settings().await?.pause_at_failures));
        let mut crew = Crew::default();
        let mut ended = self.keep_going(&mut crew, &failures).await;
        self.stop.cancel();
        while let Some(over) = crew.at_work.join_next().await {
            if let Ok((account, Ok(Ending::Held(hold)))) = over {
                self.engine.hold(account, &hold).await;
            }
        }
        if ended.is_err() {
            // Whoever was to tell of a hold may have come to its end before.
            crew.places.keys().for_each(|account| self.engine.sending().holds.leave_for_later(*account));
        }
        let _ = self.journal.settle().await;
        ended = ended.and(self.doubt_abandoned().await);
        let store = self.engine.store();
        store.close_cancelled_run(self.run, self.engine.now_ms()).await?;
        self.engine.tell(Event::CampaignProgress(self.campaign));
        ended
    }

    async fn keep_going(self: &Arc<Self>, crew: &mut Crew, failures: &Arc<Failures>) -> Result<()> {
        let mut looked_at_ms = self.engine.now_ms();
        if self.look(crew, failures).await? {
            return Ok(());
        }
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ok(()),
                Some(ended) = crew.at_work.join_next() => {
                    let (account, ending) = ended?;
                    if self.note(crew, account, ending?).await? {
                        return Ok(());
                    }
                    if !crew.at_work.is_empty() {
                        continue;
                    }
                }
                () = self.nap(looked_at_ms) => {}
            }
            looked_at_ms = self.engine.now_ms();
            if self.look(crew, failures).await? {
                return Ok(());
            }
        }
    }

    /// Waits until it is time to look again, also where the clock jumps.
    async fn nap(&self, looked_at_ms: i64) {
        let look_ms = i64::try_from(LOOK.as_millis()).unwrap_or_default();
        let left_ms = (looked_at_ms + look_ms - self.engine.now_ms()).clamp(0, look_ms);
        let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or_default());
        tokio::select! {
            () = self.engine.clock().sleep(left) => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }

    /// Lets those accounts go on that may; `true` when the campaign is over or paused.
    async fn look(self: &Arc<Self>, crew: &mut Crew, failures: &Arc<Failures>) -> Result<bool> {
        crash_point(CrashPoint::RunnerLooks);
        if crew.at_work.is_empty() {
            // What follows counts the deliveries.
            let _ = self.journal.settle().await;
            self.doubt_abandoned().await?;
        }
        let store = self.engine.store();
        let run = store.load_run(self.run).await?;
        let open = self.open().await?;
        if open.total() == 0 && crew.at_work.is_empty() {
            return self.finish().await;
        }
        self.dismiss(crew, &run);
        self.deck.set_domains(self.limited_domains(&run).await?);
        let (mut hold, mut lanes) = (None, Vec::new());
        let mut has_hope = !crew.at_work.is_empty();
        for place in &run.fixed.accounts {
            let id = place.share.account_id;
            self.deck.set_weight(id, place.share.weight);
            let looked = self.engine.sending().holds.moment(id);
            let account = self.account(id).await?;
            match &account.hold {
                Some(held) if held.until_ms.is_none() => {
                    self.lanes.set_wait(id, None);
                    hold = hold.or_else(|| account.hold.clone());
                }
                _ => {
                    has_hope |= open.may_do(id);
                    lanes.extend(self.lane(crew, (place, account, looked), &run, &open, failures).await?);
                }
            }
        }
        // All of them before the first takes anything, so that each gets its share from the start.
        for lane in &lanes {
            self.deck.sit(lane.account.id, lane.place.share.weight);
        }
        for lane in lanes {
            crew.at_work.spawn(lane.run());
        }
        if has_hope {
            return Ok(false);
        }
        match hold {
            Some(hold) => self.pause(PauseReason::Account, &hold.detail).await.map(|()| true),
            // They belong to accounts that are no longer of this campaign.
            None => {
                store.release_from_gone_accounts(self.run, self.engine.now_ms()).await?;
                Ok(false)
            }
        }
    }

    /// The recipients' domains that have a limit at one of the accounts.
    async fn limited_domains(&self, run: &RunRecord) -> Result<BTreeSet<String>> {
        let mut domains = BTreeSet::new();
        for place in &run.fixed.accounts {
            domains.extend(self.engine.pacer(place.share.account_id).await?.domains().names());
        }
        Ok(domains)
    }

    /// Stops accounts that are no longer of this campaign.
    fn dismiss(&self, crew: &Crew, run: &RunRecord) {
        for account in crew.places.keys() {
            if run.fixed.accounts.iter().all(|place| place.share.account_id != *account) {
                self.lanes.stop(*account);
                self.lanes.set_wait(*account, None);
            }
        }
    }

    /// The account as it is now; a hold that is over is taken away.
    async fn account(&self, id: AccountId) -> Result<AccountRecord> {
        let store = self.engine.store();
        let mut account = store.load_account_even_deleted(id).await?;
        let ends_at_ms = account.hold.as_ref().and_then(|hold| hold.until_ms);
        if ends_at_ms.is_some_and(|until_ms| until_ms <= self.engine.now_ms()) {
            store.update_account_hold(id, None).await?;
            account.hold = None;
            self.engine.tell_changed(Changed::Accounts);
        }
        Ok(account)
    }

    /// What is armed while nobody is at work was left behind by a task that ended in the middle of a mail.
    async fn doubt_abandoned(&self) -> Result<()> {
        if self.open().await?.total_in(DeliveryState::Armed) == 0 {
            return Ok(());
        }
        let in_doubt = self.engine.store().doubt_abandoned(self.run, self.engine.now_ms()).await?;
        tracing::warn!(campaign = self.campaign.0, in_doubt, "deliveries were under way when a task ended");
        Ok(())
    }

    async fn open(&self) -> Result<Open> {
        let by_account = self.engine.store().load_counts_by_account(self.run).await?;
        let untried = by_account.get(&None).map_or(0, |counts| counts.get(DeliveryState::Queued));
        Ok(Open { untried, by_account })
    }

    /// The lane of an account that is to go to work: there is work for it, and nothing keeps it.
    async fn lane(
        self: &Arc<Self>,
        crew: &mut Crew,
        (place, account, looked): (&RunAccount, AccountRecord, Moment),
        run: &RunRecord,
        open: &Open,
        failures: &Arc<Failures>,
    ) -> Result<Option<Lane>> {
        let id = account.id;
        let pacer = self.engine.pacer(id).await?;
        let standing = crew.places.entry(id).or_default();
        if standing.is_at_work {
            return Ok(None);
        }
        let held_until_ms = account.hold.as_ref().and_then(|hold| hold.until_ms).unwrap_or_default();
        // Asked anew each time: the limits may change.
        let full_until_ms = if standing.is_full { pacer.places(self.engine.clock(), 1).err() } else { None };
        let now_ms = self.engine.now_ms();
        let paused = standing.pause.filter(|pause| !pause.is_over(now_ms));
        let paused_until_ms = paused.map(|pause| pause.until_ms).unwrap_or_default();
        let not_before_ms = held_until_ms.max(paused_until_ms).max(full_until_ms.unwrap_or_default());
        if paused.is_some() || not_before_ms > now_ms {
            let until_ms = standing.opens_at_ms.unwrap_or_default().max(not_before_ms);
            self.lanes.set_wait(id, Some(until_ms).filter(|_| open.may_do(id)));
            return Ok(None);
        }
        if !self.has_work(id, open).await? {
            self.lanes.set_wait(id, None);
            return Ok(None);
        }
        // Nothing is waited for between this and the sign that a hold would find.
        if !self.engine.sending().holds.lets_begin(id, looked) {
            return Ok(None);
        }
        let sign = LaneSign {
            stop: self.stop.child_token(),
            network_down: self.lanes.network_flag(id),
            pacer: pacer.clone(),
            waits_until_ms: None,
        };
        self.lanes.set(id, sign.clone());
        (standing.is_at_work, standing.is_full, standing.opens_at_ms) = (true, false, None);
        let most = account.values.max_connections;
        let most = pacer.slowdown().connections.map_or(most, |slowed| slowed.min(most));
        let manners = standing.manners.get_or_insert_with(|| Arc::new(Manners::new(account.takes_bursts)));
        Ok(Some(Lane {
            runner: self.clone(),
            connections: self.engine.sending().connections_of(id, most),
            account,
            place: place.clone(),
            is_alone: run.fixed.accounts.len() == 1,
            manners: manners.clone(),
            failures: failures.clone(),
            sign,
        }))
    }

    async fn has_work(&self, account: AccountId, open: &Open) -> Result<bool> {
        if open.untried > self.deck.in_hand() || open.own(account, DeliveryState::Queued) > 0 {
            return Ok(true);
        }
        if open.own(account, DeliveryState::Deferred) == 0 {
            return Ok(false);
        }
        let due_ms = self.engine.store().find_next_due(self.run, account).await?;
        Ok(due_ms.is_some_and(|due_ms| due_ms <= self.engine.now_ms()))
    }

    /// Draws the consequences of an account's end; `true` when the campaign is paused.
    async fn note(&self, crew: &mut Crew, account: AccountId, ending: Ending) -> Result<bool> {
        let now_ms = self.engine.now_ms();
        let place = crew.places.entry(account).or_default();
        place.is_at_work = false;
        let unreachable = std::mem::take(&mut place.unreachable);
        match ending {
            Ending::Done | Ending::Locked => place.pause = Some(Pause::new(now_ms, FIRST_PAUSE)),
            Ending::Full => place.is_full = true,
            Ending::DomainsFull { opens_at_ms } => {
                // Looked at again before: the limits may change, and others may be due.
                let until_ms = opens_at_ms.min(now_ms + LONGEST_WAIT_MS);
                let wait = Duration::from_millis(u64::try_from(until_ms - now_ms).unwrap_or_default());
                place.pause = Some(Pause::new(now_ms, wait));
                place.opens_at_ms = Some(opens_at_ms);
            }
            Ending::Unreachable => {
                let pause = FIRST_PAUSE.saturating_mul(1 << unreachable.min(10)).min(LONGEST_PAUSE);
                place.unreachable = unreachable.saturating_add(1);
                place.pause = Some(Pause::new(now_ms, pause));
            }
            Ending::Held(hold) => {
                tracing::warn!(campaign = self.campaign.0, verdict = hold.verdict, "account held");
                self.engine.hold(account, &hold).await;
            }
            Ending::TooManyFailures => {
                self.pause(PauseReason::Failures, "").await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn finish(&self) -> Result<bool> {
        let is_finished = self.engine.store().finish_run(self.run, self.engine.now_ms()).await?;
        if is_finished {
            tracing::info!(campaign = self.campaign.0, "campaign finished");
            self.engine.tell(Event::CampaignFinished(self.campaign));
            self.engine.tell_changed(Changed::Campaigns);
        }
        Ok(is_finished)
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
}
