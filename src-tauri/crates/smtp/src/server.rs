//! Which server to talk to, as whom, and how long to wait for it.
//!
//! Everything here is plain data that the caller may keep and use for many sessions.

use std::fmt;
use std::time::Duration;

use hongyan_domain::{Fingerprint, LoginKind, LoginMechanism, Proxy, TlsMode};
use rustls::pki_types::CertificateDer;
use secrecy::SecretString;

/// A server and how to speak to it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Name or IP address; also what the certificate must be for.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected. There is no "if possible": a mode that fails ends the attempt.
    pub tls: TlsMode,
    /// Who logs in; `None` for servers that ask for no login.
    pub login: Option<Login>,
    /// The name said in EHLO. Empty or unusable: the socket's own address as `[192.0.2.1]` (RFC 5321 §4.1.3).
    pub ehlo_name: String,
    /// Which certificates are trusted.
    pub trust: TlsTrust,
    /// A certificate that the user trusts besides.
    pub trusted_certificate: Option<Fingerprint>,
    /// The way to it, where it is not the direct one.
    pub proxy: Option<ProxyRoute>,
    /// How long each phase may take.
    pub timeouts: Timeouts,
    /// `false` speaks in lockstep even where PIPELINING is announced, for servers that break on it; see
    /// [`crate::Session::group_trouble`].
    pub pipelining: bool,
}

/// Who logs in, and with what.
#[derive(Clone)]
pub struct Login {
    /// The user name, often an address.
    pub user: String,
    /// What the secret is.
    pub kind: LoginKind,
    /// How a password is told; a token has its own ways.
    pub mechanism: LoginMechanism,
    /// The password (or authorisation code, or app password), or the token.
    pub secret: SecretString,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(***)")
    }
}

/// A proxy and the password for it.
#[derive(Clone)]
pub struct ProxyRoute {
    /// The proxy.
    pub proxy: Proxy,
    /// The password of its user.
    pub password: Option<SecretString>,
}

impl fmt::Debug for ProxyRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyRoute({}, ***)", self.proxy.kind)
    }
}

/// Which certificates are trusted.
#[derive(Debug, Clone, Default)]
pub enum TlsTrust {
    /// What the operating system trusts.
    #[default]
    System,
    /// These roots and no others.
    Roots(Vec<CertificateDer<'static>>),
}

/// How long each phase may take, at most. The defaults are those of RFC 5321 §4.5.3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name look-up and TCP connection together.
    pub connect: Duration,
    /// A TLS handshake.
    pub tls: Duration,
    /// The server's first line.
    pub greeting: Duration,
    /// The reply to EHLO, HELO or STARTTLS.
    pub ehlo: Duration,
    /// Each reply of a login.
    pub auth: Duration,
    /// The reply to MAIL or RSET.
    pub mail: Duration,
    /// The reply to RCPT.
    pub rcpt: Duration,
    /// The 354 to DATA.
    pub data: Duration,
    /// Each part of the body that the socket takes.
    pub body_block: Duration,
    /// The reply to the final dot. Giving up early here is what makes mails arrive twice.
    pub final_reply: Duration,
    /// The reply to NOOP, the question whether a connection that idled still stands.
    pub noop: Duration,
    /// The reply to QUIT; by then nothing is at stake.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            connect: Duration::from_secs(30),
            tls: minutes(1),
            greeting: minutes(5),
            ehlo: minutes(5),
            auth: minutes(2),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            body_block: minutes(3),
            final_reply: minutes(10),
            noop: Duration::from_secs(10),
            quit: Duration::from_secs(5),
        }
    }
}

impl Timeouts {
    /// The same limit for every phase.
    pub const fn all(limit: Duration) -> Self {
        Self {
            connect: limit,
            tls: limit,
            greeting: limit,
            ehlo: limit,
            auth: limit,
            mail: limit,
            rcpt: limit,
            data: limit,
            body_block: limit,
            final_reply: limit,
            noop: limit,
            quit: limit,
        }
    }
}
