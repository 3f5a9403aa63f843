//! Numbers, durations and times as people read them; both languages group by three digits in tables of this kind.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time in the user's zone, to the minute.
pub fn local_time(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms)
        .map(|at| at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// `1204` as `1,204`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Seconds as `H:MM:SS` or `M:SS`.
pub fn duration(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A share in per cent, rounded.
pub fn percent(part: u32, all: u32) -> u32 {
    (part * 100 + all / 2) / all.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567, -1_204].map(grouped),
            ["0", "999", "1,000", "1,234,567", "-1,204"]
        );
        assert_eq!([5, 65, 3_600, 40_000].map(duration), ["0:05", "1:05", "1:00:00", "11:06:40"]);
    }
}
