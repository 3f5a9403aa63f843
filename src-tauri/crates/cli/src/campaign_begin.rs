//! The start of a campaign: audience and content are fixed, which takes a while for many people, so it is shown.

use std::pin::pin;

use hongyan_api::commands::campaign::{CampaignProgress, CampaignRow, CampaignView};
use hongyan_api::commands::shapes::ById;

use crate::campaign::explain;
use crate::failure::Failure;
use crate::progress::{self, Hints};
use crate::session::Session;
use crate::unlock;
use crate::words::Sentence;

/// Fixes audience and content; whoever holds the sending lock sends it.
pub async fn begin(session: &Session<'_>, campaign: &CampaignRow) -> Result<CampaignView, Failure> {
    unlock::for_accounts_of(session, campaign.id).await?;
    match start(session, campaign).await {
        Ok(view) => Ok(view),
        Err(failure) => Err(explain(session, campaign.id, failure).await?),
    }
}

async fn start(session: &Session<'_>, campaign: &CampaignRow) -> Result<CampaignView, Failure> {
    let id = ById { id: campaign.id };
    let count = progress::count(session.screen, &campaign.name);
    let mut hints = Hints::of(&session.engine);
    let mut started = pin!(session.call("campaign.start", &id));
    loop {
        tokio::select! {
            biased;
            started = &mut started => {
                count.finish_and_clear();
                return started;
            }
            () = hints.next() => {}
        }
        let now: CampaignProgress = session.call("campaign.progress", &id).await?;
        if let Some(recipients) = now.preparing {
            count.set_message(session.screen.words().say(&Sentence::Preparing { recipients }));
            count.tick();
        }
    }
}
