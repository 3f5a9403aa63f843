//! Whether a server bears what it announces: several commands in one flight.
//!
//! Some servers announce PIPELINING and then forget what came behind a command, or hang up on it. That is only known by
//! trying, and one broken connection proves nothing. So a session says what has worked on it and what has not, and its
//! caller, who sees many sessions, draws the conclusion.

use crate::{Cause, Failure};

/// How commands were put together in one flight; each way asks more of the server than the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// One command, one reply.
    #[default]
    Single,
    /// MAIL, RCPT and DATA of one mail.
    Mail,
    /// The same, behind the body of the mail before.
    Across,
    /// Whole mails, one behind the other ([`crate::Burst`]).
    Burst,
}

/// What a server did where it was to answer a group of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupTrouble {
    /// It hung up. That can have other reasons.
    HungUp,
    /// It answered too little, or nonsense, or that the commands came out of order.
    Confused,
}

/// What is known of one connection.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Experience {
    pub(crate) proven: Grouping,
    pub(crate) trouble: Option<(Grouping, GroupTrouble)>,
}

impl Experience {
    /// Notes how the server answered a group; a way that has worked before on this connection is not doubted any more.
    pub(crate) fn note(&mut self, grouping: Grouping, answered: Result<(), &Failure>) {
        if grouping <= self.proven {
            return;
        }
        match answered.err().map_or(Ok(()), trouble_of) {
            Ok(()) => self.proven = grouping,
            Err(trouble) => self.trouble = trouble.map(|trouble| (grouping, trouble)).or(self.trouble),
        }
    }
}

/// `Ok` where the server has answered as one that understands; `Err(None)` where nothing can be said.
fn trouble_of(failure: &Failure) -> Result<(), Option<GroupTrouble>> {
    match &failure.cause {
        Cause::Reply(reply) if reply.code == 421 => Err(None),
        // RFC 5321 §4.2.4: bad sequence of commands; and Postfix's reject_unauth_pipelining.
        Cause::Reply(reply) if reply.code == 503 || reply.text.to_ascii_lowercase().contains("pipelin") => {
            Err(Some(GroupTrouble::Confused))
        }
        Cause::Reply(_) => Ok(()),
        Cause::Closed | Cause::Io(_) => Err(Some(GroupTrouble::HungUp)),
        Cause::Timeout | Cause::Protocol(_) => Err(Some(GroupTrouble::Confused)),
        _ => Err(None),
    }
}
