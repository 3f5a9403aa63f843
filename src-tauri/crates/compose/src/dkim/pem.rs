//! Takes a private key out of the text that people paste.
//!
//! Web forms and chat programs take line breaks out, put spaces in and add lines around; the key is still whole, so it
//! is read. What is no private key is recognised, as "wrong file" helps more than "cannot be read".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::DkimKeyFault;

/// The kinds of private key that a PEM text can announce and we can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// `PRIVATE KEY`: of any algorithm, which is named inside (RFC 5958).
    Pkcs8,
    /// `RSA PRIVATE KEY` (RFC 8017 appendix A.1.2).
    Pkcs1,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The first private key of a text, in DER.
pub(super) fn private_key(text: &str) -> Result<(Label, Vec<u8>), DkimKeyFault> {
    let mut fault = DkimKeyFault::NotAKey;
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once(BEGIN) {
        let Some((label, behind)) = behind.split_once(DASHES) else { break };
        let (inside, behind) = behind.split_once(END).ok_or(DkimKeyFault::Damaged)?;
        rest = behind;
        match label.trim() {
            "PRIVATE KEY" => return Ok((Label::Pkcs8, bytes(inside)?)),
            // Older tools say so in lines of their own between the label and the key.
            "RSA PRIVATE KEY" if inside.contains("ENCRYPTED") => return Err(DkimKeyFault::Encrypted),
            "RSA PRIVATE KEY" => return Ok((Label::Pkcs1, bytes(inside)?)),
            "ENCRYPTED PRIVATE KEY" => return Err(DkimKeyFault::Encrypted),
            // A file may name a curve before its key.
            label if label.contains("PRIVATE KEY") || label == "EC PARAMETERS" => {
                fault = DkimKeyFault::OtherKind
            }
            _ => fault = DkimKeyFault::Public,
        }
    }
    Err(fault)
}

fn bytes(inside: &str) -> Result<Vec<u8>, DkimKeyFault> {
    let packed: String = inside.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(packed).map_err(|_| DkimKeyFault::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem(label: &str, inside: &str) -> String {
        format!("-----BEGIN {label}-----\n{inside}\n-----END {label}-----\n")
    }

    #[test]
    fn a_key_is_found_however_it_was_pasted() {
        let expected = Ok((Label::Pkcs8, b"abcdef".to_vec()));
        for text in [
            pem("PRIVATE KEY", "YWJj\nZGVm"),
            pem("PRIVATE KEY", "YWJj\r\n  ZGVm"),
            pem("PRIVATE KEY", "YWJj\nZGVm").replace('\n', " "),
            format!("Bag Attributes\n  x: y\n{}", pem("PRIVATE KEY", "YWJjZGVm")),
            pem("CERTIFICATE", "AAAA") + &pem("PRIVATE KEY", "YWJjZGVm"),
        ] {
            assert_eq!(private_key(&text), expected, "{text}");
        }
        assert_eq!(private_key(&pem("RSA PRIVATE KEY", "YWJj")), Ok((Label::Pkcs1, b"abc".to_vec())));
    }

    #[test]
    fn what_is_no_usable_key_is_called_by_its_name() {
        let encrypted = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nYWJj";
        for (text, fault) in [
            (String::new(), DkimKeyFault::NotAKey),
            ("v=DKIM1; k=rsa; p=MIIB".to_owned(), DkimKeyFault::NotAKey),
            ("-----BEGIN PRIVATE KEY".to_owned(), DkimKeyFault::NotAKey),
            ("-----BEGIN PRIVATE KEY-----\nYWJj".to_owned(), DkimKeyFault::Damaged),
            (pem("PRIVATE KEY", "YWJ*"), DkimKeyFault::Damaged),
            (pem("PUBLIC KEY", "YWJj"), DkimKeyFault::Public),
            (pem("CERTIFICATE", "YWJj"), DkimKeyFault::Public),
            (pem("ENCRYPTED PRIVATE KEY", "YWJj"), DkimKeyFault::Encrypted),
            (pem("RSA PRIVATE KEY", encrypted), DkimKeyFault::Encrypted),
            (pem("EC PRIVATE KEY", "YWJj"), DkimKeyFault::OtherKind),
            (pem("OPENSSH PRIVATE KEY", "YWJj"), DkimKeyFault::OtherKind),
        ] {
            assert_eq!(private_key(&text), Err(fault), "{text}");
        }
    }
}
