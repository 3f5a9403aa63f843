//! The stories of the whole program: what a user, a server, a crash or a full disk does to it, and what must come of it.
//!
//! The engine is real, the database is real, and so are the processes; only the people are made up. Servers are
//! scripted where they must misbehave, and Postfix where they must be right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

#[cfg(unix)]
mod alone;
mod chance;
mod ground;

mod desk;
mod inbox;
mod log_book;
mod people;

mod accounts;
mod again;
mod bad_input;
mod broken_connections;
mod bursts;
mod checks;
mod clock_jumps;
mod command_line;
mod crash;
mod cut_fifty_times;
mod domain_limits;
mod every_person;
mod exports;
#[cfg(unix)]
mod fault;
#[cfg(unix)]
mod full_disk;
mod held;
mod hourly_quota;
mod house_rules;
mod imports;
mod late_answer;
mod layers;
mod limits;
mod logging;
mod mail_servers;
mod old_connections;
mod postfix;
mod refusals;
mod schedule;
mod server_gone;
mod setback;
mod signed;
#[cfg(target_os = "linux")]
mod silent_server;
mod steps;
mod suppression;
mod way_to_server;
