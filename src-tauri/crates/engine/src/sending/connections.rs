//! The connections of an account: how many there may be at a time, and whose turn it is.
//!
//! All campaigns that go through an account share its connections. A campaign that has one keeps it as long as nobody
//! else waits; else it hands the connection on, open and logged in as it is, after a turn of some mails.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hongyan_domain::CampaignId;
use hongyan_smtp::Session;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::connecting::Log;

/// A turn ends after so many mails, when another campaign waits.
const TURN: u32 = 100;
/// At a slow account it ends after this time, but not before some mails are sent.
const LONG_TURN: Duration = Duration::from_secs(5);
const SHORT_TURN: u32 = 10;
/// Without work it ends after this.
const IDLE: Duration = Duration::from_millis(500);

/// The connections of an account.
#[derive(Debug)]
pub(crate) struct Connections {
    limit: AtomicU32,
    free: Arc<Semaphore>,
    shared: Mutex<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// How many of each campaign wait for a connection.
    waiting: HashMap<CampaignId, u32>,
    /// Handed on, and not taken yet.
    handed_on: Vec<HandedOn>,
}

/// A session, and what is known of it.
pub(super) type HandedOn = (Session, Log);

impl Connections {
    pub(super) fn new(limit: u32) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicU32::new(limit),
            free: Arc::new(Semaphore::new(usize::try_from(limit).unwrap_or(1))),
            shared: Mutex::default(),
        })
    }

    /// Most of them at a time.
    pub(crate) fn limit(&self) -> u32 {
        self.limit.load(Ordering::Relaxed)
    }

    /// How many are had now, or are just being made.
    pub(crate) fn in_use(&self) -> u32 {
        self.limit().saturating_sub(u32::try_from(self.free.available_permits()).unwrap_or(u32::MAX))
    }

    /// One more from now on.
    pub(super) fn one_more(&self) {
        self.limit.fetch_add(1, Ordering::Relaxed);
        self.free.add_permits(1);
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a connection; `None` when it is stopped.
    pub(super) async fn turn(
        self: &Arc<Self>,
        campaign: CampaignId,
        stop: &CancellationToken,
    ) -> Option<Turn> {
        let waiting = Waiting::begin(self, campaign);
        let permit = tokio::select! {
            // In this order: the permit of a connection that was told of a quota lets nobody else in.
            biased;
            () = stop.cancelled() => return None,
            permit = self.free.clone().acquire_owned() => permit.ok()?,
        };
        let session = self.shared().handed_on.pop();
        drop(waiting);
        Some(Turn {
            connections: self.clone(),
            campaign,
            session,
            since: Instant::now(),
            mails: 0,
            _permit: permit,
        })
    }
}

/// Counts as waiting until it is dropped.
struct Waiting<'a> {
    connections: &'a Connections,
    campaign: CampaignId,
}

impl<'a> Waiting<'a> {
    fn begin(connections: &'a Connections, campaign: CampaignId) -> Self {
        *connections.shared().waiting.entry(campaign).or_default() += 1;
        Self { connections, campaign }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut shared = self.connections.shared();
        if let Some(count) = shared.waiting.get_mut(&self.campaign) {
            *count -= 1;
            if *count == 0 {
                shared.waiting.remove(&self.campaign);
            }
        }
        if shared.waiting.is_empty() {
            // Nobody is left to take them.
            shared.handed_on.clear();
        }
    }
}

/// A campaign's turn with one of the account's connections.
#[derive(Debug)]
pub(super) struct Turn {
    connections: Arc<Connections>,
    campaign: CampaignId,
    session: Option<HandedOn>,
    since: Instant,
    mails: u32,
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    /// Notes a mail.
    pub(super) const fn count(&mut self) {
        self.mails = self.mails.saturating_add(1);
    }

    /// Waits, without work, until another campaign wants the connection.
    pub(super) async fn wanted_while_idle(&self) {
        loop {
            tokio::time::sleep(IDLE).await;
            if self.is_wanted() {
                return;
            }
        }
    }

    /// Whether another campaign waits for a connection.
    pub(super) fn is_wanted(&self) -> bool {
        self.connections.shared().waiting.keys().any(|campaign| *campaign != self.campaign)
    }

    /// Whether it is another campaign's turn.
    pub(super) fn is_over(&self) -> bool {
        let is_long = self.mails >= SHORT_TURN && self.since.elapsed() >= LONG_TURN;
        (self.mails >= TURN || is_long) && self.is_wanted()
    }

    /// The session that was handed on, if there is one.
    pub(super) const fn take_session(&mut self) -> Option<HandedOn> {
        self.session.take()
    }

    /// Ends the turn and leaves the session to whoever comes next.
    pub(super) fn hand_on(self, session: Option<HandedOn>) {
        let mut shared = self.connections.shared();
        if !shared.waiting.is_empty() {
            shared.handed_on.extend(session);
        }
    }
}
