//! The fingerprint by which a person recognises one certificate.
//!
//! It is written as browsers write it, `AB:CD:…`, and read however it was copied, so that somebody can compare it with
//! what the server's administrator says.

use std::fmt;
use std::str::FromStr;

/// SHA-256 of a certificate's DER bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// The text is no SHA-256 fingerprint: it must hold 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no SHA-256 fingerprint")]
pub struct FingerprintFault;

impl Fingerprint {
    /// The fingerprint with these bytes.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, byte) in self.0.iter().enumerate() {
            let colon = if n == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut digits = text
            .chars()
            .filter(|c| !matches!(c, ':' | ' ' | '-'))
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(FingerprintFault));
        let mut digest = [0; 32];
        for byte in &mut digest {
            let mut next = || digits.next().unwrap_or(Err(FingerprintFault));
            *byte = next()? << 4 | next()?;
        }
        if digits.next().is_some() { Err(FingerprintFault) } else { Ok(Self(digest)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_however_it_was_copied() {
        let written = ["0A:FF", &":00".repeat(30)].concat();
        let fingerprint: Fingerprint = written.parse().unwrap();
        assert_eq!(fingerprint.to_string(), written);
        for same in [written.to_lowercase(), written.replace(':', ""), written.replace(':', " ")] {
            assert_eq!(same.parse(), Ok(fingerprint));
        }
        for bad in ["", "0A:FF", &written.replace('0', "g"), &format!("{written}:00"), "王"] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(FingerprintFault), "{bad}");
        }
    }
}
