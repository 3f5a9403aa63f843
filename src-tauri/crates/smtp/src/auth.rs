//! Logging in (RFC 4954): one way is chosen, tried once, and its answer stands, unless it is that the server does not
//! know that way after all.
//!
//! With a password: SCRAM-SHA-256, which proves that both sides know it and tells it to nobody. Then, inside TLS,
//! PLAIN, LOGIN and only at last CRAM-MD5: TLS hides the password already, and CRAM-MD5 would make the server keep it
//! readable, so many servers announce it and cannot do it. Without TLS, CRAM-MD5 goes before PLAIN and LOGIN, which
//! then show the password to everybody on the way. With a token: XOAUTH2, which is what the large providers' own
//! programs speak, else OAUTHBEARER; a token never goes where a password belongs, nor the other way round.
//!
//! A refused login is not tried again in a weaker way: every refusal counts at providers that lock accounts. A server
//! that answers 504 (RFC 4954 §4: the mechanism is not supported) has not looked at the password, and is asked in the
//! next way that it announces. Whoever could forge that answer could as well announce only the weak ways.

mod bearer;
mod password;
mod scram;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hongyan_domain::{LoginKind, LoginMechanism};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::wire::{Wanted, Wire};
use crate::{Capabilities, Cause, Login, ProtocolFault, Server};

/// RFC 4954 §4: the mechanism is not supported.
const UNKNOWN_MECHANISM: u16 = 504;

/// A way to log in that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    ScramSha256,
    Plain,
    Login,
    CramMd5,
    XOauth2,
    OauthBearer,
}

impl Mechanism {
    /// Those to try: the one that the user chose, else all that the server announces, the strongest first.
    fn choose(server: &Capabilities, login: &Login, in_tls: bool) -> Vec<Self> {
        use Mechanism::{CramMd5, Login, OauthBearer, Plain, ScramSha256, XOauth2};
        let order: &[Self] = match (login.kind, login.mechanism) {
            (LoginKind::Token, _) => &[XOauth2, OauthBearer],
            (LoginKind::Password, LoginMechanism::Automatic) if in_tls => {
                &[ScramSha256, Plain, Login, CramMd5]
            }
            (LoginKind::Password, LoginMechanism::Automatic) => &[ScramSha256, CramMd5, Plain, Login],
            // Whether it is announced makes no difference: the user knows better.
            (LoginKind::Password, LoginMechanism::ScramSha256) => return vec![ScramSha256],
            (LoginKind::Password, LoginMechanism::Plain) => return vec![Plain],
            (LoginKind::Password, LoginMechanism::Login) => return vec![Login],
            (LoginKind::Password, LoginMechanism::CramMd5) => return vec![CramMd5],
        };
        order.iter().copied().filter(|mechanism| server.knows_auth(mechanism.name())).collect()
    }

    const fn name(self) -> &'static str {
        match self {
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::XOauth2 => "XOAUTH2",
            Self::OauthBearer => "OAUTHBEARER",
        }
    }
}

/// Logs in; `limit` is for each answer of the server.
pub(crate) async fn log_in(
    wire: &mut Wire,
    announced: &Capabilities,
    login: &Login,
    server: &Server,
) -> Result<(), Cause> {
    let (user, secret) = (login.user.as_str(), login.secret.expose_secret());
    // A NUL would end the field early in PLAIN, and no other way allows one.
    if user.is_empty() || secret.is_empty() || user.contains('\0') || secret.contains('\0') {
        return Err(Cause::UnusableLogin);
    }
    let in_tls = wire.tls_version().is_some();
    let mut answer = Err(Cause::NoAuthOffered);
    for mechanism in Mechanism::choose(announced, login, in_tls) {
        answer = log_in_by(mechanism, wire, login, server).await;
        if !matches!(&answer, Err(Cause::Reply(reply)) if reply.code == UNKNOWN_MECHANISM) {
            break;
        }
    }
    answer
}

async fn log_in_by(
    mechanism: Mechanism,
    wire: &mut Wire,
    login: &Login,
    server: &Server,
) -> Result<(), Cause> {
    let (user, secret) = (login.user.as_str(), login.secret.expose_secret());
    let limit = server.timeouts.auth;
    match mechanism {
        Mechanism::ScramSha256 => scram::log_in(wire, login, limit).await,
        Mechanism::Plain => password::plain(wire, user, secret, limit).await,
        Mechanism::Login => password::by_questions(wire, user, secret, limit).await,
        Mechanism::CramMd5 => password::cram_md5(wire, user, secret, limit).await,
        Mechanism::XOauth2 => bearer::xoauth2(wire, user, secret, limit).await,
        Mechanism::OauthBearer => bearer::oauthbearer(wire, user, secret, server).await,
    }
}

/// Sends a secret in base64, behind words that may stand before it.
async fn send_coded(wire: &mut Wire, before: &str, secret: &[u8], limit: Duration) -> Result<(), Cause> {
    // Sized before it is filled, so that no half-grown copy of a secret stays behind in memory.
    let mut line = Zeroizing::new(String::with_capacity(before.len() + secret.len() * 4 / 3 + 8));
    line.push_str(before);
    STANDARD.encode_string(secret, &mut line);
    line.push_str("\r\n");
    wire.send(line.as_bytes(), limit).await
}

/// Waits for the server's question and decodes it.
async fn question(wire: &mut Wire, limit: Duration) -> Result<Vec<u8>, Cause> {
    wire.expect(Wanted::GoOn, limit).await?;
    decoded_words(wire)
}

/// The base64 of the reply that was read last.
fn decoded_words(wire: &Wire) -> Result<Vec<u8>, Cause> {
    STANDARD.decode(wire.words().trim_ascii()).map_err(|_| ProtocolFault::LoginUnproven.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(ways: &str) -> Capabilities {
        let auth = ways.split(' ').map(str::to_owned).collect();
        Capabilities { auth, ..Capabilities::default() }
    }

    fn first(announced: &Capabilities, kind: LoginKind, in_tls: bool) -> Option<&'static str> {
        let login =
            Login { user: "u".into(), kind, mechanism: LoginMechanism::Automatic, secret: "s".into() };
        Mechanism::choose(announced, &login, in_tls).first().map(|mechanism| mechanism.name())
    }

    #[test]
    fn the_strongest_way_is_taken_and_tls_decides_what_is_strong() {
        let all = "LOGIN PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER GSSAPI";
        for (ways, in_tls, in_the_clear) in [
            (all, Some("SCRAM-SHA-256"), Some("SCRAM-SHA-256")),
            ("LOGIN PLAIN CRAM-MD5", Some("PLAIN"), Some("CRAM-MD5")),
            ("CRAM-MD5 LOGIN", Some("LOGIN"), Some("CRAM-MD5")),
            ("CRAM-MD5", Some("CRAM-MD5"), Some("CRAM-MD5")),
            ("LOGIN", Some("LOGIN"), Some("LOGIN")),
            ("NTLM GSSAPI XOAUTH2", None, None),
        ] {
            let choose = |tls| first(&announced(ways), LoginKind::Password, tls);
            assert_eq!((choose(true), choose(false)), (in_tls, in_the_clear), "{ways}");
        }
    }

    #[test]
    fn a_token_is_never_sent_as_a_password() {
        for (ways, wanted) in [
            ("PLAIN LOGIN SCRAM-SHA-256 OAUTHBEARER XOAUTH2", Some("XOAUTH2")),
            ("PLAIN OAUTHBEARER", Some("OAUTHBEARER")),
            ("PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256", None),
        ] {
            assert_eq!(first(&announced(ways), LoginKind::Token, true), wanted, "{ways}");
        }
    }
}
