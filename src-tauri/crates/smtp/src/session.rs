//! A connection that sends one mail after the other.
//!
//! The connection is taken out of the session while something is under way and put back when all replies are in. So a
//! future that is dropped in the middle closes the connection, and no later mail can meet an earlier one's replies.

use hongyan_domain::Stage;

use crate::greet::{self, Welcome};
use crate::grouping::Experience;
use crate::offer::{self, Fate, Manner, Offer};
use crate::wire::{Wanted, Wire};
use crate::{
    Accepted, Capabilities, Cause, Envelope, Failure, GroupTrouble, Grouping, ProtocolFault, Server,
    Timeouts, WireBody,
};

/// A connection to a server, logged in, on which mails are sent.
#[derive(Debug)]
pub struct Session {
    /// `None` once closed.
    pub(crate) wire: Option<Box<Wire>>,
    pub(crate) capabilities: Capabilities,
    pub(crate) limits: Timeouts,
    greeting: String,
    tls_version: Option<&'static str>,
    pub(crate) pipelines: bool,
    /// The server has said 354 and waits for a body.
    awaits_body: bool,
    /// An earlier transaction is still open at the server.
    pub(crate) must_reset: bool,
    /// How it bore several commands in one flight.
    pub(crate) experience: Experience,
    /// Whether an offer was made before; a later silent end is then an idle connection's.
    was_used: bool,
    lines: String,
}

/// What became of a body, and of the mail that rode with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmitted {
    /// Whether the server took responsibility for the mail.
    pub outcome: Result<Accepted, Failure>,
    /// What became of the next mail's offer; `None` if there was none, or the connection ended before the server
    /// said anything to it.
    pub next: Option<Offer>,
}

impl Session {
    /// Connects, puts TLS on, says hello and logs in.
    pub async fn connect(server: &Server) -> Result<Self, Failure> {
        let Welcome { wire, capabilities, greeting } = greet::welcome(server).await?;
        Ok(Self {
            tls_version: wire.tls_version(),
            pipelines: server.pipelining && capabilities.pipelining,
            wire: Some(Box::new(wire)),
            capabilities,
            limits: server.timeouts,
            greeting,
            awaits_body: false,
            must_reset: false,
            experience: Experience::default(),
            was_used: false,
            lines: String::with_capacity(512),
        })
    }

    /// What the server announces, inside TLS if there is TLS.
    pub const fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The server's first line, cleaned.
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// `TLSv1.3` or `TLSv1.2`; `None` without TLS.
    pub const fn tls_version(&self) -> Option<&'static str> {
        self.tls_version
    }

    /// Whether no more can be sent on this session.
    pub const fn is_closed(&self) -> bool {
        self.wire.is_none()
    }

    /// The boldest way of putting commands together that has worked on this connection.
    pub const fn proven(&self) -> Grouping {
        self.experience.proven
    }

    /// What went wrong where the server was to answer several commands at once, in a way that had not worked on this
    /// connection before. One case alone proves nothing; whether lockstep helps does.
    pub const fn group_trouble(&self) -> Option<(Grouping, GroupTrouble)> {
        self.experience.trouble
    }

    /// Why this server cannot take a mail, known without asking.
    pub(crate) fn refuses(&self, envelope: &Envelope) -> Option<Failure> {
        envelope.refused_by(&self.capabilities).map(|cause| Failure::new(Stage::Mail, cause))
    }

    /// Asks whether the connection still stands, with a NOOP; closes the session if not.
    ///
    /// For a connection that idled: one that a router has forgotten would swallow the next commands without a word.
    pub async fn is_answering(&mut self) -> bool {
        let Some(mut wire) = self.take_wire(false) else { return false };
        let limit = self.limits.noop;
        let answered = async {
            wire.check_silence().await?;
            wire.send(b"NOOP\r\n", limit).await?;
            match wire.expect(Wanted::Done, limit).await {
                // A server that refuses a NOOP is there all the same.
                Err(cause) if cause.ends_connection() => Err(cause),
                _ => Ok(()),
            }
        };
        if answered.await.is_ok() {
            self.wire = Some(wire);
        }
        self.wire.is_some()
    }

    /// Offers a mail: MAIL, RCPT and DATA, in one write where the server announces PIPELINING.
    ///
    /// Nothing has been sent that could deliver a mail, whatever comes back.
    pub async fn offer(&mut self, envelope: &Envelope) -> Offer {
        if let Some(failure) = self.refuses(envelope) {
            return Offer::Refused(failure);
        }
        let Some(mut wire) = self.take_wire(false) else {
            return Offer::Refused(self.misuse());
        };
        if let Err(cause) = wire.check_silence().await {
            return Offer::Refused(Failure::new(Stage::Mail, cause));
        }
        let mut lines = std::mem::take(&mut self.lines);
        let manner = self.manner();
        let fate = if self.pipelines {
            offer::write_group(envelope, &manner, &mut lines);
            offer::in_one_flight(&mut wire, &lines, &manner).await
        } else {
            offer::in_lockstep(&mut wire, envelope, &manner, &mut lines).await
        };
        self.lines = lines;
        let offer = match self.settle(wire, fate) {
            // The idle connection's end and our group met on the way.
            Offer::Refused(failure) if self.was_used && heard_nothing(&failure) => {
                Offer::Refused(Failure::new(Stage::Mail, Cause::Stale))
            }
            offer => offer,
        };
        if self.pipelines {
            self.experience.note(Grouping::Mail, answered(&offer));
        }
        self.was_used = true;
        offer
    }

    /// Sends the body of the mail whose offer is [`Offer::Ready`], and offers the next one.
    ///
    /// With PIPELINING the next mail's MAIL, RCPT and DATA leave in the same write as the body (RFC 2920 §3.1 lets the
    /// end of a body be followed by the next group), so that a mail costs one round trip. Otherwise they follow the
    /// reply. Must not be called before the caller's journal holds that this body may be leaving.
    pub async fn transmit(&mut self, body: &WireBody, next: Option<&Envelope>) -> Transmitted {
        self.transmit_and_tell(body, next, |_| {}).await
    }

    /// The same, and tells the outcome as soon as it is known: a server may take its time with the next mail's offer.
    ///
    /// `tell` is called unless the session was not in order or had ended before the body could leave.
    pub async fn transmit_and_tell(
        &mut self,
        body: &WireBody,
        next: Option<&Envelope>,
        tell: impl FnOnce(&Result<Accepted, Failure>),
    ) -> Transmitted {
        let Some(mut wire) = self.take_wire(true) else {
            return Transmitted { outcome: Err(self.misuse()), next: None };
        };
        // Words that are here before the body is would be taken for the answer to it.
        if let Err(cause) = wire.check_silence().await {
            return Transmitted { outcome: Err(Failure::new(Stage::Data, cause)), next: None };
        }
        let rider = next.filter(|next| self.pipelines && next.refused_by(&self.capabilities).is_none());
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        if let Some(rider) = rider {
            offer::write_group(rider, &self.manner(), &mut lines);
        }
        let outcome = send_body(&mut wire, body, lines.as_bytes(), &self.limits).await;
        tell(&outcome);
        self.lines = lines;
        if outcome
            .as_ref()
            .is_err_and(|failure| failure.cause.ends_connection() || failure.stage == Stage::Body)
        {
            if rider.is_some() {
                self.experience.note(Grouping::Across, outcome.as_ref().map(drop));
            }
            return Transmitted { outcome, next: None };
        }
        let next = match (rider, next) {
            (Some(_), _) => {
                let fate = offer::read_replies(&mut wire, &self.manner()).await;
                let offer = self.settle(wire, fate);
                self.experience.note(Grouping::Across, answered(&offer));
                Some(offer).filter(|offer| !was_not_heard(offer))
            }
            (None, Some(next)) => {
                self.wire = Some(wire);
                Some(self.offer(next).await).filter(|offer| !was_not_heard(offer))
            }
            (None, None) => {
                self.wire = Some(wire);
                None
            }
        };
        Transmitted { outcome, next }
    }

    /// Ends the session without sending the mail that the server waits for.
    ///
    /// Closing the connection is the only safe way: behind a 354 even a lone dot would deliver, an empty mail.
    pub fn abandon_offer(&mut self) {
        self.wire = None;
        self.awaits_body = false;
    }

    /// Says good-bye, unless the server waits for a body, and closes the connection.
    pub async fn quit(mut self) {
        if let Some(mut wire) = self.take_wire(false)
            && wire.send(b"QUIT\r\n", self.limits.quit).await.is_ok()
        {
            let _ = wire.expect(Wanted::Done, self.limits.quit).await;
        }
    }

    const fn manner(&self) -> Manner<'_> {
        Manner { server: &self.capabilities, limits: &self.limits, must_reset: self.must_reset }
    }

    /// The connection, if it is open and where it should be; a call out of order closes it.
    pub(crate) fn take_wire(&mut self, awaits_body: bool) -> Option<Box<Wire>> {
        let wire = self.wire.take();
        let in_order = std::mem::replace(&mut self.awaits_body, false) == awaits_body;
        wire.filter(|_| in_order)
    }

    const fn misuse(&self) -> Failure {
        Failure::new(Stage::Mail, Cause::Protocol(ProtocolFault::Misuse))
    }

    fn settle(&mut self, wire: Box<Wire>, fate: Fate) -> Offer {
        match fate {
            Fate::Ready => {
                self.wire = Some(wire);
                self.awaits_body = true;
                self.must_reset = false;
                Offer::Ready
            }
            Fate::Refused { failure, must_reset } => {
                self.wire = Some(wire);
                self.must_reset = must_reset;
                Offer::Refused(failure)
            }
            Fate::Over(failure) => Offer::Refused(failure),
        }
    }
}

/// Sends a body, and behind it the next mail's commands, and waits for the body's reply.
async fn send_body(
    wire: &mut Wire,
    body: &WireBody,
    behind: &[u8],
    limits: &Timeouts,
) -> Result<Accepted, Failure> {
    let before = wire.handed();
    let sent = wire.send_both(body.as_bytes(), behind, limits.body_block).await;
    let dot_is_out = wire.handed() - before > body.len_before_dot() as u64;
    let stage = if dot_is_out { Stage::FinalReply } else { Stage::Body };
    let reply = match &sent {
        Ok(()) => wire.expect(Wanted::Done, limits.final_reply).await,
        // The server may have said why before it hung up.
        Err(_) => wire.expect(Wanted::Done, limits.quit).await,
    };
    match (sent, reply) {
        (_, Ok(code)) if dot_is_out => Ok(Accepted::new(wire.reply(code))),
        (_, Err(cause @ Cause::Reply(_))) => Err(Failure::new(stage, cause)),
        (Err(cause), _) | (Ok(()), Err(cause)) => Err(Failure::new(stage, cause)),
        (Ok(()), Ok(code)) => Err(Failure::new(stage, ProtocolFault::UnexpectedCode(code).into())),
    }
}

/// Whether an offer ended without any word from the server: the first command's reply is missing.
const fn heard_nothing(failure: &Failure) -> bool {
    matches!(failure, Failure { stage: Stage::Mail, cause: Cause::Closed | Cause::Io(_) | Cause::Stale })
}

const fn answered(offer: &Offer) -> Result<(), &Failure> {
    match offer {
        Offer::Ready => Ok(()),
        Offer::Refused(failure) => Err(failure),
    }
}

const fn was_not_heard(offer: &Offer) -> bool {
    matches!(offer, Offer::Refused(failure) if heard_nothing(failure))
}
