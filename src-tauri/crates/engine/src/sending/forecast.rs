//! When a campaign would be done, if nothing but the limits of its accounts held it up.
//!
//! A dry run on copies: what the limits say together is not a formula. Like the feeder, an account sends to a domain that
//! has a limit whenever there is room, and to everybody else meanwhile.

use std::collections::BTreeMap;

use super::domains::Lane;
use super::pacer::{Day, Pacer, State};
use super::window::DAY_MS;
use crate::clock::Clock;

/// No forecast looks further than this.
const FARTHEST_MS: i64 = 400 * DAY_MS;

/// Mails to be sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mails {
    /// All of them.
    pub(crate) total: i64,
    /// Of these, those to each domain that has a limit at one of the accounts.
    pub(crate) at: BTreeMap<String, i64>,
}

/// When so many more mails would be sent through these accounts; `None` when one has no limits for them, or there is no
/// account. With each comes when it may begin, unix milliseconds.
pub(crate) fn forecast(clock: &Clock, accounts: &[(Pacer, i64)], mails: &Mails) -> Option<i64> {
    let start_ms = clock.now_ms();
    let mut left = Left { others: mails.total - mails.at.values().sum::<i64>(), at: mails.at.clone() };
    left.at.retain(|_, mails| *mails > 0);
    let mut runs: Vec<DryRun> = accounts.iter().map(|(pacer, at_ms)| DryRun::new(pacer, *at_ms)).collect();
    if runs.iter().any(|run| !run.is_limited(&left)) {
        return None;
    }
    let mut end_ms = start_ms;
    while !left.is_empty() {
        let first = runs.iter_mut().min_by_key(|run| run.now_ms)?;
        if first.now_ms - start_ms >= FARTHEST_MS {
            return Some(first.now_ms);
        }
        if first.step(clock, &mut left) {
            end_ms = end_ms.max(first.now_ms);
        }
    }
    (!runs.is_empty()).then_some(end_ms)
}

/// Mails that are not sent yet.
struct Left {
    others: i64,
    at: BTreeMap<String, i64>,
}

impl Left {
    fn is_empty(&self) -> bool {
        self.others <= 0 && self.at.is_empty()
    }

    fn take(&mut self, domain: Option<&str>) {
        let Some(domain) = domain else {
            self.others -= 1;
            return;
        };
        if let Some(mails) = self.at.get_mut(domain) {
            *mails -= 1;
            if *mails == 0 {
                self.at.remove(domain);
            }
        }
    }
}

/// One account of a forecast, at its own time.
struct DryRun {
    state: State,
    domains: BTreeMap<String, Lane>,
    now_ms: i64,
    day: Option<Day>,
}

impl DryRun {
    fn new(pacer: &Pacer, now_ms: i64) -> Self {
        Self { state: pacer.state().clone(), domains: pacer.domains().copy(), now_ms, day: None }
    }

    fn is_limited(&self, left: &Left) -> bool {
        self.state.is_limited() || left.at.keys().any(|domain| self.domains.contains_key(domain))
    }

    /// Sends a mail and gives `true`, or goes on to the time when it can.
    fn step(&mut self, clock: &Clock, left: &mut Left) -> bool {
        let domain = match self.choose(left) {
            Ok(domain) => domain,
            Err(until_ms) => {
                self.now_ms = until_ms.max(self.now_ms + 1);
                return false;
            }
        };
        if self.day.is_none_or(|day| day.end_ms <= self.now_ms) {
            self.day = self.state.limits.day_starts_at.map(|hour| clock.day_around(self.now_ms, hour));
        }
        if let Err(until_ms) = self.state.take(self.now_ms, self.day, 0.5) {
            self.now_ms = until_ms.max(self.now_ms + 1);
            return false;
        }
        if let Some(lane) = domain.as_deref().and_then(|domain| self.domains.get_mut(domain)) {
            lane.add(self.now_ms, 1);
        }
        left.take(domain.as_deref());
        true
    }

    /// Where the next mail goes: to a domain that has room, else to anybody else; where nobody else is left, when the
    /// first domain has room.
    fn choose(&mut self, left: &Left) -> Result<Option<String>, i64> {
        let mut opens_ms: Option<i64> = None;
        for domain in left.at.keys() {
            let opens = self.domains.get_mut(domain).and_then(|lane| lane.opens_at(self.now_ms));
            match opens {
                None => return Ok(Some(domain.clone())),
                Some(at_ms) => opens_ms = Some(opens_ms.map_or(at_ms, |first| first.min(at_ms))),
            }
        }
        match opens_ms {
            Some(at_ms) if left.others <= 0 => Err(at_ms),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use hongyan_domain::{DomainLimit, SendingLimits};
    use hongyan_store::Slowdown;

    use super::*;
    use crate::clock::ManualClock;
    use crate::sending::window::MINUTE_MS;

    const NOW_MS: i64 = 1_795_424_400_000;

    fn account(per_minute: Option<u32>, domains: &[(&str, u32)]) -> (Pacer, i64) {
        let domains = domains.iter().map(|(domain, per_hour)| DomainLimit {
            domain: (*domain).to_owned(),
            per_minute: None,
            per_hour: Some(*per_hour),
        });
        let limits = SendingLimits { per_minute, domains: domains.collect(), ..Default::default() };
        (Pacer::new(limits, Slowdown::default(), &[], NOW_MS), NOW_MS)
    }

    fn minutes(accounts: &[(Pacer, i64)], total: i64, at: &[(&str, i64)]) -> Option<i64> {
        let at = at.iter().map(|(domain, mails)| ((*domain).to_owned(), *mails)).collect();
        let clock = Clock::Manual(ManualClock::at(NOW_MS));
        forecast(&clock, accounts, &Mails { total, at }).map(|end_ms| (end_ms - NOW_MS) / MINUTE_MS)
    }

    #[test]
    fn who_is_at_a_domain_with_a_limit_holds_up_the_end() {
        let accounts = [account(Some(60), &[("qq.com", 100)])];
        let without = minutes(&accounts, 1_200, &[]).expect("a time");
        assert!((19..=21).contains(&without), "{without}");
        let with = minutes(&accounts, 1_200, &[("qq.com", 500)]).expect("a time");
        assert!((4 * 60..=4 * 60 + 10).contains(&with), "500 at 100 an hour: {with}");
        let few = minutes(&accounts, 1_200, &[("qq.com", 100)]).expect("a time");
        assert_eq!(few, without, "they have room while the others go");
    }

    #[test]
    fn two_accounts_have_the_room_of_two() {
        let both = [account(Some(60), &[("qq.com", 100)]), account(Some(60), &[("qq.com", 150)])];
        let end = minutes(&both, 500, &[("qq.com", 500)]).expect("a time");
        assert!((60..=70).contains(&end), "{end}");
        let one = [account(Some(60), &[("qq.com", 100)]), account(Some(60), &[])];
        let end = minutes(&one, 500, &[("qq.com", 500)]).expect("a time");
        assert!(end < 10, "the other has no limit there: {end}");
    }

    #[test]
    fn where_only_a_domain_is_limited_its_recipients_decide() {
        let accounts = [account(None, &[("qq.com", 10)])];
        assert_eq!(minutes(&accounts, 100_000, &[]), None);
        let end = minutes(&accounts, 100_000, &[("qq.com", 25)]).expect("a time");
        assert!((120..=125).contains(&end), "{end}");
        assert_eq!(minutes(&[], 5, &[]), None);
    }
}
