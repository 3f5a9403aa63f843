//! How a scripted server misbehaves: where, when, and what it does there.
//!
//! `Rule::at(At::Rcpt).nth(3).answers(550, "5.1.1 Unknown")` reads as it works.

use hongyan_listener::{Answer, Reaction, SessionInfo};

use crate::Gate;

/// A point in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The greeting is due.
    Greeting,
    /// EHLO.
    Ehlo,
    /// HELO.
    Helo,
    /// STARTTLS.
    StartTls,
    /// AUTH, before the credentials are known.
    Auth,
    /// The credentials are known and the answer is due.
    Login,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// In the body, when at least so many octets are here.
    Body(usize),
    /// The whole mail is here and the answer is due.
    Dot,
    /// BDAT.
    Bdat,
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// QUIT.
    Quit,
}

#[derive(Debug, Clone, Copy)]
enum When {
    Always,
    Nth(u64),
    First(u64),
    After(u64),
    Every(u64),
}

#[derive(Debug, Clone)]
pub(crate) enum Act {
    React(Reaction),
    Wait(Gate),
    /// Keep the mail and close without an answer.
    KeepAndClose,
    /// Take it, answer, and close.
    AnswerAndClose(Answer),
}

/// One misbehaviour.
#[derive(Debug, Clone)]
pub struct Rule {
    at: At,
    when: When,
    recipient: Option<String>,
    connection: Option<u64>,
    only_in_groups: bool,
    pub(crate) act: Act,
    reached: u64,
}

impl Rule {
    /// A rule for this point; it does nothing until told what.
    pub const fn at(at: At) -> Self {
        Self {
            at,
            when: When::Always,
            recipient: None,
            connection: None,
            only_in_groups: false,
            act: Act::React(Reaction::Usual),
            reached: 0,
        }
    }

    /// Only the n-th time, counted from 1, among the times that fit the rule otherwise.
    pub const fn nth(mut self, n: u64) -> Self {
        self.when = When::Nth(n);
        self
    }

    /// Only the first n times.
    pub const fn first(mut self, n: u64) -> Self {
        self.when = When::First(n);
        self
    }

    /// Every time but the first n times.
    pub const fn after(mut self, n: u64) -> Self {
        self.when = When::After(n);
        self
    }

    /// Every n-th time.
    pub const fn every(mut self, n: u64) -> Self {
        self.when = When::Every(n);
        self
    }

    /// Only for this recipient, at RCPT and whatever follows it.
    pub fn for_recipient(mut self, address: &str) -> Self {
        self.recipient = Some(address.to_owned());
        self
    }

    /// Only on the n-th connection, counted from 1.
    pub const fn on_connection(mut self, n: u64) -> Self {
        self.connection = Some(n);
        self
    }

    /// Only where the client has not waited for the answer before it went on: a server that breaks on PIPELINING.
    pub const fn in_groups(mut self) -> Self {
        self.only_in_groups = true;
        self
    }

    /// Answers this; a 2xx or 3xx carries the command out.
    pub fn answers(mut self, code: u16, text: &str) -> Self {
        self.act = Act::React(Reaction::answer(code, text));
        self
    }

    /// Answers this and closes the connection. At [`At::Dot`] a 2xx keeps the mail.
    pub fn answers_and_closes(mut self, code: u16, text: &str) -> Self {
        self.act = Act::AnswerAndClose(Answer::new(code, text));
        self
    }

    /// Writes these bytes in place of the usual answer and does what that would do.
    pub fn writes(mut self, bytes: &[u8]) -> Self {
        self.act = Act::React(Reaction::Raw(bytes.to_vec()));
        self
    }

    /// Never says a word again.
    pub fn is_silent(mut self) -> Self {
        self.act = Act::React(Reaction::Silence);
        self
    }

    /// Closes the connection without an answer; a mail is not kept.
    pub fn closes(mut self) -> Self {
        self.act = Act::React(Reaction::Close);
        self
    }

    /// At [`At::Dot`]: keeps the mail and closes the connection without an answer.
    pub fn keeps_and_closes(mut self) -> Self {
        self.act = Act::KeepAndClose;
        self
    }

    /// Waits for the gate and then behaves as usual.
    pub fn waits_for(mut self, gate: &Gate) -> Self {
        self.act = Act::Wait(gate.clone());
        self
    }

    /// Counts this moment if it fits, and says whether the rule acts now.
    pub(crate) fn acts(&mut self, at: At, session: &SessionInfo, recipient: Option<&str>) -> bool {
        let fits = self.at == at
            && (session.more_waiting || !self.only_in_groups)
            && self.connection.is_none_or(|wanted| wanted == session.connection)
            && self.recipient.as_deref().is_none_or(|wanted| recipient == Some(wanted));
        if !fits {
            return false;
        }
        self.reached += 1;
        match self.when {
            When::Always => true,
            When::Nth(n) => self.reached == n,
            When::First(n) => self.reached <= n,
            When::After(n) => self.reached > n,
            When::Every(n) => self.reached.is_multiple_of(n),
        }
    }

    /// The body points of a rule: reached when so many octets are here.
    pub(crate) const fn body_octets(&self) -> Option<usize> {
        match self.at {
            At::Body(octets) => Some(octets),
            _ => None,
        }
    }
}
