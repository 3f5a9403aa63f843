//! What is known of the manners of an account's server, learned while sending and testing.
//!
//! It is kept with the account, as finding it out anew costs broken connections, and goes when host or port change.

use hongyan_domain::AccountId;

use super::Account;
use crate::event::Changed;
use crate::{Engine, Result};

impl Engine {
    /// Forgets that the account's server broke on several commands at once: from now on they are tried again.
    pub async fn try_fast_way(&self, id: AccountId) -> Result<Account> {
        self.store().update_account_lockstep(id, None).await?;
        // Its campaigns begin a new round, with what is known now.
        self.sending().stop_account(id);
        self.wake_sending();
        self.tell_changed(Changed::Accounts);
        self.load_account(id).await
    }

    /// Notes that the account's server breaks on several commands at once.
    pub(crate) async fn note_lockstep(&self, id: AccountId) -> Result<()> {
        tracing::warn!(
            account = id.0,
            "the server breaks on several commands at once; it gets them one by one"
        );
        self.store().update_account_lockstep(id, Some(self.now_ms())).await?;
        self.tell_changed(Changed::Accounts);
        Ok(())
    }

    /// Notes whether the account's server announces that it takes many mails at once.
    pub(crate) async fn note_takes_bursts(&self, id: AccountId, takes_bursts: bool) -> Result<()> {
        self.store().update_account_takes_bursts(id, takes_bursts).await?;
        self.tell_changed(Changed::Accounts);
        Ok(())
    }
}
