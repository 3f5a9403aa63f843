//! TLS by rustls: 1.2 or 1.3, certificates always checked.
//!
//! The cryptography provider is named here, so that nothing depends on what the process installed. The configuration
//! for the system's certificates is made once: reading them takes milliseconds, and a shared configuration lets later
//! connections resume the session.

use std::sync::{Arc, OnceLock};

use hongyan_domain::Fingerprint;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificate::Verifier;
use crate::stream::Counted;
use crate::{Cause, Server, TlsFault, TlsTrust};

/// Ready to speak TLS with one host.
pub(crate) struct TlsClient {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl TlsClient {
    pub(crate) async fn new(server: &Server) -> Result<Self, TlsFault> {
        let name = ServerName::try_from(server.host.clone()).map_err(|_| TlsFault::HostName)?;
        let trusted = server.trusted_certificate;
        let config = match &server.trust {
            TlsTrust::System if trusted.is_none() => shared_config().await?,
            TlsTrust::System => config_with(Some(system_verifier().await?), trusted)?,
            TlsTrust::Roots(roots) => config_with(verifier_for(roots)?, trusted)?,
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

/// What the operating system trusts, and nothing besides.
async fn shared_config() -> Result<Arc<ClientConfig>, TlsFault> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let made = config_with(Some(system_verifier().await?), None)?;
    Ok(Arc::clone(CONFIG.get_or_init(|| made)))
}

async fn system_verifier() -> Result<Arc<dyn ServerCertVerifier>, TlsFault> {
    static VERIFIER: OnceLock<Arc<dyn ServerCertVerifier>> = OnceLock::new();
    if let Some(verifier) = VERIFIER.get() {
        return Ok(Arc::clone(verifier));
    }
    let made = tokio::task::spawn_blocking(|| rustls_platform_verifier::Verifier::new(provider()));
    let made = made.await.map_err(|_| TlsFault::NoTrustStore)?.map_err(|_| TlsFault::NoTrustStore)?;
    Ok(Arc::clone(VERIFIER.get_or_init(|| Arc::new(made))))
}

/// Who trusts these roots; `None` where there are none to trust.
fn verifier_for(roots: &[CertificateDer<'static>]) -> Result<Option<Arc<dyn ServerCertVerifier>>, TlsFault> {
    if roots.is_empty() {
        return Ok(None);
    }
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone()).map_err(|_| TlsFault::NoTrustStore)?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider()).build();
    Ok(Some(verifier.map_err(|_| TlsFault::NoTrustStore)?))
}

fn config_with(
    usual: Option<Arc<dyn ServerCertVerifier>>,
    trusted: Option<Fingerprint>,
) -> Result<Arc<ClientConfig>, TlsFault> {
    let verifier = Verifier { usual, trusted, provider: provider() };
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| TlsFault::Handshake)?;
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(Arc::new(builder.with_no_client_auth()))
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
