//! How an account is: whether it can send now, what it may send, and what it sent.

use hongyan_domain::AccountId;

use super::Account;
use crate::limits::AccountLimits;
use crate::sending::Use;
use crate::{Engine, Result};

/// Whether an account can send now. Of several reasons against it the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountCondition {
    /// It can send.
    Ready,
    /// Its server asked it to slow down; it sends at a lower rate.
    Slowed,
    /// One of its limits is reached.
    Waits {
        /// Until when, unix milliseconds.
        until_ms: i64,
    },
    /// It is held; the account says why.
    Held,
}

/// How an account is.
#[derive(Debug, Clone)]
pub struct AccountState {
    /// The account.
    pub account: Account,
    /// Whether it can send now.
    pub condition: AccountCondition,
    /// What it may send, and how far it was slowed down.
    pub limits: AccountLimits,
    /// What it sent of late.
    pub used: Use,
    /// Its connections now; `None` where another process sends.
    pub connections: Option<u32>,
    /// The most it may have now.
    pub most_connections: u32,
}

impl Engine {
    /// How an account is.
    pub async fn account_state(&self, id: AccountId) -> Result<AccountState> {
        let account = self.load_account(id).await?;
        let limits = self.limits_of(&account.record).await?;
        let sends_here = self.sending_status().here;
        // The pacer of the process that sends knows; elsewhere the deliveries are read.
        let used = if sends_here {
            self.pacer(id).await?.used(self.clock())
        } else {
            self.new_pacer(id).await?.used(self.clock())
        };
        let most = account.record.values.max_connections;
        Ok(AccountState {
            condition: match (&account.record.hold, used.full_until_ms) {
                (Some(_), _) => AccountCondition::Held,
                (None, Some(until_ms)) => AccountCondition::Waits { until_ms },
                (None, None) if limits.slowdown.per_minute.is_some() => AccountCondition::Slowed,
                (None, None) => AccountCondition::Ready,
            },
            connections: sends_here.then(|| self.sending().open_connections(id)),
            most_connections: limits.slowdown.connections.map_or(most, |slowed| slowed.min(most)),
            account,
            limits,
            used,
        })
    }
}
