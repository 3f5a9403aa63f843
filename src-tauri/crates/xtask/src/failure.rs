//! Why a task stopped; its text is what the developer reads.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a task stopped.
#[derive(Debug)]
pub enum Failure {
    /// The command line made no sense; the text says what would.
    Usage(String),
    /// A program could not be started, or its output not be read.
    Start { program: String, source: io::Error },
    /// A program ran and said no.
    Exit { command: String, status: String },
    /// A file could not be read or written.
    File { path: PathBuf, source: io::Error },
    /// A file that the task is about is not there.
    Missing { path: PathBuf, what: &'static str },
    /// Something has to be installed by hand.
    Install(String),
    /// The generated TypeScript is not what the api crate says today.
    StaleSchema,
    /// Stages of the tests failed; the report above names them.
    Tests,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Install(text) => write!(f, "{text}"),
            Self::Start { program, source } => write!(f, "`{program}` could not be run: {source}"),
            Self::Exit { command, status } => write!(f, "`{command}` failed ({status})"),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Missing { path, what } => write!(f, "{} is missing: {what}", path.display()),
            Self::StaleSchema => write!(f, "ui/src/lib/rpc/schema.ts is out of date: run `npm run schema`"),
            Self::Tests => write!(f, "Not everything passed."),
        }
    }
}
