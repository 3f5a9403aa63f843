//! `hongyanctl campaign report`: how many recipients are in each state, and who.

use std::io::{self, BufWriter, Write};

use hongyan_api::commands::campaign::{CampaignProgress, ListRecipients, RecipientPage, RecipientRow};
use hongyan_api::commands::shapes::ById;

use crate::failure::Failure;
use crate::rows::{self, Page, Total};
use crate::screen::{self, unwritable};
use crate::session::Session;
use crate::table::table;
use crate::words::{Sentence, Words, local_time};

/// Shows how a campaign goes or went.
pub async fn run(session: &Session<'_>, name: &str, recipients: bool) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    let progress: CampaignProgress = session.call("campaign.progress", &ById { id: campaign.id }).await?;
    if !recipients {
        return session.screen.show(&progress, |words| summary(words, &progress));
    }
    let page = async |after: Option<String>, limit: u32| {
        let request = ListRecipients { id: campaign.id, state: None, search: None, after, limit };
        let page: RecipientPage = session.call("campaign.recipients", &request).await?;
        let total = Total { total: page.total, total_is_at_least: false };
        Ok(Page { rows: page.rows, next: page.next, total })
    };
    if session.screen.is_json() {
        let mut out = BufWriter::new(io::stdout().lock());
        write!(out, "{},\"recipients\":", opened(&progress)).map_err(unwritable)?;
        rows::write_array(&mut out, usize::MAX, page).await?;
        return writeln!(out, "}}").and_then(|()| out.flush()).map_err(unwritable);
    }
    screen::print(&summary(session.screen.words(), &progress))?;
    rows::show(session.screen, usize::MAX, page, |words, rows| {
        table(words.recipient_heads(), &rows.iter().map(|one| row(words, one)).collect::<Vec<_>>())
    })
    .await
}

/// The campaign and its counts in words.
pub fn summary(words: Words, progress: &CampaignProgress) -> String {
    words.say(&Sentence::CampaignSummary { progress })
}

/// The document of the counts, left open for what follows.
fn opened(progress: &CampaignProgress) -> String {
    let document = serde_json::to_string(progress).unwrap_or_default();
    document.strip_suffix('}').unwrap_or(&document).to_owned()
}

fn row(words: Words, one: &RecipientRow) -> Vec<String> {
    let why = one.skip_reason.as_deref().map(|reason| words.reason(reason));
    let why = why.unwrap_or_else(|| one.server_says.clone());
    let account = one.account.clone().unwrap_or_default();
    vec![one.address.clone(), words.state(&one.state), local_time(one.updated_at_ms), account, why]
}
