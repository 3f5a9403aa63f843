//! Campaigns whose sending was ended by an error that nobody foresaw: each is tried again after a pause that grows, and
//! the user is told meanwhile.
//!
//! What stays broken must not be run into every second for ever, with a login at the server each time; what passes must
//! not keep a campaign for long. A full disk is no such error: everything that waits for it looks again every second.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hongyan_domain::{CampaignId, PauseReason};

use super::crew::Pause;
use crate::Error;

/// The first pause; each further one is twice as long, up to the longest, and up to a quarter longer by chance.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(240);
const BY_CHANCE: f64 = 0.25;

/// The setbacks of all campaigns.
#[derive(Debug, Default)]
pub(super) struct Setbacks(Mutex<HashMap<CampaignId, Setback>>);

#[derive(Debug)]
struct Setback {
    /// What the user is told; `None` once it sends again.
    told: Option<PauseReason>,
    in_a_row: u32,
    pause: Pause,
}

impl Setbacks {
    fn all(&self) -> MutexGuard<'_, HashMap<CampaignId, Setback>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an error ended a campaign's sending; gives what to tell the user. `chance` is from 0.0 to 1.0.
    pub(super) fn note(
        &self,
        campaign: CampaignId,
        error: &Error,
        now_ms: i64,
        chance: f64,
    ) -> Option<PauseReason> {
        let reason = reason_of(error)?;
        let mut all = self.all();
        let in_a_row = all.get(&campaign).map_or(0, |before| before.in_a_row);
        let pause = Pause::new(now_ms, pause_after(in_a_row, chance));
        let in_a_row = in_a_row.saturating_add(1);
        all.insert(campaign, Setback { told: Some(reason), in_a_row, pause });
        Some(reason)
    }

    /// Whether it is too early to try a campaign again.
    pub(super) fn keeps(&self, campaign: CampaignId, now_ms: i64) -> bool {
        self.all().get(&campaign).is_some_and(|setback| !setback.pause.is_over(now_ms))
    }

    /// Why a campaign does not go on, and when it is tried again, unix milliseconds.
    pub(super) fn told(&self, campaign: CampaignId) -> Option<(PauseReason, i64)> {
        self.all().get(&campaign).and_then(|setback| Some((setback.told?, setback.pause.until_ms)))
    }

    /// A campaign sends again. Should it end once more soon, the pauses go on growing.
    pub(super) fn hide(&self, campaign: CampaignId) {
        if let Some(setback) = self.all().get_mut(&campaign) {
            setback.told = None;
        }
    }

    /// A campaign is well again.
    pub(super) fn forget(&self, campaign: CampaignId) {
        self.all().remove(&campaign);
    }

    /// Forgets all campaigns but these.
    pub(super) fn keep_only(&self, campaigns: &[CampaignId]) {
        self.all().retain(|campaign, _| campaigns.contains(campaign));
    }
}

/// What to tell the user about an error; `None` for those that have ways of their own to be told.
const fn reason_of(error: &Error) -> Option<PauseReason> {
    match error {
        Error::Store(hongyan_store::Error::DiskFull | hongyan_store::Error::ReadOnly) => None,
        Error::Store(_) => Some(PauseReason::Database),
        _ => Some(PauseReason::Program),
    }
}

/// The pause after so many setbacks in a row before this one.
fn pause_after(in_a_row: u32, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(1_u32.checked_shl(in_a_row).unwrap_or(u32::MAX));
    doubled.min(LONGEST).mul_f64(BY_CHANCE.mul_add(chance.clamp(0.0, 1.0), 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: CampaignId = CampaignId(1);

    fn broken() -> Error {
        Error::Store(hongyan_store::Error::Damaged("json"))
    }

    #[test]
    fn pauses_grow_from_a_second_to_five_minutes() {
        let pauses: Vec<u64> = (0..12).map(|in_a_row| pause_after(in_a_row, 0.0).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]);
        assert_eq!(pause_after(0, 1.0), Duration::from_millis(1_250));
        assert_eq!(pause_after(u32::MAX, 1.0), Duration::from_secs(300));
    }

    #[test]
    fn who_fails_again_and_again_is_tried_less_and_less_until_it_is_well() {
        let setbacks = Setbacks::default();
        let mut now_ms = 0;
        for pause_ms in [1_000, 2_000, 4_000] {
            assert_eq!(setbacks.note(ONE, &broken(), now_ms, 0.0), Some(PauseReason::Database));
            assert_eq!(setbacks.told(ONE), Some((PauseReason::Database, now_ms + pause_ms)));
            assert!(setbacks.keeps(ONE, now_ms + pause_ms - 1));
            now_ms += pause_ms;
            assert!(!setbacks.keeps(ONE, now_ms));
        }
        setbacks.hide(ONE);
        assert_eq!(setbacks.told(ONE), None);
        setbacks.note(ONE, &Error::Task, now_ms, 0.0);
        assert_eq!(setbacks.told(ONE), Some((PauseReason::Program, now_ms + 8_000)));
        setbacks.forget(ONE);
        setbacks.note(ONE, &broken(), now_ms, 0.0);
        assert_eq!(setbacks.told(ONE), Some((PauseReason::Database, now_ms + 1_000)));
        setbacks.keep_only(&[]);
        assert!(!setbacks.keeps(ONE, now_ms));
    }

    #[test]
    fn a_full_disk_is_no_setback() {
        let setbacks = Setbacks::default();
        for error in [hongyan_store::Error::DiskFull, hongyan_store::Error::ReadOnly] {
            assert_eq!(setbacks.note(ONE, &Error::Store(error), 0, 0.0), None);
        }
        assert!(!setbacks.keeps(ONE, 0));
    }
}
