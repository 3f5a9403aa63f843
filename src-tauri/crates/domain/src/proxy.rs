//! The proxy through which an account reaches its server.
//!
//! It is written as one address, the way every other program wants it, so that people can copy it from there. The
//! password is split off while it is read: it is kept elsewhere and never printed.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::words;

words! {
    /// The language a proxy speaks.
    ProxyKind, "proxy kind", {
        /// SOCKS 5 (RFC 1928). The proxy looks the server's name up.
        Socks5 = "socks5",
        /// HTTP CONNECT (RFC 9110 §9.3.6). The proxy looks the server's name up.
        Http = "http",
    }
}

/// A proxy, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its language.
    pub kind: ProxyKind,
    /// Its name or IP address; of IPv6 without brackets.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// Who logs in at the proxy; `None` where it asks for no login.
    pub user: Option<String>,
}

/// The text is no address of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no address of a proxy, such as socks5://host:1080")]
pub struct ProxyAddressFault;

const NOT_IN_USER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Longest user or password, in octets (RFC 1929 §2).
const MAX_LOGIN_OCTETS: usize = 255;

impl Proxy {
    /// Reads `socks5://user:password@host:port` or `http://…`; user and password may be absent, and are
    /// percent-encoded. Gives the password apart.
    pub fn parse(text: &str) -> Result<(Self, Option<String>), ProxyAddressFault> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(ProxyAddressFault)?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            // Elsewhere the "h" says that the proxy looks names up; here it always does.
            "socks5" | "socks5h" => ProxyKind::Socks5,
            "http" => ProxyKind::Http,
            _ => return Err(ProxyAddressFault),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, place) =
            rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        let (host, port) = place.rsplit_once(':').ok_or(ProxyAddressFault)?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = port.parse().ok().filter(|&port| port > 0).ok_or(ProxyAddressFault)?;
        if !is_host(host) {
            return Err(ProxyAddressFault);
        }
        let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
            None => (None, None),
            Some((user, password)) => (Some(decode(user)?), Some(decode(password)?)),
        };
        let proxy =
            Self { kind, host: host.to_lowercase(), port, user: user.filter(|user| !user.is_empty()) };
        Ok((proxy, password.filter(|password| !password.is_empty())))
    }
}

/// As it can be parsed again; never with a password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.kind)?;
        if let Some(user) = &self.user {
            write!(f, "{}@", utf8_percent_encode(user, NOT_IN_USER))?;
        }
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

fn is_host(host: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    (1..=255).contains(&host.len()) && host.chars().all(is_name)
}

fn decode(text: &str) -> Result<String, ProxyAddressFault> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| ProxyAddressFault)?;
    let is_good = text.len() <= MAX_LOGIN_OCTETS && !text.chars().any(char::is_control);
    if is_good { Ok(text.into_owned()) } else { Err(ProxyAddressFault) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_and_its_password_split_off() {
        let (proxy, password) = Proxy::parse(" socks5://li%40x:a%3Ab%20c@Proxy.Example:1080/ ").unwrap();
        assert_eq!((proxy.kind, proxy.host.as_str(), proxy.port), (ProxyKind::Socks5, "proxy.example", 1080));
        assert_eq!((proxy.user.as_deref(), password.as_deref()), (Some("li@x"), Some("a:b c")));
        assert_eq!(proxy.to_string(), "socks5://li%40x@proxy.example:1080");
        for text in ["http://10.0.0.1:3128", "http://[::1]:3128", "socks5://王丽@h:1"] {
            let (proxy, password) = Proxy::parse(text).unwrap();
            assert_eq!(password, None);
            assert_eq!(Proxy::parse(&proxy.to_string()), Ok((proxy, None)), "{text}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for bad in [
            "",
            "proxy.example:1080",
            "socks4://h:1",
            "https://h:1",
            "socks5://h",
            "socks5://h:0",
            "socks5://h:99999",
            "socks5://:1080",
            "socks5://a b:1080",
            "http://h:1/path",
            "http://u:%0d%0a@h:1",
            "http://u:%ff@h:1",
        ] {
            assert_eq!(Proxy::parse(bad), Err(ProxyAddressFault), "{bad}");
        }
    }
}
