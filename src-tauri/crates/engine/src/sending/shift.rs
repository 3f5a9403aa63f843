//! What the feeder and the connections of one account of a running campaign share.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hongyan_domain::{
    AccountId, AccountProblem, CampaignId, DeliveryId, DeliveryState, SkipReason, Stage, Verdict,
};
use hongyan_smtp::{Failure, Server};
use hongyan_store::{Hold, PendingDelivery, Report, RunRecord};
use tokio_util::sync::CancellationToken;

use super::connections::Connections;
use super::deck::{Deck, Hand};
use super::failures::Failures;
use super::journal::Journal;
use super::lane::Ending;
use super::letter::{Letter, References};
use super::manners::Manners;
use super::meter::Meter;
use super::pacer::{Pacer, jitter};
use super::silence::Motion;
use crate::accounts::server_says;
use crate::{Engine, Result};

/// Recipients that one of several accounts takes at a time: few, so that each is often asked.
const PIECE: u32 = 4;
/// Who has all its places in hand looks again after this.
const NAP: Duration = Duration::from_millis(50);
/// A mail that would wait longer than this is written anew when its time comes, with that day's date and data.
pub(super) const LONGEST_HELD_MS: i64 = 60_000;

/// What the feeder and the connections of one account of a running campaign share.
#[derive(Debug)]
pub(super) struct Shift {
    pub(super) engine: Engine,
    pub(super) campaign: CampaignId,
    pub(super) account: AccountId,
    pub(super) run: RunRecord,
    pub(super) server: Server,
    pub(super) letter: Letter,
    pub(super) references: References,
    pub(super) deck: Arc<Deck>,
    pub(super) journal: Journal,
    pub(super) meter: Arc<Meter>,
    /// The connections of the account, over all campaigns.
    pub(super) connections: Arc<Connections>,
    /// The pace of the account, over all campaigns.
    pub(super) pacer: Arc<Pacer>,
    /// Ends the round: pause, cancel, hold, rest, shutdown.
    pub(super) stop: CancellationToken,
    /// Whether the last try to connect failed: shown to the user.
    pub(super) network_down: Arc<AtomicBool>,
    /// Connections that are open now.
    pub(super) open: AtomicU32,
    /// Whether its connections take mails.
    pub(super) motion: Motion,
    is_alone: bool,
    /// What is known of the server's manners, over all rounds of the run.
    pub(super) manners: Arc<Manners>,
    /// Mails in flight on a connection; fewer once a connection broke under them.
    window: AtomicU32,
    /// Mails after which the server ended a connection.
    most_carried: AtomicU32,
    /// Whether it was found in this run that the server breaks on groups.
    keeps_lockstep: AtomicBool,
    most_connections: u32,
    hold: Mutex<Option<Hold>>,
    is_full: AtomicBool,
    is_unreachable: AtomicBool,
    failures: Arc<Failures>,
    has_failed: AtomicBool,
    /// 0 for nothing.
    opens_at_ms: AtomicI64,
}

/// The parts of a shift that the run brings along.
#[derive(Debug)]
pub(super) struct ShiftParts {
    pub(super) engine: Engine,
    pub(super) campaign: CampaignId,
    pub(super) account: AccountId,
    pub(super) run: RunRecord,
    pub(super) server: Server,
    pub(super) letter: Letter,
    pub(super) deck: Arc<Deck>,
    /// Whether it is the campaign's only account.
    pub(super) is_alone: bool,
    pub(super) journal: Journal,
    pub(super) meter: Arc<Meter>,
    pub(super) connections: Arc<Connections>,
    pub(super) pacer: Arc<Pacer>,
    pub(super) most_connections: u32,
    pub(super) burst: u32,
    pub(super) manners: Arc<Manners>,
    pub(super) failures: Arc<Failures>,
    pub(super) stop: CancellationToken,
    pub(super) network_down: Arc<AtomicBool>,
}

impl Shift {
    pub(super) fn new(parts: ShiftParts) -> Self {
        Self {
            references: References::new(&parts.run.fixed.token_key),
            engine: parts.engine,
            campaign: parts.campaign,
            account: parts.account,
            deck: parts.deck,
            is_alone: parts.is_alone,
            run: parts.run,
            server: parts.server,
            letter: parts.letter,
            journal: parts.journal,
            meter: parts.meter,
            connections: parts.connections,
            pacer: parts.pacer,
            most_connections: parts.most_connections,
            is_full: AtomicBool::new(false),
            is_unreachable: AtomicBool::new(false),
            manners: parts.manners,
            window: AtomicU32::new(parts.burst),
            most_carried: AtomicU32::new(u32::MAX),
            keeps_lockstep: AtomicBool::new(false),
            failures: parts.failures,
            has_failed: AtomicBool::new(false),
            opens_at_ms: AtomicI64::new(0),
            stop: parts.stop,
            network_down: parts.network_down,
            open: AtomicU32::new(0),
            motion: Motion::default(),
            hold: Mutex::new(None),
        }
    }

    pub(super) const fn account_id(&self) -> AccountId {
        self.account
    }

    /// Whether the user wants many mails in flight.
    pub(super) fn wants_bursts(&self) -> bool {
        self.window.load(Ordering::Relaxed) > 1
    }

    /// How many mails may be in flight on a connection.
    pub(super) fn window(&self) -> usize {
        usize::try_from(self.window.load(Ordering::Relaxed)).unwrap_or(1).max(1)
    }

    /// A mail is in doubt: the next ones are fewer, so that a line that breaks again and again does not cost a window
    /// each time.
    pub(super) fn narrow_window(&self) {
        let window = self.window.load(Ordering::Relaxed);
        self.window.store((window / 2).max(1), Ordering::Relaxed);
    }

    /// The server ended a connection after so many mails.
    pub(super) fn note_most_carried(&self, mails: u32) {
        self.most_carried.fetch_min(mails, Ordering::Relaxed);
    }

    /// Mails that a connection may carry.
    pub(super) fn most_carried(&self) -> u32 {
        self.pacer.per_session().unwrap_or(u32::MAX).min(self.most_carried.load(Ordering::Relaxed))
    }

    /// Whether this is the first to find that the server breaks on groups.
    pub(super) fn keep_lockstep(&self) -> bool {
        !self.keeps_lockstep.swap(true, Ordering::Relaxed)
    }

    /// Ends the round because the account has a problem; the first one counts. One that passes slows the account down.
    pub(super) fn hold(&self, hold: Hold) {
        let mut held = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        let hold = held.get_or_insert_with(|| self.with_its_rest(hold)).clone();
        drop(held);
        // Now, not when the round has ended: whoever waits for this connection would begin meanwhile.
        self.engine.sending().begin_to_hold(self.account, hold);
        self.stop.cancel();
    }

    fn with_its_rest(&self, hold: Hold) -> Hold {
        if hold.until_ms.is_none() {
            return hold;
        }
        let is_quota = hold.verdict == Verdict::Account(AccountProblem::Quota).as_str();
        let rest_ms = self.pacer.slow_down(hold.since_ms, self.most_connections, is_quota, jitter());
        Hold { until_ms: Some(hold.since_ms + rest_ms), ..hold }
    }

    /// Notes how a mail ended; ends the round when too many of the last ones failed.
    fn note_end(&self, failed: bool) {
        if self.failures.note(failed) {
            self.has_failed.store(true, Ordering::Relaxed);
            self.stop.cancel();
        }
    }

    /// Notes that all who are left are at domains that take no more before this time, unix milliseconds.
    pub(super) fn note_opening(&self, at_ms: i64) {
        self.opens_at_ms.store(at_ms, Ordering::Relaxed);
    }

    /// When those who are left at domains with a limit can go on, if that is why the round ended.
    fn opens_at_ms(&self) -> Option<i64> {
        Some(self.opens_at_ms.load(Ordering::Relaxed)).filter(|at_ms| *at_ms > 0)
    }

    /// Ends the round because a limit of the account is reached for longer than a moment.
    pub(super) fn rest(&self) {
        self.is_full.store(true, Ordering::Relaxed);
        self.stop.cancel();
    }

    /// The server cannot be reached: whether to try again here. Where there are other accounts, they take over.
    pub(super) fn tries_again(&self) -> bool {
        self.network_down.store(true, Ordering::Relaxed);
        if self.is_alone || self.open.load(Ordering::Relaxed) > 0 {
            return true;
        }
        self.is_unreachable.store(true, Ordering::Relaxed);
        self.stop.cancel();
        false
    }

    /// Whether no connection stands and the last try to make one failed.
    pub(super) fn is_out_of_reach(&self) -> bool {
        self.network_down.load(Ordering::Relaxed) && self.open.load(Ordering::Relaxed) == 0
    }

    /// Why the round ended.
    pub(super) fn ending(&self) -> Ending {
        if let Some(hold) = self.hold.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ending::Held(hold);
        }
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        match (is(&self.has_failed), is(&self.is_full), is(&self.is_unreachable), self.opens_at_ms()) {
            (true, ..) => Ending::TooManyFailures,
            (_, true, ..) => Ending::Full,
            (_, _, true, _) => Ending::Unreachable,
            (.., Some(opens_at_ms)) => Ending::DomainsFull { opens_at_ms },
            _ => Ending::Done,
        }
    }

    /// The next recipients that nobody has tried yet, at a domain or at those without a limit, `most` at most; none at
    /// the end. `buffered` is what the connections still have.
    pub(super) async fn next_untried(
        &self,
        domain: Option<&str>,
        most: u32,
        buffered: impl Fn() -> usize,
    ) -> Result<Vec<PendingDelivery>> {
        let room = if self.is_alone { most } else { self.room(buffered).await };
        let want = usize::try_from(room.min(most)).unwrap_or_default();
        match want {
            0 => Ok(Vec::new()),
            want => self.deck.deal(self.account, domain, want, &self.stop).await,
        }
    }

    /// Waits until the account's limits have a place that nobody in hand will need; 0 when the round is over.
    ///
    /// What an account has in hand while it waits is kept from the others.
    async fn room(&self, buffered: impl Fn() -> usize) -> u32 {
        let clock = self.engine.clock();
        loop {
            let buffered = u32::try_from(buffered()).unwrap_or(u32::MAX);
            let places = self.pacer.places(clock, buffered.saturating_add(PIECE));
            let room = places.map(|places| self.motion.narrow(places.saturating_sub(buffered), buffered));
            self.deck.set_full(self.account, !matches!(room, Ok(1..)));
            match room {
                Ok(0) => tokio::select! {
                    () = tokio::time::sleep(NAP) => {}
                    () = self.stop.cancelled() => return 0,
                },
                Ok(room) => return room,
                Err(until_ms) if until_ms - clock.now_ms() > LONGEST_HELD_MS => {
                    self.rest();
                    return 0;
                }
                Err(until_ms) => {
                    if !self.pacer.wait(clock, until_ms, &self.stop).await {
                        return 0;
                    }
                }
            }
        }
    }

    /// A hand on a recipient, so that nobody else gets it.
    pub(super) fn hand(&self, id: DeliveryId) -> Hand {
        self.deck.hand(id)
    }

    /// The report of a recipient that is left out.
    pub(super) fn skipped(&self, row: &PendingDelivery, reason: SkipReason) -> Report {
        let mut report = self.report(row.id, row.state, DeliveryState::Skipped);
        report.account_id = row.account_id;
        report.skip_reason = Some(reason);
        report
    }

    /// The report of a failure; ends the round when too many of the last mails failed.
    pub(super) fn failed(
        &self,
        id: DeliveryId,
        (from, to): (DeliveryState, DeliveryState),
        (verdict, failure): (Verdict, &Failure),
        due_at_ms: Option<i64>,
    ) -> Report {
        if to == DeliveryState::Failed {
            self.note_end(true);
        }
        let mut report = self.report(id, from, to);
        report.verdict = Some(verdict);
        report.stage = Some(failure.stage);
        if let hongyan_smtp::Cause::Reply(reply) = &failure.cause {
            report.reply_code = Some(reply.code);
        }
        report.reply_text = server_says(failure);
        report.due_at_ms = due_at_ms;
        report
    }

    /// The report of a mail the server took.
    pub(super) fn sent(&self, id: DeliveryId, accepted: &hongyan_smtp::Accepted) -> Report {
        self.note_end(false);
        let mut report = self.report(id, DeliveryState::Armed, DeliveryState::Sent);
        report.verdict = Some(Verdict::Accepted);
        report.stage = Some(Stage::FinalReply);
        report.reply_code = Some(accepted.reply.code);
        report.reply_text.clone_from(&accepted.reply.text);
        report.queue_id.clone_from(&accepted.queue_id);
        report
    }

    pub(super) fn report(&self, id: DeliveryId, from: DeliveryState, to: DeliveryState) -> Report {
        let clock = self.engine.clock();
        Report::new(id, Some(self.account), (from, to), clock.local_day(clock.now_ms()))
    }
}
