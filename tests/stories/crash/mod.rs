//! The app ends without a good-bye: nobody is lost, nobody gets two by itself, and what was under way is in doubt.

mod copied_folder;
mod half_frozen;
mod killed;
mod points;
#[cfg(target_os = "linux")]
mod power_cut;

use std::process::Child;

/// How many mails lie between two ends of a campaign of so many mails, so that the last comes before everybody has
/// theirs: each end may cost those that are under way, which then arrive at no server.
fn mails_between(mails: usize, ends: usize, most_under_way: usize) -> usize {
    (mails - ends * most_under_way) / (ends + 1)
}

/// A process that does not outlive its story.
pub struct Victim(pub Child);

impl Drop for Victim {
    fn drop(&mut self) {
        // On Unix this is SIGKILL.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
