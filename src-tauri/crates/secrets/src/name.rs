//! What a secret is filed under.

use std::fmt;

use hongyan_domain::AccountId;

/// The name of one secret, such as `account:7:smtp`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(String);

impl SecretName {
    /// The password an account logs in with to send.
    pub fn smtp_password(account: AccountId) -> Self {
        Self(format!("account:{account}:smtp"))
    }

    /// The password of the proxy an account goes through.
    pub fn proxy_password(account: AccountId) -> Self {
        Self(format!("account:{account}:proxy"))
    }

    /// The private key that signs an account's mails.
    pub fn dkim_key(account: AccountId) -> Self {
        Self(format!("account:{account}:dkim"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
