//! The key that signs an account's mails, as shown and as entered.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How an account's mails are signed, and what must stand in the DNS so that receivers can check it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DkimView {
    /// `rsa` or `ed25519`.
    pub algorithm: String,
    /// Who signs: a domain.
    pub domain: String,
    /// Which of the domain's keys it is.
    pub selector: String,
    /// The name of the TXT record.
    pub record_name: String,
    /// Its value in one piece.
    pub record_value: String,
    /// Its value in quoted strings of at most 255 characters, as zone files have it.
    pub record_strings: String,
    /// Whether receivers count the signature for the account's From address (DMARC).
    pub aligned: bool,
}

/// Has an account's mails signed, or changes how.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetDkim {
    /// Which account.
    pub id: i64,
    /// `kept` (the key that the account has), `rsa` or `ed25519` (a new one), or `pem` (the user's own).
    pub key: String,
    /// The user's own private key, in PEM form; else null.
    pub pem: Option<String>,
    /// The selector; null or empty keeps the one there is, else the usual one.
    pub selector: Option<String>,
    /// Who signs; null or empty keeps the one there is, else the From address's domain.
    pub domain: Option<String>,
}

impl std::fmt::Debug for SetDkim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetDkim").field("id", &self.id).field("key", &self.key).finish_non_exhaustive()
    }
}
