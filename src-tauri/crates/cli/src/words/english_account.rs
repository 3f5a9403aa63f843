//! How an account is, in English.

use hongyan_api::commands::account::{AccountState, AccountView, Limits};

use hongyan_api::commands::dkim::DkimView;

use super::english_codes as codes;
use super::numbers::{grouped, local_time};
use crate::screen::line;

/// Whether it can send, what it may send, and what it sent.
pub fn account_state(state: &AccountState) -> String {
    let mut lines = vec![condition(state)];
    let detail = state.account.held.as_ref().map_or("", |held| &held.detail);
    if !detail.is_empty() {
        lines.push(format!("  {}", line(detail)));
    }
    let sent = |count: u32, limit: Option<u32>| match limit {
        Some(limit) => format!("{} of {}", grouped(count.into()), grouped(limit.into())),
        None => grouped(count.into()),
    };
    let limits = &state.limits.limits;
    lines.push(format!(
        "Sent in the last hour: {}; {}: {}",
        sent(state.used.hour, limits.per_hour),
        if limits.day_starts_at.is_some() {
            "since the provider's day began"
        } else {
            "in the last 24 hours"
        },
        sent(state.used.day, limits.per_day),
    ));
    lines.push(format!("Limits: {}", of_whom(state, &limits_text(limits))));
    lines.push(match state.connections {
        Some(open) => format!("Connections: {open} of {}", state.most_connections),
        None => format!("Connections: at most {}", state.most_connections),
    });
    lines.extend(manners(&state.account));
    lines.join("\n")
}

/// The record that the DNS must have.
pub fn dkim_record(dkim: &DkimView) -> String {
    format!(
        "Enter this where your domain's DNS is managed. Until it is there, receivers cannot check the signatures.\n\n\
         Type:  TXT\nName:  {}\nValue: {}\n\nIn a zone file:\n{}. IN TXT {}",
        line(&dkim.record_name),
        line(&dkim.record_value),
        line(&dkim.record_name),
        line(&dkim.record_strings),
    )
}

/// How mails follow each other on a connection, where that is not one after the other as usual.
fn manners(account: &AccountView) -> Option<String> {
    let burst = account.burst;
    match (account.lockstep_since_ms, account.takes_bursts) {
        (Some(since_ms), _) => Some(format!(
            "Since {} its server gets one command at a time, because it broke on several (slower; try again: \
             hongyanctl account try-fast NAME)",
            local_time(since_ms)
        )),
        _ if burst <= 1 => None,
        (None, Some(false)) => Some(format!(
            "Mails at once on a connection: {burst}, but its server does not take that: they go one after the other"
        )),
        (None, _) => Some(format!(
            "Mails at once on a connection: up to {burst}; after a crash or a cut so many may be in doubt on each"
        )),
    }
}

fn condition(state: &AccountState) -> String {
    let name = line(&state.account.name);
    let until = state.until_ms.map(local_time);
    match (state.state.as_str(), &state.account.held) {
        ("held", Some(held)) => {
            let why = codes::verdict(&held.verdict).unwrap_or(&held.verdict);
            let until = until.map_or_else(|| "until you release it".to_owned(), |at| format!("until {at}"));
            format!("“{name}” is held {until}, because {why}.")
        }
        ("waits", _) => format!("“{name}” has reached a limit and goes on at {}.", until.unwrap_or_default()),
        ("slowed", _) => {
            let rate = state.limits.slowed_per_minute.unwrap_or_default();
            format!("“{name}” is slowed down to {rate} a minute, because its server asked for it.")
        }
        _ => format!("“{name}” is ready."),
    }
}

fn of_whom(state: &AccountState, text: &str) -> String {
    match &state.limits.provider {
        _ if text.is_empty() => "none".to_owned(),
        Some(provider) if !state.limits.own => format!("{text} ({provider}'s default)"),
        _ => text.to_owned(),
    }
}

fn limits_text(limits: &Limits) -> String {
    let spans = [
        (limits.per_second, "a second"),
        (limits.per_minute, "a minute"),
        (limits.per_hour, "an hour"),
        (limits.per_day, "a day"),
        (limits.per_session, "a connection"),
    ];
    let spans =
        spans.into_iter().filter_map(|(count, span)| Some(format!("{} {span}", grouped(count?.into()))));
    let seconds = |ms: u32| f64::from(ms) / 1000.0;
    let pause = (limits.session_pause_ms > 0)
        .then(|| format!("{} s between connections", seconds(limits.session_pause_ms)));
    let gap = limits.gap_ms.max(limits.gap_max_ms);
    let gap = (gap > 0).then(|| format!("up to {} s between mails", seconds(gap)));
    let domains = limits.domains.iter().map(|limit| {
        let counts = [(limit.per_minute, "a minute"), (limit.per_hour, "an hour")];
        let counts = counts.into_iter().filter_map(|(count, span)| Some(format!("{} {span}", count?)));
        format!("to {} {}", limit.domain, counts.collect::<Vec<_>>().join(" and "))
    });
    spans.chain(pause).chain(gap).chain(domains).collect::<Vec<_>>().join(", ")
}
