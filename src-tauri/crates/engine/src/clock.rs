//! The engine's clock: the system's, or one that a test moves by hand.
//!
//! Two clocks in one, as schedules need the time of day and waits must not jump with it: `now_ms` is the time of day,
//! `sleep` waits on the monotonic clock (the manual one moves both together).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::sending::{DAY_MS, Day};

/// The time, and waiting for it. Cloning is cheap.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands until a test moves it.
    Manual(ManualClock),
}

impl Clock {
    /// Unix milliseconds in UTC.
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            Self::Manual(manual) => manual.inner.now_ms.load(Ordering::SeqCst),
        }
    }

    /// Waits.
    pub async fn sleep(&self, duration: Duration) {
        match self {
            Self::System => tokio::time::sleep(duration).await,
            Self::Manual(manual) => manual.sleep(duration).await,
        }
    }

    /// The day around a time, where days begin at this local hour.
    pub(crate) fn day_around(&self, at_ms: i64, hour: u8) -> Day {
        let otherwise = Day { start_ms: at_ms, end_ms: at_ms + DAY_MS };
        let Ok(at) = jiff::Timestamp::from_millisecond(at_ms) else { return otherwise };
        let at = at.to_zoned(self.zone());
        let begins = |date: jiff::civil::Date| {
            let hour = i8::try_from(hour.min(23)).unwrap_or_default();
            date.at(hour, 0, 0, 0).to_zoned(self.zone()).map(|begin| begin.timestamp().as_millisecond())
        };
        let around = || {
            let today = begins(at.date())?;
            if today > at_ms {
                Ok::<_, jiff::Error>(Day { start_ms: begins(at.date().yesterday()?)?, end_ms: today })
            } else {
                Ok(Day { start_ms: today, end_ms: begins(at.date().tomorrow()?)? })
            }
        };
        around().unwrap_or(otherwise)
    }

    fn zone(&self) -> jiff::tz::TimeZone {
        match self {
            Self::System => jiff::tz::TimeZone::system(),
            Self::Manual(_) => jiff::tz::TimeZone::UTC,
        }
    }

    /// The local day that a time falls on, in days since 1970-01-01.
    pub fn local_day(&self, at_ms: i64) -> i64 {
        let Ok(at) = jiff::Timestamp::from_millisecond(at_ms) else { return 0 };
        let date = at.to_zoned(self.zone()).date();
        let start = jiff::civil::date(1970, 1, 1);
        date.since(start).map_or(0, |span| i64::from(span.get_days()))
    }
}

/// A clock that stands until it is moved.
#[derive(Debug, Clone)]
pub struct ManualClock {
    inner: Arc<ManualInner>,
}

#[derive(Debug)]
struct ManualInner {
    now_ms: AtomicI64,
    moved: Notify,
}

impl ManualClock {
    /// A clock that stands at this time.
    pub fn at(now_ms: i64) -> Self {
        Self { inner: Arc::new(ManualInner { now_ms: AtomicI64::new(now_ms), moved: Notify::new() }) }
    }

    /// Moves the clock on and wakes whoever waits for a time that has come.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.inner.now_ms.fetch_add(by_ms, Ordering::SeqCst);
        self.inner.moved.notify_waiters();
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.inner.now_ms.load(Ordering::SeqCst)
            + i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2);
        loop {
            let moved = self.inner.moved.notified();
            if self.inner.now_ms.load(Ordering::SeqCst) >= until {
                return;
            }
            moved.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_only_who_is_due() {
        let manual = ManualClock::at(1_000);
        let clock = Clock::Manual(manual.clone());
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(60)).await }
        });
        tokio::task::yield_now().await;
        manual.advance(Duration::from_secs(59));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        manual.advance(Duration::from_secs(1));
        sleeper.await.unwrap();
        assert_eq!(clock.now_ms(), 61_000);
    }
}
