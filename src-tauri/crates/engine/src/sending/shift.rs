//! What the feeder and the connections of one running campaign share.

use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Arc, Mutex, PoisonError};

use hongyan_domain::{AccountId, DeliveryId, DeliveryState, SkipReason, Stage, Verdict};
use hongyan_smtp::{Failure, Server};
use hongyan_store::{Hold, Report, RunRecord};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::journal::Journal;
use super::letter::{Letter, References};
use super::meter::Meter;
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
    /// Ends the round: pause, cancel, hold, shutdown.
    pub(super) stop: CancellationToken,
    /// Whether the last try to connect failed: shown to the user.
    pub(super) network_down: Arc<AtomicBool>,
    /// Connections that are open now.
    pub(super) open: AtomicU32,
    hold: Mutex<Option<Hold>>,
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
            stop: parts.stop,
            network_down: parts.network_down,
            open: AtomicU32::new(0),
            hold: Mutex::new(None),
        }
    }

    pub(super) const fn account_id(&self) -> AccountId {
        self.run.fixed.account_id
    }

    /// Ends the round because the account has a problem; the first one counts.
    pub(super) fn hold(&self, hold: Hold) {
        self.hold.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(hold);
        self.stop.cancel();
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

    /// The report of a failure.
    pub(super) fn failed(
        &self,
        id: DeliveryId,
        (from, to): (DeliveryState, DeliveryState),
        (verdict, failure): (Verdict, &Failure),
        due_at_ms: Option<i64>,
    ) -> Report {
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
            run_id: self.run.id,
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
