//! The life of a campaign.

use crate::words;

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
    }
}
