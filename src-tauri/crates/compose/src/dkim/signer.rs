//! Signs finished mails in the name of one domain.
//!
//! A field that a mail may have only once is named once more than it is there ("oversigned"): whoever adds a second
//! From or Subject, which some mail programs would show instead, breaks the signature. There is no `l=`, which would let
//! strangers add to a body (RFC 6376 §8.2).

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hongyan_domain::{Dkim, DkimAlgorithm};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_SHA256;

use super::canonical::{BareLineEnd, Field, relaxed_body, split};
use super::key::Pair;
use super::{DkimKey, DkimKeyFault};
use crate::{BuildFault, Mail};

/// Signs mails in the name of one domain. Share it by `Arc`.
pub struct DkimSigner {
    domain: String,
    selector: String,
    key: DkimKey,
}

/// Fields that a mail has once or not at all (RFC 5322 §3.6, RFC 2045 §4, §5).
const ONCE: [&str; 9] =
    ["From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"];
/// Fields that are signed where they are there, but which a list on the way may add.
const WHERE_THERE: [&str; 4] =
    ["Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"];
/// Characters of a header line before it is folded.
const LINE_CHARS: usize = 76;

impl DkimSigner {
    /// A signer with the private half of the key that `dkim` tells the world.
    pub fn new(dkim: &Dkim, key: DkimKey) -> Result<Self, DkimKeyFault> {
        if (key.algorithm(), key.public_key()) != (dkim.algorithm, dkim.public_key.as_str()) {
            return Err(DkimKeyFault::Another);
        }
        Ok(Self { domain: dkim.domain.clone(), selector: dkim.selector.clone(), key })
    }

    /// How it signs.
    pub fn algorithm(&self) -> DkimAlgorithm {
        self.key.algorithm()
    }

    /// Puts a signature before a finished mail. `unix_s` is when, Unix seconds.
    ///
    /// Takes about 0.05 ms with Ed25519 and 1 ms with RSA: not for a thread that others wait for.
    pub fn sign(&self, mail: &Mail, unix_s: i64) -> Result<Mail, BuildFault> {
        let (fields, body) = split(&mail.bytes)?;
        let names = signed_names(&fields);
        let body_hash = STANDARD.encode(digest(&SHA256, &relaxed_body(body)?));
        let mut header = self.unsigned_header(&names, &body_hash, unix_s);
        let signature = self.signature(&what_is_signed(&fields, &names, &header))?;
        append_folded(&STANDARD.encode(signature), &mut header);
        let mut bytes = Vec::with_capacity(header.len() + 2 + mail.bytes.len());
        for piece in [header.as_bytes(), b"\r\n", &mail.bytes] {
            bytes.extend_from_slice(piece);
        }
        Ok(Mail { bytes, needs_smtputf8: mail.needs_smtputf8 })
    }

    /// The signature's own field up to its `b=`.
    fn unsigned_header(&self, names: &[&str], body_hash: &str, unix_s: i64) -> String {
        let (algorithm, domain, selector) = (self.key.algorithm(), &self.domain, &self.selector);
        let mut header = format!(
            "DKIM-Signature: v=1; a={algorithm}-sha256; c=relaxed/relaxed; t={};\r\n d={domain};\r\n s={selector};\r\n h=",
            unix_s.max(0)
        );
        let mut column = " h=".len();
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                header.push(':');
            }
            if column + name.len() >= LINE_CHARS {
                header.push_str("\r\n ");
                column = 1;
            }
            header.push_str(name);
            column += name.len() + 1;
        }
        // Writing to a String cannot fail.
        let _ = write!(header, ";\r\n bh={body_hash};\r\n b=");
        header
    }

    fn signature(&self, signed: &[u8]) -> Result<Vec<u8>, BuildFault> {
        match &self.key.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature)
                    .map_err(|_| BuildFault::Signature)?;
                Ok(signature)
            }
            // RFC 8463 §3: not the text is signed, but its hash.
            Pair::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, signed).as_ref()).as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for DkimSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimSigner({}, {})", self.domain, self.key.algorithm())
    }
}

impl From<BareLineEnd> for BuildFault {
    fn from(_: BareLineEnd) -> Self {
        Self::Signature
    }
}

/// The names for `h=`: those of the mail, and one more of each that may not be added.
fn signed_names(fields: &[Field<'_>]) -> Vec<&'static str> {
    let count = |name: &str| fields.iter().filter(|field| field.is_called(name)).count();
    let mut names = Vec::with_capacity(32);
    for name in ONCE {
        names.extend(std::iter::repeat_n(name, count(name) + 1));
    }
    for name in WHERE_THERE {
        names.extend(std::iter::repeat_n(name, count(name)));
    }
    names
}

/// What the signature is made over (RFC 6376 §3.7): the named fields, each name taking the lowest one that is left and
/// nothing where none is, then the signature's own field with an empty `b=`.
fn what_is_signed(fields: &[Field<'_>], names: &[&str], header: &str) -> Vec<u8> {
    let mut left: Vec<&Field<'_>> = fields.iter().collect();
    let mut signed = Vec::with_capacity(2048);
    for name in names {
        if let Some(at) = left.iter().rposition(|field| field.is_called(name)) {
            left.remove(at).append_relaxed(&mut signed);
            signed.extend_from_slice(b"\r\n");
        }
    }
    if let Some(field) = Field::new(header.as_bytes()) {
        field.append_relaxed(&mut signed);
    }
    signed
}

/// Appends base64 that stands behind ` b=`, in lines that are not too long.
fn append_folded(base64: &str, header: &mut String) {
    let mut column = " b=".len();
    for c in base64.chars() {
        if column >= LINE_CHARS {
            header.push_str("\r\n ");
            column = 1;
        }
        header.push(c);
        column += 1;
    }
}

#[cfg(test)]
mod tests;
