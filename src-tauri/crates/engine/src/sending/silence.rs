//! A lane whose server has fallen silent: what it has in hand and never offered goes back to the deck.
//!
//! A server may take minutes before it is given up, and what is built ahead for its connections would wait for as long
//! although other accounts could send it. One mail stays, so that the lane is seen to move when the server speaks again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_channel::Receiver;
use hongyan_domain::AccountId;

use super::deck::Deck;
use super::feeder::Job;

/// A lane that has taken no mail for so long is silent.
const PATIENCE_MS: i64 = 10_000;

/// Whether a lane moves.
#[derive(Debug, Default)]
pub(super) struct Motion {
    /// Mails that were handed to the connections and not given back.
    handed: AtomicUsize,
    is_silent: AtomicBool,
}

impl Motion {
    /// A mail was handed to the connections.
    pub(super) fn note_handed(&self) {
        self.handed.fetch_add(1, Ordering::Relaxed);
    }

    /// How many more mails may be handed out, of `room`, where so many wait already.
    pub(super) fn narrow(&self, room: u32, waiting: u32) -> u32 {
        if self.is_silent.load(Ordering::Relaxed) { room.min(1_u32.saturating_sub(waiting)) } else { room }
    }
}

/// Looks again and again whether a lane moves.
#[derive(Debug)]
pub(super) struct Watch {
    account: AccountId,
    unsent: Receiver<Job>,
    taken: usize,
    moved_ms: i64,
}

impl Watch {
    pub(super) fn new(account: AccountId, unsent: Receiver<Job>, now_ms: i64) -> Self {
        Self { account, unsent, taken: 0, moved_ms: now_ms }
    }

    /// Gives back what waits in a lane that no longer moves.
    pub(super) fn look(&mut self, motion: &Motion, deck: &Deck, now_ms: i64) {
        let waiting = self.unsent.len();
        let taken = motion.handed.load(Ordering::Relaxed).saturating_sub(waiting);
        let is_silent = self.is_silent(taken, now_ms);
        motion.is_silent.store(is_silent, Ordering::Relaxed);
        if !is_silent {
            return;
        }
        // The others do not wait for it to take its share.
        deck.set_full(self.account, true);
        if waiting <= 1 && !self.unsent.is_closed() {
            return;
        }
        let mut given_back = 0;
        while let Ok(job) = self.unsent.try_recv() {
            drop(job);
            given_back += 1;
        }
        motion.handed.fetch_sub(given_back, Ordering::Relaxed);
        if given_back > 0 {
            tracing::info!(given_back, "a server is silent; other accounts may take what waits for it");
            deck.read_again();
        }
    }

    fn is_silent(&mut self, taken: usize, now_ms: i64) -> bool {
        // A clock that was set back must not keep it from being seen.
        if taken != self.taken || now_ms < self.moved_ms {
            (self.taken, self.moved_ms) = (taken, now_ms);
        }
        now_ms - self.moved_ms >= PATIENCE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_silent_when_it_takes_nothing_for_a_while() {
        let (_jobs, unsent) = async_channel::bounded(1);
        let mut watch = Watch::new(AccountId(1), unsent, 0);
        assert!(!watch.is_silent(0, PATIENCE_MS - 1));
        assert!(watch.is_silent(0, PATIENCE_MS));
        assert!(!watch.is_silent(1, PATIENCE_MS + 1), "it took one");
        assert!(!watch.is_silent(1, 2 * PATIENCE_MS));
        assert!(watch.is_silent(1, 2 * PATIENCE_MS + 1));
    }

    #[test]
    fn a_silent_lane_keeps_one_mail_at_most() {
        let motion = Motion::default();
        assert_eq!(motion.narrow(4, 60), 4);
        motion.is_silent.store(true, Ordering::Relaxed);
        assert_eq!([motion.narrow(4, 0), motion.narrow(4, 1), motion.narrow(0, 0)], [1, 0, 0]);
    }
}
