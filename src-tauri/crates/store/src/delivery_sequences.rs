//! A hundred thousand lives of deliveries at once, made up by chance, against the rules in plain words.
//!
//! Each delivery has its own sequence of steps, most of them fitting and some of them stray: an arming or an outcome
//! that starts from a state the delivery is not in. All go through the real statements side by side, a round at a
//! time, while the world around them changes: people are suppressed, the campaign is paused, the program crashes.

use hongyan_domain::{AccountId, CampaignId, DeliveryId, DeliveryState, RunId};

use DeliveryState::{Armed, Deferred, Failed, InDoubt, Queued, Sent, Skipped};

use crate::{Entry, EntryResult, Report, Store};

const LIVES: usize = 100_000;
const ROUNDS: usize = 12;
/// Entries of one commit.
const BATCH: usize = 10_000;
const RUN: RunId = RunId(1);

/// A step of one delivery.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Nothing happens to it in this round.
    Rest,
    /// One of the steps that are open to it.
    Fitting(usize),
    /// Any step.
    Stray(Asked),
}

/// What is asked of the journal.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// To arm it, in the belief that it is in this state.
    Arm(DeliveryState),
    /// To record its way from one state to another.
    Report(DeliveryState, DeliveryState),
    /// To set it free, as nothing of it left.
    SetFree,
}

type Sequence = [Step; ROUNDS];

/// Every report that the sending loop can make.
const REPORTS: &[(DeliveryState, DeliveryState)] = &[
    (Queued, Failed),
    (Queued, Deferred),
    (Queued, Skipped),
    (Deferred, Failed),
    (Deferred, Deferred),
    (Deferred, Skipped),
    (Armed, Sent),
    (Armed, Deferred),
    (Armed, Failed),
    (Armed, InDoubt),
    (Armed, Queued),
];

/// One delivery's steps.
fn steps(chance: &mut fastrand::Rng) -> Sequence {
    std::array::from_fn(|_| match chance.u8(..10) {
        0 => Step::Rest,
        1 => Step::Stray(match chance.u8(..3) {
            0 => Asked::Arm(Queued),
            1 => Asked::Arm(Deferred),
            _ => Asked::SetFree,
        }),
        2 => {
            let (from, to) = REPORTS[chance.usize(..REPORTS.len())];
            Step::Stray(Asked::Report(from, to))
        }
        _ => Step::Fitting(chance.usize(..12)),
    })
}

/// What a delivery should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Life {
    state: DeliveryState,
    attempts: i64,
    suppressed: bool,
}

impl Life {
    /// What is asked in a step.
    fn asked(self, step: Step) -> Option<Asked> {
        let choice = match step {
            Step::Rest => return None,
            Step::Stray(asked) => return Some(asked),
            Step::Fitting(choice) => choice,
        };
        // Half of those that wait are armed, so that most lives come far.
        if matches!(self.state, Queued | Deferred) && choice % 2 == 0 {
            return Some(Asked::Arm(self.state));
        }
        if self.state == Armed && choice == 0 {
            return Some(Asked::SetFree);
        }
        let open: Vec<_> = REPORTS.iter().filter(|(from, _)| *from == self.state).collect();
        match open.get(choice % open.len().max(1)) {
            Some((from, to)) => Some(Asked::Report(*from, *to)),
            None => Some(Asked::Arm(Queued)),
        }
    }

    /// The rules: what a step does to it, and what the journal must answer.
    fn takes(&mut self, asked: Asked, is_running: bool) -> EntryResult {
        match asked {
            Asked::Arm(from) if from != self.state => EntryResult::NotArmed,
            Asked::Arm(_) if self.suppressed => {
                self.state = Skipped;
                EntryResult::Suppressed
            }
            Asked::Arm(_) if !is_running => EntryResult::NotArmed,
            Asked::Arm(_) => {
                (self.state, self.attempts) = (Armed, self.attempts + 1);
                EntryResult::Armed
            }
            Asked::SetFree if self.state != Armed => EntryResult::Stale,
            Asked::SetFree => {
                (self.state, self.attempts) = (Queued, self.attempts - 1);
                EntryResult::Recorded
            }
            Asked::Report(from, _) if from != self.state => EntryResult::Stale,
            Asked::Report(from, to) => {
                // An attempt that came to arming was counted there.
                self.attempts += i64::from(from != Armed && matches!(to, Failed | Deferred));
                self.state = to;
                EntryResult::Recorded
            }
        }
    }
}

fn entry(id: i64, asked: Asked) -> Entry {
    let (from, to) = match asked {
        Asked::Arm(from) => {
            return Entry::Arm { id: DeliveryId(id), account_id: AccountId(1), from };
        }
        Asked::Report(from, to) => (from, to),
        Asked::SetFree => (Armed, Queued),
    };
    let report = Report::new(DeliveryId(id), Some(AccountId(1)), (from, to), 1);
    Entry::Outcome(Report { never_left: matches!(asked, Asked::SetFree), ..report })
}

/// The store, what should be in it, and whether the campaign runs.
struct World {
    store: Store,
    _folder: tempfile::TempDir,
    lives: Vec<Life>,
    is_running: bool,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let life = Life { state: Queued, attempts: 0, suppressed: false };
        let world = Self { store, _folder: folder, lives: vec![life; LIVES], is_running: true };
        world
            .tell(
                "insert into accounts (id, name, name_key, kind, host, port, tls, has_password, from_name, from_address,
                                       max_connections, created_at_ms, updated_at_ms)
                 values (1, 'a', 'a', 'smtp', 'h', 25, 'none', 0, '', 'a@b.cn', 1, 0, 0);
                 insert into campaigns (id, name, name_key, state, created_at_ms, updated_at_ms)
                 values (1, 'c', 'c', 'running', 0, 0);
                 insert into runs (id, campaign_id, number, content, token_key, total, started_at_ms)
                 values (1, 1, 1, '', x'00', 100000, 0);
                 insert into deliveries (id, run_id, contact_id, address, address_key, name, state, updated_at_ms)
                 with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
                 select i, 1, i, 'p' || i || '@b.cn', 'p' || i || '@b.cn', '', 'queued', 0 from n;
                 insert into run_counts (run_id, state, n) values (1, 'queued', 100000)",
            )
            .await;
        world
    }

    async fn tell(&self, statements: &'static str) {
        let mut transaction = self.store.begin().await.unwrap();
        sqlx::raw_sql(statements).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Asks one step of every delivery, a batch a commit.
    async fn round(&mut self, round: usize, sequences: &[Sequence]) {
        let (mut entries, mut wanted) = (Vec::with_capacity(LIVES), Vec::with_capacity(LIVES));
        for ((id, life), steps) in (1..).zip(&mut self.lives).zip(sequences) {
            if let Some(asked) = life.asked(steps[round]) {
                entries.push(entry(id, asked));
                wanted.push((id, life.takes(asked, self.is_running)));
            }
        }
        for (entries, wanted) in entries.chunks(BATCH).zip(wanted.chunks(BATCH)) {
            let results = self.store.journal_writer().write(entries, 1).await.unwrap();
            for (result, (id, wanted)) in results.iter().zip(wanted) {
                let life = &sequences[usize::try_from(*id - 1).unwrap()][..=round];
                assert_eq!(result, wanted, "delivery {id} in round {round}: {life:?}");
            }
        }
        // The answers tell most; the rows are read now and then.
        if round % 4 == 3 {
            self.is_as_it_should_be(round, sequences).await;
        }
    }

    async fn is_as_it_should_be(&self, round: usize, sequences: &[Sequence]) {
        self.store.settle_journal().await.unwrap();
        let rows: Vec<(i64, String, i64)> =
            sqlx::query_as("select id, state, attempts from deliveries order by id")
                .fetch_all(self.store.reader())
                .await
                .unwrap();
        for ((id, state, attempts), life) in rows.iter().zip(&self.lives) {
            let steps = &sequences[usize::try_from(*id - 1).unwrap()][..=round];
            let should = (life.state.as_str(), life.attempts);
            assert_eq!((state.as_str(), *attempts), should, "delivery {id} in round {round}: {steps:?}");
        }
        let counts = self.store.load_counts(RUN).await.unwrap();
        for state in DeliveryState::ALL {
            let should = self.lives.iter().filter(|life| life.state == *state).count();
            assert_eq!(counts.get(*state), i64::try_from(should).unwrap(), "{state} in round {round}");
        }
    }

    /// Suppresses every tenth address, from the offset on.
    async fn suppress(&mut self, statement: &'static str, offset: usize) {
        self.tell(statement).await;
        self.lives.iter_mut().skip(offset - 1).step_by(10).for_each(|life| life.suppressed = true);
    }

    async fn pause(&mut self, paused: bool) {
        let statement = match paused {
            true => "update campaigns set state = 'paused'",
            false => "update campaigns set state = 'running'",
        };
        self.tell(statement).await;
        self.is_running = !paused;
    }

    /// The program ends without a good-bye and starts again.
    async fn crash(&mut self) {
        let armed = self.become_from(|state| state == Armed, InDoubt);
        assert_eq!(self.store.recover_runs(1).await.unwrap(), armed);
    }

    async fn cancel(&mut self) {
        self.become_from(|state| matches!(state, Queued | Deferred), Skipped);
        assert!(self.store.cancel_campaign(CampaignId(1), 1).await.unwrap());
        self.is_running = false;
    }

    /// What was under way when it was cancelled comes to its end.
    async fn end(&mut self) {
        self.crash().await;
        self.become_from(|state| matches!(state, Queued | Deferred), Skipped);
        self.store.close_cancelled_run(RUN, 1).await.unwrap();
    }

    /// Lets all lives in such a state take another; gives how many.
    fn become_from(&mut self, is_such: impl Fn(DeliveryState) -> bool, to: DeliveryState) -> i64 {
        let mut count = 0;
        for life in self.lives.iter_mut().filter(|life| is_such(life.state)) {
            life.state = to;
            count += 1;
        }
        count
    }
}

#[tokio::test]
async fn a_hundred_thousand_lives_go_by_the_rules() {
    let seed = fastrand::u64(..);
    eprintln!("the seed of these lives is {seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let sequences: Vec<Sequence> = (0..LIVES).map(|_| steps(&mut chance)).collect();
    let mut world = World::new().await;
    for round in 0..ROUNDS {
        match round {
            2 => world.suppress(SUPPRESS_THIRD, 3).await,
            4 => world.pause(true).await,
            5 => world.pause(false).await,
            7 => world.crash().await,
            8 => world.suppress(SUPPRESS_SEVENTH, 7).await,
            11 => world.cancel().await,
            _ => {}
        }
        world.round(round, &sequences).await;
    }
    world.end().await;
    world.is_as_it_should_be(ROUNDS - 1, &sequences).await;
    assert!(world.lives.iter().all(|life| life.state.is_final()), "something is open for ever");
    for state in [Sent, Failed, InDoubt, Skipped] {
        let ended = world.lives.iter().filter(|life| life.state == state).count();
        assert!(ended > LIVES / 50, "only {ended} lives end {state}: the steps are badly mixed");
    }
}

const SUPPRESS_THIRD: &str = "insert into suppressions (address, address_key, reason, since_ms)
    select address, address_key, 'manual', 0 from deliveries where id % 10 = 3";
const SUPPRESS_SEVENTH: &str = "insert into suppressions (address, address_key, reason, since_ms)
    select address, address_key, 'manual', 0 from deliveries where id % 10 = 7";
