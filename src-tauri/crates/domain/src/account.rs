//! The account a mail leaves through.

use crate::words;

words! {
    /// What stands behind an account.
    AccountKind, "account kind", {
        /// The user's own SMTP server.
        Smtp = "smtp",
        /// The server inside the app that keeps every mail and sends none on.
        Sandbox = "sandbox",
    }
}

words! {
    /// How the connection to the server is protected.
    TlsMode, "TLS mode", {
        /// Plain text. Only after a clear warning, or on loopback.
        None = "none",
        /// STARTTLS, required: without it nothing is sent (RFC 3207).
        StartTls = "starttls",
        /// TLS from the first byte (RFC 8314), the default.
        Implicit = "implicit",
    }
}

words! {
    /// What an account logs in with.
    LoginKind, "login kind", {
        /// A password, an authorisation code or an app password.
        Password = "password",
        /// An OAuth 2.0 access token (RFC 6750).
        Token = "token",
    }
}

words! {
    /// How a password is told to the server (RFC 4954): its SASL mechanism.
    LoginMechanism, "login mechanism", {
        /// The strongest that the server announces.
        Automatic = "automatic",
        /// Proves the password without telling it (RFC 7677).
        ScramSha256 = "scram_sha_256",
        /// User and password in one line (RFC 4616).
        Plain = "plain",
        /// User and password one after the other.
        Login = "login",
        /// A keyed hash of a question (RFC 2195).
        CramMd5 = "cram_md5",
    }
}

impl TlsMode {
    /// The submission port a server of this mode usually listens on (RFC 8314, RFC 6409).
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::Implicit => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}
