//! From what the wire said to what the journal writes and what the run does next.

use std::time::Duration;

use hongyan_domain::{AccountProblem, DeliveryState, Verdict};
use hongyan_smtp::{Cause, Failure, greylisted_for, judge};
use hongyan_store::Hold;

use crate::accounts::server_says;

/// Retries of one recipient begin after this and double up to [`LONGEST_RETRY`] (Postfix keeps 5 min to about 1 h).
const FIRST_RETRY: Duration = Duration::from_secs(5 * 60);
const LONGEST_RETRY: Duration = Duration::from_secs(4 * 60 * 60);
/// A server that greylists is asked again when it said, so often; one that goes on refusing is a server like any other.
const GREYLISTED_TRIES: i64 = 3;
/// Who comes late in a long run, because of the account's limits, gets so many tries after its end; they take some hours.
const LATE_TRIES: i64 = 6;

/// What a failure means for the recipient and for the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Consequence {
    /// The recipient gets this state; the run goes on.
    Settle {
        /// Its state.
        to: DeliveryState,
        /// When it is tried again, unix milliseconds.
        due_at_ms: Option<i64>,
    },
    /// Nothing is known against the recipient: try the same mail on a new connection.
    Reconnect,
    /// The account sends nothing for now; the recipient waits as before.
    HoldAccount(Hold),
}

/// Where the recipient stood when it failed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Attempts before this one.
    pub(super) attempts: i64,
    /// When the run began or was opened again, unix milliseconds.
    pub(super) open_since_ms: i64,
    /// For how long a recipient is tried, in milliseconds.
    pub(super) patience_ms: i64,
    /// Unix milliseconds.
    pub(super) now_ms: i64,
    /// 0.0 to 1.0, spreads the retries.
    pub(super) jitter: f64,
}

/// Draws the consequence of a failure.
pub(super) fn consequence(failure: &Failure, host: &str, at: Standing) -> (Verdict, Consequence) {
    let verdict = judge(failure, Some(host));
    let consequence = match verdict {
        Verdict::InDoubt => Consequence::Settle { to: DeliveryState::InDoubt, due_at_ms: None },
        // Cannot come out of a failure; taken for what it would mean.
        Verdict::Accepted => Consequence::Settle { to: DeliveryState::Sent, due_at_ms: None },
        Verdict::NetworkDown => Consequence::Reconnect,
        Verdict::Account(problem) => Consequence::HoldAccount(hold(problem, verdict, failure, at.now_ms)),
        Verdict::TryLater => match greylisted_for(failure) {
            Some(wait) if at.attempts < GREYLISTED_TRIES => defer_until(at, after(wait, at)),
            _ => defer(at),
        },
        Verdict::RecipientUnknown | Verdict::RecipientRefused | Verdict::ContentRefused => {
            if is_temporary(failure) {
                defer(at)
            } else {
                Consequence::Settle { to: DeliveryState::Failed, due_at_ms: None }
            }
        }
    };
    (verdict, consequence)
}

/// Tries the recipient again later, for the last time when the campaign's time for that is over, or gives it up.
pub(super) fn defer(at: Standing) -> Consequence {
    defer_until(at, at.now_ms + retry_delay_ms(at.attempts, at.jitter))
}

/// A little behind the end of a wait: who comes too early waits anew.
fn after(wait: Duration, at: Standing) -> i64 {
    let wait = wait.mul_f64(0.15_f64.mul_add(at.jitter.clamp(0.0, 1.0), 1.02));
    at.now_ms + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2)
}

fn defer_until(at: Standing, due_at_ms: i64) -> Consequence {
    let end_ms = at.open_since_ms + at.patience_ms;
    if at.now_ms < end_ms {
        Consequence::Settle { to: DeliveryState::Deferred, due_at_ms: Some(due_at_ms.min(end_ms)) }
    } else if at.attempts < LATE_TRIES && first_tries_ms(at.attempts + 1) < at.patience_ms {
        Consequence::Settle { to: DeliveryState::Deferred, due_at_ms: Some(due_at_ms) }
    } else {
        Consequence::Settle { to: DeliveryState::Failed, due_at_ms: None }
    }
}

/// How long the first tries take as a rule, with the wait behind the last of them.
fn first_tries_ms(tries: i64) -> i64 {
    (0..tries).map(|attempt| retry_delay_ms(attempt, 0.5)).sum()
}

/// 5 min, 10, 20 … 4 h, each ± 20 %.
fn retry_delay_ms(attempts: i64, jitter: f64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 16)).unwrap_or_default();
    let delay = FIRST_RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY);
    let spread = 0.8 + 0.4 * jitter.clamp(0.0, 1.0);
    i64::try_from(delay.mul_f64(spread).as_millis()).unwrap_or(i64::MAX / 2)
}

fn is_temporary(failure: &Failure) -> bool {
    matches!(&failure.cause, Cause::Reply(reply) if reply.is_temporary())
}

fn hold(problem: AccountProblem, verdict: Verdict, failure: &Failure, now_ms: i64) -> Hold {
    let until_ms = match problem {
        AccountProblem::Quota | AccountProblem::SlowDown => {
            // How long is the pacer's to say, which knows how often it was asked before.
            Some(now_ms)
        }
        AccountProblem::Login
        | AccountProblem::Tls
        | AccountProblem::Reputation
        | AccountProblem::Sender
        | AccountProblem::Proxy
        | AccountProblem::SigningKey => None,
    };
    Hold { verdict: verdict.as_str().to_owned(), detail: server_says(failure), since_ms: now_ms, until_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_grow_to_four_hours() {
        let minutes = |attempts| retry_delay_ms(attempts, 0.5) / 60_000;
        assert_eq!([0, 1, 2, 5, 6, 40].map(minutes), [5, 10, 20, 160, 240, 240]);
        assert!(retry_delay_ms(0, 0.0) < retry_delay_ms(0, 1.0));
    }

    #[test]
    fn a_server_that_greylists_is_asked_again_just_behind_the_time_it_said() {
        let minutes = |attempts, jitter| {
            let reply = hongyan_smtp::Reply {
                code: 450,
                enhanced: None,
                text: "Greylisted for 10 minutes".to_owned(),
            };
            let failure = Failure { stage: hongyan_domain::Stage::Rcpt, cause: Cause::Reply(reply) };
            let at = Standing { attempts, open_since_ms: 0, patience_ms: i64::MAX, now_ms: 0, jitter };
            match consequence(&failure, "mail.example.com", at).1 {
                Consequence::Settle { due_at_ms: Some(due_ms), .. } => due_ms as f64 / 60_000.0,
                other => panic!("{other:?}"),
            }
        };
        for (attempts, jitter) in [(0, 0.0), (0, 1.0), (2, 0.0)] {
            assert!((10.1..12.0).contains(&minutes(attempts, jitter)), "attempt {attempts}");
        }
        assert!(minutes(GREYLISTED_TRIES, 0.5) > 30.0, "it goes on and on");
    }

    const HOUR_MS: i64 = 60 * 60 * 1000;

    fn deferred(attempts: i64, now_ms: i64) -> Consequence {
        defer(Standing { attempts, open_since_ms: 0, patience_ms: HOUR_MS, now_ms, jitter: 0.5 })
    }

    const FAILED: Consequence = Consequence::Settle { to: DeliveryState::Failed, due_at_ms: None };

    const fn waits(due_ms: i64) -> Consequence {
        Consequence::Settle { to: DeliveryState::Deferred, due_at_ms: Some(due_ms) }
    }

    #[test]
    fn a_recipient_is_tried_once_more_at_the_end_of_its_time_and_then_given_up() {
        assert_eq!(deferred(3, 0), waits(HOUR_MS * 2 / 3));
        assert_eq!(deferred(3, HOUR_MS / 2), waits(HOUR_MS));
        assert_eq!(deferred(4, HOUR_MS), FAILED);
    }

    #[test]
    fn a_recipient_who_comes_late_in_a_long_run_is_tried_as_often() {
        let late_ms = 50 * HOUR_MS;
        assert_eq!(deferred(0, late_ms), waits(late_ms + HOUR_MS / 12));
        assert_eq!(deferred(2, late_ms), waits(late_ms + HOUR_MS / 3));
        assert_eq!(deferred(3, late_ms), FAILED);
    }
}
