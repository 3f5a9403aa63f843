//! How much and how fast an account may send, as its owner or its provider says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::EmailAddress;

/// How much and how fast an account may send. `None` and 0 mean: no such limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SendingLimits {
    /// Mails in any second.
    pub per_second: Option<u32>,
    /// Mails in any minute.
    pub per_minute: Option<u32>,
    /// Mails in any hour.
    pub per_hour: Option<u32>,
    /// Mails a day: in any 24 hours, or since [`Self::day_starts_at`].
    pub per_day: Option<u32>,
    /// The local hour (0 to 23) at which the provider counts a new day; `None` counts any 24 hours.
    pub day_starts_at: Option<u8>,
    /// Mails a connection carries before it is closed.
    pub per_session: Option<u32>,
    /// Milliseconds between two mails of the account, at least.
    pub gap_ms: u32,
    /// Above `gap_ms`: the gap is drawn anew for each mail, up to this.
    pub gap_max_ms: u32,
    /// Milliseconds from the end of a connection that carried [`Self::per_session`] to the next one of the account.
    pub session_pause_ms: u32,
    /// Fewer mails to some recipients' domains, each domain once.
    pub domains: Vec<DomainLimit>,
}

/// Mails that an account sends to the recipients of one domain, at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainLimit {
    /// Lower-case ASCII (IDNA), without the `@`.
    pub domain: String,
    /// In any minute.
    pub per_minute: Option<u32>,
    /// In any hour.
    pub per_hour: Option<u32>,
}

impl DomainLimit {
    /// The same with its domain as addresses have it; `None` where that is no domain or nothing is limited.
    fn tidy(self) -> Option<Self> {
        let counts = [self.per_minute, self.per_hour];
        if counts.contains(&Some(0)) || counts == [None, None] {
            return None;
        }
        let typed = self.domain.trim();
        let address = EmailAddress::parse(&format!("a@{}", typed.strip_prefix('@').unwrap_or(typed))).ok()?;
        Some(Self { domain: address.domain().to_owned(), ..self })
    }
}

impl SendingLimits {
    /// The same with the domains as addresses have them, or the wire's name of the first value that makes no sense.
    pub fn tidy(mut self) -> Result<Self, &'static str> {
        if let Some(field) = self.fault() {
            return Err(field);
        }
        let tidied: Option<Vec<_>> = self.domains.into_iter().map(DomainLimit::tidy).collect();
        self.domains = tidied.ok_or("domains")?;
        let different: BTreeSet<&str> = self.domains.iter().map(|limit| limit.domain.as_str()).collect();
        if different.len() < self.domains.len() { Err("domains") } else { Ok(self) }
    }

    fn fault(&self) -> Option<&'static str> {
        let counts = [
            ("perSecond", self.per_second),
            ("perMinute", self.per_minute),
            ("perHour", self.per_hour),
            ("perDay", self.per_day),
            ("perSession", self.per_session),
        ];
        if let Some((name, _)) = counts.into_iter().find(|(_, count)| *count == Some(0)) {
            return Some(name);
        }
        if self.day_starts_at.is_some_and(|hour| hour > 23) {
            return Some("dayStartsAt");
        }
        (self.gap_max_ms != 0 && self.gap_max_ms < self.gap_ms).then_some("gapMaxMs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_nothing_and_an_hour_that_is_none_are_found() {
        let good =
            SendingLimits { per_day: Some(500), gap_ms: 2_000, gap_max_ms: 5_000, ..Default::default() };
        assert_eq!(good.clone().tidy(), Ok(good.clone()));
        let fault = |limits: SendingLimits| limits.tidy().unwrap_err();
        assert_eq!(fault(SendingLimits { per_hour: Some(0), ..good.clone() }), "perHour");
        assert_eq!(fault(SendingLimits { day_starts_at: Some(24), ..good.clone() }), "dayStartsAt");
        assert_eq!(fault(SendingLimits { gap_max_ms: 1_000, ..good }), "gapMaxMs");
    }

    #[test]
    fn domains_are_kept_as_addresses_have_them_and_once() {
        let limit =
            |domain: &str, per_minute| DomainLimit { domain: domain.to_owned(), per_minute, per_hour: None };
        let tidy = |domains| SendingLimits { domains, ..Default::default() }.tidy();
        let kept = tidy(vec![limit(" @QQ.com ", Some(5)), limit("例子.中国", Some(1))]).unwrap().domains;
        let names: Vec<_> = kept.iter().map(|limit| limit.domain.as_str()).collect();
        assert_eq!(names, ["qq.com", "xn--fsqu00a.xn--fiqs8s"]);
        for bad in
            [limit("", Some(5)), limit("a@b.cn", Some(5)), limit("qq.com", None), limit("qq.com", Some(0))]
        {
            assert_eq!(tidy(vec![bad]), Err("domains"));
        }
        assert_eq!(tidy(vec![limit("qq.com", Some(5)), limit("QQ.COM", Some(6))]), Err("domains"));
    }
}
