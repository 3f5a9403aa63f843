//! The pace of an account: its limits, over all its campaigns and connections, and how its server slowed it down.
//!
//! After a restart the windows of time are filled again from the deliveries.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hongyan_domain::SendingLimits;
use hongyan_store::Slowdown;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::domains::Domains;
use super::window::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Window};
use crate::clock::Clock;

/// An account that is asked to slow down rests this long, and twice as long each time until [`LONGEST_REST_MS`].
const FIRST_REST_MS: i64 = 15 * MINUTE_MS;
/// An account that has used up its quota rests at least this long.
const QUOTA_REST_MS: i64 = HOUR_MS;
const LONGEST_REST_MS: i64 = 4 * HOUR_MS;
/// A wait is looked at again after this at the latest: clocks jump, computers sleep.
const LONGEST_NAP_MS: i64 = 30 * SECOND_MS;
/// A wait shorter than this is part of sending and not worth a word.
const WORTH_TELLING_MS: i64 = 5 * SECOND_MS;

/// The provider's day, where it begins at an hour of the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    /// When it began, unix milliseconds.
    pub(crate) start_ms: i64,
    /// When the next one begins.
    pub(crate) end_ms: i64,
}

/// What an account sent of late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Use {
    /// In the last minute.
    pub minute: u32,
    /// In the last hour.
    pub hour: u32,
    /// In the last 24 hours, or since the provider's day began.
    pub day: u32,
    /// A limit is reached: until then, unix milliseconds.
    pub full_until_ms: Option<i64>,
}

/// How an account stands in its limits.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) limits: SendingLimits,
    slowdown: Slowdown,
    second: Window,
    minute: Window,
    hour: Window,
    day: Window,
    /// No mail before this, for the gap.
    free_at_ms: i64,
    /// No new connection before this, after one that carried all it may.
    next_session_ms: i64,
    /// Until when somebody waits, if it is worth telling.
    waits_until_ms: Option<i64>,
    /// When the slowdown last changed, and the mails taken since.
    slowed_at_ms: i64,
    taken_since: u32,
}

impl State {
    /// Takes one mail's place, or says when to ask again.
    pub(super) fn take(&mut self, now_ms: i64, day: Option<Day>, jitter: f64) -> Result<(), i64> {
        let SendingLimits { gap_ms, gap_max_ms, .. } = self.limits;
        // Further ahead it can only be where the clock was set back.
        self.free_at_ms = self.free_at_ms.min(now_ms + i64::from(gap_ms.max(gap_max_ms)));
        let gap_ends = (self.free_at_ms > now_ms).then_some(self.free_at_ms);
        if let Some(until_ms) = self.full_until(now_ms, day).max(gap_ends) {
            return Err(until_ms);
        }
        self.add(now_ms, 1);
        let widest = gap_max_ms.max(gap_ms) - gap_ms;
        self.free_at_ms = now_ms + (f64::from(gap_ms) + f64::from(widest) * jitter) as i64;
        Ok(())
    }

    /// Until when a limit is reached: `None` where there is a place for a mail.
    fn full_until(&mut self, now_ms: i64, day: Option<Day>) -> Option<i64> {
        let limits = &self.limits;
        self.day.forget(now_ms);
        let per_minute = match (limits.per_minute, self.slowdown.per_minute) {
            (Some(limit), Some(slowed)) => Some(limit.min(slowed)),
            (limit, slowed) => limit.or(slowed),
        };
        let waits = [
            self.second.opens_at(limits.per_second, now_ms),
            self.minute.opens_at(per_minute, now_ms),
            self.hour.opens_at(limits.per_hour, now_ms),
            match day {
                None => self.day.opens_at(limits.per_day, now_ms),
                Some(day) => limits
                    .per_day
                    .is_some_and(|limit| self.day.since(day.start_ms) >= limit)
                    .then_some(day.end_ms),
            },
        ];
        waits.into_iter().flatten().max()
    }

    fn add(&mut self, at_ms: i64, mails: u32) {
        for window in [&mut self.second, &mut self.minute, &mut self.hour, &mut self.day] {
            window.add(at_ms, mails);
        }
    }

    /// Whether there is any limit but those of recipients' domains.
    pub(super) fn is_limited(&self) -> bool {
        let SendingLimits { per_second, per_minute, per_hour, per_day, gap_ms, gap_max_ms, .. } = self.limits;
        let counts = [per_second, per_minute, per_hour, per_day, self.slowdown.per_minute];
        counts.iter().any(Option::is_some) || gap_ms.max(gap_max_ms) > 0
    }
}

/// The pace of an account. Shared by everything that sends through it.
#[derive(Debug)]
pub(crate) struct Pacer {
    state: Mutex<State>,
    domains: Domains,
    changed: Notify,
}

impl Pacer {
    /// `recent` are the mails of the last day: start of the minute and count, the oldest first.
    pub(crate) fn new(limits: SendingLimits, slowdown: Slowdown, recent: &[(i64, u32)], now_ms: i64) -> Self {
        let domains = Domains::default();
        domains.set(&limits.domains);
        let mut state = State {
            limits,
            slowdown,
            second: Window::new(SECOND_MS, SECOND_MS / 20),
            minute: Window::new(MINUTE_MS, SECOND_MS),
            hour: Window::new(HOUR_MS, MINUTE_MS),
            day: Window::new(DAY_MS, MINUTE_MS),
            free_at_ms: 0,
            next_session_ms: 0,
            waits_until_ms: None,
            slowed_at_ms: now_ms,
            taken_since: 0,
        };
        for &(minute_ms, mails) in recent {
            // Somewhere within that minute: its end is the careful guess.
            state.add((minute_ms + MINUTE_MS - 1).min(now_ms), mails);
        }
        Self { state: Mutex::new(state), domains, changed: Notify::new() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets new limits; whoever waits looks again.
    pub(crate) fn set_limits(&self, limits: SendingLimits) {
        let mut state = self.state();
        if state.limits != limits {
            self.domains.set(&limits.domains);
            state.limits = limits;
            drop(state);
            self.changed.notify_waiters();
        }
    }

    /// What may go to domains that have a limit.
    pub(crate) fn domains(&self) -> &Domains {
        &self.domains
    }

    /// Notes that a campaign has nothing to send before a time.
    pub(crate) fn note_wait(&self, until_ms: i64, now_ms: i64) {
        self.state().waits_until_ms = Some(until_ms).filter(|_| until_ms - now_ms >= WORTH_TELLING_MS);
    }

    /// Mails a connection carries before it is closed.
    pub(crate) fn per_session(&self) -> Option<u32> {
        self.state().limits.per_session
    }

    /// A connection that carried all it may was closed: the next one may come after the pause.
    pub(crate) fn session_ended(&self, now_ms: i64) {
        let mut state = self.state();
        let pause_ms = i64::from(state.limits.session_pause_ms);
        state.next_session_ms = now_ms + pause_ms;
        drop(state);
        self.note_wait(now_ms + pause_ms, now_ms);
    }

    /// When the next connection may be made: `None` now.
    pub(crate) fn next_session(&self, now_ms: i64) -> Option<i64> {
        let mut state = self.state();
        // As for the gap between two mails.
        state.next_session_ms = state.next_session_ms.min(now_ms + i64::from(state.limits.session_pause_ms));
        Some(state.next_session_ms).filter(|next_ms| *next_ms > now_ms)
    }

    /// What was sent of late, and whether a limit is reached.
    pub(crate) fn used(&self, clock: &Clock) -> Use {
        let mut state = self.state();
        let now_ms = clock.now_ms();
        let day = state.limits.day_starts_at.map(|hour| clock.day_around(now_ms, hour));
        let full_until_ms = state.full_until(now_ms, day);
        let in_day = match day {
            Some(day) => state.day.since(day.start_ms),
            None => state.day.total,
        };
        Use { minute: state.minute.total, hour: state.hour.total, day: in_day, full_until_ms }
    }

    /// Takes one mail's place if there is one now; else says when to ask again.
    pub(crate) fn take(&self, clock: &Clock, jitter: f64) -> Result<(), i64> {
        let mut state = self.state();
        let now_ms = clock.now_ms();
        let day = state.limits.day_starts_at.map(|hour| clock.day_around(now_ms, hour));
        let taken = state.take(now_ms, day, jitter);
        state.waits_until_ms = taken.err().filter(|until_ms| until_ms - now_ms >= WORTH_TELLING_MS);
        taken
    }

    /// How many mails may leave at once, `most` at most; with none, when the next one may.
    pub(crate) fn places(&self, clock: &Clock, most: u32) -> Result<u32, i64> {
        let mut state = self.state().clone();
        let now_ms = clock.now_ms();
        let day = state.limits.day_starts_at.map(|hour| clock.day_around(now_ms, hour));
        let mut places = 0;
        while places < most {
            match state.take(now_ms, day, 0.0) {
                Ok(()) => places += 1,
                Err(until_ms) if places == 0 => return Err(until_ms),
                Err(_) => break,
            }
        }
        Ok(places)
    }

    /// Waits until `until_ms`, new limits, or the end; `false` at the end.
    pub(crate) async fn wait(&self, clock: &Clock, until_ms: i64, stop: &CancellationToken) -> bool {
        let nap_ms = (until_ms - clock.now_ms()).clamp(1, LONGEST_NAP_MS);
        let nap = Duration::from_millis(u64::try_from(nap_ms).unwrap_or(1));
        tokio::select! {
            () = clock.sleep(nap) => true,
            () = self.changed.notified() => true,
            () = stop.cancelled() => false,
        }
    }

    /// Until when nothing is sent because of a limit, if it is worth a word.
    pub(crate) fn waits_until_ms(&self, now_ms: i64) -> Option<i64> {
        self.state().waits_until_ms.filter(|until_ms| *until_ms > now_ms)
    }

    /// Notes that the server took a mail.
    pub(crate) fn taken(&self) {
        let mut state = self.state();
        state.taken_since = state.taken_since.saturating_add(1);
    }

    /// The server asks to slow down: halves rate and connections, and gives the milliseconds to rest.
    ///
    /// Where an allowance is used up, rate and connections were right: it rests until the allowance is there again, and
    /// longer each time only where the server took nothing since.
    pub(crate) fn slow_down(&self, now_ms: i64, most_connections: u32, is_quota: bool, jitter: f64) -> i64 {
        let mut state = self.state();
        state.minute.forget(now_ms);
        let sent_in_minute = state.minute.total;
        let took_some = state.taken_since > 0;
        let slowdown = &mut state.slowdown;
        if is_quota {
            slowdown.holds = if took_some { 0 } else { slowdown.holds };
        } else {
            slowdown.full_per_minute = slowdown.full_per_minute.max(sent_in_minute).max(1);
            let rate = slowdown.per_minute.unwrap_or(slowdown.full_per_minute);
            slowdown.per_minute = Some((rate / 2).max(1));
            let connections = (slowdown.connections.unwrap_or(most_connections) / 2).max(1);
            slowdown.connections = Some(connections).filter(|connections| *connections < most_connections);
        }
        let first_ms = if is_quota { QUOTA_REST_MS } else { FIRST_REST_MS };
        let rest_ms = first_ms.saturating_mul(1 << slowdown.holds.min(10)).min(LONGEST_REST_MS);
        slowdown.holds = slowdown.holds.saturating_add(1);
        state.slowed_at_ms = now_ms;
        state.taken_since = 0;
        (rest_ms as f64 * (1.0 + 0.2 * jitter)) as i64
    }

    /// After each minute in which mails were taken: a tenth of the full rate and one connection more.
    /// Gives the new slowdown when it changed.
    pub(crate) fn recover(&self, now_ms: i64, most_connections: u32) -> Option<Slowdown> {
        let mut state = self.state();
        if state.slowdown == Slowdown::default()
            || state.taken_since == 0
            || (0..MINUTE_MS).contains(&(now_ms - state.slowed_at_ms))
        {
            return None;
        }
        let slowdown = &mut state.slowdown;
        let faster = slowdown.per_minute.map(|rate| rate + (slowdown.full_per_minute / 10).max(1));
        slowdown.per_minute = faster.filter(|rate| *rate < slowdown.full_per_minute);
        slowdown.connections = slowdown.connections.map(|n| n + 1).filter(|n| *n < most_connections);
        if slowdown.per_minute.is_none() && slowdown.connections.is_none() {
            *slowdown = Slowdown::default();
        }
        state.slowed_at_ms = now_ms;
        state.taken_since = 0;
        let slowdown = state.slowdown;
        drop(state);
        self.changed.notify_waiters();
        Some(slowdown)
    }

    /// How far it is slowed down.
    pub(crate) fn slowdown(&self) -> Slowdown {
        self.state().slowdown
    }
}

/// 0.0 to 1.0. The hasher's own random keys are good enough to spread waits.
pub(super) fn jitter() -> f64 {
    f64::from(u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
#[path = "pacer_tests.rs"]
mod tests;
