//! The feeder: turns rows that wait into mails ready for the wire, a few ahead of the connections.
//!
//! It never holds more than a window of recipients, whatever the size of the run.

use std::sync::Arc;

use async_channel::Sender;
use hongyan_domain::{DeliveryId, DeliveryState, SkipReason};
use hongyan_store::{Entry, PendingDelivery, Report};

use super::crash_point::{CrashPoint, crash_point};
use super::letter::Written;
use super::shift::Shift;
use crate::Result;

/// Rows read at a time.
const WINDOW: u32 = 200;
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
}

/// Feeds one round: all that is queued, then all that is due. Ends early when nobody takes jobs any more.
pub(super) async fn feed(shift: Arc<Shift>, jobs: Sender<Job>) -> Result<()> {
    let store = shift.engine.store();
    let mut after = DeliveryId(0);
    loop {
        let rows = store.list_queued(shift.run.id, after, WINDOW).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        if !hand_out(&shift, rows, &jobs).await? {
            return Ok(());
        }
    }
    // One window is enough: what is due beyond it comes in the next round.
    let due = store.list_due_deliveries(shift.run.id, shift.engine.now_ms(), WINDOW).await?;
    hand_out(&shift, due, &jobs).await?;
    Ok(())
}

/// Builds and hands out; `false` when the round is over.
async fn hand_out(shift: &Arc<Shift>, rows: Vec<PendingDelivery>, jobs: &Sender<Job>) -> Result<bool> {
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
                Ok(job) => {
                    crash_point(CrashPoint::Claim);
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
    Ok(Job { id: row.id, from: row.state, attempts: row.attempts, broken: 0, written })
}
