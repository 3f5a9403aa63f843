//! Limits of recipients' domains: whoever is at a domain that has had enough waits, everybody else goes on.
//!
//! A mail gets its place before it is written, and the place counts from then on; so a mail that waits for its turn at
//! the account is not overtaken by one too many. It is noted in the windows of time when the mail is armed, and given back
//! when the mail is dropped before.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hongyan_domain::DomainLimit;

use super::pacer::Pacer;
use super::window::{HOUR_MS, MINUTE_MS, SECOND_MS, Window};

/// What may go to domains that have a limit.
#[derive(Debug, Default)]
pub(crate) struct Domains {
    lanes: Mutex<BTreeMap<String, Lane>>,
}

/// How a domain stands in its limits.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    per_minute: Option<u32>,
    per_hour: Option<u32>,
    minute: Window,
    hour: Window,
    /// Places of mails that are on their way to the wire.
    taken: u32,
}

impl Lane {
    fn new() -> Self {
        let (minute, hour) = (Window::new(MINUTE_MS, SECOND_MS), Window::new(HOUR_MS, MINUTE_MS));
        Self { per_minute: None, per_hour: None, minute, hour, taken: 0 }
    }

    /// Mails that may go there now.
    pub(super) fn room(&mut self, now_ms: i64) -> u32 {
        let left = |window: &mut Window, limit: Option<u32>, taken: u32| {
            limit.map_or(u32::MAX, |limit| limit.saturating_sub(window.total(now_ms) + taken))
        };
        left(&mut self.minute, self.per_minute, self.taken).min(left(
            &mut self.hour,
            self.per_hour,
            self.taken,
        ))
    }

    /// Notes mails that went there.
    pub(super) fn add(&mut self, at_ms: i64, mails: u32) {
        self.minute.add(at_ms, mails);
        self.hour.add(at_ms, mails);
    }

    /// When one more may go there: `None` now, or as soon as a mail that has a place leaves it.
    pub(super) fn opens_at(&mut self, now_ms: i64) -> Option<i64> {
        self.minute.opens_at(self.per_minute, now_ms).max(self.hour.opens_at(self.per_hour, now_ms))
    }
}

impl Domains {
    /// Sets which domains are limited, and how. What was sent to those that were limited before still counts.
    pub(super) fn set(&self, limits: &[DomainLimit]) {
        let mut lanes = self.lanes();
        lanes.retain(|domain, _| limits.iter().any(|limit| limit.domain == *domain));
        for limit in limits {
            let lane = lanes.entry(limit.domain.clone()).or_insert_with(Lane::new);
            (lane.per_minute, lane.per_hour) = (limit.per_minute, limit.per_hour);
        }
    }

    /// Notes what was sent before: domain, start of the minute and mails, the oldest first.
    pub(crate) fn remember(&self, recent: &[(String, i64, u32)], now_ms: i64) {
        let mut lanes = self.lanes();
        for (domain, minute_ms, mails) in recent {
            if let Some(lane) = lanes.get_mut(domain) {
                let at_ms = (minute_ms + MINUTE_MS - 1).min(now_ms);
                lane.add(at_ms, *mails);
            }
        }
    }

    /// How the domains that have a limit stand now.
    pub(super) fn copy(&self) -> BTreeMap<String, Lane> {
        self.lanes().clone()
    }

    /// The domains that have a limit.
    pub(crate) fn names(&self) -> Vec<String> {
        self.lanes().keys().cloned().collect()
    }

    /// Whether a domain has a limit.
    pub(super) fn has_limit(&self, domain: &str) -> bool {
        self.lanes().contains_key(domain)
    }

    /// When a domain has room again: `None` now, or as soon as a mail that has a place leaves it.
    pub(super) fn opens_at(&self, domain: &str, now_ms: i64) -> Option<i64> {
        self.lanes().get_mut(domain).and_then(|lane| lane.opens_at(now_ms))
    }

    fn lanes(&self) -> MutexGuard<'_, BTreeMap<String, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, domain: &str, change: impl FnOnce(&mut Lane)) {
        if let Some(lane) = self.lanes().get_mut(domain) {
            change(lane);
        }
    }
}

/// A mail's place at its recipient's domain.
#[derive(Debug)]
pub(super) struct Place {
    pacer: Arc<Pacer>,
    domain: String,
    is_used: AtomicBool,
}

impl Place {
    /// Takes as many places as there are, `most` at most.
    pub(super) fn take(pacer: &Arc<Pacer>, domain: &str, most: u32, now_ms: i64) -> Vec<Self> {
        let mut free = 0;
        pacer.domains().with(domain, |lane| {
            free = lane.room(now_ms).min(most);
            lane.taken += free;
        });
        let place =
            || Self { pacer: pacer.clone(), domain: domain.to_owned(), is_used: AtomicBool::new(false) };
        (0..free).map(|_| place()).collect()
    }

    /// The mail leaves now.
    pub(super) fn use_up(&self, now_ms: i64) {
        if !self.is_used.swap(true, Ordering::Relaxed) {
            self.pacer.domains().with(&self.domain, |lane| {
                lane.taken = lane.taken.saturating_sub(1);
                lane.add(now_ms, 1);
            });
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_used.load(Ordering::Relaxed) {
            self.pacer.domains().with(&self.domain, |lane| lane.taken = lane.taken.saturating_sub(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use hongyan_domain::SendingLimits;
    use hongyan_store::Slowdown;

    use super::*;

    const MORNING_MS: i64 = 1_800_000_000_000;

    fn pacer(per_minute: Option<u32>, per_hour: Option<u32>) -> Arc<Pacer> {
        let domains = vec![DomainLimit { domain: "qq.com".to_owned(), per_minute, per_hour }];
        let limits = SendingLimits { domains, ..Default::default() };
        Arc::new(Pacer::new(limits, Slowdown::default(), &[], MORNING_MS))
    }

    fn take(pacer: &Arc<Pacer>, now_ms: i64) -> Vec<Place> {
        Place::take(pacer, "qq.com", 100, now_ms)
    }

    #[test]
    fn a_place_counts_until_it_is_given_back_or_its_time_is_over() {
        let pacer = pacer(Some(2), None);
        let mut places = take(&pacer, MORNING_MS);
        assert_eq!((places.len(), take(&pacer, MORNING_MS).len()), (2, 0));
        assert_eq!(pacer.domains().opens_at("qq.com", MORNING_MS), None, "nobody knows when they leave");
        drop(places.pop());
        assert_eq!(take(&pacer, MORNING_MS).len(), 1, "one was given back, and so was this");
        places.pop().expect("the other").use_up(MORNING_MS + 5_000);
        take(&pacer, MORNING_MS + 5_000).pop().expect("one more").use_up(MORNING_MS + 5_000);
        assert_eq!(take(&pacer, MORNING_MS + 64_000).len(), 0);
        let opens_ms = pacer.domains().opens_at("qq.com", MORNING_MS + 64_000).expect("it is full");
        assert_eq!(take(&pacer, opens_ms).len(), 2);
    }

    #[test]
    fn new_limits_and_a_restart_forget_nothing() {
        let pacer = pacer(None, Some(50));
        let domains = pacer.domains();
        domains.remember(&[("qq.com".to_owned(), MORNING_MS - 10 * MINUTE_MS, 48)], MORNING_MS);
        assert_eq!(take(&pacer, MORNING_MS).len(), 2);
        let limit = DomainLimit { domain: "qq.com".to_owned(), per_minute: None, per_hour: Some(60) };
        domains.set(&[limit]);
        assert_eq!(take(&pacer, MORNING_MS).len(), 12);
        domains.set(&[]);
        assert_eq!(domains.names(), [""; 0]);
    }
}
