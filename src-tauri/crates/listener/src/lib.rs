//! A small SMTP server on this computer.
//!
//! It has two users: the sandbox, which keeps every mail and sends none on, and the scripted server of the tests, which
//! misbehaves on demand. Both are a [`Handler`]; what the protocol demands is here, once. It is strict where leniency
//! lets mails be smuggled: only CR LF ends a line, only CR LF `.` CR LF ends a mail, and what arrives in the clear
//! behind STARTTLS is thrown away.

mod answer;
mod auth;
mod body;
mod command;
mod conversation;
mod handler;
mod listener;
mod options;
mod rules;
mod wire;

pub use answer::Answer;
pub use command::Command;
pub use handler::{Handler, Message, Reaction, SessionInfo};
pub use listener::Listener;
pub use options::{Extensions, Limits, Options, Tls};
