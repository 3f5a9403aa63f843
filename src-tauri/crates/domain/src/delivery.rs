//! The life of one mail to one address.
//!
//! ```text
//! queued ─→ armed ─→ sent
//!              ├───→ deferred ─→ armed …
//!              ├───→ failed
//!              └───→ in_doubt
//! queued ─→ skipped
//! ```
//! `armed` is durable before the body leaves. What is `armed` without an outcome after a crash becomes `in_doubt`
//! and is never sent again by itself (RFC 1047: between the last dot and its reply nobody can know).

use crate::words;

words! {
    /// Where a delivery stands.
    DeliveryState, "delivery state", {
        /// Waits for its first attempt.
        Queued = "queued",
        /// The body may be leaving now. Written before its first byte does.
        Armed = "armed",
        /// The server took responsibility (its 250 was seen).
        Sent = "sent",
        /// Refused for now; tried again when due.
        Deferred = "deferred",
        /// Refused for good, or out of attempts.
        Failed = "failed",
        /// The server may have taken it; no answer was seen.
        InDoubt = "in_doubt",
        /// Not attempted, for a reason known before.
        Skipped = "skipped",
    }
}

impl DeliveryState {
    /// Whether the sending loop may take this step by itself.
    ///
    /// `armed → queued` exists for a connection lost after arming but before the first byte of the body.
    pub const fn may_become(self, next: Self) -> bool {
        use DeliveryState::{Armed, Deferred, Failed, InDoubt, Queued, Sent, Skipped};
        matches!(
            (self, next),
            (Queued | Deferred, Armed | Skipped | Failed | Deferred)
                | (Armed, Sent | Deferred | Failed | InDoubt | Queued)
        )
    }

    /// Whether nothing more happens to it by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed | Self::InDoubt | Self::Skipped)
    }
}

words! {
    /// Why a delivery was not attempted, or a person is left out of a campaign.
    SkipReason, "skip reason", {
        /// The address is on the suppression list.
        Suppressed = "suppressed",
        /// The template needs a field this contact does not have.
        MissingField = "missing_field",
        /// The mail could not be built for this contact.
        NotBuildable = "not_buildable",
        /// The contact was deleted since the audience was frozen.
        ContactDeleted = "contact_deleted",
        /// The campaign was cancelled before its turn.
        Cancelled = "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_final_stays_as_it_is() {
        for state in DeliveryState::ALL.iter().filter(|state| state.is_final()) {
            for next in DeliveryState::ALL {
                assert!(!state.may_become(*next), "{state} must not become {next} by itself");
            }
        }
    }

    #[test]
    fn nothing_is_sent_without_being_armed() {
        for state in DeliveryState::ALL {
            assert_eq!(state.may_become(DeliveryState::Sent), *state == DeliveryState::Armed);
        }
    }

    #[test]
    fn words_round_trip() {
        for state in DeliveryState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        assert!("sent ".parse::<DeliveryState>().is_err());
    }
}
