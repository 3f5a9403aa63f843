//! Flags for how much an account may send, shared by adding and changing one.

use std::str::FromStr;

use clap::Args;
use hongyan_api::commands::account::{DomainLimitView, Limits, LimitsView, SetLimits};
use hongyan_api::commands::shapes::ById;

use crate::failure::Failure;
use crate::session::Session;

/// How much and how fast an account may send.
#[derive(Debug, Args)]
pub struct LimitArguments {
    /// Most mails in a second, minute, hour or day, for example `hour=200`; `hour=none` takes it away
    #[arg(long = "limit", value_name = "SPAN=N")]
    limits: Vec<Limit>,
    /// The hour (0 to 23) at which the provider counts a new day [default: any 24 hours count]
    #[arg(long, value_name = "HOUR", value_parser = clap::value_parser!(u8).range(0..=23))]
    day_starts_at: Option<u8>,
    /// Mails a connection carries before it is closed; 0 for any number
    #[arg(long, value_name = "N")]
    per_session: Option<u32>,
    /// Seconds from the end of a connection that carried --per-session mails to the next one
    #[arg(long, value_name = "S")]
    session_pause: Option<Seconds>,
    /// Most mails in a minute or hour to the recipients of one domain, for example `qq.com:minute=30`; the others go on
    /// meanwhile. `qq.com:minute=none` takes it away
    #[arg(long = "domain-limit", value_name = "DOMAIN:SPAN=N")]
    domains: Vec<OneDomain>,
    /// Keep to what the provider publishes, where that is known, else to no limits
    #[arg(long, conflicts_with_all = ["limits", "domains", "day_starts_at", "per_session", "session_pause", "gap"])]
    default_limits: bool,
    /// Seconds between two mails; `2-5` draws a gap between the two for each mail
    #[arg(long, value_name = "S[-S]")]
    gap: Option<Gap>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Second,
    Minute,
    Hour,
    Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit(Span, Option<u32>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (span, count) = text.split_once('=').ok_or("write it like hour=200")?;
        let span = match span.trim() {
            "second" => Span::Second,
            "minute" => Span::Minute,
            "hour" => Span::Hour,
            "day" => Span::Day,
            _ => return Err("the span is second, minute, hour or day".to_owned()),
        };
        let count = match count.trim() {
            "none" => None,
            number => Some(number.parse().map_err(|_| "write a number, or none")?),
        };
        Ok(Self(span, count))
    }
}

/// A limit for one domain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OneDomain(String, Limit);

impl FromStr for OneDomain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (domain, limit) = text.split_once(':').ok_or("write it like qq.com:minute=30")?;
        let limit: Limit = limit.parse()?;
        if !matches!(limit.0, Span::Minute | Span::Hour) {
            return Err("the span is minute or hour".to_owned());
        }
        Ok(Self(domain.trim().trim_start_matches('@').to_lowercase(), limit))
    }
}

impl OneDomain {
    /// A domain without any limit left is no longer listed.
    fn put_into(&self, domains: &mut Vec<DomainLimitView>) {
        let Self(name, Limit(span, count)) = self;
        let found = domains.iter().find(|limit| limit.domain == *name).cloned();
        let mut limit =
            found.unwrap_or(DomainLimitView { domain: name.clone(), per_minute: None, per_hour: None });
        match span {
            Span::Hour => limit.per_hour = *count,
            _ => limit.per_minute = *count,
        }
        domains.retain(|limit| limit.domain != *name);
        if limit.per_minute.or(limit.per_hour).is_some() {
            domains.push(limit);
        }
    }
}

/// Seconds on the command line, kept in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seconds(u32);

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds: f64 = text.trim().parse().map_err(|_| "write seconds, like 2 or 0.5".to_owned())?;
        if (0.0..=86_400.0).contains(&seconds) {
            Ok(Self((seconds * 1000.0).round() as u32))
        } else {
            Err("it is between 0 and 86400 seconds".to_owned())
        }
    }
}

/// Least and most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap(Seconds, Seconds);

impl FromStr for Gap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (least, most) = text.split_once('-').unwrap_or((text, "0"));
        Ok(Self(least.parse()?, most.parse()?))
    }
}

impl LimitArguments {
    /// Sets what was given and leaves the rest as it is.
    pub async fn apply(&self, session: &Session<'_>, account: i64) -> Result<(), Failure> {
        if self.is_empty() {
            return Ok(());
        }
        let limits = if self.default_limits {
            None
        } else {
            let before: LimitsView = session.call("account.limits", &ById { id: account }).await?;
            Some(self.changed(before.limits))
        };
        let _: LimitsView = session.call("account.set_limits", &SetLimits { id: account, limits }).await?;
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.limits.is_empty()
            && self.domains.is_empty()
            && self.day_starts_at.is_none()
            && self.per_session.is_none()
            && self.session_pause.is_none()
            && self.gap.is_none()
            && !self.default_limits
    }

    fn changed(&self, mut limits: Limits) -> Limits {
        for Limit(span, count) in &self.limits {
            let place = match span {
                Span::Second => &mut limits.per_second,
                Span::Minute => &mut limits.per_minute,
                Span::Hour => &mut limits.per_hour,
                Span::Day => &mut limits.per_day,
            };
            *place = *count;
        }
        limits.day_starts_at = self.day_starts_at.or(limits.day_starts_at);
        if let Some(mails) = self.per_session {
            limits.per_session = Some(mails).filter(|mails| *mails > 0);
        }
        if let Some(Seconds(pause_ms)) = self.session_pause {
            limits.session_pause_ms = pause_ms;
        }
        if let Some(Gap(Seconds(least), Seconds(most))) = self.gap {
            (limits.gap_ms, limits.gap_max_ms) = (least, most);
        }
        for domain in &self.domains {
            domain.put_into(&mut limits.domains);
        }
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        assert_eq!("hour=200".parse(), Ok(Limit(Span::Hour, Some(200))));
        assert_eq!("day=none".parse(), Ok(Limit(Span::Day, None)));
        assert_eq!("2".parse(), Ok(Gap(Seconds(2_000), Seconds(0))));
        assert_eq!("0.5-5".parse(), Ok(Gap(Seconds(500), Seconds(5_000))));
        let domain = OneDomain("qq.com".to_owned(), Limit(Span::Minute, Some(30)));
        assert_eq!("@QQ.com:minute=30".parse(), Ok(domain));
        for bad in ["200", "week=3", "hour=many", "hour=-1"] {
            assert!(bad.parse::<Limit>().is_err(), "{bad}");
        }
        for bad in ["qq.com", "qq.com:30", "qq.com:day=5"] {
            assert!(bad.parse::<OneDomain>().is_err(), "{bad}");
        }
        assert!("fast".parse::<Gap>().is_err() && "100000".parse::<Gap>().is_err());
    }

    #[test]
    fn a_domains_limit_is_changed_alone_and_goes_with_its_last_number() {
        let mut domains = Vec::new();
        let mut set = |text: &str| {
            text.parse::<OneDomain>().unwrap().put_into(&mut domains);
            domains
                .iter()
                .map(|limit| (limit.domain.clone(), limit.per_minute, limit.per_hour))
                .collect::<Vec<_>>()
        };
        let qq = |minute, hour| ("qq.com".to_owned(), minute, hour);
        assert_eq!(set("qq.com:minute=30"), [qq(Some(30), None)]);
        assert_eq!(set("qq.com:hour=200"), [qq(Some(30), Some(200))]);
        assert_eq!(set("qq.com:minute=none"), [qq(None, Some(200))]);
        assert_eq!(set("qq.com:hour=none"), []);
    }
}
