//! What the feeder and the connections of one running campaign share.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hongyan_domain::{AccountId, AccountProblem, DeliveryId, DeliveryState, SkipReason, Stage, Verdict};
use hongyan_smtp::{Failure, Server};
use hongyan_store::{Hold, Report, RunRecord};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::failures::Failures;
use super::journal::Journal;
use super::letter::{Letter, References};
use super::manners::Manners;
use super::meter::Meter;
use super::pacer::{Pacer, jitter};
use crate::Engine;
use crate::accounts::server_says;

/// What the feeder and the connections of one running campaign share.
#[derive(Debug)]
pub(super) struct Shift {
    pub(super) engine: Engine,
    pub(super) run: RunRecord,
    pub(super) server: Server,
    pub(super) letter: Letter,
    pub(super) references: References,
    pub(super) journal: Journal,
    pub(super) meter: Arc<Meter>,
    /// Bounds the connections of the account, over all campaigns.
    pub(super) connections: Arc<Semaphore>,
    /// The pace of the account, over all campaigns.
    pub(super) pacer: Arc<Pacer>,
    /// Ends the round: pause, cancel, hold, rest, shutdown.
    pub(super) stop: CancellationToken,
    /// Whether the last try to connect failed: shown to the user.
    pub(super) network_down: Arc<AtomicBool>,
    /// Connections that are open now.
    pub(super) open: AtomicU32,
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
    rests: AtomicBool,
    failures: Arc<Failures>,
    has_failed: AtomicBool,
    /// 0 for nothing.
    opens_at_ms: AtomicI64,
}

/// The parts of a shift that the run brings along.
#[derive(Debug)]
pub(super) struct ShiftParts {
    pub(super) engine: Engine,
    pub(super) run: RunRecord,
    pub(super) server: Server,
    pub(super) letter: Letter,
    pub(super) journal: Journal,
    pub(super) meter: Arc<Meter>,
    pub(super) connections: Arc<Semaphore>,
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
            run: parts.run,
            server: parts.server,
            letter: parts.letter,
            journal: parts.journal,
            meter: parts.meter,
            connections: parts.connections,
            pacer: parts.pacer,
            most_connections: parts.most_connections,
            manners: parts.manners,
            window: AtomicU32::new(parts.burst),
            most_carried: AtomicU32::new(u32::MAX),
            keeps_lockstep: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            failures: parts.failures,
            has_failed: AtomicBool::new(false),
            opens_at_ms: AtomicI64::new(0),
            stop: parts.stop,
            network_down: parts.network_down,
            open: AtomicU32::new(0),
            hold: Mutex::new(None),
        }
    }

    pub(super) const fn account_id(&self) -> AccountId {
        self.run.fixed.account_id
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
        held.get_or_insert_with(|| self.with_its_rest(hold));
        drop(held);
        // Now, not when the round has ended: whoever waits for this connection would begin meanwhile.
        self.engine.sending().stop_account(self.account_id());
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

    /// Whether the round ended because too many mails failed.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// Notes that all who are left are at domains that take no more before this time, unix milliseconds.
    pub(super) fn note_opening(&self, at_ms: i64) {
        self.opens_at_ms.store(at_ms, Ordering::Relaxed);
    }

    /// When those who are left at domains with a limit can go on, if that is why the round ended.
    pub(super) fn opens_at_ms(&self) -> Option<i64> {
        Some(self.opens_at_ms.load(Ordering::Relaxed)).filter(|at_ms| *at_ms > 0)
    }

    /// Ends the round because a limit of the account is reached for longer than a moment.
    pub(super) fn rest(&self) {
        self.rests.store(true, Ordering::Relaxed);
        self.stop.cancel();
    }

    /// Whether the round ended for a limit.
    pub(super) fn rests(&self) -> bool {
        self.rests.load(Ordering::Relaxed)
    }

    /// Why the account is to be held, if it is.
    pub(super) fn take_hold(&self) -> Option<Hold> {
        self.hold.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The report of a recipient that is left out.
    pub(super) fn skipped(&self, id: DeliveryId, from: DeliveryState, reason: SkipReason) -> Report {
        let mut report = self.report(id, from, DeliveryState::Skipped);
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
        Report {
            id,
            account_id: self.account_id(),
            from,
            to,
            skip_reason: None,
            verdict: None,
            stage: None,
            reply_code: None,
            reply_text: String::new(),
            queue_id: None,
            due_at_ms: None,
            day: clock.local_day(clock.now_ms()),
        }
    }
}
