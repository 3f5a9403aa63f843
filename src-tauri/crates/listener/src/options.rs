//! What a listener announces and allows.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;

/// How a listener behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name it calls itself by.
    pub host_name: String,
    /// What it announces.
    pub extensions: Extensions,
    /// TLS, if it has any.
    pub tls: Option<Tls>,
    /// Whether MAIL needs a login before.
    pub login_required: bool,
    /// What it allows.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host_name: "localhost".to_owned(),
            extensions: Extensions::default(),
            tls: None,
            login_required: false,
            limits: Limits::default(),
        }
    }
}

/// TLS and when it begins.
#[derive(Debug, Clone)]
pub enum Tls {
    /// From the first byte (RFC 8314).
    Implicit(Arc<ServerConfig>),
    /// After STARTTLS (RFC 3207).
    StartTls(Arc<ServerConfig>),
}

/// The announced extensions; all are on by default, with AUTH PLAIN and LOGIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extensions {
    /// RFC 2920.
    pub pipelining: bool,
    /// RFC 3030; BDAT is unknown without it.
    pub chunking: bool,
    /// RFC 6152.
    pub eight_bit_mime: bool,
    /// RFC 6531; non-ASCII addresses are refused without it.
    pub smtp_utf8: bool,
    /// RFC 1870, with [`Limits::message_octets`].
    pub size: bool,
    /// RFC 3461; the parameters are taken and passed over.
    pub dsn: bool,
    /// Ways to log in: `PLAIN`, `LOGIN`, or a name that is only announced.
    pub auth: Vec<String>,
}

impl Default for Extensions {
    fn default() -> Self {
        Self {
            pipelining: true,
            chunking: true,
            eight_bit_mime: true,
            smtp_utf8: true,
            size: true,
            dsn: true,
            auth: vec!["PLAIN".to_owned(), "LOGIN".to_owned()],
        }
    }
}

/// What is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest mail, in octets.
    pub message_octets: usize,
    /// Recipients of one mail.
    pub recipients: usize,
    /// Octets of a command line.
    pub line_octets: usize,
    /// Connections at one time.
    pub connections: usize,
    /// How long a client may be silent.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_octets: 64 * 1024 * 1024,
            recipients: 1_000,
            line_octets: 16 * 1024,
            connections: 64,
            idle: Duration::from_secs(300),
        }
    }
}
