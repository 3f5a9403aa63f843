//! Why an address must get nothing.

use crate::words;

words! {
    /// Why an address stands on the suppression list. Import never lifts a suppression.
    SuppressionReason, "suppression reason", {
        /// The user put it there.
        Manual = "manual",
        /// The person asked to be left alone.
        Unsubscribed = "unsubscribed",
        /// The address does not exist or refuses all mail.
        Bounced = "bounced",
        /// The person reported a mail as spam.
        Complained = "complained",
    }
}
