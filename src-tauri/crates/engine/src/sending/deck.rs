//! The deck of a running campaign: the recipients that nobody has tried yet, dealt to its accounts.
//!
//! It holds one window of them. What an account leaves behind when it has to stop is found again by reading from the
//! start, without what the other accounts have in hand.
//!
//! Recipients at a domain that has a limit at one of the accounts lie in a pile of their own, so that nobody waits behind
//! them.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hongyan_domain::{AccountId, DeliveryId, RunId};
use hongyan_store::{PendingDelivery, Recipients, Store};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::shares::Shares;
use crate::Result;

/// Rows read at a time.
const WINDOW: u32 = 200;
/// Who waits for the others looks again after this.
const NAP: Duration = Duration::from_millis(250);

/// The recipients that nobody has tried yet.
#[derive(Debug)]
pub(super) struct Deck {
    store: Store,
    run: RunId,
    piles: tokio::sync::Mutex<BTreeMap<Option<String>, Pile>>,
    table: Mutex<Table>,
    changed: Notify,
}

/// Recipients at one domain, or at all that have no pile of their own.
#[derive(Debug)]
struct Pile {
    recipients: Recipients,
    after: DeliveryId,
    ready: VecDeque<PendingDelivery>,
}

#[derive(Debug, Default)]
struct Table {
    shares: Shares,
    /// Recipients that an account has in hand.
    in_hand: HashMap<DeliveryId, AccountId>,
    /// Domains that have a pile of their own.
    domains: BTreeSet<String>,
    /// Recipients that were left when the deck was last read.
    left: i64,
    /// Read from the start.
    rewind: bool,
}

impl Deck {
    pub(super) fn new(store: Store, run: RunId) -> Arc<Self> {
        Arc::new(Self {
            store,
            run,
            piles: tokio::sync::Mutex::default(),
            table: Mutex::default(),
            changed: Notify::new(),
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets which domains have a pile of their own.
    pub(super) fn set_domains(&self, domains: BTreeSet<String>) {
        let mut table = self.table();
        if table.domains != domains {
            table.domains = domains;
            table.rewind = true;
        }
    }

    /// The domains that have a pile of their own.
    pub(super) fn domains(&self) -> BTreeSet<String> {
        self.table().domains.clone()
    }

    /// An account takes recipients from now on.
    pub(super) fn sit(&self, account: AccountId, weight: u32) {
        let mut table = self.table();
        table.shares.sit(account, weight, Instant::now());
        table.rewind = true;
    }

    /// The user gave an account another weight.
    pub(super) fn set_weight(&self, account: AccountId, weight: u32) {
        self.table().shares.set_weight(account, weight);
    }

    /// An account takes none any more; what it has in hand goes back.
    pub(super) fn leave(&self, account: AccountId) {
        let mut table = self.table();
        table.shares.leave(account);
        table.in_hand.retain(|_, holder| *holder != account);
        table.rewind = true;
        drop(table);
        self.changed.notify_waiters();
    }

    /// Somebody let go of recipients that nobody has tried: they are found again by reading from the start.
    pub(super) fn read_again(&self) {
        self.table().rewind = true;
        self.changed.notify_waiters();
    }

    /// Whether a limit keeps an account from taking more.
    pub(super) fn set_full(&self, account: AccountId, is_full: bool) {
        self.table().shares.set_full(account, is_full);
        if is_full {
            self.changed.notify_waiters();
        }
    }

    /// Recipients that accounts have in hand.
    pub(super) fn in_hand(&self) -> i64 {
        i64::try_from(self.table().in_hand.len()).unwrap_or(i64::MAX)
    }

    /// An account's hand on a recipient, until it is dropped.
    pub(super) fn hand(self: &Arc<Self>, id: DeliveryId) -> Hand {
        Hand { deck: self.clone(), id }
    }

    /// Deals the next recipients of a pile to an account when it is its turn, `want` at most; none when there are none
    /// left, or when it is stopped.
    pub(super) async fn deal(
        &self,
        account: AccountId,
        domain: Option<&str>,
        want: usize,
        stop: &CancellationToken,
    ) -> Result<Vec<PendingDelivery>> {
        loop {
            let changed = self.changed.notified();
            let allowed = {
                let mut table = self.table();
                let left = table.left;
                table.shares.allowance(account, want, left, Instant::now())
            };
            if allowed > 0 {
                let rows = self.take(account, domain, allowed).await?;
                self.table().shares.deal(account, rows.len(), Instant::now());
                self.changed.notify_waiters();
                return Ok(rows);
            }
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(NAP) => {}
                () = stop.cancelled() => return Ok(Vec::new()),
            }
        }
    }

    async fn take(
        &self,
        account: AccountId,
        domain: Option<&str>,
        most: usize,
    ) -> Result<Vec<PendingDelivery>> {
        let mut piles = self.piles.lock().await;
        if std::mem::take(&mut self.table().rewind) {
            piles.clear();
        }
        let pile = piles.entry(domain.map(str::to_owned)).or_insert_with(|| self.pile(domain));
        let mut rows = Vec::new();
        while rows.len() < most {
            if pile.ready.is_empty() && !self.read(pile).await? {
                break;
            }
            rows.extend(pile.ready.pop_front());
        }
        let mut table = self.table();
        table.left -= i64::try_from(rows.len()).unwrap_or_default();
        table.in_hand.extend(rows.iter().map(|row| (row.id, account)));
        Ok(rows)
    }

    fn pile(&self, domain: Option<&str>) -> Pile {
        let recipients = match domain {
            Some(domain) => Recipients::At(domain.to_owned()),
            None => Recipients::NotAt(self.domains().into_iter().collect()),
        };
        Pile { recipients, after: DeliveryId(0), ready: VecDeque::new() }
    }

    /// Reads the next window of a pile; `false` at the end.
    async fn read(&self, pile: &mut Pile) -> Result<bool> {
        // Who is in hand when the reading begins may be on the wire by the time it ends: not this one.
        let in_hand = self.table().in_hand.clone();
        let left = self.store.count_untried(self.run).await?;
        self.table().left = left;
        loop {
            let rows = self.store.list_untried(self.run, &pile.recipients, pile.after, WINDOW).await?;
            let Some(last) = rows.last() else { return Ok(false) };
            pile.after = last.id;
            pile.ready.extend(rows.into_iter().filter(|row| !in_hand.contains_key(&row.id)));
            if !pile.ready.is_empty() {
                return Ok(true);
            }
        }
    }
}

/// A recipient in somebody's hand.
#[derive(Debug)]
pub(super) struct Hand {
    deck: Arc<Deck>,
    id: DeliveryId,
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.deck.table().in_hand.remove(&self.id);
    }
}
