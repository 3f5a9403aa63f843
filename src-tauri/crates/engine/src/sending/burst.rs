//! Many mails in flight on one connection, where the user has chosen it and the server takes it.
//!
//! The promise is the same, for more mails: a body leaves only after its arming is durable. Whole groups are armed in one
//! commit, together with the outcomes that have come meanwhile, and never more rows are armed than the window has places.
//! So a crash or a cut leaves at most a window of mails in doubt on each connection.
//!
//! A connection begins with one mail. Only when the server has answered that as it should, the window opens: a server
//! that breaks on bursts then costs one doubt, not a windowful.

use std::collections::VecDeque;
use std::pin::pin;
use std::time::Duration;

use hongyan_domain::{DeliveryState, Stage};
use hongyan_smtp::{Burst, Cause, Failure, says_session_is_full};
use hongyan_store::{Entry, EntryResult};

use super::feeder::Job;
use super::outcome::{Consequence, consequence};
use super::settling::{Armed, Outcome, report_of, standing};
use super::worker::{Connection, Step};

/// Once the round has ended, the server may be silent for so long before what it owes is left in doubt.
const LAST_WORDS: Duration = Duration::from_secs(60);

/// After so many refused mails a connection is left for a new one: Exim counts what clears up behind them, and hangs up
/// without an answer to anybody after ten.
const MOST_REFUSED: u32 = 8;

/// Sends this mail and those that follow, until there are none at hand or the connection ends.
pub(super) async fn send(connection: &mut Connection, first: Job) -> Step {
    let Some(mut session) = connection.session.take() else { return Step::Offer(first) };
    let step = match session.burst() {
        Some(burst) => Stream::new(connection, burst).run(first).await,
        None => Step::Offer(first),
    };
    connection.session = Some(session);
    connection.learn().await;
    if connection.log.refused >= MOST_REFUSED {
        connection.leave().await;
    }
    step
}

/// How much of a mail left this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Arming it was no attempt.
    Nothing,
    Something,
}

struct Stream<'a, 'b> {
    connection: &'a mut Connection,
    burst: Burst<'b>,
    /// In the order in which they were put into the burst.
    under_way: VecDeque<Armed>,
    /// To be armed next, and what is to be written with it.
    gathered: Vec<Job>,
    entries: Vec<Entry>,
    outcomes: Vec<Outcome>,
    /// Whether more mails may be put in.
    feeds: bool,
    /// Whether the connection has left mails in doubt.
    has_doubts: bool,
}

impl<'a, 'b> Stream<'a, 'b> {
    fn new(connection: &'a mut Connection, burst: Burst<'b>) -> Self {
        Self {
            connection,
            burst,
            under_way: VecDeque::new(),
            gathered: Vec::new(),
            entries: Vec::new(),
            outcomes: Vec::new(),
            feeds: true,
            has_doubts: false,
        }
    }

    async fn run(mut self, first: Job) -> Step {
        self.take_in(first);
        loop {
            if self.feeds && (self.burst.is_ending() || self.connection.shift.stop.is_cancelled()) {
                self.stop_feeding();
            }
            self.gather();
            if !self.gathered.is_empty() || !self.entries.is_empty() {
                if !self.commit().await {
                    return Step::Leave;
                }
            } else if self.under_way.is_empty() {
                break;
            } else {
                self.wait().await;
            }
        }
        self.burst.end();
        if self.connection.shift.stop.is_cancelled() { Step::Leave } else { Step::Next }
    }

    /// Takes what is at hand, as far as the window and the pace of the account have places.
    fn gather(&mut self) {
        while self.has_room()
            && let Some(job) = self.connection.next_at_once()
        {
            self.take_in(job);
        }
    }

    fn has_room(&self) -> bool {
        let window = if self.burst.is_proven() { self.connection.shift.window() } else { 1 };
        let bears_more = self.feeds && self.connection.log.refused < MOST_REFUSED;
        bears_more && self.under_way.len() + self.gathered.len() < window
    }

    fn take_in(&mut self, job: Job) {
        let Some(failure) = self.burst.refuses(&job.written.envelope) else {
            self.connection.count_mail();
            self.gathered.push(job);
            return;
        };
        let shift = &self.connection.shift;
        let at = standing(shift, job.attempts);
        match consequence(&failure, &shift.server.host, at) {
            (verdict, Consequence::Settle { to, due_at_ms }) => {
                let report = shift.failed(job.id, (job.from, to), (verdict, &failure), due_at_ms);
                self.entries.push(Entry::Outcome(report));
            }
            (_, Consequence::HoldAccount(hold)) => shift.hold(hold),
            (_, Consequence::Reconnect) => {}
        }
    }

    /// Arms what was gathered and writes what is known, and goes on with what is under way meanwhile. What is armed then
    /// leaves. `false` when the journal is closed.
    async fn commit(&mut self) -> bool {
        let shift = self.connection.shift.clone();
        let jobs = std::mem::take(&mut self.gathered);
        let mut entries = std::mem::take(&mut self.entries);
        let outcomes = entries.len();
        entries.extend(jobs.iter().map(|job| job.arm(&shift)));
        let mut writing = pin!(shift.journal.write(entries));
        let written = loop {
            tokio::select! {
                biased;
                written = &mut writing => break written,
                () = self.burst.settle(&mut self.outcomes), if self.burst.under_way() > 0 => self.note_outcomes(),
            }
        };
        let Ok(results) = written else { return false };
        for (job, result) in jobs.into_iter().zip(results.into_iter().skip(outcomes)) {
            match result {
                EntryResult::Armed => self.put_in(job),
                EntryResult::Suppressed => {}
                // The campaign was paused or cancelled: the others need not find out one by one.
                _ => shift.stop.cancel(),
            }
        }
        true
    }

    fn put_in(&mut self, job: Job) {
        let armed = Armed::from(&job);
        if self.burst.is_ending() || self.connection.shift.stop.is_cancelled() {
            self.set_free(armed, Left::Nothing);
            return;
        }
        self.burst.push(&job.written.envelope, job.written.body);
        self.under_way.push_back(armed);
    }

    /// Gives back an armed mail that the server has certainly not taken.
    fn set_free(&mut self, mail: Armed, left: Left) {
        let mut report = self.connection.shift.report(mail.id, DeliveryState::Armed, DeliveryState::Queued);
        report.account_id = mail.tried_by;
        report.never_left = left == Left::Nothing;
        self.entries.push(Entry::Outcome(report));
    }

    /// Waits for outcomes, or for more to send.
    async fn wait(&mut self) {
        let stop = self.connection.shift.stop.clone();
        let wants_more = self.has_room() && self.connection.can_wait_for_job();
        tokio::select! {
            biased;
            () = stop.cancelled(), if self.feeds => {}
            () = self.burst.settle(&mut self.outcomes) => self.note_outcomes(),
            more = self.connection.wait_for_job(), if wants_more => if !more { self.feeds = false },
            () = tokio::time::sleep(LAST_WORDS), if stop.is_cancelled() => self.give_up(),
        }
    }

    /// Nothing more goes in; what has not begun to leave goes back.
    fn stop_feeding(&mut self) {
        self.feeds = false;
        // Not armed, so still queued.
        self.gathered.clear();
        let kept = self.under_way.len() - self.burst.retract().min(self.under_way.len());
        for mail in self.under_way.split_off(kept) {
            self.set_free(mail, Left::Nothing);
        }
    }

    /// The round has ended and the server says no more: nobody knows what it took.
    fn give_up(&mut self) {
        let silent = Failure { stage: Stage::FinalReply, cause: Cause::Timeout };
        self.outcomes.extend(self.under_way.iter().map(|_| Err(silent.clone())));
        self.note_outcomes();
    }

    fn note_outcomes(&mut self) {
        self.connection.note_use();
        let doubted = self.burst.group_trouble().is_some() && self.connection.shift.manners.may_doubt();
        let mut outcomes = std::mem::take(&mut self.outcomes);
        for outcome in outcomes.drain(..) {
            let Some(mail) = self.under_way.pop_front() else { continue };
            match &outcome {
                Ok(_) => self.connection.log.taken += 1,
                Err(failure) if failure.body_may_have_been_taken() => self.note_doubt(),
                Err(failure) => {
                    let before = self.answered_before();
                    let is_full = before > 0 && self.note_if_full(failure, before);
                    self.connection.log.refused += u32::from(matches!(failure.cause, Cause::Reply(_)));
                    if failure.is_stale() && before > 0 {
                        self.set_free(mail, Left::Nothing);
                        continue;
                    }
                    // The connection has carried its share, or groups are to blame: nothing against this mail.
                    let groups = doubted && matches!(failure.cause, Cause::Reply(_));
                    if failure.is_behind_farewell() || is_full || groups {
                        self.set_free(mail, Left::Something);
                        continue;
                    }
                }
            }
            let report = report_of(&self.connection.shift, mail, &outcome);
            self.entries.push(Entry::Outcome(report));
        }
        self.outcomes = outcomes;
    }

    fn note_doubt(&mut self) {
        if !std::mem::replace(&mut self.has_doubts, true) {
            self.connection.shift.narrow_window();
        }
    }

    /// Mails that the server had answered on this connection before the one that was taken from the front just now.
    fn answered_before(&self) -> u32 {
        let later = u32::try_from(self.under_way.len() + self.gathered.len() + 1).unwrap_or(u32::MAX);
        self.connection.log.carried.saturating_sub(later)
    }

    /// Whether the server takes no more mails on this connection. Those behind it may be in doubt now; the next connections
    /// end by themselves before it comes to that.
    fn note_if_full(&self, failure: &Failure, before: u32) -> bool {
        let is_full = says_session_is_full(failure);
        let leaves = matches!(&failure.cause, Cause::Reply(reply) if reply.code == 421);
        if failure.stage == Stage::Mail && (is_full || leaves) {
            self.connection.shift.note_most_carried(before);
        }
        is_full
    }
}
