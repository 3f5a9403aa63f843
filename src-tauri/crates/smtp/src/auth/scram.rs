//! SCRAM-SHA-256 (RFC 5802, RFC 7677): both sides prove that they know the password, and neither tells it.
//!
//! The hashing is ring's and the preparation of the password stringprep's; what stands here is the exchange of four
//! messages. The SASL frameworks let a server ask for any number of rounds, which freezes the program, or for one,
//! which gives the password away; here both are refused. There is no channel binding, so the exchange says `n`.

use std::num::NonZeroU32;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{digest, hmac, pbkdf2};
use secrecy::{ExposeSecret as _, SecretString};
use stringprep::saslprep;

use super::{question, send_coded};
use crate::wire::{Wanted, Wire};
use crate::{Cause, Login, ProtocolFault};

/// RFC 7677 §4: fewer rounds make a captured exchange easy to guess the password from.
const FEWEST_ROUNDS: u32 = 4_096;
/// Far above what servers use, and still below a second.
const MOST_ROUNDS: u32 = 1_000_000;
/// `n`: without channel binding; no other identity.
const HEADER: &str = "n,,";

pub(super) async fn log_in(wire: &mut Wire, login: &Login, limit: Duration) -> Result<(), Cause> {
    let mut random = [0; 24];
    SystemRandom::new().fill(&mut random).map_err(|_| Cause::Io(std::io::ErrorKind::Other))?;
    let exchange = Exchange::new(&login.user, &STANDARD.encode(random))?;
    send_coded(wire, "AUTH SCRAM-SHA-256 ", format!("{HEADER}{}", exchange.first).as_bytes(), limit).await?;
    let asked = question(wire, limit).await?;
    let secret = login.secret.clone();
    // The rounds take a good part of a second at some servers, and must not hold up other connections.
    let answered = tokio::task::spawn_blocking(move || exchange.answer(&asked, &secret));
    let answer = answered.await.map_err(|_| Cause::Io(std::io::ErrorKind::Other))??;
    send_coded(wire, "", answer.message.as_bytes(), limit).await?;
    let said = question(wire, limit).await.map_err(|cause| match cause {
        // A server that says yes here has proved nothing.
        Cause::Protocol(_) => unproven(),
        cause => cause,
    })?;
    if said.starts_with(b"e=") {
        return refused(wire, &said, limit).await;
    }
    answer.check_server(&said)?;
    send_coded(wire, "", b"", limit).await?;
    wire.expect(Wanted::Done, limit).await.map(drop)
}

/// The server has said why not, and says no when that is acknowledged.
async fn refused(wire: &mut Wire, why: &[u8], limit: Duration) -> Result<(), Cause> {
    send_coded(wire, "", b"", limit).await?;
    match wire.expect(Wanted::Done, limit).await {
        Err(Cause::Reply(reply)) => Err(Cause::Reply(reply.with_explanation(why))),
        other => other.and(Err(unproven())),
    }
}

/// What is wrong with the server's part.
fn unproven() -> Cause {
    ProtocolFault::LoginUnproven.into()
}

/// An exchange that has begun.
#[derive(Debug)]
struct Exchange {
    nonce: String,
    /// The first message without its header.
    first: String,
}

/// The client's last message, and what proves that the server knows the password.
struct FinalAnswer {
    message: String,
    server_key: hmac::Key,
    transcript: String,
}

impl Exchange {
    fn new(user: &str, nonce: &str) -> Result<Self, Cause> {
        let user = saslprep(user).map_err(|_| Cause::UnusableLogin)?;
        let user = user.replace('=', "=3D").replace(',', "=2C");
        Ok(Self { nonce: nonce.to_owned(), first: format!("n={user},r={nonce}") })
    }

    /// Answers the server's question, `r=nonce,s=salt,i=rounds`.
    fn answer(&self, asked: &[u8], password: &SecretString) -> Result<FinalAnswer, Cause> {
        let asked = std::str::from_utf8(asked).map_err(|_| unproven())?;
        let (nonce, salt, rounds) = self.read_question(asked).ok_or_else(unproven)?;
        let password = saslprep(password.expose_secret()).map_err(|_| Cause::UnusableLogin)?;
        let mut salted = [0; digest::SHA256_OUTPUT_LEN];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, password.as_bytes(), &mut salted);
        let salted = hmac::Key::new(hmac::HMAC_SHA256, &salted);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored_key = digest::digest(&digest::SHA256, client_key.as_ref());
        let bare = format!("c={},r={nonce}", STANDARD.encode(HEADER));
        let transcript = format!("{},{asked},{bare}", self.first);
        let signature =
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, stored_key.as_ref()), transcript.as_bytes());
        let proof: Vec<u8> = client_key.as_ref().iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
        Ok(FinalAnswer {
            message: format!("{bare},p={}", STANDARD.encode(proof)),
            server_key: hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&salted, b"Server Key").as_ref()),
            transcript,
        })
    }

    /// Nonce, salt and rounds; `None` for anything that is not ours to answer.
    fn read_question<'a>(&self, asked: &'a str) -> Option<(&'a str, Vec<u8>, NonZeroU32)> {
        let mut fields = asked.split(',');
        // A mandatory extension ("m=") may stand first; none is known, so it must not be answered (RFC 5802 §5.1).
        let nonce = fields.next()?.strip_prefix("r=")?;
        let salt = STANDARD.decode(fields.next()?.strip_prefix("s=")?).ok()?;
        let rounds: u32 = fields.next()?.strip_prefix("i=")?.parse().ok()?;
        let is_ours = nonce.len() > self.nonce.len() && nonce.starts_with(&self.nonce);
        let is_fair = (FEWEST_ROUNDS..=MOST_ROUNDS).contains(&rounds) && !salt.is_empty();
        (is_ours && is_fair).then_some((nonce, salt, NonZeroU32::new(rounds)?))
    }
}

impl FinalAnswer {
    /// Checks the server's last message, `v=signature`.
    fn check_server(&self, said: &[u8]) -> Result<(), Cause> {
        let said = std::str::from_utf8(said).map_err(|_| unproven())?;
        let signature = said.split(',').next().and_then(|field| field.strip_prefix("v="));
        let signature = signature.and_then(|coded| STANDARD.decode(coded).ok()).ok_or_else(unproven)?;
        hmac::verify(&self.server_key, self.transcript.as_bytes(), &signature).map_err(|_| unproven())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
    const ASKED: &str =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn answer(asked: &str) -> Result<FinalAnswer, Cause> {
        Exchange::new("user", NONCE).unwrap().answer(asked.as_bytes(), &"pencil".into())
    }

    #[test]
    fn the_exchange_of_rfc_7677_comes_out_as_printed_there() {
        assert_eq!(Exchange::new("user", NONCE).unwrap().first, "n=user,r=rOprNGfwEbeRWgbNEkqO");
        let answer = answer(ASKED).unwrap();
        assert_eq!(
            answer.message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert_eq!(answer.check_server(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(()));
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_found_out() {
        let answer = answer(ASKED).unwrap();
        for forged in ["v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=", "", "e=other-error", "\u{7}"] {
            assert_eq!(answer.check_server(forged.as_bytes()), Err(unproven()), "{forged}");
        }
    }

    #[test]
    fn an_unfair_question_is_not_answered() {
        for (good, bad) in [
            ("r=rOpr", "r=xOpr"),
            ("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", ""),
            ("i=4096", "i=1"),
            ("i=4096", "i=4095"),
            ("i=4096", "i=4294967295"),
            ("i=4096", "i=x"),
            ("s=W22ZaJ0SNY7soEsUEjb6gQ==", "s="),
            ("s=W22", "s=*"),
            ("r=", "m=ext,r="),
        ] {
            assert_eq!(answer(&ASKED.replacen(good, bad, 1)).err(), Some(unproven()), "{bad}");
        }
    }

    #[test]
    fn names_are_prepared_and_cannot_end_their_field() {
        assert_eq!(Exchange::new("li,a=b", "x").unwrap().first, "n=li=2Ca=3Db,r=x");
        // RFC 4013: a soft hyphen falls away, a Roman nine becomes letters.
        assert_eq!(Exchange::new("I\u{ad}X\u{2168}", "x").unwrap().first, "n=IXIX,r=x");
        assert_eq!(Exchange::new("a\u{7}", "x").err(), Some(Cause::UnusableLogin));
    }
}
