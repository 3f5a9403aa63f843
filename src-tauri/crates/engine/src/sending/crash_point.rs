//! Points at which a debug build ends on demand, so that a story can see what a crash in that very moment leaves.
//!
//! `HONGYAN_CRASH_AT=before_commit:3` ends the process when it comes to that point for the third time. A server can
//! hold us at every point of a conversation, but nothing outside can hold us beside a commit. `HONGYAN_PANIC_AT` ends
//! only the task that comes there, as a fault in the program would.

/// A point that only this process knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CrashPoint {
    /// Some of an audience is frozen.
    Freezing,
    /// A mail is written and about to be handed to the connections.
    Claim,
    /// The entries are there, nothing is written.
    BeforeCommit,
    /// They are durable, and nobody knows yet.
    AfterCommit,
    /// What the journal holds is about to be carried over.
    BeforeCarry,
    /// It is carried over.
    AfterCarry,
    /// A connection's mail is armed, and nothing of its body has left.
    Armed,
    /// An account's part of a campaign is looked after.
    LaneLooks,
    /// A campaign's runner looks at its accounts.
    RunnerLooks,
}

/// Ends the process or the task here if it was told to.
#[cfg(debug_assertions)]
pub(crate) fn crash_point(here: CrashPoint) {
    use std::sync::LazyLock;

    static CRASH: LazyLock<Option<Order>> = LazyLock::new(|| Order::from("HONGYAN_CRASH_AT"));
    static PANIC: LazyLock<Option<Order>> = LazyLock::new(|| Order::from("HONGYAN_PANIC_AT"));
    if CRASH.as_ref().is_some_and(|order| order.is_for(here)) {
        // No destructor runs and nothing is flushed: to the files it is the same as kill -9.
        std::process::abort();
    }
    #[expect(clippy::panic, reason = "it is what was ordered, and no released build knows how")]
    if PANIC.as_ref().is_some_and(|order| order.is_for(here)) {
        panic!("as ordered at {here:?}");
    }
}

/// Where to end, and how many times to pass there before.
#[cfg(debug_assertions)]
struct Order {
    point: CrashPoint,
    left: std::sync::atomic::AtomicU64,
}

#[cfg(debug_assertions)]
impl Order {
    fn from(variable: &str) -> Option<Self> {
        let told = std::env::var(variable).ok()?;
        let (point, time) = told.split_once(':')?;
        let point = match point {
            "freezing" => CrashPoint::Freezing,
            "claim" => CrashPoint::Claim,
            "before_commit" => CrashPoint::BeforeCommit,
            "after_commit" => CrashPoint::AfterCommit,
            "before_carry" => CrashPoint::BeforeCarry,
            "after_carry" => CrashPoint::AfterCarry,
            "armed" => CrashPoint::Armed,
            "lane_looks" => CrashPoint::LaneLooks,
            "runner_looks" => CrashPoint::RunnerLooks,
            _ => return None,
        };
        Some(Self { point, left: time.parse::<u64>().ok()?.into() })
    }

    fn is_for(&self, here: CrashPoint) -> bool {
        self.point == here && self.left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) == 1
    }
}

/// What is released ends by itself only when it is told to stop.
#[cfg(not(debug_assertions))]
pub(crate) const fn crash_point(_: CrashPoint) {}
