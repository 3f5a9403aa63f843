//! Sending: one process a data folder, one runner a campaign, one journal for all.

mod burst;
mod connecting;
mod crash_point;
mod domains;
mod failures;
mod feeder;
mod journal;
mod letter;
mod manners;
mod meter;
mod outcome;
mod pacer;
mod runner;
mod settling;
mod shift;
mod supervisor;
mod thread;
mod worker;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hongyan_domain::{AccountId, CampaignId};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) use letter::{Letter, Written};
use meter::Meter;
pub use pacer::Use;
pub(crate) use pacer::{DAY_MS, Day, HOUR_MS, Pacer};
use supervisor::Supervisor;
use thread::SendingThread;

use crate::campaigns::Starting;
use crate::event::Changed;
use crate::lock::{Holder, LockFault, SendingLock, find_current_holder};
use crate::{Engine, Error, Result};

/// A mail under way gets this long to come to its end when the app closes.
const GRACE: Duration = Duration::from_secs(8);
/// Between two tries to get the lock that another process has.
const LOCK_RETRY: Duration = Duration::from_secs(3);

/// Whether and what this process sends.
#[derive(Debug, Default)]
pub(crate) struct Sending {
    active: tokio::sync::Mutex<Option<Active>>,
    holder: Mutex<Option<Holder>>,
    here: AtomicBool,
    wake: Notify,
    live: Mutex<HashMap<CampaignId, Live>>,
    /// Connections of each account, over all campaigns.
    connections: Mutex<HashMap<AccountId, (u32, Arc<Semaphore>)>>,
    pub(crate) pacers: Mutex<HashMap<AccountId, Arc<Pacer>>>,
    /// Campaigns whose audience is being frozen.
    pub(crate) starting: Mutex<HashMap<CampaignId, Arc<Starting>>>,
    journal_sick: Mutex<Option<journal::Journal>>,
}

impl Sending {
    /// Ends the rounds of all campaigns that send through an account; the supervisor lets them go on when it may.
    pub(crate) fn stop_account(&self, account: AccountId) {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        for live in live.values().filter(|live| live.account == account) {
            live.stop.cancel();
        }
    }

    /// Connections that campaigns have through an account now, or are just making.
    pub(crate) fn open_connections(&self, account: AccountId) -> u32 {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.get(&account).map_or(0, |(limit, semaphore)| {
            limit.saturating_sub(u32::try_from(semaphore.available_permits()).unwrap_or(u32::MAX))
        })
    }

    fn one_connection_more(&self, account: AccountId) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((limit, semaphore)) = connections.get_mut(&account) {
            *limit += 1;
            semaphore.add_permits(1);
        }
    }
}

#[derive(Debug)]
struct Active {
    _lock: SendingLock,
    shutdown: CancellationToken,
    thread: SendingThread,
}

/// A campaign that is being sent by this process.
#[derive(Debug)]
struct Live {
    account: AccountId,
    meter: Arc<Meter>,
    network_down: Arc<AtomicBool>,
    pacer: Arc<Pacer>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// How a running campaign goes, beyond its counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pace {
    /// Mails a minute over the last minute; `None` while unknown.
    pub per_minute: Option<f64>,
    /// The server cannot be reached at the moment.
    pub network_down: bool,
    /// The disk does not take the journal at the moment.
    pub journal_sick: bool,
    /// A limit of the account is reached: it goes on at this time, unix milliseconds.
    pub waits_until_ms: Option<i64>,
    /// It is just being started: recipients put into the queue so far.
    pub preparing: Option<i64>,
}

/// Who sends on this data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingStatus {
    /// This process.
    pub here: bool,
    /// Else, the process that does, as far as is known.
    pub holder: Option<Holder>,
}

impl Engine {
    /// Takes the sending lock and begins to send: scheduled campaigns, and those that were running.
    ///
    /// What an earlier process left armed is now in doubt. Does nothing when this process sends already.
    pub async fn start_sending(&self) -> Result<()> {
        let mut active = self.sending().active.lock().await;
        if active.is_some() {
            return Ok(());
        }
        let lock = match SendingLock::take(self.folder(), self.program(), self.now_ms()).await {
            Ok(lock) => lock,
            Err(LockFault::Held(holder)) => {
                self.note_holder(holder.clone());
                return Err(Error::SendingElsewhere(holder));
            }
            Err(LockFault::Io(error)) => {
                tracing::warn!(%error, "the sending lock cannot be had");
                return Err(hongyan_store::Error::ReadOnly.into());
            }
        };
        self.recover_imports().await?;
        let in_doubt = self.store().recover_runs(self.now_ms()).await?;
        if in_doubt > 0 {
            tracing::warn!(in_doubt, "deliveries were under way when the last process ended");
        }
        let shutdown = CancellationToken::new();
        let (journal, keeping) = journal::open(self.store().clone(), self.clock().clone(), shutdown.clone());
        *self.sending().journal_sick.lock().unwrap_or_else(PoisonError::into_inner) = Some(journal.clone());
        let supervisor = Supervisor { engine: self.clone(), journal, shutdown: shutdown.clone() };
        let thread = SendingThread::start(async move {
            tokio::spawn(keeping);
            supervisor.run().await;
        });
        let thread = thread.map_err(|error| {
            tracing::error!(%error, "the sending thread cannot start");
            Error::Task
        })?;
        *active = Some(Active { _lock: lock, shutdown, thread });
        self.sending().here.store(true, Ordering::Relaxed);
        self.note_holder(None);
        self.tell_changed(Changed::App);
        Ok(())
    }

    /// Begins to send as soon as no other process does.
    pub fn start_sending_when_free(&self) -> JoinHandle<()> {
        let engine = self.clone();
        tokio::spawn(async move {
            while let Err(error) = engine.start_sending().await {
                if !matches!(error, Error::SendingElsewhere(_)) {
                    tracing::warn!(%error, "sending cannot begin yet");
                }
                tokio::time::sleep(LOCK_RETRY).await;
            }
        })
    }

    /// Stops sending; what is under way gets a few seconds to come to its end.
    pub async fn stop_sending(&self) {
        let Some(active) = self.sending().active.lock().await.take() else { return };
        active.shutdown.cancel();
        self.sending().wake.notify_one();
        if !active.thread.join(GRACE).await {
            tracing::warn!("a mail was still under way when sending stopped; it will be in doubt");
        }
        self.sending().here.store(false, Ordering::Relaxed);
        *self.sending().journal_sick.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The process that sends on this data folder at this moment, be it this one or another.
    pub fn find_sender(&self) -> Option<Holder> {
        find_current_holder(self.folder())
    }

    /// Who sends on this data folder.
    pub fn sending_status(&self) -> SendingStatus {
        SendingStatus {
            here: self.sending().here.load(Ordering::Relaxed),
            holder: self.sending().holder.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Lets the supervisor look at once instead of within a second.
    pub(crate) fn wake_sending(&self) {
        self.sending().wake.notify_one();
    }

    /// How a campaign goes that this process sends.
    pub(crate) fn pace(&self, campaign: CampaignId) -> Pace {
        let sending = self.sending();
        let journal_sick = sending
            .journal_sick
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(journal::Journal::is_sick);
        let starting = sending.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(starting) = starting.get(&campaign) {
            return Pace { preparing: Some(starting.frozen()), ..Pace::default() };
        }
        drop(starting);
        let live = sending.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.get(&campaign).map_or_else(Pace::default, |live| Pace {
            preparing: None,
            per_minute: live.meter.per_minute(self.now_ms()),
            network_down: live.network_down.load(Ordering::Relaxed),
            journal_sick,
            waits_until_ms: live.pacer.waits_until_ms(self.now_ms()),
        })
    }

    fn note_holder(&self, holder: Option<Holder>) {
        *self.sending().holder.lock().unwrap_or_else(PoisonError::into_inner) = holder;
    }
}
