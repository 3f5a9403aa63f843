//! Draws the conclusion from what several connections met: does this server bear several commands at once?
//!
//! A connection that breaks where the server was to answer a group for the first time raises a suspicion. The next
//! connection then speaks in lockstep; only if that gets through, where the others did not, is the server spoken to that
//! way from now on. If it does not, groups were not the fault.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hongyan_smtp::{GroupTrouble, Grouping, Session};

/// Connections that must have been hung up on: one may have had any reason.
const ENOUGH_HUNG_UP: u32 = 2;

/// What is known of a server's manners, shared by the connections of a run.
#[derive(Debug, Default)]
pub(super) struct Manners {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The boldest way that has worked on any connection.
    proven: Grouping,
    hung_up: u32,
    /// The way that is in doubt, while a connection in lockstep is to prove it.
    trial: Option<Grouping>,
    /// Lockstep did not help either: groups are beyond suspicion.
    cleared: bool,
    takes_bursts: Option<bool>,
}

/// What follows from a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lesson {
    Nothing,
    /// The same is to be tried in lockstep, on a new connection.
    TryLockstep,
    /// The server breaks on groups: to be remembered.
    KeepLockstep,
}

impl Manners {
    /// What was known before the run.
    pub(super) fn new(takes_bursts: Option<bool>) -> Self {
        Self { state: Mutex::new(State { takes_bursts, ..State::default() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the next connection may put commands together.
    pub(super) fn allow_groups(&self) -> bool {
        self.state().trial.is_none()
    }

    /// Whether trouble with groups can still be their fault.
    pub(super) fn may_doubt(&self) -> bool {
        !self.state().cleared
    }

    /// Whether what a server announces is news.
    pub(super) fn is_news(&self, takes_bursts: bool) -> bool {
        self.state().takes_bursts.replace(takes_bursts) != Some(takes_bursts)
    }

    /// Learns from a connection on which so many mails were taken; `has_groups` as it was allowed when it was made.
    pub(super) fn learn(&self, session: &Session, has_groups: bool, taken: u32) -> Lesson {
        let mut state = self.state();
        state.proven = state.proven.max(session.proven());
        if !has_groups {
            return state.lockstep(taken, session.is_closed());
        }
        match session.group_trouble() {
            Some((way, trouble)) if way > state.proven && !state.cleared => state.suspect(way, trouble),
            _ => Lesson::Nothing,
        }
    }
}

impl State {
    fn suspect(&mut self, way: Grouping, trouble: GroupTrouble) -> Lesson {
        self.hung_up += u32::from(trouble == GroupTrouble::HungUp);
        if trouble == GroupTrouble::HungUp && self.hung_up < ENOUGH_HUNG_UP {
            return Lesson::Nothing;
        }
        self.trial.get_or_insert(way);
        Lesson::TryLockstep
    }

    fn lockstep(&mut self, taken: u32, is_closed: bool) -> Lesson {
        let Some(way) = self.trial else { return Lesson::Nothing };
        // What broke behind a mail must now come through behind a mail.
        let enough = if way == Grouping::Across { 2 } else { 1 };
        if taken >= enough {
            return Lesson::KeepLockstep;
        }
        if is_closed {
            (self.trial, self.cleared) = (None, true);
        }
        Lesson::Nothing
    }
}
