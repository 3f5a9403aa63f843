//! The private key that signs: made here, or read from what the user has.
//!
//! It is kept as little as it can be (the primes of an RSA key, the seed of an Ed25519 one), as some systems' keyrings
//! take no more than about a thousand characters. Nothing here prints or returns a key but the text that is to be kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use getrandom::SysRng;
use hongyan_domain::DkimAlgorithm;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::der::Decode as _;
use rsa::pkcs8::{EncodePublicKey as _, ObjectIdentifier, PrivateKeyInfoRef};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BoxedUint, PrivateKey, pkcs1};
use secrecy::{ExposeSecret as _, SecretString};

use super::pem::{self, Label};

/// A private key that can sign mails.
pub struct DkimKey {
    pub(super) pair: Pair,
    kept: SecretString,
    public: String,
}

pub(super) enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DkimKeyFault {
    /// The text holds no key in PEM form.
    #[error("there is no private key in this text")]
    NotAKey,
    /// It is locked with a passphrase.
    #[error("the private key is encrypted")]
    Encrypted,
    /// It is a public key or a certificate: the half that everybody may have.
    #[error("this is a public key or a certificate")]
    Public,
    /// It is neither RSA nor Ed25519.
    #[error("the key is neither RSA nor Ed25519")]
    OtherKind,
    /// An RSA key of less than 2048 bits, which receivers distrust (RFC 8301 §3.2).
    #[error("the RSA key has less than 2048 bits")]
    TooShort,
    /// An RSA key of more than 4096 bits, which receivers need not check (RFC 8301 §3.2).
    #[error("the RSA key has more than 4096 bits")]
    TooLong,
    /// Cut short, or its numbers do not fit together.
    #[error("the key is damaged")]
    Damaged,
    /// The key is not the one whose public half is known.
    #[error("it is another key than the one in the record")]
    Another,
    /// The system gave no random numbers.
    #[error("no random numbers")]
    NoRandomness,
}

impl DkimKeyFault {
    /// The word of this fault on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAKey => "not_a_key",
            Self::Encrypted => "encrypted",
            Self::Public => "public",
            Self::OtherKind => "other_kind",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Damaged => "damaged",
            Self::Another => "another",
            Self::NoRandomness => "no_randomness",
        }
    }
}

const NEW_RSA_BITS: usize = 2048;
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// RFC 8410 §3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const SEED_BYTES: usize = 32;
/// A seed in PKCS#8 is an OCTET STRING in the OCTET STRING (RFC 8410 §7).
const SEED_HEAD: [u8; 2] = [0x04, 0x20];

impl DkimKey {
    /// Makes a new key. For RSA (2048 bits) that can take a second.
    pub fn generate(algorithm: DkimAlgorithm) -> Result<Self, DkimKeyFault> {
        match algorithm {
            DkimAlgorithm::Rsa => {
                let key =
                    PrivateKey::new(&mut SysRng, NEW_RSA_BITS).map_err(|_| DkimKeyFault::NoRandomness)?;
                Self::of_rsa(&key)
            }
            DkimAlgorithm::Ed25519 => {
                let mut seed = [0; SEED_BYTES];
                getrandom::fill(&mut seed).map_err(|_| DkimKeyFault::NoRandomness)?;
                Self::of_seed(&seed)
            }
        }
    }

    /// Reads a key as tools write it: PEM, with PKCS#8 or (RSA) PKCS#1 inside.
    pub fn from_pem(text: &SecretString) -> Result<Self, DkimKeyFault> {
        let (label, der) = pem::private_key(text.expose_secret())?;
        if label == Label::Pkcs1 {
            return Self::of_pkcs1(&der);
        }
        let info = PrivateKeyInfoRef::from_der(&der).map_err(|_| DkimKeyFault::Damaged)?;
        let inside = info.private_key.as_bytes();
        match info.algorithm.oid {
            pkcs1::ALGORITHM_OID => Self::of_pkcs1(inside),
            ED25519 => Self::of_seed(inside.strip_prefix(&SEED_HEAD).ok_or(DkimKeyFault::Damaged)?),
            _ => Err(DkimKeyFault::OtherKind),
        }
    }

    /// The key as it is kept where secrets are: [`Self::from_kept`] reads it.
    pub fn to_kept(&self) -> SecretString {
        self.kept.clone()
    }

    /// Reads a key that was kept.
    pub fn from_kept(text: &SecretString) -> Result<Self, DkimKeyFault> {
        let (word, rest) = text.expose_secret().split_once(':').ok_or(DkimKeyFault::Damaged)?;
        let numbers: Vec<Vec<u8>> = rest
            .split(':')
            .map(|number| STANDARD.decode(number))
            .collect::<Result<_, _>>()
            .map_err(|_| DkimKeyFault::Damaged)?;
        match (word.parse(), numbers.as_slice()) {
            (Ok(DkimAlgorithm::Ed25519), [seed]) => Self::of_seed(seed),
            (Ok(DkimAlgorithm::Rsa), [e, p, q]) => {
                let [e, p, q] = [e, p, q].map(|number| BoxedUint::from_be_slice_vartime(number));
                Self::of_rsa(&PrivateKey::from_p_q(p, q, e).map_err(|_| DkimKeyFault::Damaged)?)
            }
            _ => Err(DkimKeyFault::Damaged),
        }
    }

    /// How it signs.
    pub fn algorithm(&self) -> DkimAlgorithm {
        match self.pair {
            Pair::Rsa(_) => DkimAlgorithm::Rsa,
            Pair::Ed25519(_) => DkimAlgorithm::Ed25519,
        }
    }

    /// The public key in base64, for the record: an RSA key with its algorithm around it (RFC 6376 §3.6.1, RFC 5280
    /// §4.1.2.7), an Ed25519 one bare (RFC 8463 §4).
    pub fn public_key(&self) -> &str {
        &self.public
    }

    fn of_seed(seed: &[u8]) -> Result<Self, DkimKeyFault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| DkimKeyFault::Damaged)?;
        Ok(Self {
            public: STANDARD.encode(pair.public_key().as_ref()),
            kept: format!("{}:{}", DkimAlgorithm::Ed25519, STANDARD.encode(seed)).into(),
            pair: Pair::Ed25519(Box::new(pair)),
        })
    }

    fn of_pkcs1(der: &[u8]) -> Result<Self, DkimKeyFault> {
        let key = pkcs1::RsaPrivateKeyRef::from_der(der).map_err(|_| DkimKeyFault::Damaged)?;
        let bits = key.modulus.as_bytes().len() * 8;
        if bits < *RSA_BITS.start() {
            return Err(DkimKeyFault::TooShort);
        }
        if bits > *RSA_BITS.end() {
            return Err(DkimKeyFault::TooLong);
        }
        Self::of_rsa(&PrivateKey::try_from(key).map_err(|_| DkimKeyFault::Damaged)?)
    }

    fn of_rsa(key: &PrivateKey) -> Result<Self, DkimKeyFault> {
        let der = key.to_pkcs1_der().map_err(|_| DkimKeyFault::Damaged)?;
        let pair = RsaKeyPair::from_der(der.as_bytes()).map_err(|_| DkimKeyFault::Damaged)?;
        let public = key.as_public_key().to_public_key_der().map_err(|_| DkimKeyFault::Damaged)?;
        let [p, q] = key.primes() else { return Err(DkimKeyFault::Damaged) };
        let numbers = [key.e().to_be_bytes_trimmed_vartime(), p.to_be_bytes(), q.to_be_bytes()];
        let [e, p, q] = numbers.map(|number| STANDARD.encode(number));
        Ok(Self {
            public: STANDARD.encode(public.as_bytes()),
            kept: format!("{}:{e}:{p}:{q}", DkimAlgorithm::Rsa).into(),
            pair: Pair::Rsa(Box::new(pair)),
        })
    }
}

impl fmt::Debug for DkimKey {
    /// Shows nothing of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({})", self.algorithm())
    }
}

#[cfg(test)]
mod tests;
