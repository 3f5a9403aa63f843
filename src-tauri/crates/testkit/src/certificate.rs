//! Self-signed certificates for servers on loopback.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// What is odd about a certificate besides being self-signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oddity {
    None,
    Expired,
    /// It may sign others, as what `openssl req -x509` makes may.
    Authority,
}

/// A server configuration and the certificate that a client must trust for it.
pub(crate) fn self_signed(names: &[&str], oddity: Oddity) -> (Arc<ServerConfig>, CertificateDer<'static>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names).expect("good names");
    match oddity {
        Oddity::None => {}
        Oddity::Expired => parameters.not_after = rcgen::date_time_ymd(2020, 1, 1),
        Oddity::Authority => parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
    }
    let key = KeyPair::generate().expect("a key can be made");
    let certificate = parameters.self_signed(&key).expect("a certificate can be made").der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("the key fits the certificate");
    (Arc::new(config), certificate)
}
