//! How much work it is to try one passphrase.

use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::SecretsError;

/// A key as XChaCha20-Poly1305 takes it.
pub(crate) type Key = SecretBox<[u8; 32]>;

/// The parameters of Argon2id; they stand in the vault's file, so that raising them locks nobody out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    /// The second recommended option of RFC 9106 §4: 64 MiB, three passes, four lanes.
    pub(crate) const RECOMMENDED: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    /// Enough to run the code, for tests.
    #[cfg(test)]
    pub(crate) const TRIVIAL: Self = Self { memory_kib: 32, passes: 1, lanes: 1 };

    /// Whether the work is bearable: a changed file must not eat the memory or the day of who opens it.
    pub(crate) fn is_bearable(self) -> bool {
        (1..=1024 * 1024).contains(&self.memory_kib)
            && (1..=64).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }

    /// The key that a passphrase and a salt make.
    pub(crate) fn derive_key(self, passphrase: &SecretString, salt: &[u8]) -> Result<Key, SecretsError> {
        let params =
            Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|_| SecretsError::Damaged)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Key::try_init_with(|| {
            let mut key = [0; 32];
            argon.hash_password_into(passphrase.expose_secret().as_bytes(), salt, &mut key)?;
            Ok(key)
        })
        .map_err(|_: argon2::Error| SecretsError::Damaged)
    }
}
