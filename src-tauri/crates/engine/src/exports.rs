//! Writes CSV files: contacts, the recipients of a campaign, and the rows that an import could not take.
//!
//! The file grows under another name and gets its own when it is complete, so that a failure never leaves half a file
//! that looks whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use hongyan_contact_files::{ContactWriter, CsvExport};
use hongyan_domain::{CampaignId, FieldName, ImportId};
use hongyan_store::{ContactFilter, ContactRecord, DeliveryFilter, DeliveryRecord, ImportProblem};

use crate::files::Purpose;
use crate::{Engine, Error, Result};

/// Rows that are read at a time.
const BATCH: u32 = 5_000;

/// Heads of the columns of a campaign's recipients.
const RECIPIENT_HEADS: [&str; 9] =
    ["address", "name", "state", "reason", "reply_code", "server_says", "attempts", "time", "account"];

/// What the columns that are added to rejected rows are called, and the reasons' sentences by code: the user's words.
#[derive(Debug, Clone, Default)]
pub struct RejectWords {
    /// Head of the column with the row's number.
    pub row: String,
    /// Head of the column with the column at fault.
    pub column: String,
    /// Head of the column with the reason.
    pub reason: String,
    /// Sentences by code; a reason without one is told by its code.
    pub reasons: BTreeMap<String, String>,
}

impl Engine {
    /// Writes the contacts that match to a file; says how many.
    pub async fn export_contacts(&self, filter: &ContactFilter, target: &str) -> Result<u64> {
        let target = self.path_of(target, Purpose::Write)?;
        let names = self.store().list_contact_fields().await?;
        let fields = names.iter().filter_map(|name| FieldName::parse(name).ok()).collect();
        let mut export = on_disk(move || ContactExport::start(&target, fields)).await?;
        let (mut count, mut after) = (0, None);
        loop {
            let batch = self.store().list_contacts_after(filter, after, BATCH).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.id);
            count += batch.len();
            export = on_disk(move || export.write(&batch)).await?;
        }
        on_disk(move || export.finish()).await?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// Writes the recipients of a campaign that match to a file, in the order of sending; says how many.
    pub async fn export_recipients(
        &self,
        id: CampaignId,
        filter: &DeliveryFilter,
        target: &str,
    ) -> Result<u64> {
        let target = self.path_of(target, Purpose::Write)?;
        let mut export = on_disk(move || RecipientExport::start(&target)).await?;
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.list_recipients(id, filter, after, BATCH).await?;
            count += page.rows.len();
            export = on_disk(move || export.write(&page.rows)).await?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        on_disk(move || export.finish()).await?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// Writes the rows that an import could not take to a file: as they are, and behind that their number, the column and
    /// the reason in the user's words; says how many.
    pub async fn export_rejects(&self, import: ImportId, target: &str, words: RejectWords) -> Result<u64> {
        let target = self.path_of(target, Purpose::Write)?;
        let heads = self.store().load_import_heads(import).await?;
        let mut problems: Vec<ImportProblem> = Vec::new();
        loop {
            let after = problems.last().map_or(0, |problem| problem.row);
            let batch = self.store().list_import_problems(import, after, BATCH).await?;
            if batch.is_empty() {
                break;
            }
            problems.extend(batch);
        }
        let count = u64::try_from(problems.len()).unwrap_or(u64::MAX);
        on_disk(move || write_rejects(&target, &heads, &problems, &words)).await?;
        Ok(count)
    }
}

/// Runs what blocks on the disk on a thread of its own.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?.map_err(Error::Unwritable)
}

struct ContactExport {
    writer: ContactWriter<BufWriter<File>>,
    unfinished: Unfinished,
}

impl ContactExport {
    fn start(target: &Path, fields: Vec<FieldName>) -> io::Result<Self> {
        let (unfinished, file) = Unfinished::create(target)?;
        Ok(Self { writer: ContactWriter::new(BufWriter::new(file), fields)?, unfinished })
    }

    fn write(mut self, batch: &[ContactRecord]) -> io::Result<Self> {
        for contact in batch {
            self.writer.contact(&contact.to_contact())?;
        }
        Ok(self)
    }

    fn finish(self) -> io::Result<()> {
        self.unfinished.complete(self.writer.finish()?)
    }
}

struct RecipientExport {
    writer: CsvExport<BufWriter<File>>,
    unfinished: Unfinished,
}

impl RecipientExport {
    fn start(target: &Path) -> io::Result<Self> {
        let (unfinished, file) = Unfinished::create(target)?;
        Ok(Self { writer: CsvExport::new(BufWriter::new(file), &RECIPIENT_HEADS)?, unfinished })
    }

    fn write(mut self, batch: &[DeliveryRecord]) -> io::Result<Self> {
        for recipient in batch {
            self.writer.row(recipient_row(recipient))?;
        }
        Ok(self)
    }

    fn finish(self) -> io::Result<()> {
        self.unfinished.complete(self.writer.finish()?)
    }
}

fn recipient_row(row: &DeliveryRecord) -> [String; RECIPIENT_HEADS.len()] {
    let time = jiff::Timestamp::from_millisecond(row.updated_at_ms).map(|time| time.to_string());
    [
        row.address.clone(),
        row.name.clone(),
        row.state.clone(),
        row.skip_reason.clone().or_else(|| row.verdict.clone()).unwrap_or_default(),
        row.reply_code.map(|code| code.to_string()).unwrap_or_default(),
        row.reply_text.clone(),
        row.attempts.to_string(),
        time.unwrap_or_default(),
        row.account.clone().unwrap_or_default(),
    ]
}

fn write_rejects(
    target: &Path,
    heads: &[String],
    problems: &[ImportProblem],
    words: &RejectWords,
) -> io::Result<()> {
    let (unfinished, file) = Unfinished::create(target)?;
    let widest = problems.iter().map(|problem| problem.raw.0.len()).max().unwrap_or_default();
    let columns = heads.len().max(widest);
    let whole = |values: &[String]| {
        let missing = std::iter::repeat_n(String::new(), columns.saturating_sub(values.len()));
        values.iter().cloned().chain(missing).collect::<Vec<_>>()
    };
    let own = [&words.row, &words.column, &words.reason].map(String::clone);
    let all: Vec<String> = whole(heads).into_iter().chain(own).collect();
    let mut export =
        CsvExport::new(BufWriter::new(file), &all.iter().map(String::as_str).collect::<Vec<_>>())?;
    for problem in problems {
        let reason = words.reasons.get(&problem.code).unwrap_or(&problem.code);
        let column = problem.head.clone().unwrap_or_default();
        let own = [problem.row.to_string(), column, reason.clone()];
        export.row(whole(&problem.raw.0).into_iter().chain(own))?;
    }
    unfinished.complete(export.finish()?)
}

/// A file that is being written; removed when it is not completed.
struct Unfinished {
    part: PathBuf,
    target: PathBuf,
}

impl Unfinished {
    fn create(target: &Path) -> io::Result<(Self, File)> {
        let mut name = target.file_name().unwrap_or_default().to_os_string();
        name.push(".part");
        let part = target.with_file_name(name);
        let file = File::create(&part)?;
        Ok((Self { part, target: target.to_owned() }, file))
    }

    fn complete(self, writer: BufWriter<File>) -> io::Result<()> {
        writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&self.part, &self.target)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a completed export there is no such file any more.
        let _ = std::fs::remove_file(&self.part);
    }
}
