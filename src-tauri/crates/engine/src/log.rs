//! The log: one file a day in the data folder, the last seven kept, the same for every program of ours.
//!
//! It is for reports of faults, so nothing in it may be private: our own crates log no address and no secret, others are
//! heard only when they warn, and of a panic only its place is kept, as its text may hold anything.

use std::path::Path;

use tracing::Level;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Days that are kept.
const DAYS_KEPT: usize = 7;
/// What the names of all our crates begin with.
const OURS: &str = "hongyan";

/// An open log. What is logged is written by a thread of its own; dropping this writes the rest.
#[derive(Debug)]
pub struct Log {
    _writer: WorkerGuard,
}

/// Begins to log into `logs/` of a data folder.
///
/// `None` where the folder cannot be written or this process logs already: no program fails for want of its log.
pub fn start(folder: &Path) -> Option<Log> {
    let folder = folder.join("logs");
    // The builder would make it too, after it complained to the terminal that there is none.
    std::fs::create_dir_all(&folder).ok()?;
    let file = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("hongyan")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    let levels = Targets::new().with_default(Level::WARN).with_target(OURS, Level::INFO);
    tracing_subscriber::registry().with(lines).with(levels).try_init().ok()?;
    log_panics();
    Some(Log { _writer: guard })
}

fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a fault of the program");
        before(panic);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_news_and_others_warnings_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let log = start(folder.path()).unwrap();
        tracing::info!(target: "hongyan_engine", "ours");
        tracing::debug!(target: "hongyan_engine", "too much");
        tracing::info!(target: "sqlx", "theirs");
        tracing::warn!(target: "sqlx", "trouble");
        drop(log);
        let file = std::fs::read_dir(folder.path().join("logs")).unwrap().next().unwrap().unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        let kept: Vec<bool> =
            ["ours", "too much", "theirs", "trouble"].iter().map(|word| text.contains(word)).collect();
        assert_eq!(kept, [true, false, false, true]);
    }
}
