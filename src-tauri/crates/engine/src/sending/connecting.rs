//! A worker's connection: made when it is needed, left when it is old, full or idle, and what is learned on it.
//!
//! Servers end connections by themselves, and one that ends in the middle of a mail leaves it in doubt. So we end them
//! first: Exchange closes a connection after ten minutes even while it works, and it and Postfix after five idle ones.

use std::sync::atomic::Ordering;
use std::time::Duration;

use hongyan_domain::{AccountProblem, Verdict};
use hongyan_smtp::{Failure, Server, Session, judge};

use super::feeder::Job;
use super::manners::Lesson;
use super::outcome::{Consequence, consequence};
use super::pacer::jitter;
use super::settling::standing;
use super::worker::Connection;

/// Between tries to connect: 1 s, doubling up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A connection is not used beyond this age (Exchange's ConnectionTimeout is 10 min).
const OLDEST_MS: i64 = 9 * 60 * 1_000;
/// An idle one is closed after this (Exchange's ConnectionInactivityTimeout and Postfix's smtpd_timeout are 5 min).
const LONGEST_IDLE_MS: i64 = 4 * 60 * 1_000;
/// How often a connection that waits is looked at for that.
pub(super) const LOOK: Duration = Duration::from_secs(30);
/// One that idled longer than this is asked whether it still stands before it is used.
const WORTH_ASKING_MS: i64 = 60 * 1_000;

/// What is known of an open connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Log {
    /// When it was made and last used, unix milliseconds.
    made_at_ms: i64,
    used_at_ms: i64,
    /// Mails offered on it, and mails that the server took.
    pub(super) carried: u32,
    pub(super) taken: u32,
    /// Mails of a burst that the server refused.
    pub(super) refused: u32,
    /// Whether commands may go in groups on it, and whether that went wrong.
    has_groups: bool,
    is_doubted: bool,
}

impl Connection {
    /// Makes sure that there is a connection; `false` when there will be none in this round.
    pub(super) async fn connect(&mut self) -> bool {
        let mut pause = Duration::from_secs(1);
        loop {
            if self.is_usable().await {
                return true;
            }
            self.closed();
            let has_groups = self.shift.server.pipelining && self.shift.manners.allow_groups();
            let server = Server { pipelining: has_groups, ..self.shift.server.clone() };
            let connected = tokio::select! {
                biased;
                () = self.shift.stop.cancelled() => return false,
                connected = Session::connect(&server) => connected,
            };
            match connected {
                Ok(session) => {
                    let now_ms = self.shift.engine.now_ms();
                    self.log = Log { made_at_ms: now_ms, used_at_ms: now_ms, has_groups, ..Log::default() };
                    self.shift.open.fetch_add(1, Ordering::Relaxed);
                    self.shift.network_down.store(false, Ordering::Relaxed);
                    self.note_announcement(&session).await;
                    self.session = Some(session);
                }
                Err(failure) => {
                    if !self.may_try_again(&failure) {
                        return false;
                    }
                    tokio::select! {
                        () = self.shift.engine.clock().sleep(pause.mul_f64(0.8 + 0.4 * jitter())) => {}
                        () = self.shift.stop.cancelled() => return false,
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Whether there is a connection that can carry one more mail.
    async fn is_usable(&mut self) -> bool {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            return false;
        }
        let idle_ms = self.shift.engine.now_ms() - self.log.used_at_ms;
        if self.is_old() || idle_ms > LONGEST_IDLE_MS {
            self.leave().await;
            return false;
        }
        if idle_ms > WORTH_ASKING_MS
            && let Some(session) = &mut self.session
            && !session.is_answering().await
        {
            return false;
        }
        self.note_use();
        true
    }

    /// Closes a connection that has idled for too long.
    pub(super) async fn leave_if_idle(&mut self) {
        if self.shift.engine.now_ms() - self.log.used_at_ms > LONGEST_IDLE_MS {
            self.leave().await;
        }
    }

    /// Whether the connection should carry no more, before its server thinks so.
    pub(super) fn is_old(&self) -> bool {
        // Where the clock was set back, nobody knows.
        !(0..=OLDEST_MS).contains(&(self.shift.engine.now_ms() - self.log.made_at_ms))
    }

    /// Notes that the connection was just used.
    pub(super) fn note_use(&mut self) {
        self.log.used_at_ms = self.shift.engine.now_ms();
    }

    /// Keeps what the server announces about bursts, where the user wants them.
    async fn note_announcement(&self, session: &Session) {
        let announced = session.capabilities();
        let takes_bursts = announced.pipelining && announced.chunking;
        if self.shift.wants_bursts() && self.shift.manners.is_news(takes_bursts) {
            let noted = self.shift.engine.note_takes_bursts(self.shift.account_id(), takes_bursts).await;
            if let Err(error) = noted {
                tracing::warn!(%error, "what a server announces cannot be noted");
            }
        }
    }

    /// Learns from what has happened on the connection so far; `true` where the same should be tried on a new one.
    pub(super) async fn learn(&mut self) -> bool {
        let Some(session) = self.session.as_ref().filter(|_| !self.log.is_doubted) else { return false };
        self.log.is_doubted = session.group_trouble().is_some();
        match self.shift.manners.learn(session, self.log.has_groups, self.log.taken) {
            Lesson::Nothing => false,
            Lesson::TryLockstep => {
                self.leave().await;
                true
            }
            Lesson::KeepLockstep => {
                if !self.shift.keep_lockstep() {
                    return false;
                }
                if let Err(error) = self.shift.engine.note_lockstep(self.shift.account_id()).await {
                    tracing::warn!(%error, "what a server breaks on cannot be noted");
                }
                false
            }
        }
    }

    /// After a failure to connect: whether this connection may try again.
    fn may_try_again(&self, failure: &Failure) -> bool {
        let verdict = judge(failure, Some(&self.shift.server.host));
        tracing::info!(stage = %failure.stage, verdict = verdict.as_str(), "cannot connect");
        let others_work = self.shift.open.load(Ordering::Relaxed) > 0;
        if verdict == Verdict::Account(AccountProblem::SlowDown) && others_work {
            // The server takes no more connections; the others do the work.
            return false;
        }
        match consequence(failure, &self.shift.server.host, standing(&self.shift, 0)).1 {
            Consequence::HoldAccount(hold) => {
                self.shift.hold(hold);
                false
            }
            _ => self.shift.tries_again(),
        }
    }

    fn closed(&mut self) {
        if self.session.take().is_some() {
            self.shift.open.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Leaves the session to another campaign; gives the job that waited.
    pub(super) fn give_way(mut self) -> Option<Job> {
        let session = self.session.take().filter(|session| !session.is_closed());
        if session.is_some() {
            self.shift.open.fetch_sub(1, Ordering::Relaxed);
        }
        self.turn.hand_on(session.map(|session| (session, self.log)));
        self.waiting
    }

    /// Leaves the session to another campaign that waits for one, else ends it.
    pub(super) async fn done(mut self) {
        if self.turn.is_wanted() {
            self.give_way();
        } else {
            self.leave().await;
        }
    }

    /// Ends the connection in good order.
    pub(super) async fn leave(&mut self) {
        if let Some(session) = self.session.take() {
            self.shift.open.fetch_sub(1, Ordering::Relaxed);
            session.quit().await;
        }
    }
}
