//! `hongyanctl campaign resend|resolve`: what is decided after a run.

use clap::{Args, ValueEnum};
use hongyan_api::commands::campaign::{CampaignRow, ListRecipients, RecipientPage, SendAgain, SettleAsSent};
use hongyan_api::commands::shapes::Count;

use crate::failure::Failure;
use crate::session::Session;
use crate::unlock;
use crate::words::Sentence;

/// Recipients that contain the text of an address; more than this many other ones do not.
const LOOKED_THROUGH: u32 = 100;

/// Who is sent to again: one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Who {
    /// To those it failed for
    #[arg(long)]
    failed: bool,
    /// To all that are in doubt; some of them may have got it
    #[arg(long)]
    in_doubt: bool,
    /// To who came into its lists since it was started
    #[arg(long)]
    new: bool,
}

/// What becomes of a mail in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Outcome {
    /// It arrived
    Sent,
    /// It did not arrive: send it again
    Resend,
}

/// Puts recipients back into the queue.
pub async fn resend(session: &Session<'_>, name: &str, who: &Who) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    let who = match (who.failed, who.in_doubt) {
        (true, _) => "failed",
        (_, true) => "in_doubt",
        _ => "added",
    };
    send_again(session, &campaign, who, Vec::new()).await
}

/// Settles a mail in doubt.
pub async fn resolve(
    session: &Session<'_>,
    name: &str,
    address: &str,
    outcome: Outcome,
) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    let id = find_in_doubt(session, &campaign, address).await?;
    match outcome {
        Outcome::Resend => send_again(session, &campaign, "these", vec![id]).await,
        Outcome::Sent => {
            let request = SettleAsSent { id: campaign.id, recipient_ids: vec![id] };
            let count: Count = session.call("campaign.settle_as_sent", &request).await?;
            session.screen.say(&count, &Sentence::SettledAsSent { count: count.count })
        }
    }
}

async fn find_in_doubt(session: &Session<'_>, campaign: &CampaignRow, address: &str) -> Result<i64, Failure> {
    let request = ListRecipients {
        id: campaign.id,
        state: Some("in_doubt".to_owned()),
        search: Some(address.to_owned()),
        after: None,
        limit: LOOKED_THROUGH,
    };
    let page: RecipientPage = session.call("campaign.recipients", &request).await?;
    let found = page.rows.iter().find(|row| row.address.to_lowercase() == address.trim().to_lowercase());
    found.map(|row| row.id).ok_or_else(|| Failure::missing("recipient", address))
}

async fn send_again(
    session: &Session<'_>,
    campaign: &CampaignRow,
    who: &str,
    recipient_ids: Vec<i64>,
) -> Result<(), Failure> {
    unlock::for_accounts_of(session, campaign.id).await?;
    let request = SendAgain { id: campaign.id, who: who.to_owned(), recipient_ids };
    let count: Count = session.call("campaign.send_again", &request).await?;
    session.screen.say(&count, &Sentence::SendsAgain { name: &campaign.name, count: count.count })?;
    if count.count > 0 {
        crate::campaign::tell_who_sends(session);
    }
    Ok(())
}
