//! `hongyanctl sandbox`: the mails that the sandbox account caught.

use clap::Subcommand;
use hongyan_api::commands::sandbox::{ListSandbox, SandboxMail, SandboxPage, SandboxRow};
use hongyan_api::commands::shapes::ById;

use crate::failure::Failure;
use crate::rows::{self, Page, Total};
use crate::screen::{block, line};
use crate::session::Session;
use crate::table::table;
use crate::words::local_time;

/// What can be done with caught mails.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Show what was caught, the newest first
    List {
        /// Only mails whose recipient or subject contains this
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Show at most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
    },
    /// Show one mail
    Show {
        /// The number in the list
        id: i64,
        /// Show the mail as it came
        #[arg(long)]
        source: bool,
    },
}

/// Does one of them.
pub async fn run(session: &Session<'_>, command: SandboxCommand) -> Result<(), Failure> {
    match command {
        SandboxCommand::List { search, limit } => list(session, search, limit).await,
        SandboxCommand::Show { id, source } => show(session, id, source).await,
    }
}

async fn list(session: &Session<'_>, search: Option<String>, limit: usize) -> Result<(), Failure> {
    let page = async |after: Option<String>, rows: u32| {
        let request = ListSandbox { search: search.clone(), after, limit: rows };
        let page: SandboxPage = session.call("sandbox.list", &request).await?;
        let total = Total { total: page.total, total_is_at_least: false };
        Ok(Page { rows: page.rows, next: page.next, total })
    };
    rows::show(session.screen, limit, page, |words, rows| {
        let row = |one: &SandboxRow| {
            vec![one.id.to_string(), local_time(one.received_at_ms), one.to.clone(), one.subject.clone()]
        };
        table(words.sandbox_heads(), &rows.iter().map(row).collect::<Vec<_>>())
    })
    .await
}

async fn show(session: &Session<'_>, id: i64, source: bool) -> Result<(), Failure> {
    let mail: SandboxMail = session.call("sandbox.get", &ById { id }).await?;
    session.screen.show(&mail, |_| {
        if source {
            return block(&mail.source);
        }
        let head: String = mail
            .headers
            .iter()
            .map(|header| format!("{}: {}\n", line(&header.name), line(&header.value)))
            .collect();
        let text = mail.text.as_deref().or(mail.html.as_deref()).unwrap_or_default();
        format!("{head}\n{}", block(text))
    })
}
