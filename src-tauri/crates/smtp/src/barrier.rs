//! What stands between here and the server: a proxy that fails, TLS that does not come about, a certificate.
//!
//! All of it is mended in the account's settings or by whoever runs the server, so each fault has a name of its own.

use std::io;

use hongyan_domain::Fingerprint;

use crate::certificate::Untrusted;

/// Why there is no way through the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyFault {
    /// The proxy itself cannot be reached.
    #[error("the proxy cannot be reached")]
    Unreachable,
    /// The proxy takes the connection and does not answer in time.
    #[error("the proxy does not answer")]
    Silent,
    /// The proxy ended the connection without an answer.
    #[error("the proxy closed the connection")]
    Closed,
    /// The proxy refuses user and password, or wants some.
    #[error("the proxy refuses the login")]
    Login,
    /// The proxy's rules forbid this server or its port; with the proxy's code.
    #[error("the proxy does not allow this server (its code is {0})")]
    Forbidden(u16),
    /// The proxy cannot reach the server; with the proxy's code.
    #[error("the proxy cannot reach the server (its code is {0})")]
    ServerUnreachable(u16),
    /// Whatever answers there is no proxy of this kind.
    #[error("what answers there is no proxy of this kind")]
    NotAProxy,
}

/// Why there is no protected connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// The server's certificate cannot be trusted.
    #[error("the server's certificate is not trusted: {fault}")]
    Certificate {
        /// What is wrong with it.
        fault: CertificateFault,
        /// Which certificate it is.
        fingerprint: Option<Fingerprint>,
    },
    /// The server does not speak TLS 1.2 or 1.3 here; perhaps the port is meant for another TLS mode.
    #[error("the server does not speak TLS here")]
    NotTls,
    /// The handshake failed otherwise.
    #[error("the TLS handshake failed")]
    Handshake,
    /// The host is no name a certificate can be for.
    #[error("the server's name is no host name")]
    HostName,
    /// The operating system's certificates could not be read.
    #[error("the trusted certificates could not be read")]
    NoTrustStore,
}

impl TlsFault {
    pub(crate) fn from_io(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<rustls::Error>().map(Self::from_rustls)
    }

    fn from_rustls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(reason) => Self::from_certificate_error(reason),
            rustls::Error::InvalidMessage(_)
            | rustls::Error::InappropriateMessage { .. }
            | rustls::Error::PeerIncompatible(_) => Self::NotTls,
            _ => Self::Handshake,
        }
    }

    fn from_certificate_error(error: &rustls::CertificateError) -> Self {
        if let rustls::CertificateError::Other(other) = error
            && let Some(refused) = other.0.downcast_ref::<Untrusted>()
        {
            return Self::Certificate { fault: refused.fault, fingerprint: Some(refused.fingerprint) };
        }
        Self::Certificate { fault: CertificateFault::from_rustls(error), fingerprint: None }
    }
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// It vouches for itself, and nobody else does.
    #[error("it is self-signed")]
    SelfSigned,
    /// Nobody we trust has signed it.
    #[error("its issuer is unknown")]
    UnknownIssuer,
    /// It is for another name.
    #[error("it is for another name")]
    OtherName,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not begun; often this computer's clock is wrong.
    #[error("it is not valid yet")]
    NotYetValid,
    /// It was revoked.
    #[error("it was revoked")]
    Revoked,
    /// Anything else.
    #[error("it is malformed")]
    Other,
}

impl CertificateFault {
    pub(crate) const fn from_rustls(error: &rustls::CertificateError) -> Self {
        use rustls::CertificateError as Error;
        match error {
            Error::UnknownIssuer => Self::UnknownIssuer,
            Error::NotValidForName | Error::NotValidForNameContext { .. } => Self::OtherName,
            Error::Expired | Error::ExpiredContext { .. } => Self::Expired,
            Error::NotValidYet | Error::NotValidYetContext { .. } => Self::NotYetValid,
            Error::Revoked => Self::Revoked,
            _ => Self::Other,
        }
    }
}
