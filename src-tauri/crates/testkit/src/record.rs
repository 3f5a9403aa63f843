//! What a scripted server heard and took.

use hongyan_listener::Command;

/// A command as it arrived.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The ordinal of the connection, from 1.
    pub connection: u64,
    /// The command.
    pub command: Command,
    /// Whether more bytes had arrived behind it: it came in a group.
    pub more_waiting: bool,
    /// Whether TLS stood.
    pub tls: bool,
}

/// A mail the server took responsibility for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The ordinal of the connection it came on, from 1.
    pub connection: u64,
    /// The envelope sender.
    pub from: String,
    /// The envelope recipients.
    pub to: Vec<String>,
    /// The mail, without dot-stuffing.
    pub bytes: Vec<u8>,
}
