//! From the outcome of a mail to the report that settles it.

use hongyan_domain::{AccountId, DeliveryId, DeliveryState};
use hongyan_smtp::{Accepted, Failure};
use hongyan_store::{Entry, Report};

use super::feeder::Job;
use super::outcome::{Consequence, Standing, consequence, defer};
use super::pacer::jitter;
use super::shift::Shift;

/// Connections that may break under one mail before it has to wait.
pub(super) const MOST_BREAKS: u32 = 3;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// What became of a body.
pub(super) type Outcome = Result<Accepted, Failure>;

/// A mail whose body may be leaving.
#[derive(Debug, Clone, Copy)]
pub(super) struct Armed {
    pub(super) id: DeliveryId,
    /// Attempts before this one.
    attempts: i64,
    /// The account that tried it before.
    pub(super) tried_by: Option<AccountId>,
}

impl From<&Job> for Armed {
    fn from(job: &Job) -> Self {
        Self { id: job.id, attempts: job.attempts, tried_by: job.tried_by }
    }
}

impl Job {
    /// Its arming; from now on it counts at its recipient's domain.
    pub(super) fn arm(&self, shift: &Shift) -> Entry {
        if let Some(place) = &self.place {
            place.use_up(shift.engine.now_ms());
        }
        Entry::Arm { id: self.id, account_id: shift.account_id(), from: self.from }
    }
}

/// The report of an armed mail. Ends the round where the account has a problem.
pub(super) fn report_of(shift: &Shift, mail: Armed, outcome: &Outcome) -> Report {
    match outcome {
        Ok(accepted) => {
            shift.meter.count(shift.engine.now_ms());
            shift.pacer.taken();
            shift.sent(mail.id, accepted)
        }
        Err(failure) => not_sent(shift, mail, failure),
    }
}

fn not_sent(shift: &Shift, mail: Armed, failure: &Failure) -> Report {
    let standing = standing(shift, mail.attempts);
    let (verdict, consequence) = consequence(failure, &shift.server.host, standing);
    let (to, due_at_ms) = match consequence {
        Consequence::Settle { to, due_at_ms } => (to, due_at_ms),
        Consequence::HoldAccount(hold) => {
            shift.hold(hold);
            (DeliveryState::Queued, None)
        }
        Consequence::Reconnect if mail.attempts + 1 < i64::from(MOST_BREAKS) => (DeliveryState::Queued, None),
        Consequence::Reconnect => match defer(standing) {
            Consequence::Settle { to, due_at_ms } => (to, due_at_ms),
            _ => (DeliveryState::Queued, None),
        },
    };
    let mut report = shift.failed(mail.id, (DeliveryState::Armed, to), (verdict, failure), due_at_ms);
    if to == DeliveryState::Queued {
        // Nothing was said against the recipient: another account may try, unless this one's sender is known there.
        report.account_id = mail.tried_by;
    }
    report
}

/// Where a recipient with so many attempts stands.
pub(super) fn standing(shift: &Shift, attempts: i64) -> Standing {
    Standing {
        attempts,
        open_since_ms: shift.run.open_since_ms,
        patience_ms: i64::from(shift.run.retry_hours) * HOUR_MS,
        now_ms: shift.engine.now_ms(),
        jitter: jitter(),
    }
}
