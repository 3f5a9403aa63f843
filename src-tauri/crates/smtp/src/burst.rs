//! Many mails in flight: MAIL, RCPT and BDAT of each leave one behind the other, and their replies are matched in order.
//!
//! BDAT tells the length of the body before the body (RFC 3030), so a server that refuses sender or recipient still
//! knows what to read over, and nothing needs to wait for a 354. A mail then costs no round trip of its own. The price:
//! when the connection breaks, every mail that left without an answer is in doubt, not just one.
//!
//! What a refused mail leaves open would make the next one's recipients its own, and those commands have left already.
//! So every mail but the first begins with RSET.
//!
//! Servers end connections that carried enough by a 421. Some hang up then, others (Exim) refuse a few more mails first.
//! As long as nothing was taken since, what stands behind that without an answer was not taken either.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hongyan_domain::Stage;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::flight::{Awaits, Flight};
use crate::wire::Wire;
use crate::{Accepted, Cause, Envelope, Failure, GroupTrouble, Grouping, ProtocolFault, Session, WireBody};

/// Parts of mails that leave in one call; the kernel takes at most 1,024 (`IOV_MAX`).
const PARTS: usize = 64;

/// A session while mails are in flight on it. Dropping it closes the connection.
#[derive(Debug)]
pub struct Burst<'a> {
    session: &'a mut Session,
    wire: Box<Wire>,
    flights: VecDeque<Flight>,
    /// How far the stream was written, and how far it reaches; counted from here.
    written: u64,
    queued: u64,
    /// What the kernel had taken before.
    handed_before: u64,
    /// Whether the next mail needs a RSET before it.
    must_reset: bool,
    /// No more will be written: the socket failed, or the server has announced the end.
    ending: Option<Cause>,
    /// The server has said that it ends here, and has taken nothing since.
    said_farewell: bool,
    /// The connection is no more.
    is_over: bool,
    /// When the server last let us go on.
    since: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Session {
    /// Whether the server takes many mails at once: it announces PIPELINING and CHUNKING, and the first was not switched
    /// off.
    pub const fn takes_bursts(&self) -> bool {
        self.pipelines && self.capabilities.chunking
    }

    /// Begins to send many mails at once; `None` if the server does not take that or the session is not free.
    pub fn burst(&mut self) -> Option<Burst<'_>> {
        if !self.takes_bursts() {
            return None;
        }
        let wire = self.take_wire(false)?;
        let now = Instant::now();
        Some(Burst {
            handed_before: wire.handed(),
            must_reset: self.must_reset,
            session: self,
            wire,
            flights: VecDeque::new(),
            written: 0,
            queued: 0,
            ending: None,
            said_farewell: false,
            is_over: false,
            since: now,
            timer: Box::pin(sleep_until(now)),
        })
    }
}

impl Burst<'_> {
    /// Whether the server has understood this way of sending on this connection. Until it has, one mail at a time is
    /// enough to lose.
    pub fn is_proven(&self) -> bool {
        self.session.experience.proven == Grouping::Burst
    }

    /// What went wrong where this way of sending had not worked on this connection before; see
    /// [`Session::group_trouble`].
    pub const fn group_trouble(&self) -> Option<(Grouping, GroupTrouble)> {
        self.session.group_trouble()
    }

    /// Mails without an outcome.
    pub fn under_way(&self) -> usize {
        self.flights.len()
    }

    /// Whether no more mails can go: the connection has ended or is about to.
    pub const fn is_ending(&self) -> bool {
        self.is_over || self.ending.is_some()
    }

    /// Why this server cannot take a mail, known without asking.
    pub fn refuses(&self, envelope: &Envelope) -> Option<Failure> {
        self.session.refuses(envelope)
    }

    /// Puts a mail into the stream. It begins to leave with the next [`Burst::settle`], so this must not be called before
    /// the caller's journal holds that its body may be leaving.
    pub fn push(&mut self, envelope: &Envelope, body: WireBody) {
        let flight = Flight::new(envelope, body, &self.session.capabilities, self.must_reset, self.queued);
        if self.flights.is_empty() {
            self.since = Instant::now();
        }
        self.must_reset = true;
        self.queued = flight.end();
        self.flights.push_back(flight);
    }

    /// Takes back the mails of which no octet has left, the last ones; gives how many.
    pub fn retract(&mut self) -> usize {
        let before = self.flights.len();
        while let Some(last) = self.flights.pop_back_if(|last| last.start() >= self.written) {
            self.queued = last.start();
        }
        before - self.flights.len()
    }

    /// Sends and receives until a mail has an outcome, and appends all there are, in the order in which they were pushed.
    ///
    /// Returns at once when nothing is under way. May be dropped and called again: nothing is lost. When the connection
    /// ends, all have their outcome.
    pub async fn settle(&mut self, outcomes: &mut Vec<Result<Accepted, Failure>>) {
        if self.flights.is_empty() {
            return;
        }
        let before = outcomes.len();
        poll_fn(|cx| {
            if let Err(cause) = self.poll_exchange(cx, outcomes) {
                self.cut(cause, outcomes);
            }
            if outcomes.len() > before { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Gives the connection back to its session, if it can be used on.
    pub fn end(self) {
        if self.flights.is_empty() && !self.is_ending() {
            self.session.must_reset = self.must_reset;
            self.session.wire = Some(self.wire);
        }
    }

    /// Writes what the socket takes and reads what has come; `Err` when the connection has ended.
    fn poll_exchange(
        &mut self,
        cx: &mut Context<'_>,
        outcomes: &mut Vec<Result<Accepted, Failure>>,
    ) -> Result<(), Cause> {
        if self.is_over {
            return Err(Cause::Closed);
        }
        if self.flights.front().is_some_and(|oldest| oldest.start() >= self.written) {
            // The stream was empty: words or an end that are here already belong to none of these mails.
            self.read(cx, outcomes)?;
        }
        if self.ending.is_none()
            && let Err(cause) = self.write(cx)
        {
            // The server may have said why before it hung up.
            self.ending = Some(cause);
            self.since = Instant::now();
        }
        self.read(cx, outcomes)?;
        match self.is_late(cx) {
            true => Err(self.ending.take().unwrap_or(Cause::Timeout)),
            false => Ok(()),
        }
    }

    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), Cause> {
        while self.written < self.queued {
            let mut parts = [IoSlice::new(&[]); PARTS];
            let first = self.flights.partition_point(|flight| flight.end() <= self.written);
            let unwritten = self.flights.range(first..).flat_map(|flight| flight.rest(self.written));
            let filled = parts.iter_mut().zip(unwritten.filter(|part| !part.is_empty()));
            let count = filled.map(|(place, part)| *place = part).count();
            match self.wire.poll_write(cx, parts.get(..count).unwrap_or_default()) {
                Poll::Ready(taken) => self.note_written(first, taken?),
                Poll::Pending => return Ok(()),
            }
        }
        match self.wire.poll_write_rest(cx) {
            Poll::Ready(done) => done,
            Poll::Pending => Ok(()),
        }
    }

    fn note_written(&mut self, first: usize, octets: usize) {
        self.written += octets as u64;
        if first == 0 {
            // The oldest mail is what the server is waited for; behind it, writing on proves nothing.
            self.since = Instant::now();
        }
        for flight in self.flights.range_mut(first..).take_while(|flight| flight.end() <= self.written) {
            flight.forget_octets();
        }
    }

    fn read(
        &mut self,
        cx: &mut Context<'_>,
        outcomes: &mut Vec<Result<Accepted, Failure>>,
    ) -> Result<(), Cause> {
        loop {
            self.read_replies(outcomes)?;
            match self.wire.poll_read(cx) {
                Poll::Ready(Ok(true)) => {}
                Poll::Ready(Ok(false)) => return Err(self.ending.take().unwrap_or(Cause::Closed)),
                Poll::Ready(Err(cause)) => return Err(self.ending.take().unwrap_or(cause)),
                Poll::Pending => return Ok(()),
            }
        }
    }

    fn read_replies(&mut self, outcomes: &mut Vec<Result<Accepted, Failure>>) -> Result<(), Cause> {
        while let Some(code) = self.wire.next_reply()? {
            self.since = Instant::now();
            let handed = self.handed();
            let wire = &self.wire;
            let Some(flight) = self.flights.front_mut().filter(|flight| handed > flight.start()) else {
                return Err(ProtocolFault::OutOfTurn.into());
            };
            if flight.awaits() == Awaits::Reset {
                if code / 100 != 2 {
                    // It cannot be relied on for the next mail.
                    self.ending.get_or_insert(Cause::Closed);
                }
            } else {
                self.said_farewell = code == 421 || (self.said_farewell && code / 100 != 2);
            }
            let heard = flight.hear(code, || wire.reply(code))?;
            let is_out = handed >= flight.end();
            if code == 421 && self.ending.is_none() {
                // The server is about to leave (RFC 5321 §3.8); what it still says is heard.
                self.ending = Some(Cause::Closed);
            }
            let Some(outcome) = heard else { continue };
            if !is_out {
                // It answers for a mail that it cannot have.
                if outcome.is_ok() {
                    return Err(ProtocolFault::UnexpectedCode(code).into());
                }
                self.ending.get_or_insert(Cause::Closed);
            }
            self.flights.pop_front();
            self.session.experience.note(Grouping::Burst, outcome.as_ref().map(drop));
            outcomes.push(outcome);
        }
        Ok(())
    }

    /// All that is under way ends here.
    fn cut(&mut self, cause: Cause, outcomes: &mut Vec<Result<Accepted, Failure>>) {
        self.is_over = true;
        let handed = self.handed();
        let had_ended = self.flights.front().is_some_and(|oldest| handed <= oldest.start());
        let hung_up = matches!(cause, Cause::Closed | Cause::Io(_) | Cause::Tls(_));
        let was_told = hung_up && self.said_farewell;
        // Whatever ended the connection is told of the oldest mail; those behind it may not have begun to leave.
        let cause = if hung_up && had_ended { Cause::Stale } else { cause };
        for (place, flight) in self.flights.drain(..).enumerate() {
            let failure = match flight.awaits() {
                _ if place > 0 && handed <= flight.start() => Failure::new(Stage::Mail, Cause::Stale),
                Awaits::Reset | Awaits::Mail if was_told => Failure::new(Stage::Mail, Cause::BehindFarewell),
                _ => flight.cut(cause.clone(), handed),
            };
            self.session.experience.note(Grouping::Burst, Err(&failure));
            outcomes.push(Err(failure));
        }
    }

    /// How far the kernel has taken the stream. Under TLS this can only be too far, as encryption adds octets.
    fn handed(&self) -> u64 {
        self.wire.handed() - self.handed_before
    }

    /// Whether the server has let us wait for too long.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(limit) = self.limit() else { return false };
        let deadline = self.since + limit;
        if deadline <= Instant::now() {
            return true;
        }
        // Moved only where it would come too late, or has come too early: most replies are in long before.
        if deadline < self.timer.deadline() {
            self.timer.as_mut().reset(deadline);
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            self.timer.as_mut().reset(deadline);
        }
        false
    }

    /// How long the server may take for what it owes the oldest mail.
    fn limit(&self) -> Option<Duration> {
        let limits = &self.session.limits;
        let oldest = self.flights.front()?;
        Some(match oldest.awaits() {
            // A server that has said farewell is waited for: what it leaves unsaid would be in doubt.
            _ if self.said_farewell => limits.data,
            _ if self.ending.is_some() => limits.quit,
            _ if self.handed() < oldest.end() => limits.body_block,
            Awaits::Reset | Awaits::Mail => limits.mail,
            Awaits::Rcpt => limits.rcpt,
            Awaits::Chunk => limits.final_reply,
        })
    }
}
