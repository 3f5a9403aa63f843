//! Where a listener's owner decides.

use std::fmt;
use std::net::SocketAddr;

use crate::{Answer, Command};

/// What a listener's owner does with commands and mails.
///
/// Every method may take its time: nothing else is read from that client meanwhile.
pub trait Handler: Send + Sync + 'static {
    /// A command has arrived and was not carried out yet.
    fn on_command(
        &self,
        _session: &SessionInfo,
        _command: &Command,
    ) -> impl Future<Output = Reaction> + Send {
        async { Reaction::Usual }
    }

    /// A line of a mail (or a BDAT chunk) has arrived; `octets` of the mail are here so far.
    fn on_body(&self, _session: &SessionInfo, _octets: usize) -> impl Future<Output = Reaction> + Send {
        async { Reaction::Usual }
    }

    /// A whole mail has arrived. [`Reaction::Usual`] answers 250, so return only when it is stored durably.
    fn on_message(&self, session: &SessionInfo, message: Message) -> impl Future<Output = Reaction> + Send;
}

/// What the listener does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// What it would do by itself.
    Usual,
    /// Gives this answer; a 2xx or 3xx carries the command out, any other does not.
    Answer(Answer),
    /// Gives this answer and closes the connection.
    AnswerAndClose(Answer),
    /// Writes these bytes as they are in place of the usual answer, and does what that answer does.
    Raw(Vec<u8>),
    /// Says nothing more, but keeps the connection open until the client leaves.
    Silence,
    /// Closes the connection without an answer.
    Close,
}

impl Reaction {
    /// [`Reaction::Answer`] with this code and text.
    pub fn answer(code: u16, text: impl Into<String>) -> Self {
        Self::Answer(Answer::new(code, text))
    }
}

/// Who is talking. `Debug` leaves the user out.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// The ordinal of the connection, from 1.
    pub connection: u64,
    /// The client's address.
    pub peer: SocketAddr,
    /// Whether TLS stands.
    pub tls: bool,
    /// The name in EHLO or HELO.
    pub hello: Option<String>,
    /// Who logged in.
    pub user: Option<String>,
    /// Mails taken on this connection so far.
    pub messages: u64,
    /// Whether more bytes had already arrived behind this command: the client pipelines.
    pub more_waiting: bool,
}

impl fmt::Debug for SessionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionInfo")
            .field("connection", &self.connection)
            .field("tls", &self.tls)
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}

/// A whole mail. `Debug` tells only its size.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The envelope sender as the client wrote it; empty for `<>`.
    pub from: String,
    /// The envelope recipients as the client wrote them.
    pub to: Vec<String>,
    /// The mail as the author meant it: leading dots restored, without the final dot.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({} octets, {} recipients)", self.bytes.len(), self.to.len())
    }
}
