//! What tests need and users do not: servers that misbehave on demand, and gates in place of sleeping.
//!
//! Never part of the app; only `dev-dependencies` name it.
#![allow(clippy::expect_used, reason = "a test that cannot be set up should stop at once")]

mod certificate;
mod dialogue;
mod gate;
mod proxy;
mod record;
mod rule;
mod script;
mod scripted_server;
mod silence;

pub use dialogue::Dialogue;
pub use gate::Gate;
pub use proxy::{ProxyBuilder, TestProxy};
pub use record::{Heard, Received};
pub use rule::{At, Rule};
pub use scripted_server::{ScriptedServer, ServerBuilder};
pub use silence::{DeafServer, SilentPort};

pub use hongyan_listener::{Command, Extensions, Limits};
