//! One mail of a burst: where its octets stand in the stream, and what the server has said to its commands so far.

use std::fmt::Write as _;
use std::io::IoSlice;

use hongyan_domain::Stage;

use crate::{Accepted, Capabilities, Cause, Envelope, Failure, ProtocolFault, Reply, WireBody};

/// Which reply comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaits {
    Reset,
    Mail,
    Rcpt,
    Chunk,
}

/// A mail on its way.
#[derive(Debug)]
pub(crate) struct Flight {
    lines: Vec<u8>,
    /// Empty once it is written.
    chunk: Vec<u8>,
    start: u64,
    chunk_at: u64,
    end: u64,
    awaits: Awaits,
    /// The first refusal, which is the reason for those that follow.
    refused: Option<Failure>,
    recipient_taken: bool,
}

impl Flight {
    /// A mail that stands at this place of the stream; `reset` ends what an earlier mail may have left open.
    pub(crate) fn new(
        envelope: &Envelope,
        body: WireBody,
        server: &Capabilities,
        reset: bool,
        start: u64,
    ) -> Self {
        let chunk = body.into_chunk();
        let mut lines = String::with_capacity(256);
        if reset {
            lines.push_str("RSET\r\n");
        }
        envelope.write_mail(server, &mut lines);
        envelope.write_rcpt(server, &mut lines);
        let _ = write!(lines, "BDAT {} LAST\r\n", chunk.len());
        let chunk_at = start + lines.len() as u64;
        Self {
            end: chunk_at + chunk.len() as u64,
            lines: lines.into_bytes(),
            chunk,
            start,
            chunk_at,
            awaits: if reset { Awaits::Reset } else { Awaits::Mail },
            refused: None,
            recipient_taken: false,
        }
    }

    pub(crate) const fn start(&self) -> u64 {
        self.start
    }

    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    pub(crate) const fn awaits(&self) -> Awaits {
        self.awaits
    }

    /// What is left of it when the stream was written up to `written`.
    pub(crate) fn rest(&self, written: u64) -> [IoSlice<'_>; 2] {
        let behind = |part: &[u8], at: u64| {
            usize::try_from(written.saturating_sub(at)).map_or(part.len(), |n| n.min(part.len()))
        };
        let (lines, chunk) = (behind(&self.lines, self.start), behind(&self.chunk, self.chunk_at));
        [
            IoSlice::new(self.lines.get(lines..).unwrap_or_default()),
            IoSlice::new(self.chunk.get(chunk..).unwrap_or_default()),
        ]
    }

    /// Lets go of what is written; a window of large mails need not be held until the last reply.
    pub(crate) fn forget_octets(&mut self) {
        self.chunk = Vec::new();
    }

    /// Takes the next reply; gives the outcome when it was the last one. A fault means that replies and commands do not
    /// fit together any more.
    pub(crate) fn hear(
        &mut self,
        code: u16,
        reply: impl FnOnce() -> Reply,
    ) -> Result<Option<Result<Accepted, Failure>>, ProtocolFault> {
        if !matches!(code / 100, 2 | 4 | 5) {
            return Err(ProtocolFault::UnexpectedCode(code));
        }
        let is_taken = code / 100 == 2;
        match self.awaits {
            // Should it be refused, MAIL will tell whether it was needed.
            Awaits::Reset => self.awaits = Awaits::Mail,
            Awaits::Mail => {
                self.refused_unless(is_taken, Stage::Mail, reply);
                self.awaits = Awaits::Rcpt;
            }
            Awaits::Rcpt => {
                self.refused_unless(is_taken, Stage::Rcpt, reply);
                self.recipient_taken = is_taken;
                self.awaits = Awaits::Chunk;
            }
            Awaits::Chunk => return self.end_with(code, reply).map(Some),
        }
        Ok(None)
    }

    fn refused_unless(&mut self, is_taken: bool, stage: Stage, reply: impl FnOnce() -> Reply) {
        if !is_taken && self.refused.is_none() {
            self.refused = Some(Failure::new(stage, Cause::Reply(reply())));
        }
    }

    fn end_with(
        &mut self,
        code: u16,
        reply: impl FnOnce() -> Reply,
    ) -> Result<Result<Accepted, Failure>, ProtocolFault> {
        let is_taken = code / 100 == 2;
        if is_taken && self.recipient_taken && self.refused.is_some() {
            // MAIL was refused and yet a mail was taken: whose it is nobody can know.
            return Err(ProtocolFault::UnexpectedCode(code));
        }
        Ok(match self.refused.take() {
            // A mail for nobody, whatever is said to it.
            Some(refused) => Err(refused),
            None if is_taken => Ok(Accepted::new(reply())),
            None => Err(Failure::new(Stage::FinalReply, Cause::Reply(reply()))),
        })
    }

    /// What is to be said of it when the connection ends before its replies are in and the kernel has taken the stream up
    /// to `handed`.
    pub(crate) fn cut(self, cause: Cause, handed: u64) -> Failure {
        let is_out = handed >= self.end;
        match self.refused {
            Some(refused) if !(self.recipient_taken && is_out) => refused,
            _ if is_out => Failure::new(Stage::FinalReply, cause),
            _ if handed > self.chunk_at => Failure::new(Stage::Body, cause),
            _ if self.awaits == Awaits::Chunk => Failure::new(Stage::Data, cause),
            _ if self.awaits == Awaits::Rcpt => Failure::new(Stage::Rcpt, cause),
            _ => Failure::new(Stage::Mail, cause),
        }
    }
}
