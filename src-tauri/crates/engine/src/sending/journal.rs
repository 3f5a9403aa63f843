//! The journal task: one writer that commits for all connections together.
//!
//! A connection asks and waits; what is asked while a commit is under way rides in the next one, so a disk flush is
//! shared by as many mails as there are connections. When the disk does not take it, nobody gets an answer, so no
//! further body leaves; the task tries again every second and everything goes on by itself when it works again.
//!
//! Now and then the task has the journal carried over into the deliveries, where reports and counts are read.

use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hongyan_store::{Entry, EntryResult, JournalWriter, Store};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::crash_point::{CrashPoint, crash_point};
use crate::clock::Clock;

/// Requests waiting at most; a connection waits for one at a time.
const QUEUE: usize = 1024;
/// Entries of one commit at most.
const BATCH: usize = 512;
/// Entries that are carried over together at most, and the longest that one waits for it.
const MOST_UNSETTLED: usize = 1024;
const LONGEST_UNSETTLED: Duration = Duration::from_millis(200);
/// When nobody wants to write for so long, others may.
const SHORT_REST: Duration = Duration::from_millis(2);
/// A connection that was alone in the last commit looks for others in every so many-th.
const LOOK_ROUND: u32 = 8;
/// Between two tries when the disk does not take it.
const RETRY: Duration = Duration::from_secs(1);

/// The way to the journal task. Cloning is cheap.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    requests: mpsc::Sender<Request>,
    sick: Arc<AtomicBool>,
}

/// The journal was closed; nothing may be sent any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct JournalClosed;

/// Entries to write. Without entries: to carry over what is written.
#[derive(Debug)]
struct Request {
    entries: Vec<Entry>,
    answer: oneshot::Sender<Vec<EntryResult>>,
}

/// A journal, and the task that keeps it. The task ends when all ways to it are gone, or at `shutdown` while the disk
/// does not take it.
pub(super) fn open(
    store: Store,
    clock: Clock,
    shutdown: CancellationToken,
) -> (Journal, impl Future<Output = ()> + Send) {
    let (requests, queue) = mpsc::channel(QUEUE);
    let sick = Arc::new(AtomicBool::new(false));
    (Journal { requests, sick: sick.clone() }, run(queue, store, clock, sick, shutdown))
}

impl Journal {
    /// Writes entries; returns when they are durable.
    pub(super) async fn write(&self, entries: Vec<Entry>) -> Result<Vec<EntryResult>, JournalClosed> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request { entries, answer }).await.map_err(|_| JournalClosed)?;
        answered.await.map_err(|_| JournalClosed)
    }

    /// Waits until the deliveries show all that was written.
    pub(super) async fn settle(&self) -> Result<(), JournalClosed> {
        self.write(Vec::new()).await.map(drop)
    }

    /// Whether the disk does not take it at the moment.
    pub(super) fn is_sick(&self) -> bool {
        self.sick.load(Ordering::Relaxed)
    }
}

async fn run(
    mut queue: mpsc::Receiver<Request>,
    store: Store,
    clock: Clock,
    sick: Arc<AtomicBool>,
    shutdown: CancellationToken,
) {
    let mut writer = store.journal_writer();
    let mut settling = Settling::default();
    // Kept over all rounds: to put a timer off costs nothing, a new one wakes the thread that makes it.
    let mut rest = pin!(tokio::time::sleep(SHORT_REST));
    let (mut is_shared, mut commits) = (false, 0_u32);
    loop {
        rest.as_mut().reset(Instant::now() + SHORT_REST);
        let request = tokio::select! {
            biased;
            request = queue.recv() => request,
            () = settling.is_due() => {
                settling.settle(&mut writer).await;
                continue;
            }
            () = rest.as_mut(), if writer.is_in_the_way() => {
                writer.rest();
                continue;
            }
        };
        let Some(first) = request else { break };
        let batch = gather(first, &mut queue, is_shared || commits.is_multiple_of(LOOK_ROUND)).await;
        commits = commits.wrapping_add(1);
        is_shared = batch.len() > 1;
        let Some(results) = commit(&batch, &mut writer, &clock, &sick, &shutdown).await else { return };
        settling.note(writer.unsettled());
        let mut results = results.into_iter();
        let (asked, told): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|request| request.entries.is_empty());
        for request in told {
            let answer = results.by_ref().take(request.entries.len()).collect();
            // Whoever asked may have been ended meanwhile; the entry is written all the same.
            let _ = request.answer.send(answer);
        }
        if !asked.is_empty() || settling.is_overdue(writer.unsettled()) {
            settling.settle(&mut writer).await;
        }
        for request in asked {
            let _ = request.answer.send(Vec::new());
        }
    }
    settling.settle(&mut writer).await;
}

/// What rides in one commit. Connections whose replies are in already get the chance to ride along, if somebody `looks`
/// for them, again as long as each look brings others: a look takes a fraction of a flush, but one that is alone need not
/// spend it.
async fn gather(first: Request, queue: &mut mpsc::Receiver<Request>, looks: bool) -> Vec<Request> {
    let mut size = first.entries.len();
    let mut batch = vec![first];
    let mut goes_on = looks || !queue.is_empty();
    while goes_on {
        tokio::task::yield_now().await;
        let before = batch.len();
        while size < BATCH
            && let Ok(request) = queue.try_recv()
        {
            size += request.entries.len();
            batch.push(request);
        }
        goes_on = batch.len() > before && size < BATCH;
    }
    batch
}

/// When the journal is next carried over.
#[derive(Debug, Default)]
struct Settling {
    due: Option<Pin<Box<Sleep>>>,
}

impl Settling {
    fn note(&mut self, unsettled: usize) {
        if unsettled > 0 && self.due.is_none() {
            self.set_due(LONGEST_UNSETTLED);
        }
    }

    fn set_due(&mut self, wait: Duration) {
        self.due = Some(Box::pin(sleep_until(Instant::now() + wait)));
    }

    async fn is_due(&mut self) {
        match &mut self.due {
            Some(due) => due.await,
            None => pending().await,
        }
    }

    fn is_overdue(&self, unsettled: usize) -> bool {
        unsettled >= MOST_UNSETTLED || self.due.as_ref().is_some_and(|due| due.deadline() <= Instant::now())
    }

    /// What cannot be carried over now is safe in the journal, and is tried again.
    async fn settle(&mut self, writer: &mut JournalWriter) {
        let holds_any = writer.unsettled() > 0;
        if holds_any {
            crash_point(CrashPoint::BeforeCarry);
        }
        match writer.settle().await {
            Ok(()) => {
                if holds_any {
                    crash_point(CrashPoint::AfterCarry);
                }
                self.due = None;
            }
            Err(error) => {
                tracing::warn!(%error, "the journal cannot be carried over yet");
                self.set_due(RETRY);
            }
        }
    }
}

/// Commits until it works; `None` when the app closes before it does.
async fn commit(
    batch: &[Request],
    writer: &mut JournalWriter,
    clock: &Clock,
    sick: &AtomicBool,
    shutdown: &CancellationToken,
) -> Option<Vec<EntryResult>> {
    let entries: Vec<Entry> = batch.iter().flat_map(|request| request.entries.iter().cloned()).collect();
    if entries.is_empty() {
        return Some(Vec::new());
    }
    loop {
        crash_point(CrashPoint::BeforeCommit);
        match writer.write(&entries, clock.now_ms()).await {
            Ok(results) => {
                crash_point(CrashPoint::AfterCommit);
                sick.store(false, Ordering::Relaxed);
                return Some(results);
            }
            Err(error) => {
                if !sick.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, "the journal cannot be written; sending waits");
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            () = shutdown.cancelled() => return None,
        }
    }
}
