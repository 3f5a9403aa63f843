//! No window ever holds more than its limit, and a server that says "slower" is obeyed.

use proptest::prelude::*;

use super::*;
use crate::clock::ManualClock;
use crate::sending::forecast::{Mails, forecast};

const MORNING_MS: i64 = 1_800_000_000_000;

fn at(limits: SendingLimits) -> (Pacer, Clock, ManualClock) {
    let manual = ManualClock::at(MORNING_MS);
    (Pacer::new(limits, Slowdown::default(), &[], MORNING_MS), Clock::Manual(manual.clone()), manual)
}

fn mails(total: i64) -> Mails {
    Mails { total, ..Mails::default() }
}

/// Sends as fast as it may; the times of the mails.
fn times(pacer: &Pacer, clock: &Clock, manual: &ManualClock, mails: usize) -> Vec<i64> {
    let mut times = Vec::new();
    while times.len() < mails {
        match pacer.take(clock, 0.5) {
            Ok(()) => times.push(clock.now_ms()),
            Err(until_ms) => manual.advance(Duration::from_millis((until_ms - clock.now_ms()) as u64)),
        }
    }
    times
}

fn most_within(times: &[i64], span_ms: i64) -> usize {
    times
        .iter()
        .map(|start| times.iter().filter(|time| (*start..*start + span_ms).contains(*time)).count())
        .max()
        .unwrap_or_default()
}

proptest! {
    #[test]
    fn no_span_of_time_holds_more_than_its_limit(
        second in 1u32..6, minute in 1u32..40, hour in 5u32..120, waits in proptest::collection::vec(0u64..90_000, 20),
    ) {
        let limits = SendingLimits {
            per_second: Some(second), per_minute: Some(minute), per_hour: Some(hour), ..Default::default()
        };
        let (pacer, clock, manual) = at(limits);
        let mut sent = Vec::new();
        for wait in waits {
            manual.advance(Duration::from_millis(wait));
            sent.extend(times(&pacer, &clock, &manual, 8));
        }
        prop_assert!(most_within(&sent, SECOND_MS) <= second as usize);
        prop_assert!(most_within(&sent, MINUTE_MS) <= minute as usize);
        prop_assert!(most_within(&sent, HOUR_MS) <= hour as usize);
    }
}

#[test]
fn without_limits_nobody_waits_and_nothing_is_foretold() {
    let (pacer, clock, manual) = at(SendingLimits::default());
    assert_eq!(times(&pacer, &clock, &manual, 5_000).last(), Some(&MORNING_MS));
    assert_eq!(forecast(&clock, &[(pacer, MORNING_MS)], &mails(1_000)), None);
}

#[test]
fn a_gap_lies_between_two_mails() {
    let (pacer, clock, manual) = at(SendingLimits { gap_ms: 2_000, gap_max_ms: 4_000, ..Default::default() });
    let times = times(&pacer, &clock, &manual, 4);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 3_000), "{times:?}");
}

#[test]
fn a_day_that_begins_at_an_hour_opens_at_that_hour() {
    let limits = SendingLimits { per_day: Some(3), day_starts_at: Some(6), ..Default::default() };
    let (pacer, clock, manual) = at(limits);
    let day = clock.day_around(MORNING_MS, 6);
    let times = times(&pacer, &clock, &manual, 5);
    assert_eq!(times[2], MORNING_MS);
    assert_eq!(times[3], day.end_ms);
}

#[test]
fn a_restart_remembers_what_was_sent() {
    let recent = [(MORNING_MS - 30 * MINUTE_MS, 40), (MORNING_MS - 10 * MINUTE_MS, 9)];
    let limits = SendingLimits { per_hour: Some(50), ..Default::default() };
    let pacer = Pacer::new(limits, Slowdown::default(), &recent, MORNING_MS);
    let clock = Clock::Manual(ManualClock::at(MORNING_MS));
    assert_eq!(pacer.take(&clock, 0.5), Ok(()));
    let until_ms = pacer.take(&clock, 0.5).expect_err("fifty are fifty");
    assert!((29..=32).contains(&((until_ms - MORNING_MS) / MINUTE_MS)), "{until_ms}");
    assert_eq!(pacer.waits_until_ms(MORNING_MS), Some(until_ms));
}

#[test]
fn the_places_are_what_can_be_taken_at_once() {
    let (pacer, clock, _) =
        at(SendingLimits { per_minute: Some(10), per_hour: Some(3), ..Default::default() });
    assert_eq!(pacer.places(&clock, 2), Ok(2));
    assert_eq!(pacer.places(&clock, 16), Ok(3), "asking takes nothing");
    for _ in 0..3 {
        pacer.take(&clock, 0.5).expect("a place");
    }
    assert!(pacer.places(&clock, 16).is_err());
    let (gap, clock, _) = at(SendingLimits { gap_ms: 60_000, ..Default::default() });
    assert_eq!(gap.places(&clock, 16), Ok(1));
}

#[test]
fn a_clock_set_back_opens_nothing_early() {
    let limits = SendingLimits { per_minute: Some(2), ..Default::default() };
    let pacer = Pacer::new(limits, Slowdown::default(), &[], MORNING_MS);
    let late = Clock::Manual(ManualClock::at(MORNING_MS));
    assert_eq!((pacer.take(&late, 0.5), pacer.take(&late, 0.5)), (Ok(()), Ok(())));
    let early = Clock::Manual(ManualClock::at(MORNING_MS - HOUR_MS));
    assert!(pacer.take(&early, 0.5).is_err());
}

#[test]
fn a_clock_set_back_keeps_nobody_waiting_for_longer_than_a_limit_would() {
    let set_back = |limits: SendingLimits| {
        let pacer = Pacer::new(limits, Slowdown::default(), &[], MORNING_MS);
        let late = Clock::Manual(ManualClock::at(MORNING_MS));
        while pacer.places(&late, 1).is_ok() && pacer.used(&late).day < 2 {
            pacer.take(&late, 0.5).expect("a place");
        }
        pacer.session_ended(MORNING_MS);
        let now_ms = MORNING_MS - 24 * HOUR_MS;
        let early = Clock::Manual(ManualClock::at(now_ms));
        let session_ms = pacer.next_session(now_ms).unwrap_or(now_ms) - now_ms;
        (pacer.take(&early, 0.5).err().unwrap_or(now_ms) - now_ms, session_ms)
    };
    let none = SendingLimits::default();
    assert_eq!(set_back(none.clone()), (0, 0));
    let (gap_ms, session_pause_ms) = (2_000, 30_000);
    assert_eq!(set_back(SendingLimits { gap_ms, session_pause_ms, ..none.clone() }), (2_000, 30_000));
    let minute = set_back(SendingLimits { per_minute: Some(2), ..none.clone() }).0;
    assert!((1..=MINUTE_MS + 2_000).contains(&minute), "{minute}");
    let hour = set_back(SendingLimits { per_hour: Some(2), ..none }).0;
    assert!((HOUR_MS - MINUTE_MS..=HOUR_MS + 2 * MINUTE_MS).contains(&hour), "{hour}");
}

#[test]
fn the_forecast_is_what_happens() {
    let limits = SendingLimits { per_minute: Some(7), per_hour: Some(50), gap_ms: 500, ..Default::default() };
    let (pacer, clock, manual) = at(limits.clone());
    let foretold = forecast(&clock, &[(at(limits.clone()).0, MORNING_MS)], &mails(180));
    assert_eq!(foretold, times(&pacer, &clock, &manual, 180).last().copied());
}

#[test]
fn several_accounts_are_done_sooner_and_one_that_rests_begins_later() {
    let hourly = |limit| at(SendingLimits { per_hour: Some(limit), ..Default::default() }).0;
    let clock = at(SendingLimits::default()).1;
    let alone = forecast(&clock, &[(hourly(10), MORNING_MS)], &mails(60)).expect("a time");
    let both =
        forecast(&clock, &[(hourly(10), MORNING_MS), (hourly(20), MORNING_MS)], &mails(60)).expect("a time");
    assert_eq!([alone, both].map(|end_ms| (end_ms - MORNING_MS) / HOUR_MS), [5, 1]);
    let later = MORNING_MS + 3 * HOUR_MS;
    let one_rests =
        forecast(&clock, &[(hourly(10), MORNING_MS), (hourly(20), later)], &mails(60)).expect("a time");
    assert_eq!((one_rests - MORNING_MS) / HOUR_MS, 3);
    assert_eq!(
        forecast(&clock, &[(hourly(10), MORNING_MS), (at(SendingLimits::default()).0, later)], &mails(60)),
        None
    );
}

#[test]
fn slowed_down_it_rests_longer_each_time_and_recovers_step_by_step() {
    let (pacer, clock, manual) = at(SendingLimits::default());
    times(&pacer, &clock, &manual, 100);
    let rests: Vec<i64> =
        (0..6).map(|_| pacer.slow_down(clock.now_ms(), 8, false, 0.0) / MINUTE_MS).collect();
    assert_eq!(rests, [15, 30, 60, 120, 240, 240]);
    assert_eq!((pacer.slowdown().per_minute, pacer.slowdown().connections), (Some(1), Some(1)));

    manual.advance(Duration::from_secs(60));
    assert_eq!(pacer.recover(clock.now_ms(), 8), None, "nothing was taken meanwhile");
    let mut minutes = 0;
    while pacer.slowdown() != Slowdown::default() {
        pacer.taken();
        manual.advance(Duration::from_secs(60));
        pacer.recover(clock.now_ms(), 8).expect("a step");
        minutes += 1;
    }
    assert_eq!(minutes, 10, "a tenth of the full rate a minute");
}

#[test]
fn an_allowance_that_is_used_up_costs_an_hour_and_no_speed_and_more_only_where_nothing_was_taken() {
    let (pacer, clock, _) = at(SendingLimits::default());
    let rest = || pacer.slow_down(clock.now_ms(), 8, true, 0.0) / HOUR_MS;
    assert_eq!([rest(), rest(), rest(), rest()], [1, 2, 4, 4]);
    pacer.taken();
    assert_eq!([rest(), rest()], [1, 2]);
    assert_eq!((pacer.slowdown().per_minute, pacer.slowdown().connections), (None, None));
}

#[test]
fn an_account_with_one_connection_never_gets_a_second() {
    let (pacer, clock, manual) = at(SendingLimits::default());
    times(&pacer, &clock, &manual, 100);
    pacer.slow_down(clock.now_ms(), 1, false, 0.0);
    assert_eq!(pacer.slowdown().connections, None);
}
