//! Keeps passwords out of the database: in the system's keyring, else in an encrypted file behind a passphrase.
//!
//! There is no third way: a machine without a keyring asks for a passphrase, it never writes plain text. A vault file
//! in the data folder outranks the keyring, as somebody chose it. Secrets are [`secrecy::SecretString`]s throughout and
//! no error carries a byte of them, so none can reach a log.

mod aside;
mod cost;
mod error;
mod keyring;
mod memory;
mod name;
mod secrets;
#[cfg(test)]
mod tests;
mod vault;
mod vault_file;

pub use error::{KeyringFault, SecretsError};
pub use name::SecretName;
pub use secrets::{Kind, MIN_PASSPHRASE_CHARS, Preference, Secrets, State, Status};
