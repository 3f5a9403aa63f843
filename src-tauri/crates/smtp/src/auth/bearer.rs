//! Logging in with an OAuth 2.0 access token: XOAUTH2 and OAUTHBEARER.
//!
//! A server that refuses a token says why in JSON before it says no. Those are the words that tell an expired token
//! from a missing permission, so they are kept with the refusal.
//!
//! Sources: RFC 7628; <https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>;
//! <https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>.

use std::time::Duration;

use secrecy::zeroize::Zeroizing;

use super::{decoded_words, send_coded};
use crate::wire::{Wanted, Wire};
use crate::{Cause, ProtocolFault, Server};

pub(super) async fn xoauth2(wire: &mut Wire, user: &str, token: &str, limit: Duration) -> Result<(), Cause> {
    check(user, token)?;
    let message = Zeroizing::new(format!("user={user}\x01auth=Bearer {token}\x01\x01"));
    send_coded(wire, "AUTH XOAUTH2 ", message.as_bytes(), limit).await?;
    outcome(wire, b"", limit).await
}

/// RFC 7628 §3.1, behind a GS2 header (RFC 5801 §4) without channel binding.
pub(super) async fn oauthbearer(
    wire: &mut Wire,
    user: &str,
    token: &str,
    server: &Server,
) -> Result<(), Cause> {
    check(user, token)?;
    let user = user.replace('=', "=3D").replace(',', "=2C");
    let (host, port) = (&server.host, server.port);
    let message = format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01");
    send_coded(wire, "AUTH OAUTHBEARER ", Zeroizing::new(message).as_bytes(), server.timeouts.auth).await?;
    outcome(wire, b"\x01", server.timeouts.auth).await
}

/// Neither may carry the octet that ends a field; RFC 6750 §2.1 says what a token is made of.
fn check(user: &str, token: &str) -> Result<(), Cause> {
    let is_good = !user.chars().any(char::is_control) && token.bytes().all(|byte| byte.is_ascii_graphic());
    if is_good { Ok(()) } else { Err(Cause::UnusableLogin) }
}

/// Reads the answer; behind an explanation the server waits for `acknowledgement` before it says no.
async fn outcome(wire: &mut Wire, acknowledgement: &[u8], limit: Duration) -> Result<(), Cause> {
    match wire.expect(Wanted::Done, limit).await {
        Err(Cause::Protocol(ProtocolFault::UnexpectedCode(334))) => {}
        other => return other.map(drop),
    }
    let explanation = decoded_words(wire)?;
    send_coded(wire, "", acknowledgement, limit).await?;
    match wire.expect(Wanted::Done, limit).await {
        Err(Cause::Reply(reply)) => Err(Cause::Reply(reply.with_explanation(&explanation))),
        Err(cause) => Err(cause),
        // A server that explains why not and then says yes cannot be understood.
        Ok(code) => Err(ProtocolFault::UnexpectedCode(code).into()),
    }
}
