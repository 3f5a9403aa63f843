//! How many of the last mails failed: a wrong list or a spoilt template should stop a campaign before it has annoyed
//! everybody and cost the account its good name.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Mails that are looked back on.
const LOOKED_BACK_ON: usize = 100;

/// What became of the last mails of a campaign since it was started or resumed.
#[derive(Debug)]
pub(super) struct Failures {
    /// As many of the last [`LOOKED_BACK_ON`] may not fail; 0 for any number.
    too_many: u32,
    last: Mutex<VecDeque<bool>>,
}

impl Failures {
    pub(super) fn new(too_many: u32) -> Self {
        Self { too_many, last: Mutex::new(VecDeque::with_capacity(LOOKED_BACK_ON)) }
    }

    /// Notes how a mail ended; `true` when too many of the last ones failed.
    pub(super) fn note(&self, failed: bool) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == LOOKED_BACK_ON {
            last.pop_front();
        }
        last.push_back(failed);
        let failures = last.iter().filter(|failed| **failed).count();
        failed && self.too_many > 0 && failures >= usize::try_from(self.too_many).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_hundred_count() {
        let failures = Failures::new(10);
        for _ in 0..30 {
            for number in 0..12 {
                assert!(!failures.note(number == 0), "one in twelve is fewer than ten in a hundred");
            }
        }
    }

    #[test]
    fn too_many_are_too_many_before_a_hundred_are_sent() {
        let failures = Failures::new(3);
        assert_eq!(
            [true, false, true, true].map(|failed| failures.note(failed)),
            [false, false, false, true]
        );
        let never = Failures::new(0);
        assert!((0..200).all(|_| !never.note(true)));
    }
}
