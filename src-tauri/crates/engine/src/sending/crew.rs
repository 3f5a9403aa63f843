//! The accounts of a running campaign: which are at work, what keeps the others, and what is left to do for whom.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hongyan_domain::{AccountId, DeliveryState};
use hongyan_store::StateCounts;
use tokio::task::JoinSet;

use super::lane::Ending;
use super::manners::Manners;
use crate::Result;

/// The accounts at work, and when the others may go on.
#[derive(Default)]
pub(super) struct Crew {
    pub(super) at_work: JoinSet<(AccountId, Result<Ending>)>,
    pub(super) places: BTreeMap<AccountId, Place>,
}

#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) is_at_work: bool,
    /// What is known of its server's manners.
    pub(super) manners: Option<Arc<Manners>>,
    pub(super) pause: Option<Pause>,
    /// It stopped at a limit.
    pub(super) is_full: bool,
    /// All who were left were at domains that take no more before this time, unix milliseconds.
    pub(super) opens_at_ms: Option<i64>,
    /// Times in a row that its server could not be reached.
    pub(super) unreachable: u32,
}

/// A pause before an account tries again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    pub(super) until_ms: i64,
    /// The same, for a clock that was set back.
    until: Instant,
}

impl Pause {
    pub(super) fn new(now_ms: i64, pause: Duration) -> Self {
        let pause_ms = i64::try_from(pause.as_millis()).unwrap_or_default();
        Self { until_ms: now_ms + pause_ms, until: Instant::now() + pause }
    }

    pub(super) fn is_over(&self, now_ms: i64) -> bool {
        now_ms >= self.until_ms || Instant::now() >= self.until
    }
}

/// What is left to do.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) untried: i64,
    pub(super) by_account: BTreeMap<Option<AccountId>, StateCounts>,
}

impl Open {
    pub(super) fn total(&self) -> i64 {
        self.by_account.values().map(StateCounts::open).sum()
    }

    /// How many are in this state, whosever they are.
    pub(super) fn total_in(&self, state: DeliveryState) -> i64 {
        self.by_account.values().map(|counts| counts.get(state)).sum()
    }

    /// How many wait for this account alone.
    pub(super) fn own(&self, account: AccountId, state: DeliveryState) -> i64 {
        self.by_account.get(&Some(account)).map_or(0, |counts| counts.get(state))
    }

    pub(super) fn may_do(&self, account: AccountId) -> bool {
        self.untried > 0 || self.by_account.get(&Some(account)).is_some_and(|counts| counts.open() > 0)
    }
}
