//! What others may know and do of a campaign that is being sent: how it goes, and the ends of its accounts' ropes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hongyan_domain::{AccountId, PauseReason};
use tokio_util::sync::CancellationToken;

use super::meter::Meter;
use super::pacer::Pacer;

/// How a running campaign goes, beyond its counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pace {
    /// Mails a minute over the last minute; `None` while unknown.
    pub per_minute: Option<f64>,
    /// No server can be reached at the moment.
    pub network_down: bool,
    /// The disk does not take the journal, or that an account is held, at the moment.
    pub journal_sick: bool,
    /// It was ended by an error that nobody foresaw, and is tried again by itself.
    pub fault: Option<PauseReason>,
    /// All its accounts are at a limit or rest, or it waits after an error: it goes on at this time, unix milliseconds.
    pub waits_until_ms: Option<i64>,
    /// It is just being started: recipients put into the queue so far.
    pub preparing: Option<i64>,
}

/// How an account of a running campaign can be watched and stopped.
#[derive(Debug, Clone)]
pub(super) struct LaneSign {
    /// Cancelled when it has ended, or is to end.
    pub(super) stop: CancellationToken,
    /// Whether its last try to connect failed.
    pub(super) network_down: Arc<AtomicBool>,
    pub(super) pacer: Arc<Pacer>,
    /// It goes on at this time, unix milliseconds, if it is to go on.
    pub(super) waits_until_ms: Option<i64>,
}

/// The accounts of a running campaign.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<BTreeMap<AccountId, LaneSign>>);

impl Lanes {
    pub(super) fn set(&self, account: AccountId, sign: LaneSign) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account, sign);
    }

    /// Whether an account's last try to connect failed; the same for all its parts in this campaign.
    pub(super) fn network_flag(&self, account: AccountId) -> Arc<AtomicBool> {
        let lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.get(&account).map(|sign| sign.network_down.clone()).unwrap_or_default()
    }

    /// Says until when an account waits that does not send; `None` when it has nothing to do.
    pub(super) fn set_wait(&self, account: AccountId, until_ms: Option<i64>) {
        if let Some(sign) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&account) {
            sign.waits_until_ms = until_ms;
        }
    }

    /// Ends an account's part until the runner lets it go on.
    pub(super) fn stop(&self, account: AccountId) {
        if let Some(sign) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&account) {
            sign.stop.cancel();
        }
    }

    pub(super) fn pace(&self, meter: &Meter, journal_sick: bool, now_ms: i64) -> Pace {
        let lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits: Vec<Option<i64>> = lanes.values().filter_map(|sign| sign.waits(now_ms)).collect();
        let mut busy = lanes.values().filter(|sign| !sign.stop.is_cancelled()).peekable();
        let anybody = if busy.peek().is_some() { busy.collect() } else { lanes.values().collect::<Vec<_>>() };
        Pace {
            preparing: None,
            fault: None,
            per_minute: meter.per_minute(now_ms),
            network_down: !anybody.is_empty()
                && anybody.iter().all(|sign| sign.network_down.load(Ordering::Relaxed)),
            journal_sick,
            waits_until_ms: if waits.contains(&None) { None } else { waits.into_iter().flatten().min() },
        }
    }
}

impl LaneSign {
    /// Until when it waits: `Some(None)` while it sends, `None` when it has nothing to do.
    fn waits(&self, now_ms: i64) -> Option<Option<i64>> {
        if self.stop.is_cancelled() {
            self.waits_until_ms.filter(|until_ms| *until_ms > now_ms).map(Some)
        } else {
            Some(self.pacer.waits_until_ms(now_ms))
        }
    }
}
