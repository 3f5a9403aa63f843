//! Accounts that are about to be held: nobody may begin to send through one before its hold is in the database.
//!
//! Between the server's refusal and that write lie the ends of the account's connections, and whoever looks at the account
//! meanwhile finds it free. So whoever wants to begin says when they looked, and is told whether that still holds.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hongyan_domain::AccountId;

/// The holds of all accounts.
#[derive(Debug, Default)]
pub(super) struct Holds(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begun: HashSet<AccountId>,
    /// How many were noted, of each account.
    noted: HashMap<AccountId, u64>,
}

/// A moment before somebody looked at an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(u64);

impl Holds {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An account is about to be held.
    pub(super) fn begin(&self, account: AccountId) {
        self.inner().begun.insert(account);
    }

    /// The hold of an account is in the database, or cannot be brought there.
    pub(super) fn note(&self, account: AccountId) {
        let mut inner = self.inner();
        inner.begun.remove(&account);
        *inner.noted.entry(account).or_default() += 1;
    }

    /// Nobody is sending any more who could note one.
    pub(super) fn forget_begun(&self) {
        self.inner().begun.clear();
    }

    /// To be asked before an account is looked at.
    pub(super) fn moment(&self, account: AccountId) -> Moment {
        Moment(self.inner().noted.get(&account).copied().unwrap_or_default())
    }

    /// Whether an account that was looked at since that moment, and was not held, may begin to send.
    pub(super) fn lets_begin(&self, account: AccountId, since: Moment) -> bool {
        !self.inner().begun.contains(&account) && self.moment(account) == since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: AccountId = AccountId(1);
    const OTHER: AccountId = AccountId(2);

    #[test]
    fn nobody_begins_while_a_hold_is_on_its_way_to_the_database() {
        let holds = Holds::default();
        let moment = holds.moment(ONE);
        assert!(holds.lets_begin(ONE, moment));
        holds.begin(ONE);
        assert!(!holds.lets_begin(ONE, moment));
        assert!(holds.lets_begin(OTHER, holds.moment(OTHER)), "another account may");
    }

    #[test]
    fn who_looked_before_the_hold_was_written_has_to_look_again() {
        let holds = Holds::default();
        let moment = holds.moment(ONE);
        holds.begin(ONE);
        holds.note(ONE);
        assert!(!holds.lets_begin(ONE, moment), "what was seen is older than the hold");
        assert!(holds.lets_begin(ONE, holds.moment(ONE)));
    }

    #[test]
    fn what_nobody_can_note_any_more_keeps_nobody_for_ever() {
        let holds = Holds::default();
        holds.begin(ONE);
        holds.forget_begun();
        assert!(holds.lets_begin(ONE, holds.moment(ONE)));
    }
}
