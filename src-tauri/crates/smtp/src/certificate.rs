//! What is wrong with a certificate, and the one certificate that the user trusts all the same.
//!
//! A company's own server often has a certificate that nobody vouches for. Whoever runs it can say which one it is, so
//! the user may trust exactly that one. It is trusted besides what the system trusts, never instead: a server that
//! later gets a good certificate goes on working, and any other is refused as before.

use std::sync::Arc;

use hongyan_domain::Fingerprint;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use crate::CertificateFault;

/// Asks the usual verifier, lets the trusted certificate through, and tells which certificate was refused.
#[derive(Debug)]
pub(crate) struct Verifier {
    /// `None` trusts nobody.
    pub(crate) usual: Option<Arc<dyn ServerCertVerifier>>,
    pub(crate) trusted: Option<Fingerprint>,
    pub(crate) provider: Arc<CryptoProvider>,
}

/// A refused certificate; travels through rustls inside its error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub(crate) struct Untrusted {
    pub(crate) fault: CertificateFault,
    pub(crate) fingerprint: Fingerprint,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let fingerprint = fingerprint_of(end_entity);
        if self.trusted == Some(fingerprint) {
            return Ok(ServerCertVerified::assertion());
        }
        let verified = match &self.usual {
            Some(usual) => {
                usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        verified.map_err(|error| explained(error, end_entity, fingerprint))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn explained(error: rustls::Error, certificate: &[u8], fingerprint: Fingerprint) -> rustls::Error {
    let rustls::Error::InvalidCertificate(reason) = error else { return error };
    let fault = match CertificateFault::from_rustls(&reason) {
        // One made by `openssl req -x509` says of itself that it is an authority, which is refused as odd.
        CertificateFault::UnknownIssuer | CertificateFault::Other if is_self_signed(certificate) => {
            CertificateFault::SelfSigned
        }
        fault => fault,
    };
    CertificateError::Other(OtherError(Arc::new(Untrusted { fault, fingerprint }))).into()
}

fn fingerprint_of(certificate: &[u8]) -> Fingerprint {
    let mut bytes = [0; ring::digest::SHA256_OUTPUT_LEN];
    bytes.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, certificate).as_ref());
    Fingerprint::new(bytes)
}

/// Whether issuer and subject are the same (RFC 5280 §4.1); whatever cannot be read is not.
fn is_self_signed(certificate: &[u8]) -> bool {
    names_of(certificate).is_some_and(|(issuer, subject)| issuer == subject)
}

fn names_of(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    const VERSION: u8 = 0xa0;
    let (_, outer, _) = element(certificate)?;
    let (_, mut rest, _) = element(outer)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    let mut next = || {
        let (_, content, behind) = element(rest)?;
        rest = behind;
        Some(content)
    };
    let (_serial, _algorithm, issuer, _validity, subject) = (next()?, next()?, next()?, next()?, next()?);
    Some((issuer, subject))
}

/// The first element of DER: its tag, its content and what follows it (X.690 §8.1).
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(d, _)| d.len() <= 4)?;
        (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((tag, content, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_certificate_has_no_names_and_does_no_harm() {
        let whole = [0x30, 0x03, 0x30, 0x81, 0xff];
        for length in 0..=whole.len() {
            assert_eq!(names_of(&whole[..length]), None);
        }
        assert_eq!(names_of(&[0x30, 0x85, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
        let name = |letter| [0x30, 1, letter];
        let certificate = |issuer, subject| {
            let empty = [0x30, 0];
            let inner = [&[2, 1, 7][..], &empty, &name(issuer), &empty, &name(subject)].concat();
            [&[0x30, 15, 0x30, 13][..], &inner].concat()
        };
        assert!(is_self_signed(&certificate(b'a', b'a')));
        assert!(!is_self_signed(&certificate(b'a', b'b')));
    }
}
