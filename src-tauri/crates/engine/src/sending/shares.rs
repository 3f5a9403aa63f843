//! How recipients are shared out: next to the others', as many to an account as its weight says.
//!
//! Only accounts that can take recipients now count. One that comes back gets its share from then on and makes up for
//! nothing, or it would keep the others idle. One that has not asked for a while (a server that does not answer) is not
//! waited for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hongyan_domain::AccountId;

/// Who has not asked for so long is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// No account is ever further ahead of its share than so many recipients.
const LONGEST_LEAD: i64 = 16;
/// Of a short list it is less: this part of what is left for each account.
const LEAD_PART: i64 = 8;

/// The accounts that take recipients at the moment.
#[derive(Debug, Default)]
pub(super) struct Shares {
    seats: BTreeMap<AccountId, Seat>,
}

#[derive(Debug)]
struct Seat {
    weight: u32,
    /// What it got, in recipients of the account with the greatest weight.
    dealt: f64,
    /// It asks now and waits for its turn.
    asks: bool,
    seen: Instant,
    /// A limit keeps it from taking more.
    is_full: bool,
}

impl Seat {
    fn is_waited_for(&self, now: Instant) -> bool {
        !self.is_full && (self.asks || now.duration_since(self.seen) < PATIENCE)
    }
}

impl Shares {
    /// An account takes recipients from now on.
    pub(super) fn sit(&mut self, account: AccountId, weight: u32, now: Instant) {
        let weight = weight.max(1);
        let dealt = self.lowest_of_others(account, now).unwrap_or_default();
        self.seats.insert(account, Seat { weight, dealt, asks: false, seen: now, is_full: false });
    }

    /// The user gave an account another weight; it counts from now on.
    pub(super) fn set_weight(&mut self, account: AccountId, weight: u32) {
        if let Some(seat) = self.seats.get_mut(&account) {
            seat.weight = weight.max(1);
        }
    }

    /// An account takes none any more.
    pub(super) fn leave(&mut self, account: AccountId) {
        self.seats.remove(&account);
    }

    /// Whether a limit keeps an account from taking more.
    pub(super) fn set_full(&mut self, account: AccountId, is_full: bool) {
        if let Some(seat) = self.seats.get_mut(&account) {
            seat.is_full = is_full;
        }
    }

    /// How many of the `left` recipients an account may take now, `want` at most; with none it waits for the others.
    pub(super) fn allowance(&mut self, account: AccountId, want: usize, left: i64, now: Instant) -> usize {
        let lowest = self.lowest_of_others(account, now);
        let seats = i64::try_from(self.seats.len()).unwrap_or(1).max(1);
        let lead = (left / (seats * LEAD_PART)).clamp(1, LONGEST_LEAD) as f64;
        let step = self.step(account);
        // The last recipient of an allowance may lead past it by its whole step.
        let furthest = lead + self.seats.keys().map(|seat| self.step(*seat)).fold(0.0, f64::max);
        let Some(seat) = self.seats.get_mut(&account) else { return 0 };
        seat.asks = true;
        let Some(lowest) = lowest else { return want };
        seat.dealt = seat.dealt.max(lowest - furthest);
        let ahead = lowest + lead - seat.dealt;
        let allowed = (ahead / step).ceil().max(0.0) as usize;
        allowed.min(want)
    }

    /// An account got so many, and is busy with them.
    pub(super) fn deal(&mut self, account: AccountId, recipients: usize, now: Instant) {
        let step = self.step(account);
        if let Some(seat) = self.seats.get_mut(&account) {
            seat.dealt += step * recipients as f64;
            seat.asks = false;
            seat.seen = now;
        }
    }

    fn step(&self, account: AccountId) -> f64 {
        let greatest = self.seats.values().map(|seat| seat.weight).max().unwrap_or(1);
        let own = self.seats.get(&account).map_or(1, |seat| seat.weight);
        f64::from(greatest) / f64::from(own)
    }

    fn lowest_of_others(&self, account: AccountId, now: Instant) -> Option<f64> {
        let others = self.seats.iter().filter(|(other, seat)| **other != account && seat.is_waited_for(now));
        others.map(|(_, seat)| seat.dealt).min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: AccountId = AccountId(1);
    const B: AccountId = AccountId(2);
    const C: AccountId = AccountId(3);

    /// Deals `left` recipients to accounts that always ask for 16; gives what each got.
    fn deal_all(shares: &mut Shares, accounts: &[AccountId], mut left: usize, now: Instant) -> Vec<usize> {
        let mut got = vec![0; accounts.len()];
        while left > 0 {
            for (account, got) in accounts.iter().zip(&mut got) {
                let count = shares.allowance(*account, 16, left as i64, now).min(left);
                if count > 0 {
                    shares.deal(*account, count, now);
                }
                *got += count;
                left -= count;
            }
        }
        got
    }

    fn seated(weights: &[(AccountId, u32)], now: Instant) -> Shares {
        let mut shares = Shares::default();
        for (account, weight) in weights {
            shares.sit(*account, *weight, now);
        }
        shares
    }

    #[test]
    fn accounts_get_what_their_weights_say() {
        let now = Instant::now();
        assert_eq!(deal_all(&mut seated(&[(A, 3), (B, 1)], now), &[A, B], 4_000, now), [3_000, 1_000]);
        let got = deal_all(&mut seated(&[(A, 7), (B, 2), (C, 1)], now), &[C, A, B], 1_000, now);
        for (got, wanted) in got.into_iter().zip([100_i32, 700, 200]) {
            assert!((i32::try_from(got).unwrap() - wanted).abs() <= 8, "{got} of {wanted}");
        }
    }

    #[test]
    fn another_weight_counts_from_then_on() {
        let now = Instant::now();
        let mut shares = seated(&[(A, 1), (B, 1)], now);
        deal_all(&mut shares, &[A, B], 1_000, now);
        shares.set_weight(A, 9);
        let got = deal_all(&mut shares, &[A, B], 1_000, now);
        assert!((880..=920).contains(&got[0]), "{got:?}");
    }

    #[test]
    fn a_short_list_is_shared_too() {
        let now = Instant::now();
        assert_eq!(deal_all(&mut seated(&[(A, 1), (B, 1)], now), &[A, B], 2, now), [1, 1]);
        assert_eq!(deal_all(&mut seated(&[(A, 3), (B, 1)], now), &[A, B], 8, now), [6, 2]);
    }

    #[test]
    fn an_account_that_is_full_or_silent_is_not_waited_for() {
        let now = Instant::now();
        let mut shares = seated(&[(A, 1), (B, 1)], now);
        shares.set_full(B, true);
        assert_eq!(deal_all(&mut shares, &[A], 100, now), [100]);
        shares.set_full(B, false);
        let mut taken = 0;
        while shares.allowance(A, 16, 1_000, now) > 0 {
            shares.deal(A, 1, now);
            taken += 1;
        }
        assert!(taken <= 16, "A waits for B, which can take some: {taken}");
        assert_eq!(shares.allowance(A, 16, 1_000, now + PATIENCE), 16, "B has been silent for too long");
    }

    #[test]
    fn who_comes_back_makes_up_for_nothing() {
        let now = Instant::now();
        let mut shares = seated(&[(A, 1), (B, 1)], now);
        shares.set_full(B, true);
        deal_all(&mut shares, &[A], 1_000, now);
        shares.set_full(B, false);
        let got = deal_all(&mut shares, &[A, B], 1_000, now);
        assert!(got.iter().all(|got| (484..=516).contains(got)), "{got:?}");
        shares.leave(B);
        deal_all(&mut shares, &[A], 1_000, now);
        shares.sit(B, 1, now);
        let got = deal_all(&mut shares, &[B, A], 1_000, now);
        assert!(got.iter().all(|got| (484..=516).contains(got)), "{got:?}");
    }
}
