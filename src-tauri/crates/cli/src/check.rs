//! `hongyanctl campaign check`: what would go wrong, before anything is sent.

use hongyan_api::commands::campaign::{CheckView, Finding};
use hongyan_api::commands::shapes::ById;

use crate::failure::Failure;
use crate::session::Session;
use crate::words::{Sentence, Words};

/// Shows what would go wrong; fails when sending would be refused.
pub async fn run(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let campaign = session.find_campaign(name).await?;
    let check: CheckView = session.call("campaign.check", &ById { id: campaign.id }).await?;
    session.screen.show(&check, |words| text(words, &check))?;
    if check.findings.iter().any(|finding| finding.severity == "error") { Err(Failure::Told) } else { Ok(()) }
}

fn text(words: Words, check: &CheckView) -> String {
    let mut lines = vec![words.say(&Sentence::Audience { audience: &check.audience })];
    if check.findings.is_empty() {
        lines.push(words.say(&Sentence::NothingToFix));
    }
    lines.extend(findings(words, &check.findings));
    lines.join("\n")
}

/// One line a finding, with some of the people it hits.
pub fn findings(words: Words, findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| words.say(&Sentence::Finding { finding })).collect()
}
