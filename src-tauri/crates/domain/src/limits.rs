//! How much and how fast an account may send, as its owner or its provider says.

use serde::{Deserialize, Serialize};

/// How much and how fast an account may send. `None` and 0 mean: no such limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl SendingLimits {
    /// The wire's name of the first value that makes no sense, if there is one.
    pub fn fault(&self) -> Option<&'static str> {
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
        assert_eq!(good.fault(), None);
        assert_eq!(SendingLimits { per_hour: Some(0), ..good }.fault(), Some("perHour"));
        assert_eq!(SendingLimits { day_starts_at: Some(24), ..good }.fault(), Some("dayStartsAt"));
        assert_eq!(SendingLimits { gap_max_ms: 1_000, ..good }.fault(), Some("gapMaxMs"));
    }
}
