//! `hongyanctl` as a shell sees it: what it prints, what it complains of, how it ends.

mod accounts;
mod campaigns;
mod contacts;
mod ctl;
mod long_line;
mod races;
#[cfg(unix)]
mod read_only;
#[cfg(target_os = "linux")]
mod read_only_disk;
mod refusals;
mod several_accounts;
mod signing;

pub use ctl::{Ctl, ended};
