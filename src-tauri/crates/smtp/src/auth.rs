//! Logging in (RFC 4954).
//!
//! PLAIN is preferred to LOGIN: both send the password, PLAIN in one round trip. They are used inside TLS, or in the
//! clear where the account says that there is no TLS.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::wire::{Wanted, Wire};
use crate::{Capabilities, Cause, Login};

pub(crate) async fn log_in(
    wire: &mut Wire,
    server: &Capabilities,
    login: &Login,
    limit: Duration,
) -> Result<(), Cause> {
    let password = login.password.expose_secret();
    // A NUL would end the field early in PLAIN.
    if login.user.is_empty() || password.is_empty() || login.user.contains('\0') || password.contains('\0') {
        return Err(Cause::UnusableLogin);
    }
    if server.knows_auth("PLAIN") {
        plain(wire, &login.user, password, limit).await
    } else if server.knows_auth("LOGIN") {
        by_questions(wire, &login.user, password, limit).await
    } else {
        Err(Cause::NoAuthOffered)
    }
}

/// RFC 4616: authorisation identity (empty), user and password, each behind a NUL.
async fn plain(wire: &mut Wire, user: &str, password: &str, limit: Duration) -> Result<(), Cause> {
    let message = Zeroizing::new(format!("\0{user}\0{password}"));
    send_coded(wire, "AUTH PLAIN ", message.as_bytes(), limit).await?;
    wire.expect(Wanted::Done, limit).await.map(drop)
}

async fn by_questions(wire: &mut Wire, user: &str, password: &str, limit: Duration) -> Result<(), Cause> {
    wire.send(b"AUTH LOGIN\r\n", limit).await?;
    for answer in [user, password] {
        wire.expect(Wanted::GoOn, limit).await?;
        send_coded(wire, "", answer.as_bytes(), limit).await?;
    }
    wire.expect(Wanted::Done, limit).await.map(drop)
}

async fn send_coded(wire: &mut Wire, before: &str, secret: &[u8], limit: Duration) -> Result<(), Cause> {
    // Sized before it is filled, so that no half-grown copy of a secret stays behind in memory.
    let mut line = Zeroizing::new(String::with_capacity(before.len() + secret.len() * 4 / 3 + 8));
    line.push_str(before);
    STANDARD.encode_string(secret, &mut line);
    line.push_str("\r\n");
    wire.send(line.as_bytes(), limit).await
}
