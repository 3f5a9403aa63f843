//! Sending: one process a data folder, one runner a campaign, one journal for all.

mod burst;
mod connecting;
mod connections;
mod crash_point;
mod crew;
mod deck;
mod domains;
mod failures;
mod feeder;
mod forecast;
mod holds;
mod journal;
mod lane;
mod letter;
mod live;
mod manners;
mod meter;
mod outcome;
mod pacer;
mod runner;
mod setbacks;
mod settling;
mod shares;
mod shift;
mod silence;
mod supervisor;
mod thread;
mod window;
mod worker;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hongyan_domain::{AccountId, CampaignId};
use hongyan_store::{Hold, Store};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

use connections::Connections;
pub(crate) use crash_point::{CrashPoint, crash_point};
pub(crate) use forecast::{Mails, forecast};
use holds::Holds;
pub(crate) use letter::{Letter, Written};
use live::Lanes;
pub use live::Pace;
use meter::Meter;
pub use pacer::Use;
pub(crate) use pacer::{Day, Pacer};
use setbacks::Setbacks;
use supervisor::Supervisor;
use thread::SendingThread;
pub(crate) use window::{DAY_MS, HOUR_MS};

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
    setbacks: Setbacks,
    /// Connections of each account, over all campaigns.
    connections: Mutex<HashMap<AccountId, Arc<Connections>>>,
    pub(crate) pacers: Mutex<HashMap<AccountId, Arc<Pacer>>>,
    holds: Holds,
    /// Campaigns whose audience is being frozen.
    pub(crate) starting: Mutex<HashMap<CampaignId, Arc<Starting>>>,
    journal_sick: Mutex<Option<journal::Journal>>,
}

impl Sending {
    /// Ends an account's part in all campaigns; it goes on in each when it may.
    pub(crate) fn stop_account(&self, account: AccountId) {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        for live in live.values() {
            live.lanes.stop(account);
        }
    }

    /// Ends an account's part in all campaigns; none goes on until the hold is noted.
    fn begin_to_hold(&self, account: AccountId, hold: Hold) {
        self.holds.begin(account, hold);
        self.stop_account(account);
    }

    /// An account's connections, `most` at a time.
    fn connections_of(&self, account: AccountId, most: u32) -> Arc<Connections> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        match connections.get(&account) {
            Some(connections) if connections.limit() == most => connections.clone(),
            _ => {
                let new = Connections::new(most);
                connections.insert(account, new.clone());
                new
            }
        }
    }

    /// Connections that campaigns have through an account now, or are just making.
    pub(crate) fn open_connections(&self, account: AccountId) -> u32 {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.get(&account).map_or(0, |connections| connections.in_use())
    }

    fn one_connection_more(&self, account: AccountId) {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connections) = connections.get(&account) {
            connections.one_more();
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
    meter: Arc<Meter>,
    lanes: Arc<Lanes>,
    stop: CancellationToken,
    task: AbortHandle,
    since: Instant,
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
        self.sending().holds.forget_begun();
        self.recover_imports().await?;
        let in_doubt = self.store().recover_runs(self.now_ms()).await?;
        if in_doubt > 0 {
            tracing::warn!(in_doubt, "deliveries were under way when the last process ended");
        }
        let shutdown = CancellationToken::new();
        let (journal, keeping) = journal::open(self.store().clone(), self.clock().clone(), shutdown.clone());
        *self.sending().journal_sick.lock().unwrap_or_else(PoisonError::into_inner) = Some(journal.clone());
        let supervisor = Supervisor::new(self.clone(), journal, shutdown.clone());
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
        tokio::spawn(throw_away_half_frozen_runs(self.store().clone()));
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
            .is_some_and(journal::Journal::is_sick)
            || sending.holds.are_late();
        let starting = sending.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(starting) = starting.get(&campaign) {
            return Pace { preparing: Some(starting.frozen()), ..Pace::default() };
        }
        drop(starting);
        let live = sending.live.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = self.now_ms();
        let pace = live
            .get(&campaign)
            .map_or_else(Pace::default, |live| live.lanes.pace(&live.meter, journal_sick, now_ms));
        match sending.setbacks.told(campaign) {
            Some((reason, until_ms)) => Pace {
                fault: Some(reason),
                waits_until_ms: Some(until_ms).filter(|until_ms| *until_ms > now_ms),
                ..pace
            },
            None => pace,
        }
    }

    fn note_holder(&self, holder: Option<Holder>) {
        *self.sending().holder.lock().unwrap_or_else(PoisonError::into_inner) = holder;
    }
}

/// In the background: there may be much of it, and nobody sees it.
async fn throw_away_half_frozen_runs(store: Store) {
    if let Err(error) = store.throw_away_half_frozen_runs().await {
        tracing::warn!(%error, "what is left of a start that was broken off stays for now");
    }
}
