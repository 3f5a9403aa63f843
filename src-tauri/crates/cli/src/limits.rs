//! Flags for how much an account may send, shared by adding and changing one.

use std::str::FromStr;

use clap::Args;
use hongyan_api::commands::account::{Limits, LimitsView, SetLimits};
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

/// Milliseconds, least and most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap(u32, u32);

impl FromStr for Gap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let milliseconds = |text: &str| -> Result<u32, String> {
            let seconds: f64 = text.trim().parse().map_err(|_| "write seconds, like 2 or 2-5".to_owned())?;
            if (0.0..=86_400.0).contains(&seconds) {
                Ok((seconds * 1000.0).round() as u32)
            } else {
                Err("a gap is between 0 and 86400 seconds".to_owned())
            }
        };
        let (least, most) = text.split_once('-').unwrap_or((text, "0"));
        Ok(Self(milliseconds(least)?, milliseconds(most)?))
    }
}

impl LimitArguments {
    /// Sets what was given and leaves the rest as it is.
    pub async fn apply(&self, session: &Session<'_>, account: i64) -> Result<(), Failure> {
        let is_empty = self.limits.is_empty()
            && self.day_starts_at.is_none()
            && self.per_session.is_none()
            && self.gap.is_none();
        if is_empty {
            return Ok(());
        }
        let before: LimitsView = session.call("account.limits", &ById { id: account }).await?;
        let request = SetLimits { id: account, limits: self.changed(before.limits) };
        let _: LimitsView = session.call("account.set_limits", &request).await?;
        Ok(())
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
        if let Some(Gap(least, most)) = self.gap {
            (limits.gap_ms, limits.gap_max_ms) = (least, most);
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
        assert_eq!("2".parse(), Ok(Gap(2_000, 0)));
        assert_eq!("0.5-5".parse(), Ok(Gap(500, 5_000)));
        for bad in ["200", "week=3", "hour=many", "hour=-1"] {
            assert!(bad.parse::<Limit>().is_err(), "{bad}");
        }
        assert!("fast".parse::<Gap>().is_err() && "100000".parse::<Gap>().is_err());
    }
}
