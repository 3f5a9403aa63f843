//! MAIL, RCPT and DATA for one mail: up to the point where the server says "go on", and not a byte further.
//!
//! With PIPELINING (RFC 2920) the three leave in one write, otherwise one after the other. A refused recipient costs
//! no connection: the open transaction is reset at the head of the next group, which costs no round trip either.

use std::time::Duration;

use hongyan_domain::Stage;

use crate::wire::{Wanted, Wire};
use crate::{Capabilities, Cause, Envelope, Failure, Timeouts};

/// What became of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// The server took sender and recipient and waits for the body: [`crate::Session::transmit`] or
    /// [`crate::Session::abandon_offer`] must come next.
    Ready,
    /// Refused, or the connection ended; the session can be used on unless [`crate::Session::is_closed`].
    Refused(Failure),
}

/// What became of an offer, and of the connection.
#[derive(Debug)]
pub(crate) enum Fate {
    Ready,
    /// Refused; with `must_reset` the server still holds a half-made transaction.
    Refused {
        failure: Failure,
        must_reset: bool,
    },
    /// The connection cannot be used any more.
    Over(Failure),
}

/// How the commands of an offer are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner<'a> {
    pub(crate) server: &'a Capabilities,
    pub(crate) limits: &'a Timeouts,
    /// Whether an earlier transaction is still open.
    pub(crate) must_reset: bool,
}

const RSET: &str = "RSET\r\n";
const DATA: &str = "DATA\r\n";

/// Writes the whole group into `lines`.
pub(crate) fn write_group(envelope: &Envelope, manner: &Manner<'_>, lines: &mut String) {
    lines.clear();
    if manner.must_reset {
        lines.push_str(RSET);
    }
    envelope.write_mail(manner.server, lines);
    envelope.write_rcpt(manner.server, lines);
    lines.push_str(DATA);
}

/// Sends a group in one write and reads its replies.
pub(crate) async fn in_one_flight(wire: &mut Wire, lines: &str, manner: &Manner<'_>) -> Fate {
    match wire.send(lines.as_bytes(), manner.limits.mail).await {
        Ok(()) => read_replies(wire, manner).await,
        Err(cause) => Fate::Over(Failure::new(Stage::Mail, cause)),
    }
}

/// Reads the replies to a group that has been sent.
pub(crate) async fn read_replies(wire: &mut Wire, manner: &Manner<'_>) -> Fate {
    replies_of_group(wire, manner).await.unwrap_or_else(Fate::Over)
}

async fn replies_of_group(wire: &mut Wire, manner: &Manner<'_>) -> Result<Fate, Failure> {
    let limits = manner.limits;
    if manner.must_reset {
        reset_done(wire, limits.mail).await?;
    }
    let mail = hear(wire, Stage::Mail, limits.mail).await?;
    // Once something is refused, that is the reason, even if the connection ends behind it.
    let rcpt = hear(wire, Stage::Rcpt, limits.rcpt).await.map_err(|over| mail.clone().unwrap_or(over))?;
    let recipient_taken = rcpt.is_none();
    let mail_taken = mail.is_none();
    let first = mail.or(rcpt);
    let data = hear(wire, Stage::Data, limits.data).await.map_err(|over| first.clone().unwrap_or(over))?;
    Ok(match (first, data) {
        (None, None) => Fate::Ready,
        (Some(failure), None) if recipient_taken => Fate::Over(failure),
        (Some(failure), None) => end_empty_mail(wire, failure, limits.data).await,
        (Some(failure), Some(_)) | (None, Some(failure)) => {
            Fate::Refused { failure, must_reset: mail_taken || recipient_taken }
        }
    })
}

/// The server says 354 although it took no recipient. RFC 2920 §3.1: a lone dot, which then reaches nobody.
async fn end_empty_mail(wire: &mut Wire, failure: Failure, limit: Duration) -> Fate {
    let ended = async {
        wire.send(b".\r\n", limit).await?;
        match wire.expect(Wanted::Done, limit).await {
            Err(cause) if cause.ends_connection() => Err(cause),
            _ => Ok(()),
        }
    };
    match ended.await {
        Ok(()) => Fate::Refused { failure, must_reset: true },
        Err(_) => Fate::Over(failure),
    }
}

/// Sends the commands one by one, each after the reply to the one before.
pub(crate) async fn in_lockstep(
    wire: &mut Wire,
    envelope: &Envelope,
    manner: &Manner<'_>,
    line: &mut String,
) -> Fate {
    lockstep(wire, envelope, manner, line).await.unwrap_or_else(Fate::Over)
}

async fn lockstep(
    wire: &mut Wire,
    envelope: &Envelope,
    manner: &Manner<'_>,
    line: &mut String,
) -> Result<Fate, Failure> {
    let limits = manner.limits;
    if manner.must_reset {
        say(wire, Stage::Mail, RSET, limits.mail).await?;
        reset_done(wire, limits.mail).await?;
    }
    line.clear();
    envelope.write_mail(manner.server, line);
    say(wire, Stage::Mail, line, limits.mail).await?;
    if let Some(failure) = hear(wire, Stage::Mail, limits.mail).await? {
        return Ok(Fate::Refused { failure, must_reset: false });
    }
    line.clear();
    envelope.write_rcpt(manner.server, line);
    say(wire, Stage::Rcpt, line, limits.rcpt).await?;
    if let Some(failure) = hear(wire, Stage::Rcpt, limits.rcpt).await? {
        return Ok(Fate::Refused { failure, must_reset: true });
    }
    say(wire, Stage::Data, DATA, limits.data).await?;
    Ok(match hear(wire, Stage::Data, limits.data).await? {
        Some(failure) => Fate::Refused { failure, must_reset: true },
        None => Fate::Ready,
    })
}

async fn say(wire: &mut Wire, stage: Stage, line: &str, limit: Duration) -> Result<(), Failure> {
    wire.send(line.as_bytes(), limit).await.map_err(|cause| Failure::new(stage, cause))
}

/// The reply of one stage: taken (`None`), refused, or (`Err`) the end of the connection.
async fn hear(wire: &mut Wire, stage: Stage, limit: Duration) -> Result<Option<Failure>, Failure> {
    let wanted = if stage == Stage::Data { Wanted::GoOn } else { Wanted::Done };
    match wire.expect(wanted, limit).await {
        Ok(_) => Ok(None),
        Err(cause) if cause.ends_connection() => Err(Failure::new(stage, cause)),
        Err(cause) => Ok(Some(Failure::new(stage, cause))),
    }
}

/// A server that refuses RSET cannot be relied on for the next mail.
async fn reset_done(wire: &mut Wire, limit: Duration) -> Result<(), Failure> {
    wire.expect(Wanted::Done, limit).await.map(drop).map_err(|cause: Cause| Failure::new(Stage::Mail, cause))
}
