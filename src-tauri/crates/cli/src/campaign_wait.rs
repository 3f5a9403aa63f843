//! `hongyanctl campaign start NAME --wait`: this process sends, until the campaign has ended.

use std::pin::pin;

use hongyan_api::ErrorCode;
use hongyan_api::commands::campaign::{CampaignProgress, CampaignRow, Counts};
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
    set_going(session, &campaign).await?;
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

/// Starts a campaign. One that somebody else set going since it was looked at is followed instead.
async fn set_going(session: &Session<'_>, campaign: &CampaignRow) -> Result<(), Failure> {
    if campaign.state != "running" {
        match begin(session, campaign).await {
            Ok(_) => return Ok(()),
            Err(failure) if failure.code() != Some(ErrorCode::CampaignState) => return Err(failure),
            Err(failure) => {
                let now: CampaignProgress =
                    session.call("campaign.progress", &ById { id: campaign.id }).await?;
                if now.state != "running" {
                    return Err(failure);
                }
            }
        }
    }
    unlock::for_accounts_of(session, campaign.id).await
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

#[cfg(test)]
mod tests {
    use hongyan_engine::{Clock, Engine, Options, SecretsPlace, Timeouts, TlsTrust};
    use serde_json::{Value, json};

    use super::*;
    use crate::screen::Screen;
    use crate::words::Words;

    async fn call(session: &Session<'_>, command: &str, request: Value) -> Value {
        session.call(command, &request).await.unwrap()
    }

    /// A campaign to one person through the sandbox, as a draft.
    async fn draft(session: &Session<'_>) -> CampaignRow {
        let list = call(session, "list.create", json!({"name": "All"})).await;
        let lists = json!([list["id"]]);
        let contact = json!({"address": "li@example.cn", "name": "", "fields": {}, "listIds": lists});
        call(session, "contact.create", json!({"contact": contact})).await;
        let template = json!({"name": "Hello", "format": "markdown", "subject": "Hello", "preheader": "",
                              "body": "Hello", "text": null, "language": "en"});
        let template = call(session, "template.create", json!({"template": template})).await;
        let accounts = call(session, "account.list", json!({})).await;
        let accounts = json!([{"accountId": accounts[0]["id"], "weight": 1}]);
        let plan = json!({"name": "May", "listIds": lists, "templateId": template["id"], "accounts": accounts,
                          "retryHours": 72});
        call(session, "campaign.create", json!({"plan": plan})).await;
        session.find_campaign("May").await.unwrap()
    }

    #[tokio::test]
    async fn a_campaign_that_somebody_else_sets_going_meanwhile_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            folder: folder.path().to_owned(),
            program: "test",
            secrets: SecretsPlace::Memory,
            tls_trust: TlsTrust::System,
            timeouts: Timeouts::default(),
            clock: Clock::System,
        };
        let screen = Screen::new(Words::English, true);
        let session = Session::of(Engine::open(options).await.unwrap(), &screen);
        let seen = draft(&session).await;
        let id = json!({"id": seen.id});

        call(&session, "campaign.start", id.clone()).await;
        set_going(&session, &seen).await.expect("another process has started it");
        call(&session, "campaign.pause", id.clone()).await;
        let seen = session.find_campaign("May").await.unwrap();
        let refused = set_going(&session, &seen).await.expect_err("paused, and nobody resumes it");
        assert_eq!(refused.code(), Some(ErrorCode::CampaignState));
        call(&session, "campaign.resume", id).await;
        set_going(&session, &seen).await.expect("another process has resumed it");
        session.close().await;
    }
}
