//! The client against scripted servers: every stage refused, silent, dropped.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod bursting;
mod bursting_chaos;
mod cast;
mod greeting;
mod login;
mod manners;
mod mechanisms;
mod offering;
mod proxy;
mod tls;
mod transmitting;
