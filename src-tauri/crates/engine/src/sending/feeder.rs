//! The feeder: turns rows that wait into mails ready for the wire, a few ahead of the connections.
//!
//! It never holds more than a window of recipients, whatever the size of the run. Recipients at a domain that has a limit
//! of its own go in a stream of their own, so that nobody waits behind them.

use std::sync::Arc;

use async_channel::Sender;
use hongyan_domain::{AccountId, DeliveryId, DeliveryState, SkipReason};
use hongyan_store::{Entry, PendingDelivery, Recipients, Report};

use super::crash_point::{CrashPoint, crash_point};
use super::deck::Hand;
use super::domains::Place;
use super::letter::Written;
use super::shift::{LONGEST_HELD_MS, Shift};
use crate::Result;

/// Rows taken at a time.
const WINDOW: u32 = 200;
/// Between two looks for room at a domain.
const NAP_MS: i64 = 1_000;
/// Mails built at a time, on a thread of their own: to call it and to wait for it takes as long as to build a few.
const CHUNK: usize = 64;

/// A mail ready for the wire.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: DeliveryId,
    /// `queued` or `deferred`.
    pub(super) from: DeliveryState,
    pub(super) attempts: i64,
    /// The account that tried it before.
    pub(super) tried_by: Option<AccountId>,
    /// Connections that broke under it in this round.
    pub(super) broken: u32,
    pub(super) written: Written,
    written_at_ms: i64,
    /// Its place at the recipient's domain, where that has a limit.
    pub(super) place: Option<Place>,
    /// Keeps it from the campaign's other accounts.
    pub(super) _hand: Hand,
}

impl Job {
    /// Whether it was written so long ago that its date and the contact's data may be old.
    pub(super) fn is_old(&self, now_ms: i64) -> bool {
        now_ms - self.written_at_ms > LONGEST_HELD_MS
    }
}

/// Some of the recipients: those at one domain, or all that have no stream of their own.
#[derive(Debug)]
struct Stream {
    recipients: Recipients,
    /// The last one that waited for this account alone; `None` when all of those were handed out.
    own: Option<DeliveryId>,
    has_due: bool,
    has_untried: bool,
}

impl Stream {
    fn of(recipients: Recipients) -> Self {
        Self { recipients, own: Some(DeliveryId(0)), has_due: true, has_untried: true }
    }

    fn domain(&self) -> Option<&str> {
        match &self.recipients {
            Recipients::At(domain) => Some(domain),
            Recipients::NotAt(_) => None,
        }
    }

    /// The next rows: first what this account alone may send (queued again, then due), then its share of what nobody has
    /// tried; empty at the end.
    async fn next(&mut self, shift: &Shift, most: u32, jobs: &Sender<Job>) -> Result<Vec<PendingDelivery>> {
        let (store, run, account) = (shift.engine.store(), shift.run.id, shift.account_id());
        if let Some(after) = self.own {
            let rows = store.list_waiting_for(run, account, &self.recipients, after, most).await?;
            self.own = rows.last().map(|row| row.id);
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        if std::mem::take(&mut self.has_due) {
            // One window is enough: what is due beyond it comes in the next round.
            let now_ms = shift.engine.now_ms();
            let rows = store.list_due_deliveries(run, account, &self.recipients, now_ms, most).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        let rows = shift.next_untried(self.domain(), most, || jobs.len()).await?;
        self.has_untried = !rows.is_empty();
        Ok(rows)
    }
}

/// Feeds one round. Ends early when nobody takes jobs any more, and when all that is left is at domains that take no more
/// for a while.
pub(super) async fn feed(shift: Arc<Shift>, jobs: Sender<Job>) -> Result<()> {
    let domains = shift.deck.domains();
    let mut streams = vec![Stream::of(Recipients::NotAt(domains.iter().cloned().collect()))];
    streams.extend(domains.iter().map(|domain| Stream::of(Recipients::At(domain.clone()))));
    // Where the user limits other domains meanwhile, the next round has other streams.
    while shift.deck.domains() == domains {
        let mut went_on = false;
        for stream in &mut streams {
            let places = places(&shift, stream.domain());
            let room = match &places {
                Some(places) => u32::try_from(places.len()).unwrap_or(u32::MAX),
                None => WINDOW,
            };
            if room == 0 {
                continue;
            }
            went_on = true;
            let rows = stream.next(&shift, room, &jobs).await?;
            if !hand_out(&shift, rows, places.unwrap_or_default(), &jobs).await? {
                return Ok(());
            }
        }
        streams.retain(|stream| stream.has_untried);
        if streams.is_empty() || (!went_on && !wait_for_room(&shift, &streams, &jobs).await) {
            break;
        }
    }
    Ok(())
}

/// The places that this account has at a domain; `None` where it has no limit there.
fn places(shift: &Shift, domain: Option<&str>) -> Option<Vec<Place>> {
    let domain = domain.filter(|domain| shift.pacer.domains().has_limit(domain))?;
    Some(Place::take(&shift.pacer, domain, WINDOW, shift.engine.now_ms()))
}

/// Waits until a domain may have room again; `false` when the round has ended, or is better ended for that time.
async fn wait_for_room(shift: &Shift, streams: &[Stream], jobs: &Sender<Job>) -> bool {
    let clock = shift.engine.clock();
    let now_ms = clock.now_ms();
    let domains = streams.iter().filter_map(Stream::domain);
    let opens = domains.map(|domain| shift.pacer.domains().opens_at(domain, now_ms));
    // Where nobody knows, a mail on its way has the last place.
    let opens_ms = opens.map(|at_ms| at_ms.unwrap_or(now_ms + NAP_MS)).min().unwrap_or(now_ms);
    if opens_ms - now_ms > LONGEST_HELD_MS {
        shift.note_opening(opens_ms);
        return false;
    }
    shift.deck.set_full(shift.account_id(), true);
    let goes_on =
        shift.pacer.wait(clock, opens_ms.min(now_ms + NAP_MS), &shift.stop).await && !jobs.is_closed();
    shift.deck.set_full(shift.account_id(), false);
    goes_on
}

/// Builds and hands out; `false` when the round is over.
async fn hand_out(
    shift: &Arc<Shift>,
    rows: Vec<PendingDelivery>,
    mut places: Vec<Place>,
    jobs: &Sender<Job>,
) -> Result<bool> {
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<PendingDelivery> = rows.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(true);
        }
        for result in build_all(shift, chunk).await? {
            match result {
                Ok(mut job) => {
                    crash_point(CrashPoint::Claim);
                    job.place = places.pop();
                    let sent = tokio::select! {
                        sent = jobs.send(job) => sent,
                        () = shift.stop.cancelled() => return Ok(false),
                    };
                    if sent.is_err() {
                        return Ok(false);
                    }
                    shift.motion.note_handed();
                }
                Err(skipped) => {
                    if shift.journal.write(vec![Entry::Outcome(*skipped)]).await.is_err() {
                        return Ok(false);
                    }
                }
            }
        }
    }
}

/// A mail, or the report of somebody who gets none.
type Built = std::result::Result<Job, Box<Report>>;

/// Builds some mails on threads of their own, one unless each mail is much work; gives them in order.
async fn build_all(shift: &Arc<Shift>, mut rows: Vec<PendingDelivery>) -> Result<Vec<Built>> {
    let each = rows.len().div_ceil(shift.letter.writers()).max(1);
    let mut parts = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(each.min(rows.len()));
        let part = std::mem::replace(&mut rows, rest);
        let shift = shift.clone();
        parts.push(tokio::task::spawn_blocking(move || {
            let built = part.into_iter().map(|row| {
                // The connections have mails to send yet; whoever waits for this processor goes first.
                std::thread::yield_now();
                build(&shift, row)
            });
            built.collect::<Vec<_>>()
        }));
    }
    let mut built = Vec::new();
    for part in parts {
        built.append(&mut part.await?);
    }
    Ok(built)
}

fn build(shift: &Shift, row: PendingDelivery) -> Built {
    let hand = shift.hand(row.id);
    let now_ms = shift.engine.now_ms();
    Ok(Job {
        id: row.id,
        from: row.state,
        attempts: row.attempts,
        tried_by: row.account_id,
        broken: 0,
        written: write(shift, &row, now_ms)?,
        written_at_ms: now_ms,
        place: None,
        _hand: hand,
    })
}

fn write(shift: &Shift, row: &PendingDelivery, now_ms: i64) -> std::result::Result<Written, Box<Report>> {
    let skip = |reason: SkipReason| Box::new(shift.skipped(row, reason));
    let contact = row.contact.as_ref().ok_or_else(|| skip(SkipReason::ContactDeleted))?;
    let reference = shift.references.of(row.id);
    shift.letter.write(contact, &row.address, &reference, now_ms).map_err(skip)
}

/// Writes a mail once more, with the present date and the contact as it is now; `None` where nobody is to get it any more.
pub(super) async fn write_anew(shift: &Arc<Shift>, mut job: Job) -> Result<Option<Job>> {
    let Some(row) = shift.engine.store().find_waiting(shift.run.id, job.tried_by, job.id).await? else {
        return Ok(None);
    };
    let now_ms = shift.engine.now_ms();
    let writer = shift.clone();
    match tokio::task::spawn_blocking(move || write(&writer, &row, now_ms)).await? {
        Ok(written) => {
            (job.written, job.written_at_ms) = (written, now_ms);
            Ok(Some(job))
        }
        Err(skipped) => {
            // Where the journal is closed, the round is over, and it is skipped in the next.
            let _ = shift.journal.write(vec![Entry::Outcome(*skipped)]).await;
            Ok(None)
        }
    }
}
