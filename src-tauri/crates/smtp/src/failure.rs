//! How far an attempt came and why it ended.
//!
//! The stage and the cause are kept apart, because they answer two questions: the stage says whether the mail may be
//! sent again, the cause says what is wrong.

use std::io;

use hongyan_domain::Stage;

use crate::{ProxyFault, Reply, TlsFault};

/// An attempt that did not end with the server taking the mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stopped at {stage}: {cause}")]
pub struct Failure {
    /// How far it came.
    ///
    /// [`Stage::Body`]: the body had begun, its final dot had certainly not left this computer.
    /// [`Stage::FinalReply`]: the dot may have left.
    pub stage: Stage,
    /// Why it ended.
    pub cause: Cause,
}

impl Failure {
    pub(crate) const fn new(stage: Stage, cause: Cause) -> Self {
        Self { stage, cause }
    }

    /// Whether the server may have taken the mail although no answer was seen (RFC 1047).
    ///
    /// `false` means that it has certainly not: either the final dot never left, or the server said no.
    pub fn body_may_have_been_taken(&self) -> bool {
        self.stage == Stage::FinalReply && !matches!(self.cause, Cause::Reply(_))
    }

    /// Whether the connection had ended, unseen, before anything of the mail left: reconnect at once, it is nobody's
    /// fault.
    pub fn is_stale(&self) -> bool {
        matches!(self.cause, Cause::Stale)
    }

    /// Whether the server had said before that it takes no more here: it did not look at the mail, which may have left.
    pub fn is_behind_farewell(&self) -> bool {
        matches!(self.cause, Cause::BehindFarewell)
    }
}

/// Why an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The server said no: 4xx or 5xx, never another code.
    #[error("the server answered {0:?}")]
    Reply(Reply),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The server closed the connection without a word.
    #[error("the server closed the connection")]
    Closed,
    /// The connection ended before anything of the mail left.
    #[error("the connection had ended before it came to the mail")]
    Stale,
    /// The mail stood behind a 421, and the server hung up without a word about it.
    #[error("the server had said that it takes no more")]
    BehindFarewell,
    /// The socket failed.
    #[error("the connection failed: {0}")]
    Io(io::ErrorKind),
    /// The host's name has no address.
    #[error("the server's name has no address")]
    UnknownHost,
    /// The proxy failed; the server was not reached.
    #[error(transparent)]
    Proxy(#[from] ProxyFault),
    /// TLS failed.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// The server, or the caller, broke the protocol.
    #[error(transparent)]
    Protocol(#[from] ProtocolFault),
    /// STARTTLS is required and the server does not announce it. Nothing is sent in the clear instead.
    #[error("the server offers no STARTTLS")]
    NoTlsOffered,
    /// There is a login, and the server announces none of the ways that are known here for it.
    #[error("the server offers no way to log in that is known here")]
    NoAuthOffered,
    /// User, password or token cannot be put on the wire: empty, or with characters that are not allowed.
    #[error("the user or the password cannot be used")]
    UnusableLogin,
    /// Something in the mail needs SMTPUTF8, which the server does not announce. Nothing was sent.
    #[error("the server does not know SMTPUTF8, which the {0} needs")]
    NeedsUtf8(Utf8Need),
    /// The mail is larger than the server's announced limit, in octets. Nothing was sent.
    #[error("the server takes at most {limit} octets")]
    TooLarge {
        /// The announced limit.
        limit: u64,
    },
}

impl Cause {
    /// Whether nothing more can be said on this connection. A 421 says so itself (RFC 5321 §3.8).
    pub(crate) const fn ends_connection(&self) -> bool {
        match self {
            Self::Reply(reply) => reply.code == 421,
            Self::NeedsUtf8(_) | Self::TooLarge { .. } => false,
            _ => true,
        }
    }

    pub(crate) fn from_io(error: &io::Error) -> Self {
        if let Some(fault) = TlsFault::from_io(error) {
            return Self::Tls(fault);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            kind => Self::Io(kind),
        }
    }
}

/// What needs SMTPUTF8 (RFC 6531).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Utf8Need {
    /// The envelope sender.
    Sender,
    /// The recipient.
    Recipient,
    /// The mail's headers.
    Headers,
}

impl std::fmt::Display for Utf8Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Headers => "mail",
        })
    }
}

/// How the protocol was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolFault {
    /// A line that is no SMTP reply.
    #[error("the server sent a line that is no SMTP reply")]
    NotAReply,
    /// A line, a number of lines or a heap of replies over any reason.
    #[error("the server sent far too much")]
    TooMuch,
    /// A reply of a kind that cannot stand here, for example 250 to DATA.
    #[error("the server answered {0}, which makes no sense here")]
    UnexpectedCode(u16),
    /// Words that nobody asked for. Taken for the answer to the next command, they would make every later one wrong.
    #[error("the server spoke out of turn")]
    OutOfTurn,
    /// The server's part of a login cannot be understood, is unfair, or does not prove that the server knows the
    /// password (RFC 5802 §5).
    #[error("the server's part of the login is wrong")]
    LoginUnproven,
    /// Plain text behind the reply to STARTTLS: somebody on the way tries to speak as the server (CVE-2011-0411).
    #[error("somebody put plain text between STARTTLS and TLS")]
    TextBeforeTls,
    /// The caller transmitted without an offer, or offered twice.
    #[error("the session was used out of order")]
    Misuse,
}
