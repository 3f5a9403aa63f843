//! One account of a running campaign, while it may send: its share of the recipients, over its own connections.

use std::sync::Arc;
use std::time::Duration;

use hongyan_domain::{AccountId, AccountProblem, Verdict};
use hongyan_store::{AccountRecord, Hold, RunAccount};
use tokio::task::JoinSet;

use super::connections::Connections;
use super::crash_point::{CrashPoint, crash_point};
use super::failures::Failures;
use super::feeder::feed;
use super::letter::Letter;
use super::live::LaneSign;
use super::manners::Manners;
use super::runner::Runner;
use super::shift::{Shift, ShiftParts};
use super::silence::Watch;
use super::worker::work;
use crate::event::Event;
use crate::{Error, Result};

/// Mails built ahead of the connections: these, and some more for each. A connection that has to wait for its next mail
/// loses a round trip and a commit.
const AHEAD: usize = 64;
const AHEAD_PER_CONNECTION: usize = 4;
/// Between progress events.
const TICK: Duration = Duration::from_millis(250);

/// Why an account stopped.
#[derive(Debug)]
pub(super) enum Ending {
    /// It has done what it could, or was told to stop.
    Done,
    /// It is held.
    Held(Hold),
    /// A limit is reached for longer than a moment.
    Full,
    /// All who are left are at domains that take no more before this time.
    DomainsFull {
        /// Unix milliseconds.
        opens_at_ms: i64,
    },
    /// Its server cannot be reached.
    Unreachable,
    /// Its password cannot be had at the moment.
    Locked,
    /// Too many mails failed.
    TooManyFailures,
}

/// An account that is about to send for a campaign.
pub(super) struct Lane {
    pub(super) runner: Arc<Runner>,
    pub(super) account: AccountRecord,
    pub(super) place: RunAccount,
    /// Whether it is the campaign's only account.
    pub(super) is_alone: bool,
    pub(super) connections: Arc<Connections>,
    pub(super) manners: Arc<Manners>,
    pub(super) failures: Arc<Failures>,
    pub(super) sign: LaneSign,
}

impl Lane {
    /// Sends what is queued and what is due, as far as it is this account's.
    pub(super) async fn run(self) -> (AccountId, Result<Ending>) {
        let id = self.account.id;
        let ending = match self.shift().await {
            Ok(shift) => self.work(Arc::new(shift)).await,
            Err(error) => Err(error),
        };
        self.sign.stop.cancel();
        self.runner.deck.leave(id);
        let ending = match ending {
            // Unlocking the vault lets it try again.
            Err(Error::Secrets(error)) => {
                tracing::info!(%error, "waiting for the password");
                Ok(Ending::Locked)
            }
            // Unsigned mails would harm the sender's name more than mails that wait.
            Err(Error::DkimKeyMissing) => Ok(Ending::Held(self.hold_for(AccountProblem::SigningKey))),
            // A server that knows us by our address would take them without, as somebody else's.
            Err(Error::PasswordMissing) => Ok(Ending::Held(self.hold_for(AccountProblem::Login))),
            other => other,
        };
        (id, ending)
    }

    /// Only the user can end it.
    fn hold_for(&self, problem: AccountProblem) -> Hold {
        Hold {
            verdict: Verdict::Account(problem).as_str().to_owned(),
            detail: String::new(),
            since_ms: self.runner.engine.now_ms(),
            until_ms: None,
        }
    }

    async fn shift(&self) -> Result<Shift> {
        let Runner { engine, campaign, run, journal, meter, deck, .. } = &*self.runner;
        let run = engine.store().load_run(*run).await?;
        let source = crate::campaigns::parse_content(&run.fixed.content)?;
        let prepared = tokio::task::spawn_blocking(move || hongyan_compose::prepare(&source)).await??;
        let letter = Letter {
            prepared,
            from: self.place.from.clone(),
            reply_to: self.place.reply_to.clone(),
            signer: engine.signer_of(&self.account).await?,
        };
        Ok(Shift::new(ShiftParts {
            engine: engine.clone(),
            campaign: *campaign,
            account: self.account.id,
            server: engine.server_of(&self.account).await?,
            is_alone: self.is_alone,
            run,
            letter,
            deck: deck.clone(),
            journal: journal.clone(),
            meter: meter.clone(),
            connections: self.connections.clone(),
            pacer: self.sign.pacer.clone(),
            most_connections: self.account.values.max_connections,
            burst: self.account.values.burst,
            manners: self.manners.clone(),
            failures: self.failures.clone(),
            stop: self.sign.stop.clone(),
            network_down: self.sign.network_down.clone(),
        }))
    }

    async fn work(&self, shift: Arc<Shift>) -> Result<Ending> {
        let sent = self.send(&shift).await;
        match shift.ending() {
            // Whatever else went wrong: nobody sends through this account before its hold is noted.
            Ending::Held(hold) => Ok(Ending::Held(hold)),
            ending => sent.map(|()| ending),
        }
    }

    async fn send(&self, shift: &Arc<Shift>) -> Result<()> {
        let connections = usize::try_from(self.account.values.max_connections).unwrap_or(1).max(1);
        let in_flight = usize::try_from(self.account.values.burst).unwrap_or(1);
        let ahead = AHEAD + connections * (AHEAD_PER_CONNECTION + in_flight);
        let (sender, jobs) = async_channel::bounded(ahead);
        let mut workers = JoinSet::new();
        for _ in 0..connections {
            workers.spawn(work(shift.clone(), jobs.clone()));
        }
        let mut watch = Watch::new(self.account.id, jobs, self.runner.engine.now_ms());
        let mut feeder = tokio::spawn(feed(shift.clone(), sender));
        let (mut fed, mut worked) = (None, Ok(()));
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                ended = workers.join_next() => match ended {
                    None => break,
                    Some(Ok(())) => {}
                    Some(Err(error)) => {
                        // The others bring their mails to the end; then it is told.
                        worked = Err(error.into());
                        shift.stop.cancel();
                    }
                },
                ended = &mut feeder, if fed.is_none() => {
                    fed = Some(ended.unwrap_or_else(|error| Err(error.into())));
                }
                _ = tick.tick() => {
                    if matches!(fed, Some(Err(_))) && shift.is_out_of_reach() {
                        // The connections would wait for their server for long, and nobody be told of the error.
                        shift.stop.cancel();
                    }
                    self.look(shift, &mut watch).await;
                }
            }
        }
        // When the last connection has left, the feeder must find nobody at the other end, and wait for no turn.
        drop(watch);
        shift.stop.cancel();
        let fed = match fed {
            Some(fed) => fed,
            None => feeder.await?,
        };
        worked.and(fed)
    }

    /// What is done a few times a second.
    async fn look(&self, shift: &Shift, watch: &mut Watch) {
        crash_point(CrashPoint::LaneLooks);
        let engine = &self.runner.engine;
        engine.tell(Event::CampaignProgress(self.runner.campaign));
        if !self.is_alone {
            watch.look(&shift.motion, &self.runner.deck, engine.now_ms());
        }
        if let Err(error) = self.recover().await {
            // Written again with its next step. To end here would cut the mails that are under way.
            tracing::warn!(%error, "that an account gets faster cannot be noted");
        }
    }

    /// An account that was slowed down gets a little faster while all goes well.
    async fn recover(&self) -> Result<()> {
        let pacer = &self.sign.pacer;
        let before = pacer.slowdown().connections;
        let engine = &self.runner.engine;
        let Some(slowdown) = pacer.recover(engine.now_ms(), self.account.values.max_connections) else {
            return Ok(());
        };
        if before.is_some() {
            engine.sending().one_connection_more(self.account.id);
        }
        Ok(engine.store().update_slowdown(self.account.id, &slowdown).await?)
    }
}
