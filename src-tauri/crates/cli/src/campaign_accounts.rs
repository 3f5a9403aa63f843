//! The accounts of a campaign on the command line: `--account NAME`, as often as wanted, and `--weight NAME=N`.
//!
//! A weight has an option of its own: a name may hold any character, so `--account A=3` could mean two things.

use clap::Args;
use hongyan_api::commands::campaign::CampaignView;
use hongyan_api::commands::campaign_account::{AccountShare, ChangeAccounts};

use crate::failure::Failure;
use crate::session::Session;
use crate::words::Sentence;

/// Through which accounts, and how much each gets.
#[derive(Debug, Args)]
pub struct AccountChoice {
    /// Through which account; given several times, they share the recipients
    #[arg(long, value_name = "NAME", required = true)]
    account: Vec<String>,
    /// How much an account gets next to the others, for example Shop=3 [default: 1]
    #[arg(long, value_name = "NAME=N", value_parser = parse_weight)]
    weight: Vec<(String, u32)>,
}

/// Splits at the last `=`: a name may have some of its own.
fn parse_weight(text: &str) -> Result<(String, u32), String> {
    let (name, weight) = text.rsplit_once('=').ok_or("NAME=N")?;
    let weight = weight.parse().ok().filter(|weight| (1..=100).contains(weight));
    Ok((name.to_owned(), weight.ok_or("1 … 100")?))
}

/// The shares of the accounts.
pub async fn shares(session: &Session<'_>, accounts: &AccountChoice) -> Result<Vec<AccountShare>, Failure> {
    let mut shares = Vec::new();
    for name in &accounts.account {
        let account_id = session.find_account(name).await?.id;
        shares.push(AccountShare { account_id, weight: 1 });
    }
    for (name, weight) in &accounts.weight {
        let account_id = session.find_account(name).await?.id;
        match shares.iter_mut().find(|share| share.account_id == account_id) {
            Some(share) => share.weight = *weight,
            None => return Err(Failure::missing("account", name)),
        }
    }
    Ok(shares)
}

/// Gives a campaign other accounts.
pub async fn change(session: &Session<'_>, name: &str, accounts: &AccountChoice) -> Result<(), Failure> {
    let id = session.find_campaign(name).await?.id;
    let accounts = shares(session, accounts).await?;
    let view: CampaignView =
        session.call("campaign.change_accounts", &ChangeAccounts { id, accounts }).await?;
    session.screen.say(&view, &Sentence::CampaignAccounts { view: &view })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_stands_behind_the_last_equals_sign() {
        assert_eq!(parse_weight("Shop=3"), Ok(("Shop".to_owned(), 3)));
        assert_eq!(parse_weight("a=b=100"), Ok(("a=b".to_owned(), 100)));
        for bad in ["Shop", "Shop=", "Shop=0", "Shop=101", "Shop=x"] {
            assert!(parse_weight(bad).is_err(), "{bad}");
        }
    }
}
