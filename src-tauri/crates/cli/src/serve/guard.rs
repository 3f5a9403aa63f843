//! Who may ask: a page of ours, on this computer, that has the token.
//!
//! `Host` is parsed to an address, never compared as text: a page of `127.evil.example` can point its name at us (DNS
//! rebinding), but cannot change what its browser calls the host. `Origin` must be the very host that was asked, so
//! that pages of other local servers stay out; there are no CORS headers that could let them in.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;

/// Headers of every answer. What a page may load is said by `policy`.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `Host` is not this computer.
    Host,
    /// `Origin` is another one than what was asked.
    Origin,
    /// The token is missing or wrong.
    Token,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Host => (StatusCode::FORBIDDEN, "foreign host"),
            Self::Origin => (StatusCode::FORBIDDEN, "foreign origin"),
            Self::Token => (StatusCode::UNAUTHORIZED, "no token"),
        };
        (status, axum::Json(serde_json::json!({ "refused": text }))).into_response()
    }
}

/// Lets only requests to this computer and from our own page through.
pub async fn own_page_only(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = match check_place(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.insert(header::CONTENT_SECURITY_POLICY, app.interface.policy().clone());
    response
}

/// Lets only requests with the token through.
pub async fn token_only(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.token.is_in(request.headers().get(header::AUTHORIZATION)) {
        next.run(request).await
    } else {
        Refusal::Token.into_response()
    }
}

fn check_place(headers: &HeaderMap) -> Result<(), Refusal> {
    let host = only(headers, header::HOST).ok_or(Refusal::Host)?;
    let authority: Authority = host.parse().map_err(|_| Refusal::Host)?;
    if authority.as_str().contains('@') || !is_this_computer(authority.host()) {
        return Err(Refusal::Host);
    }
    if !headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    match only(headers, header::ORIGIN).and_then(|origin| origin.strip_prefix("http://")) {
        Some(origin) if origin.eq_ignore_ascii_case(host) => Ok(()),
        _ => Err(Refusal::Origin),
    }
}

/// The value of a header that is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_this_computer(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, origin: Option<&str>) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        check_place(&headers)
    }

    #[test]
    fn this_computer_is_known_by_its_address() {
        for host in
            ["127.0.0.1:8080", "127.0.0.1", "localhost:8080", "LOCALHOST:1", "[::1]:8080", "127.9.9.9:80"]
        {
            assert_eq!(check(host, None), Ok(()), "{host}");
        }
        for host in [
            "127.evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evil.example",
            "192.168.1.7:8080",
            "0.0.0.0:8080",
            "[::]:8080",
            "me@127.0.0.1",
            "",
        ] {
            assert_eq!(check(host, None), Err(Refusal::Host), "{host}");
        }
        assert_eq!(check_place(&HeaderMap::new()), Err(Refusal::Host));
    }

    #[test]
    fn two_hosts_are_one_too_many() {
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, HeaderValue::from_static("127.0.0.1"));
        headers.append(header::HOST, HeaderValue::from_static("evil.example"));
        assert_eq!(check_place(&headers), Err(Refusal::Host));
    }

    #[test]
    fn only_our_own_page_may_ask() {
        assert_eq!(check("127.0.0.1:8080", Some("http://127.0.0.1:8080")), Ok(()));
        for origin in [
            "null",
            "http://127.0.0.1:3000",
            "http://localhost:8080",
            "https://127.0.0.1:8080",
            "http://evil.example",
            "http://127.0.0.1:8080.evil.example",
            "http://127.0.0.1:8080/",
        ] {
            assert_eq!(check("127.0.0.1:8080", Some(origin)), Err(Refusal::Origin), "{origin}");
        }
    }
}
