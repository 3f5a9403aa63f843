//! The wire: the bytes of one mail and an account become an outcome.
//!
//! lettre's transport is not used: it never times out a silent server, cannot say how far an attempt came, takes
//! replies that were injected before TLS, and reconnects after each refused recipient. A queue that must neither lose
//! a mail nor send one twice has to know exactly how far every attempt came, so this crate owns the socket.
//!
//! One mail is [`Session::offer`] (MAIL, RCPT, DATA: nothing is lost or sent yet) and then [`Session::transmit`] (the
//! body). Between the two lies the caller's journal. [`Session::burst`] sends many at once, where the user wants that and
//! the server takes it. [`judge`] says what a [`Failure`] means.

mod auth;
mod barrier;
mod body;
mod burst;
mod capabilities;
mod certificate;
mod connect;
mod envelope;
mod failure;
mod flight;
mod greet;
mod grouping;
mod inbox;
mod judgement;
mod offer;
mod probe;
mod proxy;
mod reply;
mod server;
mod session;
mod stream;
mod tls;
mod wire;

pub use barrier::{CertificateFault, ProxyFault, TlsFault};
pub use body::{BodyFault, WireBody};
pub use burst::Burst;
pub use capabilities::Capabilities;
pub use envelope::Envelope;
pub use failure::{Cause, Failure, ProtocolFault, Utf8Need};
pub use grouping::{GroupTrouble, Grouping};
pub use judgement::{greylisted_for, judge, says_session_is_full};
pub use offer::Offer;
pub use probe::{ProbeReport, probe};
pub use reply::{Accepted, Reply};
pub use server::{Login, ProxyRoute, Server, Timeouts, TlsTrust};
pub use session::{Session, Transmitted};

// What the public types are made of, so that a caller needs no second import for them.
pub use hongyan_domain::{
    EmailAddress, Fingerprint, LoginKind, LoginMechanism, Proxy, ProxyKind, Stage, TlsMode, Verdict,
};
pub use secrecy::SecretString;
