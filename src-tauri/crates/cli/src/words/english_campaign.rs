//! The accounts of a campaign, in English.

use hongyan_api::commands::campaign_account::CampaignAccount;

use super::english::counts;
use super::english_codes as codes;
use super::numbers::{local_time, percent};
use crate::screen::line;

/// One line an account; of a campaign with one account none.
pub fn accounts(accounts: &[CampaignAccount]) -> Vec<String> {
    let all = accounts.iter().map(|account| account.weight).sum();
    match accounts {
        [] | [_] => Vec::new(),
        several => several.iter().map(|account| one(account, all)).collect(),
    }
}

fn one(account: &CampaignAccount, all: u32) -> String {
    let share = match account.weight {
        0 => "no longer used".to_owned(),
        weight => format!("{} %", percent(weight, all)),
    };
    let counts = counts(&account.counts);
    let counts = if counts.is_empty() { "nothing sent".to_owned() } else { counts };
    format!("  {} <{}> ({share}): {counts}; {}", line(&account.name), account.from.address, state(account))
}

fn state(account: &CampaignAccount) -> String {
    let why = account.verdict.as_deref().map(|verdict| codes::verdict(verdict).unwrap_or(verdict));
    match (account.state.as_str(), account.until_ms) {
        ("held", Some(until)) => {
            format!("rests until {}, because {}", local_time(until), why.unwrap_or_default())
        }
        ("held", None) => format!("held until you release it, because {}", why.unwrap_or_default()),
        ("waits", Some(until)) => format!("has reached a limit and goes on at {}", local_time(until)),
        ("slowed", _) => "slowed down".to_owned(),
        _ => "ready".to_owned(),
    }
}
