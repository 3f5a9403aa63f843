//! Keys made, kept, read back, and refused.

use rsa::pkcs1::LineEnding;
use rsa::pkcs8::EncodePrivateKey as _;

use super::*;

fn rsa_key(bits: usize) -> PrivateKey {
    PrivateKey::new(&mut SysRng, bits).expect("a key")
}

fn read(pem: &str) -> Result<DkimKey, DkimKeyFault> {
    DkimKey::from_pem(&pem.to_owned().into())
}

fn fault(pem: &str) -> DkimKeyFault {
    read(pem).map(|_| ()).expect_err("no key for us")
}

#[test]
fn a_key_comes_back_as_it_was_kept() {
    for algorithm in [DkimAlgorithm::Rsa, DkimAlgorithm::Ed25519] {
        let key = DkimKey::generate(algorithm).expect("a key");
        let again = DkimKey::from_kept(&key.to_kept()).expect("the same key");
        assert_eq!((again.algorithm(), again.public_key()), (algorithm, key.public_key()));
        assert_eq!(format!("{key:?}"), format!("DkimKey({algorithm})"));
    }
}

#[test]
fn what_is_kept_of_a_key_fits_every_keyring() {
    // Windows keeps 2,560 bytes of UTF-16 a secret.
    let largest = DkimKey::of_rsa(&rsa_key(4096)).expect("a key");
    assert!(largest.to_kept().expose_secret().len() <= 1280);
}

#[test]
fn an_rsa_key_is_read_from_either_form() {
    let key = rsa_key(2048);
    let expected = DkimKey::of_rsa(&key).expect("a key");
    let pkcs1 = key.to_pkcs1_pem(LineEnding::LF).expect("PEM");
    let pkcs8 = key.to_pkcs8_pem(LineEnding::CRLF).expect("PEM");
    for pem in [pkcs1, pkcs8] {
        assert_eq!(read(&pem).expect("a key").public_key(), expected.public_key());
    }
}

#[test]
fn an_ed25519_key_is_read_with_and_without_its_public_half() {
    // RFC 8410 §10.3: the same key, once alone and once with an attribute and its public key.
    let alone = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----";
    let with_more = "-----BEGIN PRIVATE KEY-----\n\
        MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n\
        Z9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PRIVATE KEY-----";
    for pem in [alone, with_more] {
        assert_eq!(read(pem).expect("a key").public_key(), "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=");
    }
}

#[test]
fn a_key_that_receivers_would_not_take_is_refused() {
    let short = rsa_key(1024);
    assert_eq!(fault(&short.to_pkcs8_pem(LineEnding::LF).expect("PEM")), DkimKeyFault::TooShort);
    assert_eq!(fault(&short.to_pkcs1_pem(LineEnding::LF).expect("PEM")), DkimKeyFault::TooShort);
    // A key on the curve P-256, which DKIM does not know.
    let other = "-----BEGIN PRIVATE KEY-----\nMEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCD+\
        UdEDIsQ1bgPiS2KYVyZlg2G0VBCZFTxOG+UMbBnEAQ==\n-----END PRIVATE KEY-----";
    assert_eq!(fault(other), DkimKeyFault::OtherKind);
}

#[test]
fn a_key_with_a_wrong_number_is_refused() {
    let key = rsa_key(2048);
    let (pem, other) = (key.to_pkcs1_pem(LineEnding::LF).expect("PEM"), rsa_key(2048));
    let other = other.to_pkcs1_pem(LineEnding::LF).expect("PEM");
    let (lines, others): (Vec<&str>, Vec<&str>) = (pem.lines().collect(), other.lines().collect());
    let mixed = [&lines[..12], &others[12..]].concat().join("\n");
    assert_eq!(fault(&mixed), DkimKeyFault::Damaged);
    let cut = [&lines[..12], &lines[lines.len() - 1..]].concat().join("\n");
    assert_eq!(fault(&cut), DkimKeyFault::Damaged);
    for kept in ["", "rsa", "rsa:AQAB", "ed25519:AAAA", "ed25519:*", "dsa:AAAA", "rsa:AQAB:AAAA:AAAA"] {
        let kept = DkimKey::from_kept(&kept.to_owned().into()).map(|_| ());
        assert_eq!(kept, Err(DkimKeyFault::Damaged));
    }
}
