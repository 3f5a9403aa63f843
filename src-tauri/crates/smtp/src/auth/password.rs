//! The plain old ways: PLAIN, LOGIN and CRAM-MD5.
//!
//! PLAIN and LOGIN both tell the password, PLAIN in one round trip. CRAM-MD5 (RFC 2195) tells a keyed hash of a
//! question, from which a weak password can be guessed.

use std::fmt::Write as _;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use secrecy::zeroize::Zeroizing;

use super::{question, send_coded};
use crate::Cause;
use crate::wire::{Wanted, Wire};

/// RFC 4616: authorisation identity (empty), user and password, each behind a NUL.
pub(super) async fn plain(wire: &mut Wire, user: &str, password: &str, limit: Duration) -> Result<(), Cause> {
    let message = Zeroizing::new(format!("\0{user}\0{password}"));
    send_coded(wire, "AUTH PLAIN ", message.as_bytes(), limit).await?;
    wire.expect(Wanted::Done, limit).await.map(drop)
}

/// AUTH LOGIN (draft-murchison-sasl-login): two questions, whatever their words.
pub(super) async fn by_questions(
    wire: &mut Wire,
    user: &str,
    password: &str,
    limit: Duration,
) -> Result<(), Cause> {
    wire.send(b"AUTH LOGIN\r\n", limit).await?;
    for answer in [user, password] {
        wire.expect(Wanted::GoOn, limit).await?;
        send_coded(wire, "", answer.as_bytes(), limit).await?;
    }
    wire.expect(Wanted::Done, limit).await.map(drop)
}

/// RFC 2195: the user and the question's HMAC in hexadecimal.
pub(super) async fn cram_md5(
    wire: &mut Wire,
    user: &str,
    password: &str,
    limit: Duration,
) -> Result<(), Cause> {
    wire.send(b"AUTH CRAM-MD5\r\n", limit).await?;
    let asked = question(wire, limit).await?;
    let answer = cram_answer(user, password, &asked).ok_or(Cause::UnusableLogin)?;
    send_coded(wire, "", answer.as_bytes(), limit).await?;
    wire.expect(Wanted::Done, limit).await.map(drop)
}

fn cram_answer(user: &str, password: &str, asked: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Md5>::new_from_slice(password.as_bytes()).ok()?;
    mac.update(asked);
    let mut answer = format!("{user} ");
    for byte in mac.finalize().into_bytes() {
        let _ = write!(answer, "{byte:02x}");
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cram_md5_answers_as_rfc_2195_does() {
        let asked = b"<1896.697170952@postoffice.reston.mci.net>";
        let answer = cram_answer("tim", "tanstaaftanstaaf", asked);
        assert_eq!(answer.as_deref(), Some("tim b913a602c7eda7a495b4e6e7334d3890"));
    }
}
