//! Accounts that are about to be held: nobody may begin to send through one before its hold is in the database.
//!
//! Between the server's refusal and that write lie the ends of the account's connections, and whoever looks at the account
//! meanwhile finds it free. So whoever wants to begin says when they looked, and is told whether that still holds.
//!
//! A hold that the disk does not take keeps its account all the same, as servers lock accounts that come again and again.
//! The supervisor writes it when there is room.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hongyan_domain::AccountId;
use hongyan_store::Hold;

use crate::event::Changed;
use crate::{Engine, Result};

/// The holds of all accounts.
#[derive(Debug, Default)]
pub(super) struct Holds(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begun: HashMap<AccountId, Hold>,
    /// Those of them that nobody is about to write any more.
    late: HashSet<AccountId>,
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

    /// An account is about to be held; the first reason counts.
    pub(super) fn begin(&self, account: AccountId, hold: Hold) {
        self.inner().begun.entry(account).or_insert(hold);
    }

    /// Who was about to write the hold of an account, if there is one, could not.
    pub(super) fn leave_for_later(&self, account: AccountId) {
        let mut inner = self.inner();
        if inner.begun.contains_key(&account) {
            inner.late.insert(account);
        }
    }

    /// Whether there are holds that could not be written.
    pub(super) fn are_late(&self) -> bool {
        !self.inner().late.is_empty()
    }

    fn late(&self) -> Vec<(AccountId, Hold)> {
        let inner = self.inner();
        inner.late.iter().filter_map(|id| Some((*id, inner.begun.get(id)?.clone()))).collect()
    }

    /// The hold of an account is in the database, or over.
    pub(super) fn note(&self, account: AccountId) {
        let mut inner = self.inner();
        inner.begun.remove(&account);
        inner.late.remove(&account);
        *inner.noted.entry(account).or_default() += 1;
    }

    /// Nobody is sending any more who could note one.
    pub(super) fn forget_begun(&self) {
        let mut inner = self.inner();
        inner.begun.clear();
        inner.late.clear();
    }

    /// To be asked before an account is looked at.
    pub(super) fn moment(&self, account: AccountId) -> Moment {
        Moment(self.inner().noted.get(&account).copied().unwrap_or_default())
    }

    /// Whether an account that was looked at since that moment, and was not held, may begin to send.
    pub(super) fn lets_begin(&self, account: AccountId, since: Moment) -> bool {
        !self.inner().begun.contains_key(&account) && self.moment(account) == since
    }
}

impl Engine {
    /// Holds an account, for all campaigns, whether the disk takes it now or later.
    pub(super) async fn hold(&self, account: AccountId, hold: &Hold) {
        let holds = &self.sending().holds;
        holds.begin(account, hold.clone());
        if let Err(error) = self.write_hold(account, hold).await {
            tracing::warn!(%error, "that an account is held cannot be written yet");
            holds.leave_for_later(account);
        }
    }

    /// Writes the holds that could not be written before, and forgets those that are over.
    pub(super) async fn write_late_holds(&self) {
        let holds = &self.sending().holds;
        for (account, hold) in holds.late() {
            if hold.until_ms.is_some_and(|until_ms| until_ms <= self.now_ms()) {
                holds.note(account);
            } else if let Err(error) = self.write_hold(account, &hold).await {
                tracing::info!(%error, "that an account is held still cannot be written");
            }
        }
    }

    async fn write_hold(&self, account: AccountId, hold: &Hold) -> Result<()> {
        let store = self.store();
        store.update_slowdown(account, &self.pacer(account).await?.slowdown()).await?;
        store.update_account_hold(account, Some(hold)).await?;
        self.sending().holds.note(account);
        self.tell_changed(Changed::Accounts);
        self.tell_changed(Changed::Campaigns);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold() -> Hold {
        Hold { verdict: "account_login".to_owned(), detail: String::new(), since_ms: 1, until_ms: None }
    }

    const ONE: AccountId = AccountId(1);
    const OTHER: AccountId = AccountId(2);

    #[test]
    fn nobody_begins_while_a_hold_is_on_its_way_to_the_database() {
        let holds = Holds::default();
        let moment = holds.moment(ONE);
        assert!(holds.lets_begin(ONE, moment));
        holds.begin(ONE, hold());
        assert!(!holds.lets_begin(ONE, moment));
        assert!(holds.lets_begin(OTHER, holds.moment(OTHER)), "another account may");
    }

    #[test]
    fn who_looked_before_the_hold_was_written_has_to_look_again() {
        let holds = Holds::default();
        let moment = holds.moment(ONE);
        holds.begin(ONE, hold());
        holds.note(ONE);
        assert!(!holds.lets_begin(ONE, moment), "what was seen is older than the hold");
        assert!(holds.lets_begin(ONE, holds.moment(ONE)));
    }

    #[test]
    fn a_hold_that_could_not_be_written_keeps_its_account_until_it_is() {
        let holds = Holds::default();
        holds.leave_for_later(ONE);
        assert!(!holds.are_late(), "there is none");
        holds.begin(ONE, hold());
        holds.leave_for_later(ONE);
        assert!(holds.are_late() && holds.late() == [(ONE, hold())]);
        assert!(!holds.lets_begin(ONE, holds.moment(ONE)));
        holds.note(ONE);
        assert!(!holds.are_late() && holds.lets_begin(ONE, holds.moment(ONE)));
    }

    #[test]
    fn what_nobody_can_note_any_more_keeps_nobody_for_ever() {
        let holds = Holds::default();
        holds.begin(ONE, hold());
        holds.forget_begun();
        assert!(holds.lets_begin(ONE, holds.moment(ONE)));
    }
}
