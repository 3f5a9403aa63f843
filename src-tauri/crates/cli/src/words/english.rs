//! The sentences in English.

use hongyan_api::commands::campaign::{AudienceView, CampaignProgress, Counts, Finding};
use hongyan_api::commands::import::{ImportProblem, ImportView};
use hongyan_api::commands::template::RenderProblem;

use super::Sentence;
use super::english_account::account_state;
use super::english_campaign::accounts;
use super::english_codes as codes;
use super::numbers::{duration, grouped, local_time};
use crate::screen::line;

/// Says it.
pub fn say(sentence: &Sentence<'_>) -> String {
    match sentence {
        Sentence::AskPassphrase => "Passphrase of the vault:".to_owned(),
        Sentence::AskNewPassphrase => {
            "There is no keyring here. Choose a passphrase for the vault that keeps your passwords:"
                .to_owned()
        }
        Sentence::AskPassphraseAgain => "Once more:".to_owned(),
        Sentence::PassphrasesDiffer => "These were not the same. Try again.".to_owned(),
        Sentence::AskPassword => "Password of the account:".to_owned(),
        Sentence::PlainTextWarning { host } => format!(
            "Warning: without TLS, anybody between here and {} can read the password and the mails.",
            line(host)
        ),
        Sentence::AccountAdded { name } => format!("The account “{name}” is added."),
        Sentence::AccountChanged { name } => format!("The account “{name}” is changed."),
        Sentence::AccountState { state } => account_state(state),
        Sentence::TakesNoBursts => {
            "The server does not announce PIPELINING and CHUNKING, so the mails go one after the other."
                .to_owned()
        }
        Sentence::FastWayAgain { name } => {
            format!("The server of “{name}” gets several commands at once again.")
        }
        Sentence::CertificateTrusted { host, fingerprint } => {
            format!("At {} exactly this certificate is trusted from now on: {fingerprint}", line(host))
        }
        Sentence::CertificateTrustEnded { host } => {
            format!("At {} only certificates that the system trusts are trusted.", line(host))
        }
        Sentence::DkimRecord { dkim } => super::english_account::dkim_record(dkim),
        Sentence::NotSigned { name } => format!("The mails of “{name}” are not signed by Hongyan."),
        Sentence::DkimNotAligned { domain, from } => format!(
            "The mails are from {from}, but {domain} signs them. Receivers do not count that: sign with the domain of the From address."
        ),
        Sentence::AccountDeleted { name } => format!("The account “{name}” is deleted."),
        Sentence::AccountWorks { tls: Some(tls), server } => format!("It works ({tls}). {}", line(server)),
        Sentence::AccountWorks { tls: None, server } => format!("It works, without TLS. {}", line(server)),
        Sentence::TemplateAdded { name } => format!("The template “{name}” is added."),
        Sentence::TemplateProblem { problem } => template_problem(problem),
        Sentence::MoreRows { shown, total } => {
            let plus = if total.total_is_at_least { "+" } else { "" };
            format!("{shown} of {}{plus} shown.", grouped(total.total.unwrap_or_default()))
        }
        Sentence::ContactsExported { count: 1, file } => format!("1 contact written to {file}."),
        Sentence::ContactsExported { count, file } => {
            format!("{} contacts written to {file}.", grouped(*count))
        }
        Sentence::ImportRows { rows } => format!("{} rows", grouped(*rows)),
        Sentence::ImportReport { import } => import_report(import),
        Sentence::ImportProblem { problem } => import_problem(problem),
        Sentence::MoreProblems { count } => {
            format!("  … and {} more rows that could not be taken", grouped(*count))
        }
        Sentence::CampaignCreated { name, at_ms: None } => format!("The campaign “{name}” is made."),
        Sentence::CampaignCreated { name, at_ms: Some(at) } => {
            format!("The campaign “{name}” is made, and starts at {}.", local_time(*at))
        }
        Sentence::CampaignStarted { name } => format!("The campaign “{name}” has started."),
        Sentence::CampaignIsNow { name, state } => {
            format!("The campaign “{name}” is {}.", codes::state(state).unwrap_or(state))
        }
        Sentence::SendsAgain { count: 0, .. } => "There is nobody to send it to again.".to_owned(),
        Sentence::SendsAgain { name, count: 1 } => format!("“{name}” goes out to one person again."),
        Sentence::SendsAgain { name, count } => format!("“{name}” goes out to {count} people again."),
        Sentence::SettledAsSent { count } => format!("Taken for sent: {count}."),
        Sentence::SentBy { program, pid } => format!("It is sent by {} (process {pid}).", line(program)),
        Sentence::SendsElsewhere { program, pid } => format!(
            "{} (process {pid}) is sending on this data folder. Until it ends, you can look at everything here and change nothing.",
            line(program)
        ),
        Sentence::SentByNobody => {
            "Nothing sends at the moment. Open Hongyan, or run `hongyanctl serve`.".to_owned()
        }
        Sentence::TestSent { to, server_says } => {
            format!("The test mail to {} was taken: {}", line(to), line(server_says))
        }
        Sentence::Pace { progress } => pace(progress),
        Sentence::Preparing { recipients } => format!("is being prepared, {} so far", grouped(*recipients)),
        Sentence::StoppedWaiting { name } => {
            format!("Stopped. The rest of “{name}” goes out when Hongyan or `hongyanctl serve` runs.")
        }
        Sentence::CampaignAccounts { view } => {
            let head = format!("The accounts of “{}” are changed.", line(&view.campaign.name));
            std::iter::once(head).chain(accounts(&view.accounts)).collect::<Vec<_>>().join("\n")
        }
        Sentence::CampaignSummary { progress } => summary(progress),
        Sentence::Audience { audience } => self::audience(audience),
        Sentence::NothingToFix => "Nothing to fix.".to_owned(),
        Sentence::Finding { finding } => self::finding(finding),
        Sentence::InterfaceMissing { folder } => {
            format!("The interface is not in {folder}. Build it, or name its folder with --ui.")
        }
    }
}

fn template_problem(problem: &RenderProblem) -> String {
    let field = problem.params.get("field").map(|field| format!(" “{}”", line(field))).unwrap_or_default();
    let place = problem.line.map(|line| format!(", line {line}")).unwrap_or_default();
    format!(
        "{}{place}: {}{field}",
        problem.part,
        codes::template_fault(&problem.code).unwrap_or(&problem.code)
    )
}

fn import_report(import: &ImportView) -> String {
    let cancelled = if import.state == "cancelled" { "Cancelled; what was read is kept. " } else { "" };
    format!(
        "{cancelled}{} rows: {} new, {} updated, {} unchanged, {} twice in the file, {} that could not be taken.",
        grouped(import.rows),
        grouped(import.new),
        grouped(import.updated),
        grouped(import.unchanged),
        grouped(import.duplicates),
        grouped(import.invalid),
    )
}

fn import_problem(problem: &ImportProblem) -> String {
    let column = problem.column.as_ref().map(|column| format!(", {}", line(column))).unwrap_or_default();
    let reason = codes::import_fault(&problem.code).unwrap_or(&problem.code);
    let excerpt = line(&problem.excerpt);
    let excerpt = if excerpt.is_empty() { excerpt } else { format!(" ({excerpt})") };
    format!("  row {}{column}: {reason}{excerpt}", problem.row)
}

pub(super) fn counts(counts: &Counts) -> String {
    let parts = [
        (counts.sent, "sent"),
        (counts.failed, "failed"),
        (counts.in_doubt, "in doubt"),
        (counts.deferred, "tried again later"),
        (counts.skipped, "skipped"),
        (counts.queued + counts.armed, "waiting"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{} {word}", grouped(*count))).collect::<Vec<_>>().join(", ")
}

fn summary(progress: &CampaignProgress) -> String {
    let state = codes::state(&progress.state).unwrap_or(&progress.state);
    let reason = progress.pause_reason.as_deref().and_then(codes::pause_reason);
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let head = format!("“{}” is {state}{reason}.", line(&progress.name));
    let head = match progress.total {
        0 => head,
        1 => format!("{head} 1 recipient: {}.", counts(&progress.counts)),
        total => format!("{head} {} recipients: {}.", grouped(total), counts(&progress.counts)),
    };
    std::iter::once(head).chain(accounts(&progress.accounts)).collect::<Vec<_>>().join("\n")
}

fn pace(progress: &CampaignProgress) -> String {
    let speed = progress.per_minute.map(|speed| format!(", {speed:.0} a minute")).unwrap_or_default();
    let left = progress.seconds_left.map(|left| format!(", {} left", duration(left))).unwrap_or_default();
    let why = progress.pause_reason.as_deref().and_then(codes::pause_reason);
    let why = why.map(|why| format!("; {why}")).unwrap_or_default();
    format!("{}{speed}{left}{why}", counts(&progress.counts))
}

fn audience(audience: &AudienceView) -> String {
    let reason = |reason: &str| codes::reason(reason).unwrap_or("?").to_owned();
    let left_out: Vec<String> = audience
        .left_out
        .iter()
        .map(|left| format!("{} left out ({})", grouped(left.count), reason(&left.reason)))
        .collect();
    let gets_it = match audience.sendable {
        1 => "1 person gets it".to_owned(),
        count => format!("{} people get it", grouped(count)),
    };
    std::iter::once(gets_it).chain(left_out).collect::<Vec<_>>().join(", ") + "."
}

fn finding(finding: &Finding) -> String {
    let word = if finding.severity == "error" { "Error" } else { "Warning" };
    let text = codes::finding(&finding.code, &finding.params);
    let hit = if finding.count > 0 { format!(" Hits {}", people(finding.count)) } else { String::new() };
    let who: Vec<String> = finding.examples.iter().map(|one| line(&one.address)).collect();
    let who = if who.is_empty() { String::new() } else { format!(": {}", who.join(", ")) };
    let end = if finding.count > 0 { "." } else { "" };
    format!("{word}: {text}{hit}{who}{end}")
}

fn people(count: i64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{} people", grouped(count)) }
}
