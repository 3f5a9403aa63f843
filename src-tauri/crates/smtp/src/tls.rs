//! TLS by rustls: 1.2 or 1.3, certificates always checked.
//!
//! The cryptography provider is named here, so that nothing depends on what the process installed. The configuration
//! for the system's certificates is made once: reading them takes milliseconds, and a shared configuration lets later
//! connections resume the session.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::stream::Counted;
use crate::{Cause, TlsFault, TlsTrust};

/// Ready to speak TLS with one host.
pub(crate) struct TlsClient {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl TlsClient {
    pub(crate) async fn new(host: &str, trust: &TlsTrust) -> Result<Self, TlsFault> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsFault::HostName)?;
        let config = match trust {
            TlsTrust::System => system_config().await?,
            TlsTrust::Roots(roots) => config_for(roots)?,
        };
        Ok(Self { config, name })
    }

    pub(crate) async fn handshake(&self, socket: Counted) -> Result<TlsStream<Counted>, Cause> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector.connect(self.name.clone(), socket).await.map_err(|error| Cause::from_io(&error))
    }
}

/// The name of the version in use: `TLSv1.3`.
pub(crate) fn version_name(connection: &ClientConnection) -> Option<&'static str> {
    match connection.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
        rustls::ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
        _ => None,
    }
}

async fn system_config() -> Result<Arc<ClientConfig>, TlsFault> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let made = tokio::task::spawn_blocking(|| {
        let verifier = Verifier::new(provider()).map_err(|_| TlsFault::NoTrustStore)?;
        config_with(|builder| builder.dangerous().with_custom_certificate_verifier(verifier_of(verifier)))
    });
    let made = made.await.map_err(|_| TlsFault::NoTrustStore)??;
    Ok(Arc::clone(CONFIG.get_or_init(|| made)))
}

fn verifier_of(verifier: Verifier) -> Arc<dyn ServerCertVerifier> {
    Arc::new(verifier)
}

fn config_for(roots: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, TlsFault> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone()).map_err(|_| TlsFault::NoTrustStore)?;
    }
    config_with(|builder| builder.with_root_certificates(store))
}

type Unverified = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;
type Verified = rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>;

fn config_with(verified: impl FnOnce(Unverified) -> Verified) -> Result<Arc<ClientConfig>, TlsFault> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| TlsFault::Handshake)?;
    Ok(Arc::new(verified(builder).with_no_client_auth()))
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
