//! Signs mails so that receivers can see who answers for them: DKIM (RFC 6376) with RSA or Ed25519 (RFC 8463).
//!
//! The format is ours, the cryptography ring's, which TLS brings along anyway; the libraries that do both bring a DNS
//! resolver or a second generation of the hashing crates. Only making and reading RSA keys needs the `rsa` crate.
//! A signature is made over the finished bytes, so nothing may change them afterwards but dot-stuffing, which receivers undo.

mod canonical;
mod key;
mod pem;
mod signer;

pub use key::{DkimKey, DkimKeyFault};
pub use signer::DkimSigner;
