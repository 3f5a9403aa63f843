//! `hongyanctl campaign start NAME --wait`: this process sends, until the campaign has ended.

use std::pin::pin;

use hongyan_api::commands::campaign::{CampaignProgress, Counts};
use hongyan_api::commands::shapes::ById;
use indicatif::ProgressBar;

use crate::campaign_begin::begin;
use crate::campaign_report::summary;
use crate::failure::Failure;
use crate::progress::{self, Hints};
use crate::session::Session;
use crate::signals::asked_to_end;
use crate::unlock;
use crate::words::Sentence;

/// Starts a campaign, or goes on with one that a process left behind, and sends it to its end.
pub async fn run(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    // The lock first: where another process sends, nothing may have changed.
    session.engine.start_sending().await?;
    let mut hints = Hints::of(&session.engine);
    if campaign.state == "running" {
        unlock::for_accounts_of(session, campaign.id).await?;
    } else {
        begin(session, &campaign).await?;
    }
    let id = ById { id: campaign.id };
    let bar = progress::bar(session.screen, &campaign.name);
    let mut end = pin!(asked_to_end());
    loop {
        let now: CampaignProgress = session.call("campaign.progress", &id).await?;
        if now.state != "running" {
            bar.finish_and_clear();
            return tell(session, &now);
        }
        draw(session, &bar, &now);
        tokio::select! {
            () = hints.next() => {}
            () = &mut end => {
                bar.finish_and_clear();
                return stop(session, &id).await;
            }
        }
    }
}

fn draw(session: &Session<'_>, bar: &ProgressBar, now: &CampaignProgress) {
    let message = session.screen.words().say(&Sentence::Pace { progress: now });
    progress::show(bar, settled(&now.counts), now.total, message);
}

/// Recipients that nothing more happens to by itself.
fn settled(counts: &Counts) -> i64 {
    counts.sent + counts.failed + counts.in_doubt + counts.skipped
}

/// What is under way comes to its end; the rest goes out when somebody sends again.
async fn stop(session: &Session<'_>, id: &ById) -> Result<(), Failure> {
    session.engine.stop_sending().await;
    let now: CampaignProgress = session.call("campaign.progress", id).await?;
    session.screen.show(&now, |words| summary(words, &now))?;
    session.screen.note(&Sentence::StoppedWaiting { name: &now.name });
    Err(Failure::Stopped)
}

fn tell(session: &Session<'_>, now: &CampaignProgress) -> Result<(), Failure> {
    session.screen.show(now, |words| summary(words, now))?;
    if now.state == "finished" { Ok(()) } else { Err(Failure::Told) }
}
