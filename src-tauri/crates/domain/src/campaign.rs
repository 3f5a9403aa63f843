//! The life of a campaign.

use crate::{AccountId, words};

words! {
    /// Where a campaign stands.
    CampaignState, "campaign state", {
        /// Being written; nothing is fixed.
        Draft = "draft",
        /// Waits for its time; the audience is computed when it starts.
        Scheduled = "scheduled",
        /// Being sent; the audience is frozen.
        Running = "running",
        /// Stopped by the user or by a problem; goes on when resumed.
        Paused = "paused",
        /// No delivery is open any more.
        Finished = "finished",
        /// Ended by the user; what was not sent is skipped.
        Cancelled = "cancelled",
    }
}

impl CampaignState {
    /// Whether the user may take this step.
    pub const fn may_become(self, next: Self) -> bool {
        use CampaignState::{Cancelled, Draft, Finished, Paused, Running, Scheduled};
        matches!(
            (self, next),
            (Draft, Scheduled | Running)
                | (Scheduled, Draft | Running | Cancelled)
                | (Running, Paused | Finished | Cancelled)
                | (Paused, Running | Finished | Cancelled)
        )
    }

    /// Whether content, audience and sender may still be changed.
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Scheduled)
    }

    /// Whether the audience is frozen and deliveries exist.
    pub const fn has_run(self) -> bool {
        !self.is_editable()
    }
}

words! {
    /// Why a campaign is paused.
    PauseReason, "pause reason", {
        /// The user pressed Pause.
        User = "user",
        /// The account's login, quota, TLS or reputation needs the user.
        Account = "account",
        /// The server could not be reached again and again.
        Network = "network",
        /// The database or the disk does not take the journal.
        Journal = "journal",
        /// Too many of the last mails failed.
        Failures = "failures",
        /// The database fails in a way that nobody foresaw; it is tried again by itself.
        Database = "database",
        /// Something else in the program does.
        Program = "program",
    }
}

/// For how many hours a campaign may try mails that are put off again.
pub const RETRY_HOURS: std::ops::RangeInclusive<u32> = 1..=14 * 24;
/// For how many hours it does where the user chose nothing: three days.
pub const USUAL_RETRY_HOURS: u32 = 3 * 24;

/// Part of a campaign's recipients for one account: next to the others', as much as its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AccountShare {
    /// Which account.
    pub account_id: AccountId,
    /// From 1 to [`Self::MOST`].
    pub weight: u32,
}

impl AccountShare {
    /// The greatest weight.
    pub const MOST: u32 = 100;

    /// A share as great as any other that was not weighted.
    pub const fn equal(account_id: AccountId) -> Self {
        Self { account_id, weight: 1 }
    }

    /// Whether these can be the shares of one campaign: each account once, each weight in its bounds.
    pub fn are_valid(shares: &[Self]) -> bool {
        shares.iter().enumerate().all(|(place, share)| {
            let is_first =
                shares.iter().position(|other| other.account_id == share.account_id) == Some(place);
            is_first && (1..=Self::MOST).contains(&share.weight)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_one_share_of_a_campaign() {
        let share = |id, weight| AccountShare { account_id: AccountId(id), weight };
        assert!(AccountShare::are_valid(&[share(1, 3), share(2, 1), share(3, AccountShare::MOST)]));
        for bad in [[share(1, 3), share(1, 1)], [share(1, 0), share(2, 1)], [share(1, 1), share(2, 101)]] {
            assert!(!AccountShare::are_valid(&bad));
        }
    }
}
