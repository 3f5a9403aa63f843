//! How fast a campaign goes: mails taken in the last minute, by second.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Seconds that are looked back on.
const WINDOW_S: i64 = 60;

/// Counts mails by second.
#[derive(Debug, Default)]
pub(super) struct Meter {
    inner: Mutex<Seconds>,
}

#[derive(Debug, Default)]
struct Seconds {
    started_ms: Option<i64>,
    /// `(second, mails)`, the oldest first.
    seconds: VecDeque<(i64, u32)>,
}

impl Meter {
    /// Notes one mail.
    pub(super) fn count(&self, now_ms: i64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.started_ms.get_or_insert(now_ms);
        let second = now_ms.div_euclid(1000);
        match inner.seconds.back_mut() {
            Some((last, mails)) if *last == second => *mails += 1,
            _ => inner.seconds.push_back((second, 1)),
        }
        while inner.seconds.front().is_some_and(|(first, _)| *first <= second - WINDOW_S) {
            inner.seconds.pop_front();
        }
    }

    /// Whether there was any.
    pub(super) fn has_counted(&self) -> bool {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).started_ms.is_some()
    }

    /// Mails a minute; `None` before the first three seconds are over or when nothing went out in the last minute.
    pub(super) fn per_minute(&self, now_ms: i64) -> Option<f64> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let since_ms = (now_ms - inner.started_ms?).min(WINDOW_S * 1000);
        if since_ms < 3_000 {
            return None;
        }
        let from = now_ms.div_euclid(1000) - WINDOW_S;
        let mails: u32 =
            inner.seconds.iter().filter(|(second, _)| *second > from).map(|(_, mails)| mails).sum();
        (mails > 0).then(|| f64::from(mails) * 60_000.0 / since_ms as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_last_minute() {
        let meter = Meter::default();
        assert_eq!(meter.per_minute(0), None);
        for second in 0..100 {
            meter.count(second * 1000);
        }
        assert_eq!(meter.per_minute(99_500), Some(60.0));
        assert_eq!(meter.per_minute(500_000), None);
    }

    #[test]
    fn the_first_seconds_are_scaled_up() {
        let meter = Meter::default();
        for _ in 0..10 {
            meter.count(0);
        }
        assert_eq!(meter.per_minute(2_000), None);
        assert_eq!(meter.per_minute(6_000), Some(100.0));
    }
}
