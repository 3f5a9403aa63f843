//! The feeder: turns rows that wait into mails ready for the wire, a few ahead of the connections.
//!
//! It never holds more than a window of recipients, whatever the size of the run. Recipients at a domain that has a limit
//! of its own go in a lane of their own, so that nobody waits behind them.

use std::sync::Arc;

use async_channel::Sender;
use hongyan_domain::{DeliveryId, DeliveryState, SkipReason};
use hongyan_store::{Entry, PendingDelivery, Recipients, Report};

use super::crash_point::{CrashPoint, crash_point};
use super::domains::Place;
use super::letter::Written;
use super::shift::Shift;
use super::worker::LONGEST_HELD_MS;
use crate::Result;

/// Rows read at a time.
const WINDOW: u32 = 200;
/// Between two looks for room at a domain.
const NAP_MS: i64 = 1_000;
/// Mails built at a time, on a thread of their own.
const CHUNK: usize = 16;

/// A mail ready for the wire.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: DeliveryId,
    /// `queued` or `deferred`.
    pub(super) from: DeliveryState,
    pub(super) attempts: i64,
    /// Connections that broke under it in this round.
    pub(super) broken: u32,
    pub(super) written: Written,
    /// Its place at the recipient's domain, where that has a limit.
    pub(super) place: Option<Place>,
}

/// Some of the recipients, in their order: those at one domain, or all that have no lane of their own.
#[derive(Debug)]
struct Lane {
    recipients: Recipients,
    /// The last one that was handed out; `None` when all that is queued was.
    queued: Option<DeliveryId>,
    has_due: bool,
}

impl Lane {
    fn of(recipients: Recipients) -> Self {
        Self { recipients, queued: Some(DeliveryId(0)), has_due: true }
    }

    fn domain(&self) -> Option<&str> {
        match &self.recipients {
            Recipients::At(domain) => Some(domain),
            Recipients::NotAt(_) => None,
        }
    }

    const fn is_done(&self) -> bool {
        self.queued.is_none() && !self.has_due
    }

    /// The next rows, first all that is queued, then what is due; empty at the end.
    async fn next(&mut self, shift: &Shift, limit: u32) -> Result<Vec<PendingDelivery>> {
        let (store, run) = (shift.engine.store(), shift.run.id);
        if let Some(after) = self.queued {
            let rows = store.list_queued(run, &self.recipients, after, limit).await?;
            self.queued = rows.last().map(|row| row.id);
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        // One window is enough: what is due beyond it comes in the next round.
        self.has_due = false;
        Ok(store.list_due_deliveries(run, &self.recipients, shift.engine.now_ms(), limit).await?)
    }
}

/// Feeds one round: all that is queued, then all that is due. Ends early when nobody takes jobs any more, and when all that
/// is left is at domains that take no more for a while.
pub(super) async fn feed(shift: Arc<Shift>, jobs: Sender<Job>) -> Result<()> {
    let domains = shift.pacer.domains().names();
    let mut lanes = vec![Lane::of(Recipients::NotAt(domains.clone()))];
    lanes.extend(domains.iter().map(|domain| Lane::of(Recipients::At(domain.clone()))));
    // Where the user limits other domains meanwhile, the next round has other lanes.
    while shift.pacer.domains().names() == domains {
        let mut went_on = false;
        for lane in &mut lanes {
            let now_ms = shift.engine.now_ms();
            let places = lane.domain().map(|domain| Place::take(&shift.pacer, domain, WINDOW, now_ms));
            let room =
                places.as_ref().map_or(Ok(WINDOW), |places| u32::try_from(places.len())).unwrap_or(WINDOW);
            if room == 0 {
                continue;
            }
            went_on = true;
            let rows = lane.next(&shift, room).await?;
            if !hand_out(&shift, rows, places.unwrap_or_default(), &jobs).await? {
                return Ok(());
            }
        }
        lanes.retain(|lane| !lane.is_done());
        if lanes.is_empty() || (!went_on && !wait_for_room(&shift, &lanes, &jobs).await) {
            break;
        }
    }
    Ok(())
}

/// Waits until a domain may have room again; `false` when the round has ended, or is better ended for that time.
async fn wait_for_room(shift: &Shift, lanes: &[Lane], jobs: &Sender<Job>) -> bool {
    let clock = shift.engine.clock();
    let now_ms = clock.now_ms();
    let domains = lanes.iter().filter_map(Lane::domain);
    let opens = domains.map(|domain| shift.pacer.domains().opens_at(domain, now_ms));
    // Where nobody knows, a mail on its way has the last place.
    let opens_ms = opens.map(|at_ms| at_ms.unwrap_or(now_ms + NAP_MS)).min().unwrap_or(now_ms);
    if opens_ms - now_ms > LONGEST_HELD_MS {
        shift.note_opening(opens_ms);
        return false;
    }
    shift.pacer.wait(clock, opens_ms.min(now_ms + NAP_MS), &shift.stop).await && !jobs.is_closed()
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
        let built = {
            let shift = shift.clone();
            tokio::task::spawn_blocking(move || {
                chunk.into_iter().map(|row| build(&shift, row)).collect::<Vec<_>>()
            })
            .await?
        };
        for result in built {
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

fn build(shift: &Shift, row: PendingDelivery) -> std::result::Result<Job, Box<Report>> {
    let skip = |reason: SkipReason| Box::new(shift.skipped(row.id, row.state, reason));
    let contact = row.contact.as_ref().ok_or_else(|| skip(SkipReason::ContactDeleted))?;
    let reference = shift.references.of(row.id);
    let written =
        shift.letter.write(contact, &row.address, &reference, shift.engine.now_ms()).map_err(skip)?;
    Ok(Job { id: row.id, from: row.state, attempts: row.attempts, broken: 0, written, place: None })
}
