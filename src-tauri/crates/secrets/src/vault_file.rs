//! The form of the vault's file.
//!
//! `HONGYAN`, a version byte (1), Argon2id memory in KiB, passes and lanes (u32 each), salt (16), nonce (24), the sealed
//! entries, a checksum (8); numbers little-endian. The entries are a JSON object of names and secrets, sealed by
//! XChaCha20-Poly1305 with everything before them as associated data, so that no byte can be changed unseen. The
//! checksum protects nothing: it tells a damaged file from a wrong passphrase, which to the cipher are the same.

use std::collections::BTreeMap;
use std::io;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::SecretsError;
use crate::cost::{Cost, Key};

const MAGIC: &[u8; 7] = b"HONGYAN";
const VERSION: u8 = 1;
const NONCE_LEN: usize = 24;
const HEAD_LEN: usize = MAGIC.len() + 1 + 3 * size_of::<u32>() + SALT_LEN + NONCE_LEN;

pub(crate) const SALT_LEN: usize = 16;

/// Secrets by name.
pub(crate) type Entries = BTreeMap<String, SecretString>;

/// The parts of a vault's file.
#[derive(Debug)]
pub(crate) struct VaultFile<'a> {
    pub(crate) cost: Cost,
    pub(crate) salt: [u8; SALT_LEN],
    nonce: [u8; NONCE_LEN],
    head: &'a [u8],
    sealed: &'a [u8],
}

impl<'a> VaultFile<'a> {
    /// Takes a file apart, without any secret.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, SecretsError> {
        let damaged = || SecretsError::Damaged;
        let (content, sum) = bytes.split_last_chunk().ok_or_else(damaged)?;
        if *sum != checksum(content) {
            return Err(SecretsError::Damaged);
        }
        let (head, sealed) = content.split_at_checked(HEAD_LEN).ok_or_else(damaged)?;
        let rest = head.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let ([version], rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        if *version != VERSION {
            return Err(SecretsError::NewerVersion);
        }
        let (memory_kib, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let (passes, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let (lanes, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let (salt, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let (nonce, _) = rest.split_first_chunk().ok_or_else(damaged)?;
        let [memory_kib, passes, lanes] =
            [memory_kib, passes, lanes].map(|number| u32::from_le_bytes(*number));
        let cost = Cost { memory_kib, passes, lanes };
        if !cost.is_bearable() {
            return Err(SecretsError::Damaged);
        }
        Ok(Self { cost, salt: *salt, nonce: *nonce, head, sealed })
    }

    /// The entries, if the key is right.
    pub(crate) fn open(&self, key: &Key) -> Result<Entries, SecretsError> {
        let payload = Payload { msg: self.sealed, aad: self.head };
        let opened = cipher(key).decrypt(&XNonce::from(self.nonce), payload);
        let json = Zeroizing::new(opened.map_err(|_| SecretsError::WrongPassphrase)?);
        let entries: BTreeMap<String, String> =
            serde_json::from_slice(&json).map_err(|_| SecretsError::Damaged)?;
        Ok(entries.into_iter().map(|(name, secret)| (name, secret.into())).collect())
    }
}

/// Makes a file of entries, with a new nonce.
pub(crate) fn seal(
    entries: &Entries,
    key: &Key,
    cost: Cost,
    salt: &[u8; SALT_LEN],
) -> Result<Vec<u8>, SecretsError> {
    let nonce: [u8; NONCE_LEN] = random()?;
    let mut file = Vec::with_capacity(HEAD_LEN + 1024);
    file.extend_from_slice(MAGIC);
    file.push(VERSION);
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(salt);
    file.extend_from_slice(&nonce);
    let json = to_json(entries)?;
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), Payload { msg: &json, aad: &file });
    file.extend_from_slice(&sealed.map_err(|_| io::Error::other("the vault is too large"))?);
    let sum = checksum(&file);
    file.extend_from_slice(&sum);
    Ok(file)
}

fn to_json(entries: &Entries) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
    let plain: BTreeMap<&str, &str> =
        entries.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
    // Room for all of it at once (a character takes up to six in JSON): a buffer that grows leaves copies in memory.
    let len: usize = plain.iter().map(|(name, secret)| 6 * (name.len() + secret.len()) + 6).sum();
    let mut json = Zeroizing::new(Vec::with_capacity(len + 2));
    serde_json::to_writer(&mut *json, &plain).map_err(io::Error::from)?;
    Ok(json)
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose_secret().into())
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], SecretsError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// FNV-1a of 64 bits.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; SALT_LEN] = [7; SALT_LEN];

    fn key(passphrase: &str, file: &VaultFile<'_>) -> Key {
        file.cost.derive_key(&passphrase.into(), &file.salt).expect("a key")
    }

    fn sealed() -> Vec<u8> {
        let entries = Entries::from([("account:7:smtp".to_owned(), "hunter2 \"密码\"".into())]);
        let key = Cost::TRIVIAL.derive_key(&"right one".into(), &SALT).expect("a key");
        seal(&entries, &key, Cost::TRIVIAL, &SALT).expect("sealed")
    }

    fn open(bytes: &[u8], passphrase: &str) -> Result<Entries, SecretsError> {
        let file = VaultFile::parse(bytes)?;
        file.open(&key(passphrase, &file))
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_passphrase_only() {
        let bytes = sealed();
        let entries = open(&bytes, "right one").expect("opened");
        assert_eq!(entries["account:7:smtp"].expose_secret(), "hunter2 \"密码\"");
        assert!(matches!(open(&bytes, "wrong one"), Err(SecretsError::WrongPassphrase)));
    }

    #[test]
    fn the_file_shows_neither_names_nor_secrets_and_never_repeats() {
        let bytes = sealed();
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!has(b"account") && !has(b"hunter2") && !has("密码".as_bytes()));
        assert_ne!(bytes, sealed());
    }

    #[test]
    fn a_changed_byte_anywhere_is_damage() {
        let bytes = sealed();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            assert!(matches!(open(&changed, "right one"), Err(SecretsError::Damaged)), "byte {index}");
        }
    }

    #[test]
    fn a_forger_who_mends_the_checksum_gets_no_further() {
        let bytes = sealed();
        let content = bytes.len() - 8;
        for index in 0..content {
            let mut forged = bytes.clone();
            forged[index] ^= 1;
            let sum = checksum(&forged[..content]);
            forged[content..].copy_from_slice(&sum);
            assert!(open(&forged, "right one").is_err(), "byte {index}");
        }
    }

    #[test]
    fn a_file_cut_short_is_damaged() {
        let bytes = sealed();
        for len in 0..bytes.len() {
            assert!(matches!(open(&bytes[..len], "right one"), Err(SecretsError::Damaged)), "{len} bytes");
        }
    }

    #[test]
    fn a_file_that_asks_for_unbearable_work_is_refused_before_the_work() {
        for (offset, number) in [(8, u32::MAX), (12, 1_000_000), (16, 1000), (12, 0)] {
            let mut bytes = sealed();
            bytes[offset..offset + 4].copy_from_slice(&number.to_le_bytes());
            let content = bytes.len() - 8;
            let sum = checksum(&bytes[..content]);
            bytes[content..].copy_from_slice(&sum);
            assert!(matches!(VaultFile::parse(&bytes), Err(SecretsError::Damaged)));
        }
    }

    #[test]
    fn a_newer_version_is_not_called_damage() {
        let mut bytes = sealed();
        bytes[MAGIC.len()] = 2;
        let content = bytes.len() - 8;
        let sum = checksum(&bytes[..content]);
        bytes[content..].copy_from_slice(&sum);
        assert!(matches!(VaultFile::parse(&bytes), Err(SecretsError::NewerVersion)));
    }
}
