//! What can go wrong with keeping a secret.

use std::io;

/// Why a secret cannot be stored, found or deleted.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The vault must be unlocked with its passphrase first.
    #[error("the vault is locked")]
    Locked,
    /// There is neither a keyring nor a vault; create one.
    #[error("there is no vault yet")]
    NoVault,
    /// A vault is there already and is not replaced.
    #[error("there is a vault already")]
    VaultExists,
    /// The passphrase is not the vault's.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The passphrase is too easy to try out.
    #[error("the passphrase needs at least {min} characters")]
    PassphraseTooShort {
        /// The fewest characters it must have.
        min: usize,
    },
    /// The keyring refused.
    #[error(transparent)]
    Keyring(#[from] KeyringFault),
    /// The vault's file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The vault's file was changed or cut short from outside; only a copy of it helps.
    #[error("the vault is damaged")]
    Damaged,
    /// The vault was written by a newer version of this program.
    #[error("the vault is from a newer version")]
    NewerVersion,
}

/// What a keyring can answer with instead of a secret.
///
/// The library's own error is not kept, as it can hold the bytes of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyringFault {
    /// It is locked and was not unlocked, or it does not let us in.
    #[error("the keyring is locked")]
    NoAccess,
    /// The system's keyring service failed or went away.
    #[error("the keyring failed")]
    Failed,
    /// The secret is longer than this keyring keeps.
    #[error("the secret is too long for the keyring")]
    TooLong,
    /// What it has under this name is not one text.
    #[error("the keyring has something else under this name")]
    NotOurs,
}
