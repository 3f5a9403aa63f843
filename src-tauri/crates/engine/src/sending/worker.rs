//! One connection of a running campaign: takes jobs, offers them, arms them, transmits them, reports them.
//!
//! The order is the promise: a body leaves only after its arming is durable, and the next mail is armed in the same
//! commit that records the last one. So a crash leaves at most one mail a connection in doubt.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hongyan_smtp::{Failure, Offer, Session, says_session_is_full};
use hongyan_store::{Entry, EntryResult, Report};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::burst;
use super::connecting::{LOOK, Log};
use super::connections::Turn;
use super::crash_point::{CrashPoint, crash_point};
use super::feeder::{Job, write_anew};
use super::outcome::{Consequence, consequence, defer};
use super::pacer::jitter;
use super::settling::{Armed, MOST_BREAKS, Outcome, report_of, standing};
use super::shift::{LONGEST_HELD_MS, Shift};

/// The jobs of a round, shared by its connections.
pub(super) type Jobs = async_channel::Receiver<Job>;

/// An outcome waits so long to share a commit with the arming of the next mail.
const TOGETHER: Duration = Duration::from_millis(200);
/// What a connection does next.
pub(super) enum Step {
    /// Offer this mail.
    Offer(Job),
    /// The server waits for this mail's body; the entry of the mail before it is still to be written.
    Ready(Job, Option<Entry>),
    /// Take the next job.
    Next,
    /// Hand the connection on to another campaign, and wait for the next turn.
    GiveWay,
    /// There is nothing left to do.
    Done,
    /// End the connection.
    Leave,
}

/// Works until the jobs are done or the round ends, turn by turn where other campaigns want the account's connections.
pub(super) async fn work(shift: Arc<Shift>, jobs: Jobs) {
    let mut waiting = None;
    while let Some(turn) = shift.connections.turn(shift.campaign, &shift.stop).await {
        let mut connection = Connection::new(shift.clone(), jobs.clone(), turn, waiting.take());
        let mut step = Step::Next;
        loop {
            step = match step {
                Step::Next => connection.next().await,
                Step::Offer(job) => connection.offer(job).await,
                Step::Ready(job, before) => connection.send(job, before).await,
                Step::GiveWay => break,
                Step::Done => return connection.done().await,
                Step::Leave => return connection.leave().await,
            };
        }
        waiting = connection.give_way();
    }
}

pub(super) struct Connection {
    pub(super) shift: Arc<Shift>,
    jobs: Jobs,
    pub(super) turn: Turn,
    pub(super) session: Option<Session>,
    /// What is known of the open session.
    pub(super) log: Log,
    /// Taken from the queue, and waiting for its place in the account's pace.
    pub(super) waiting: Option<Job>,
}

impl Connection {
    fn new(shift: Arc<Shift>, jobs: Jobs, mut turn: Turn, waiting: Option<Job>) -> Self {
        let (session, log) = turn.take_session().unzip();
        if session.is_some() {
            shift.open.fetch_add(1, Ordering::Relaxed);
        }
        Self { shift, jobs, turn, session, log: log.unwrap_or_default(), waiting }
    }

    async fn next(&mut self) -> Step {
        if self.turn.is_over() {
            return Step::GiveWay;
        }
        if self.is_session_full() {
            self.leave().await;
            self.log.carried = 0;
            self.shift.pacer.session_ended(self.shift.engine.now_ms());
        }
        if self.session.is_none() && !self.wait_for_session().await {
            return Step::Leave;
        }
        match self.next_job().await {
            Some(job) if self.take_place().await => self.renew(job).await,
            None if !self.jobs.is_closed() && !self.shift.stop.is_cancelled() => Step::GiveWay,
            _ => Step::Done,
        }
    }

    /// Waits for the next job; `None` when there is none in this round, or when another campaign wants the connection
    /// meanwhile. One that idles is closed.
    async fn next_job(&mut self) -> Option<Job> {
        if let Some(job) = self.waiting.take() {
            return Some(job);
        }
        loop {
            tokio::select! {
                // In this order: no mail is offered any more once the round has ended.
                biased;
                () = self.shift.stop.cancelled() => return None,
                job = self.jobs.recv() => return job.ok(),
                () = self.turn.wanted_while_idle() => return None,
                () = self.shift.engine.clock().sleep(LOOK), if self.session.is_some() => {}
            }
            self.leave_if_idle().await;
        }
    }

    /// Whether a job that comes now would be kept for [`Connection::next_at_once`].
    pub(super) fn can_wait_for_job(&self) -> bool {
        self.waiting.is_none() && !self.has_to_end()
    }

    /// Waits for a job and keeps it; `false` when there are no more. May be dropped: no job is lost.
    pub(super) async fn wait_for_job(&mut self) -> bool {
        self.waiting = self.jobs.recv().await.ok();
        self.waiting.is_some()
    }

    /// The next job, if one is ready now and the pace of the account has a place for it.
    pub(super) fn next_at_once(&mut self) -> Option<Job> {
        if self.shift.stop.is_cancelled() || self.has_to_end() {
            return None;
        }
        let job = self.waiting.take().or_else(|| self.jobs.try_recv().ok())?;
        if job.is_old(self.shift.engine.now_ms()) {
            self.waiting = Some(job);
            return None;
        }
        if self.shift.pacer.take(self.shift.engine.clock(), jitter()).is_ok() {
            return Some(job);
        }
        self.waiting = Some(job);
        None
    }

    /// Waits for a place in the account's pace; `false` when this round is over.
    async fn take_place(&mut self) -> bool {
        let shift = self.shift.clone();
        let clock = shift.engine.clock();
        while let Err(until_ms) = shift.pacer.take(clock, jitter()) {
            if until_ms - clock.now_ms() > LONGEST_HELD_MS {
                shift.rest();
                return false;
            }
            if !shift.pacer.wait(clock, until_ms, &shift.stop).await {
                return false;
            }
            self.leave_if_idle().await;
        }
        true
    }

    /// A mail that has waited for long is written anew.
    async fn renew(&self, job: Job) -> Step {
        if !job.is_old(self.shift.engine.now_ms()) {
            return Step::Offer(job);
        }
        match write_anew(&self.shift, job).await {
            Ok(Some(job)) => Step::Offer(job),
            Ok(None) => Step::Next,
            Err(error) => {
                tracing::warn!(%error, "a mail that has waited cannot be written anew yet");
                Step::Leave
            }
        }
    }

    /// Waits out the pause between two connections; `false` when this round is over.
    async fn wait_for_session(&self) -> bool {
        let clock = self.shift.engine.clock();
        while let Some(until_ms) = self.shift.pacer.next_session(clock.now_ms()) {
            if !self.shift.pacer.wait(clock, until_ms, &self.shift.stop).await {
                return false;
            }
        }
        true
    }

    /// Whether it is to carry no more mails for now.
    fn has_to_end(&self) -> bool {
        self.is_session_full() || self.is_old() || self.turn.is_over()
    }

    /// Notes a mail that is about to leave.
    pub(super) fn count_mail(&mut self) {
        self.log.carried += 1;
        self.turn.count();
    }

    fn is_session_full(&self) -> bool {
        self.log.carried >= self.shift.most_carried()
    }

    async fn offer(&mut self, job: Job) -> Step {
        if !self.connect().await {
            return Step::Leave;
        }
        let Some(session) = &mut self.session else { return Step::Leave };
        if self.shift.wants_bursts() && session.takes_bursts() {
            return burst::send(self, job).await;
        }
        let offered = tokio::select! {
            biased;
            // Nothing of a body has left, so nobody needs to wait for a server that takes its time.
            () = self.shift.stop.cancelled() => return Step::Leave,
            offered = session.offer(&job.written.envelope) => offered,
        };
        match offered {
            Offer::Ready => Step::Ready(job, None),
            Offer::Refused(failure) => self.refused(job, &failure).await,
        }
    }

    /// A mail was refused before its body: nothing can be in doubt.
    async fn refused(&mut self, mut job: Job, failure: &Failure) -> Step {
        // On a connection that has never carried one it does count, or this would go on without end.
        if failure.is_stale() && self.log.carried > 0 {
            return Step::Offer(job);
        }
        if self.learn().await {
            job.broken += 1;
            return Step::Offer(job);
        }
        if self.log.carried > 0 && says_session_is_full(failure) {
            self.leave().await;
            return Step::Offer(job);
        }
        let (verdict, consequence) =
            consequence(failure, &self.shift.server.host, standing(&self.shift, job.attempts));
        let consequence = match consequence {
            Consequence::Reconnect => {
                job.broken += 1;
                if job.broken < MOST_BREAKS {
                    return Step::Offer(job);
                }
                defer(standing(&self.shift, job.attempts))
            }
            other => other,
        };
        match consequence {
            Consequence::Settle { to, due_at_ms } => {
                let report = self.shift.failed(job.id, (job.from, to), (verdict, failure), due_at_ms);
                self.record(report).await
            }
            Consequence::HoldAccount(hold) => {
                self.shift.hold(hold);
                Step::Leave
            }
            Consequence::Reconnect => Step::Leave,
        }
    }

    /// Arms, transmits, and sees what became of it and of the mail that rode along.
    async fn send(&mut self, job: Job, before: Option<Entry>) -> Step {
        let arm = job.arm(&self.shift);
        let entries = before.into_iter().chain([arm]).collect();
        let Some(session) = &mut self.session else { return Step::Leave };
        let Ok(results) = self.shift.journal.write(entries).await else { return Step::Leave };
        let armed = results.last().copied();
        if armed != Some(EntryResult::Armed) {
            // The server waits for a body that must not come: only hanging up is safe, a lone dot would deliver.
            session.abandon_offer();
            if armed != Some(EntryResult::Suppressed) {
                // The campaign was paused or cancelled: the others need not find out one by one.
                self.shift.stop.cancel();
            }
            return Step::Next;
        }
        crash_point(CrashPoint::Armed);
        self.count_mail();
        let next = self.next_at_once();
        let Some((report, offered)) = self.transmit(&job, next.as_ref()).await else { return Step::Leave };
        self.note_use();
        if let (Some(_), Some(Offer::Ready)) = (&next, &offered) {
            return next.map_or(Step::Next, |next| Step::Ready(next, report.map(Entry::Outcome)));
        }
        if let Some(report) = report
            && let Step::Leave = self.record(report).await
        {
            return Step::Leave;
        }
        self.learn().await;
        match (next, offered) {
            (Some(next), Some(Offer::Refused(failure))) => self.refused(next, &failure).await,
            (Some(next), _) => Step::Offer(next),
            (None, _) => Step::Next,
        }
    }

    /// Transmits a mail. Gives the report that is still to be written, and what became of the next mail's offer.
    ///
    /// Where the server takes its time with that offer, the report does not wait for it; `None` where the round ended
    /// meanwhile.
    async fn transmit(&mut self, job: &Job, next: Option<&Job>) -> Option<(Option<Report>, Option<Offer>)> {
        let shift = self.shift.clone();
        let (tell, told) = oneshot::channel();
        let envelope = next.map(|next| &next.written.envelope);
        let tell = |outcome: &Outcome| drop(tell.send(outcome.clone()));
        let mut transmitted =
            pin!(self.session.as_mut()?.transmit_and_tell(&job.written.body, envelope, tell));
        let outcome = tokio::select! {
            biased;
            transmitted = &mut transmitted => {
                self.log.taken += u32::from(transmitted.outcome.is_ok());
                return Some((Some(report_of(&shift, Armed::from(job), &transmitted.outcome)), transmitted.next));
            }
            outcome = alone(told, &shift.stop) => outcome,
        };
        self.log.taken += u32::from(outcome.is_ok());
        let report = report_of(&shift, Armed::from(job), &outcome);
        shift.journal.write(vec![Entry::Outcome(report)]).await.ok()?;
        tokio::select! {
            biased;
            transmitted = &mut transmitted => Some((None, transmitted.next)),
            () = shift.stop.cancelled() => None,
        }
    }

    async fn record(&self, report: Report) -> Step {
        match self.shift.journal.write(vec![Entry::Outcome(report)]).await {
            Ok(_) => Step::Next,
            Err(_) => Step::Leave,
        }
    }
}

/// The outcome of a mail whose next one's offer takes longer than [`TOGETHER`], or that is the last of the round.
async fn alone(told: oneshot::Receiver<Outcome>, stop: &CancellationToken) -> Outcome {
    let Ok(outcome) = told.await else { return pending().await };
    tokio::select! {
        () = tokio::time::sleep(TOGETHER) => {}
        () = stop.cancelled() => {}
    }
    outcome
}
