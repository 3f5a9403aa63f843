//! Greylisting: a server takes nobody's first mail, and the same mail some minutes later.
//!
//! Whoever comes back too early has to wait once more, so how long it wants is worth knowing. Most keep to postgrey's five
//! minutes, and many say it: "Greylisted for 300 seconds" (SQLgrey, policyd), "come back in 00:05:00" (milter-greylist).

use std::time::Duration;

use crate::{Cause, Failure};

const USUAL: Duration = Duration::from_secs(5 * 60);
/// What stands beside the word may be anything; longer than this it is no wait.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// How long a server that greylists wants a mail to wait; `None` where it does not greylist.
pub fn greylisted_for(failure: &Failure) -> Option<Duration> {
    let Cause::Reply(reply) = &failure.cause else { return None };
    let text = reply.text.to_lowercase().replace(['-', ' '], " ");
    let is_greylisted =
        ["greylist", "graylist", "grey list", "gray list"].iter().any(|word| text.contains(word));
    (is_greylisted && reply.is_temporary()).then(|| said_wait(&text).unwrap_or(USUAL))
}

/// The first span of time in words: `300 seconds`, `5 minutes`, `120s` or `00:05:00`.
fn said_wait(text: &str) -> Option<Duration> {
    let mut words =
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':')).filter(|word| !word.is_empty());
    let mut next = words.next();
    while let Some(word) = next {
        next = words.next();
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = word.strip_prefix(digits).filter(|unit| !unit.is_empty()).or(next).unwrap_or_default();
        let seconds = match word.split(':').collect::<Vec<_>>().as_slice() {
            [hours, minutes, seconds] => clock(hours, minutes, seconds),
            _ => digits.parse::<u64>().ok().and_then(|count| count.checked_mul(seconds_in(unit)?)),
        };
        let wait = seconds.map(Duration::from_secs);
        if wait.is_some_and(|wait| !wait.is_zero() && wait <= LONGEST) {
            return wait;
        }
    }
    None
}

fn clock(hours: &str, minutes: &str, seconds: &str) -> Option<u64> {
    let [hours, minutes, seconds] =
        [hours, minutes, seconds].map(|part| part.parse::<u32>().ok().map(u64::from));
    Some(hours? * 3600 + minutes? * 60 + seconds?)
}

fn seconds_in(unit: &str) -> Option<u64> {
    match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stage;
    use crate::inbox::Inbox;

    fn wait_for(reply: &str) -> Option<u64> {
        let mut inbox = Inbox::default();
        inbox.push(format!("{reply}\r\n").as_bytes()).expect("a short reply");
        let code = inbox.next_reply().expect("a reply").expect("a whole reply");
        let failure = Failure { stage: Stage::Rcpt, cause: Cause::Reply(inbox.reply(code)) };
        greylisted_for(&failure).map(|wait| wait.as_secs())
    }

    #[test]
    fn how_long_a_greylisting_server_wants_is_read() {
        for (reply, seconds) in [
            // postgrey and the help pages that its users link to.
            (
                "450 4.2.0 <li@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html",
                300,
            ),
            ("450 4.2.0 Sender address rejected: Greylisted for 60 sec.", 60),
            ("450 4.7.1 Greylisted for 300 seconds (see http://www.example.com/greylisted.html)", 300),
            ("451 4.7.1 Greylisting in action, please come back in 00:05:00", 300),
            ("451 4.7.1 Greylisted, try again in 10 minutes", 600),
            ("451 4.7.1 Greylisting in action, please come back later", 300),
            ("450 Gray-listed, wait 120s", 120),
            // No wait: an address of the year, a number of nothing, too much of it.
            ("450 4.2.0 Greylisted (2026 rules, 7 hosts), see 10.0.0.1", 300),
            ("450 4.2.0 Greylisted for 99999999999999999999 seconds", 300),
            ("450 4.2.0 Greylisted for 0 seconds", 300),
        ] {
            assert_eq!(wait_for(reply), Some(seconds), "{reply}");
        }
    }

    #[test]
    fn who_does_not_greylist_says_no_time() {
        for reply in [
            "450 4.2.1 Try again in 300 seconds",
            "550 5.7.1 Greylisted",
            "451 4.7.1 Service unavailable - try again later",
        ] {
            assert_eq!(wait_for(reply), None, "{reply}");
        }
    }
}
