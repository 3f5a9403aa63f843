//! What the user enters for an account, and its rules.

use hongyan_domain::{
    AccountKind, EmailAddress, LoginKind, LoginMechanism, Proxy, Sender, TlsMode, clean_line,
};
use hongyan_store::AccountValues;
use secrecy::{ExposeSecret as _, SecretString};

use super::secret::NewSecrets;
use crate::names::{clean_name, name_key};
use crate::{Error, Result};

/// Most connections an account may have at a time.
const MAX_CONNECTIONS: u32 = 50;
/// Most mails in flight on a connection.
const MAX_BURST: u32 = 32;
/// Longest host name (RFC 1035) and longest login name.
const MAX_TEXT_CHARS: usize = 255;

/// What the user enters for an account.
#[derive(Debug, Clone)]
pub struct AccountDraft {
    /// The user's name for it.
    pub name: String,
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Login name; empty or `None` where no login is needed.
    pub user: Option<String>,
    /// What the password is.
    pub login_kind: LoginKind,
    /// How a password is told to the server.
    pub mechanism: LoginMechanism,
    /// A new password (or token); `None` keeps the one that is kept.
    pub password: Option<SecretString>,
    /// The proxy as `socks5://user:password@host:port` or `http://…`; `None` goes there directly. Without a password
    /// the one kept for this proxy stays.
    pub proxy: Option<SecretString>,
    /// SHA-256 of a certificate that is trusted besides what the system trusts.
    pub trusted_certificate: Option<String>,
    /// From name.
    pub from_name: String,
    /// From address.
    pub from_address: String,
    /// Reply-To; empty or `None` for none.
    pub reply_to: Option<String>,
    /// Most connections at a time.
    pub max_connections: u32,
    /// Mails in flight on a connection at a time, where the server takes that; 0 or 1: one after the other.
    pub burst: u32,
}

impl AccountDraft {
    /// Checks what was entered, and sets its secrets apart.
    pub(super) fn check(self, has_password: bool) -> Result<(AccountValues, NewSecrets)> {
        let name = clean_name(&self.name)?;
        let host = clean_host(&self.host)?;
        if self.port == 0 {
            return Err(Error::Value("port"));
        }
        if !(1..=MAX_CONNECTIONS).contains(&self.max_connections) {
            return Err(Error::Value("maxConnections"));
        }
        if self.burst > MAX_BURST {
            return Err(Error::Value("burst"));
        }
        let address = EmailAddress::parse(&self.from_address)
            .map_err(|fault| Error::Address { field: "from.address", fault })?;
        let reply_to = self
            .reply_to
            .filter(|text| !text.trim().is_empty())
            .map(|text| EmailAddress::parse(&text))
            .transpose()
            .map_err(|fault| Error::Address { field: "replyTo", fault })?;
        let (proxy, proxy_password) = match self.proxy.map(|text| Proxy::parse(text.expose_secret())) {
            None => (None, None),
            Some(read) => read
                .map(|(proxy, password)| (Some(proxy), password.map(SecretString::from)))
                .map_err(|_| Error::Value("proxy"))?,
        };
        let trusted_certificate = self
            .trusted_certificate
            .map(|text| text.parse())
            .transpose()
            .map_err(|_| Error::Value("trustedCertificate"))?;
        let values = AccountValues {
            name_key: name_key(&name),
            name,
            kind: AccountKind::Smtp,
            host,
            port: self.port,
            tls: self.tls,
            user: self.user.map(|user| clean_line(&user)).filter(|user| !user.is_empty()),
            login_kind: self.login_kind,
            mechanism: self.mechanism,
            has_password: has_password || self.password.is_some(),
            proxy,
            trusted_certificate,
            from: Sender::new(&self.from_name, address),
            reply_to,
            max_connections: self.max_connections,
            burst: self.burst.max(1),
        };
        Ok((values, NewSecrets { login: self.password, proxy: proxy_password }))
    }
}

/// A host name is one word without a scheme or a path; what people paste often has both.
fn clean_host(text: &str) -> Result<String> {
    let host = text.trim().trim_start_matches("smtp://").trim_start_matches("smtps://").trim_end_matches('/');
    let is_good = !host.is_empty()
        && host.chars().count() <= MAX_TEXT_CHARS
        && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'));
    if is_good { Ok(host.to_lowercase()) } else { Err(Error::Value("host")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_as_a_host_is_understood() {
        assert_eq!(clean_host(" SMTP.qq.com ").unwrap(), "smtp.qq.com");
        assert_eq!(clean_host("smtps://smtp.example.com/").unwrap(), "smtp.example.com");
        for bad in ["", "smtp example.com", "smtp.example.com\r\nQUIT", "a/b"] {
            assert!(clean_host(bad).is_err(), "{bad:?}");
        }
    }
}
