//! What a contact, an account, a campaign and a delivery *are*, and which changes are allowed.
//!
//! No input or output, no async, no clock: whoever needs the time passes it in. Every other crate may know this
//! one; this one knows none of ours, so a rule written here holds everywhere.

mod account;
mod address;
mod campaign;
mod contact;
mod delivery;
mod dkim;
mod field_name;
mod fingerprint;
mod ids;
mod limits;
mod proxy;
mod raw_row;
mod sender;
mod suppression;
mod template;
mod text;
mod verdict;

pub use account::{AccountKind, LoginKind, LoginMechanism, TlsMode};
pub use address::{AddressFault, AddressKey, EmailAddress};
pub use campaign::{AccountShare, CampaignState, PauseReason, RETRY_HOURS, USUAL_RETRY_HOURS};
pub use contact::Contact;
pub use delivery::{DeliveryState, SkipReason};
pub use dkim::{Dkim, DkimAlgorithm, parse_dkim_domain, parse_selector};
pub use field_name::{FieldName, FieldNameFault, RESERVED_FIELDS};
pub use fingerprint::{Fingerprint, FingerprintFault};
pub use ids::{AccountId, CampaignId, ContactId, DeliveryId, ImportId, ListId, RunId, TemplateId};
pub use limits::{DomainLimit, SendingLimits};
pub use proxy::{Proxy, ProxyAddressFault, ProxyKind};
pub use raw_row::RawRow;
pub use sender::{Sender, SenderFault};
pub use suppression::SuppressionReason;
pub use template::TemplateFormat;
pub use text::{clean_line, clean_text, truncate_chars};
pub use verdict::{AccountProblem, Stage, Verdict};

/// A stored word that this version does not know, for example from a newer version's database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}: {word}")]
pub struct UnknownWord {
    /// What the word should have been, for example `delivery state`.
    pub what: &'static str,
    /// The word as found.
    pub word: String,
}

/// Declares an enum whose values have one fixed word each: in the database, on the wire and in the CLI.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal, { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for this value in the database and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::UnknownWord { what: $what, word: other.to_owned() }),
                }
            }
        }
    };
}
pub(crate) use words;
