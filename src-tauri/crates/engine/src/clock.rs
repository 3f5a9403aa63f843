//! The engine's clock: the system's, or one that a test moves by hand.
//!
//! Two clocks in one, as schedules need the time of day and waits must not jump with it: `now_ms` is the time of day,
//! `sleep` waits on the monotonic clock (the manual one moves both together, unless it is told to jump).

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
            Self::Manual(manual) => {
                manual.inner.passed_ms.load(Ordering::SeqCst) + manual.inner.jumped_ms.load(Ordering::SeqCst)
            }
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
        day_around(at_ms, hour, &self.zone()).unwrap_or(Day { start_ms: at_ms, end_ms: at_ms + DAY_MS })
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

/// The day around a time. Where clocks are set on over the hour at which days begin, it begins when they are; where they
/// are set back over it, the first time that it strikes.
fn day_around(at_ms: i64, hour: u8, zone: &jiff::tz::TimeZone) -> Result<Day, jiff::Error> {
    let date = jiff::Timestamp::from_millisecond(at_ms)?.to_zoned(zone.clone()).date();
    let begins = |date: jiff::civil::Date| {
        let hour = i8::try_from(hour.min(23)).unwrap_or_default();
        date.at(hour, 0, 0, 0).to_zoned(zone.clone()).map(|begin| begin.timestamp().as_millisecond())
    };
    let today = begins(date)?;
    Ok(if today > at_ms {
        Day { start_ms: begins(date.yesterday()?)?, end_ms: today }
    } else {
        Day { start_ms: today, end_ms: begins(date.tomorrow()?)? }
    })
}

/// A clock that stands until it is moved.
#[derive(Debug, Clone)]
pub struct ManualClock {
    inner: Arc<ManualInner>,
}

#[derive(Debug)]
struct ManualInner {
    /// The monotonic clock.
    passed_ms: AtomicI64,
    /// What the time of day is ahead of it.
    jumped_ms: AtomicI64,
    moved: Notify,
}

impl ManualClock {
    /// A clock that stands at this time.
    pub fn at(now_ms: i64) -> Self {
        let (passed_ms, jumped_ms) = (AtomicI64::new(now_ms), AtomicI64::new(0));
        Self { inner: Arc::new(ManualInner { passed_ms, jumped_ms, moved: Notify::new() }) }
    }

    /// Moves the clock on and wakes whoever waits for a time that has come.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.inner.passed_ms.fetch_add(by_ms, Ordering::SeqCst);
        self.inner.moved.notify_waiters();
    }

    /// Sets the time of day on, or back where it is negative, as somebody does who corrects it, or as it seems to a computer
    /// that slept. Whoever waits goes on waiting.
    pub fn jump(&self, by_ms: i64) {
        self.inner.jumped_ms.fetch_add(by_ms, Ordering::SeqCst);
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.inner.passed_ms.load(Ordering::SeqCst)
            + i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2);
        loop {
            let moved = self.inner.moved.notified();
            if self.inner.passed_ms.load(Ordering::SeqCst) >= until {
                return;
            }
            moved.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = DAY_MS / 24;

    /// Central Europe: on at 2 o'clock on the last Sunday in March, back at 3 on the last one in October.
    fn berlin() -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    /// How many hours the day has that begins at an hour before this moment in UTC.
    fn hours_of_day(at: &str, hour: u8) -> i64 {
        let at_ms = at.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let day = day_around(at_ms, hour, &berlin()).unwrap();
        assert!(day.start_ms <= at_ms && at_ms < day.end_ms, "{at} is not in its day");
        (day.end_ms - day.start_ms) / HOUR_MS
    }

    #[test]
    fn a_day_has_an_hour_less_or_more_when_the_clocks_are_changed() {
        for (at, hour, hours) in [
            ("2026-07-01T12:00:00Z", 0, 24),
            ("2026-03-29T12:00:00Z", 0, 23),
            ("2026-10-25T12:00:00Z", 0, 25),
            // Begun on the evening before.
            ("2026-03-29T12:00:00Z", 21, 23),
            ("2026-10-25T12:00:00Z", 21, 25),
            // There is no half past two on the one day, and two of them on the other.
            ("2026-03-29T00:59:00Z", 2, 24),
            ("2026-03-29T01:00:00Z", 2, 23),
            ("2026-10-25T00:30:00Z", 2, 25),
            ("2026-10-25T01:30:00Z", 2, 25),
        ] {
            assert_eq!(hours_of_day(at, hour), hours, "{at}, days from {hour} o'clock");
        }
    }

    #[test]
    fn no_moment_of_a_year_lies_between_two_days() {
        let first_ms = "2026-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        for hour in 0..24 {
            let mut day = day_around(first_ms, hour, &berlin()).unwrap();
            for _ in 0..366 {
                let next = day_around(day.end_ms, hour, &berlin()).unwrap();
                assert_eq!(next.start_ms, day.end_ms, "days from {hour} o'clock");
                assert!(((23 * HOUR_MS)..=(25 * HOUR_MS)).contains(&(next.end_ms - next.start_ms)));
                day = next;
            }
        }
    }

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
