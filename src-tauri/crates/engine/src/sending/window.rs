//! Mails within a span of time that moves along.
//!
//! Kept as slots of mails sent. A slot counts as long as any part of it may lie in the window, so that no span of that
//! length ever holds more than the limit.

use std::collections::VecDeque;

pub(super) const SECOND_MS: i64 = 1_000;
pub(super) const MINUTE_MS: i64 = 60 * SECOND_MS;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
/// A day, and how far back the use of an account matters.
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// Mails sent within a span of time that moves along.
#[derive(Debug, Clone)]
pub(super) struct Window {
    span_ms: i64,
    slot_ms: i64,
    /// Start and mails of each slot, the oldest first.
    slots: VecDeque<(i64, u32)>,
    pub(super) total: u32,
}

impl Window {
    pub(super) fn new(span_ms: i64, slot_ms: i64) -> Self {
        Self { span_ms, slot_ms, slots: VecDeque::new(), total: 0 }
    }

    pub(super) fn add(&mut self, at_ms: i64, mails: u32) {
        let start = at_ms.div_euclid(self.slot_ms) * self.slot_ms;
        self.total += mails;
        match self.slots.back_mut() {
            // A clock that was set back must not open the window early.
            Some((last, count)) if *last >= start => *count += mails,
            _ => self.slots.push_back((start, mails)),
        }
    }

    /// Mails that still count.
    pub(super) fn total(&mut self, now_ms: i64) -> u32 {
        self.forget(now_ms);
        self.total
    }

    /// Mails since a time.
    pub(super) fn since(&self, start_ms: i64) -> u32 {
        self.slots.iter().filter(|(start, _)| *start >= start_ms).map(|(_, count)| *count).sum()
    }

    pub(super) fn forget(&mut self, now_ms: i64) {
        if let Some(&(newest, _)) = self.slots.back()
            && newest > now_ms
        {
            // The clock was set back: what it counted in the future was sent just now, and waits no longer than that.
            let ahead_ms = newest - now_ms.div_euclid(self.slot_ms) * self.slot_ms;
            self.slots.iter_mut().for_each(|(start, _)| *start -= ahead_ms);
        }
        while let Some(&(start, count)) = self.slots.front()
            && start + self.slot_ms + self.span_ms <= now_ms
        {
            self.total -= count;
            self.slots.pop_front();
        }
    }

    /// When one more mail may be sent: `None` now.
    pub(super) fn opens_at(&mut self, limit: Option<u32>, now_ms: i64) -> Option<i64> {
        self.forget(now_ms);
        if self.total < limit? {
            return None;
        }
        // The slots that must go until one more fits.
        let mut over = self.total + 1 - limit?;
        for &(start, count) in &self.slots {
            if count >= over {
                return Some(start + self.slot_ms + self.span_ms);
            }
            over -= count;
        }
        None
    }
}
