//! Points at which a debug build ends on demand, so that a story can see what a crash in that very moment leaves.
//!
//! `HONGYAN_CRASH_AT=before_commit:3` ends the process when it comes to that point for the third time. A server can
//! hold us at every point of a conversation, but nothing outside can hold us beside a commit.

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
}

/// Ends the process here if it was told to.
#[cfg(debug_assertions)]
pub(crate) fn crash_point(here: CrashPoint) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Where to end, and how many times to pass there before.
    static TOLD: LazyLock<Option<(CrashPoint, AtomicU64)>> = LazyLock::new(|| {
        let told = std::env::var("HONGYAN_CRASH_AT").ok()?;
        let (point, time) = told.split_once(':')?;
        let point = match point {
            "freezing" => CrashPoint::Freezing,
            "claim" => CrashPoint::Claim,
            "before_commit" => CrashPoint::BeforeCommit,
            "after_commit" => CrashPoint::AfterCommit,
            "before_carry" => CrashPoint::BeforeCarry,
            "after_carry" => CrashPoint::AfterCarry,
            _ => return None,
        };
        Some((point, AtomicU64::new(time.parse().ok()?)))
    });
    if let Some((point, left)) = &*TOLD
        && *point == here
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        // No destructor runs and nothing is flushed: to the files it is the same as kill -9.
        std::process::abort();
    }
}

/// What is released ends by itself only when it is told to stop.
#[cfg(not(debug_assertions))]
pub(crate) const fn crash_point(_: CrashPoint) {}
