//! `hongyanctl contacts`: the people you write to.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use hongyan_api::ErrorCode;
use hongyan_api::commands::contact::{
    ContactFilter, ContactOrder, ContactPage, ContactRow, CountContacts, ExportContacts, ListContacts,
};
use hongyan_api::commands::shapes::Count;
use hongyan_engine::Purpose;

use crate::failure::Failure;
use crate::import::{self, ImportContacts};
use crate::rows::{self, Page, Total};
use crate::scratch::Scratch;
use crate::screen::unwritable;
use crate::session::Session;
use crate::table::table;
use crate::words::Sentence;

/// Most rows a page, as the command allows.
const PAGE: u32 = 500;

/// What can be done with contacts.
#[derive(Debug, Subcommand)]
pub enum ContactsCommand {
    /// Import contacts from a CSV file
    Import(ImportContacts),
    /// Show contacts
    List {
        #[command(flatten)]
        which: Which,
        /// Show at most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
    },
    /// Count contacts
    Count {
        #[command(flatten)]
        which: Which,
    },
    /// Write contacts as CSV; with --json and without --output as JSON
    Export {
        #[command(flatten)]
        which: Which,
        /// Where to [default: standard output]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Which contacts are meant; all, where nothing is said.
#[derive(Debug, Args)]
pub struct Which {
    /// Only those in this list
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
    /// Only those whose address, name or field contains this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

impl Which {
    async fn filter(self, session: &Session<'_>) -> Result<ContactFilter, Failure> {
        let list_id = match &self.list {
            Some(name) => Some(session.find_list(name).await?.id),
            None => None,
        };
        Ok(ContactFilter { list_id, search: self.search, suppressed: None })
    }
}

/// Does one of them.
pub async fn run(session: &Session<'_>, command: ContactsCommand) -> Result<(), Failure> {
    match command {
        ContactsCommand::Import(arguments) => import::run(session, arguments).await,
        ContactsCommand::List { which, limit } => list(session, which.filter(session).await?, limit).await,
        ContactsCommand::Count { which } => count(session, which.filter(session).await?).await,
        ContactsCommand::Export { which, output } => {
            export(session, which.filter(session).await?, output).await
        }
    }
}

/// The contact with this address.
pub async fn find(session: &Session<'_>, address: &str) -> Result<ContactRow, Failure> {
    let wanted = address.trim().to_lowercase();
    let filter = ContactFilter { search: Some(wanted.clone()), ..ContactFilter::default() };
    let mut after = None;
    loop {
        let page = page(session, &filter, after, PAGE).await?;
        if let Some(found) = page.rows.into_iter().find(|row| row.address.to_lowercase() == wanted) {
            return Ok(found);
        }
        after = Some(page.next.ok_or_else(|| Failure::missing("contact", address))?);
    }
}

async fn page(
    session: &Session<'_>,
    filter: &ContactFilter,
    after: Option<String>,
    limit: u32,
) -> Result<Page<ContactRow>, Failure> {
    let request = ListContacts {
        filter: filter.clone(),
        order: ContactOrder::Address,
        descending: false,
        after,
        limit,
    };
    let page: ContactPage = session.call("contact.list", &request).await?;
    let total = Total { total: page.total, total_is_at_least: page.total_is_at_least };
    Ok(Page { rows: page.rows, next: page.next, total })
}

async fn list(session: &Session<'_>, filter: ContactFilter, limit: usize) -> Result<(), Failure> {
    let read = async |after: Option<String>, rows: u32| page(session, &filter, after, rows).await;
    rows::show(session.screen, limit, read, |words, rows| {
        let row = |one: &ContactRow| {
            let lists: Vec<&str> = one.lists.iter().map(|list| list.name.as_str()).collect();
            let suppressed = one.suppressed.as_deref().map(|reason| words.reason(reason)).unwrap_or_default();
            vec![one.address.clone(), one.display_name.clone(), lists.join(", "), suppressed]
        };
        table(words.contact_heads(), &rows.iter().map(row).collect::<Vec<_>>())
    })
    .await
}

async fn count(session: &Session<'_>, filter: ContactFilter) -> Result<(), Failure> {
    let count: Count = session.call("contact.count", &CountContacts { filter }).await?;
    session.screen.show(&count, |_| count.count.to_string())
}

async fn export(
    session: &Session<'_>,
    filter: ContactFilter,
    output: Option<PathBuf>,
) -> Result<(), Failure> {
    if let Some(file) = output {
        let target = session
            .engine
            .files()
            .register(std::path::absolute(&file).unwrap_or(file.clone()), Purpose::Write);
        let count: Count = session.call("contact.export", &ExportContacts { filter, target }).await?;
        let file = file.display().to_string();
        return session.screen.say(&count, &Sentence::ContactsExported { count: count.count, file: &file });
    }
    if session.screen.is_json() {
        // One document goes to standard output, and a file of CSV is none.
        return list(session, filter, usize::MAX).await;
    }
    let scratch = Scratch::open(session.engine.folder())?;
    let file = scratch.place("contacts.csv")?;
    let target = session.engine.files().register(file.clone(), Purpose::Write);
    let _: Count = session.call("contact.export", &ExportContacts { filter, target }).await?;
    let mut source = std::fs::File::open(&file)
        .map_err(|error| Failure::of_file(ErrorCode::FileUnreadable, &file, &error))?;
    io::copy(&mut source, &mut io::stdout().lock()).map(|_| ()).map_err(unwritable)
}
