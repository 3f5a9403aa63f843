//! The bar that shows how far a long task is, on a terminal; elsewhere it shows nothing.

use std::time::Duration;

use hongyan_engine::{Engine, Event};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::screen::{self, Screen};

/// Events are hints and can be missed, so the truth is read at least this often.
const LOOK: Duration = Duration::from_secs(1);
const STYLE: &str = "{prefix} {wide_bar} {percent}% {msg}";
const COUNT_STYLE: &str = "{spinner} {prefix} {msg}";

/// A bar for a task of this name.
pub fn bar(screen: &Screen, name: &str) -> ProgressBar {
    line(screen, name, STYLE)
}

/// A line for a task of this name whose end is not known.
pub fn count(screen: &Screen, name: &str) -> ProgressBar {
    line(screen, name, COUNT_STYLE)
}

fn line(screen: &Screen, name: &str, style: &str) -> ProgressBar {
    let target = if screen.is_json() { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.set_prefix(screen::line(name));
    bar
}

/// Shows how far the task is.
pub fn show(bar: &ProgressBar, done: i64, total: i64, message: String) {
    bar.set_length(u64::try_from(total).unwrap_or_default());
    bar.set_position(u64::try_from(done).unwrap_or_default());
    bar.set_message(message);
}

/// What the engine does, from now on.
pub struct Hints(Receiver<Event>);

impl Hints {
    /// Begins to listen.
    pub fn of(engine: &Engine) -> Self {
        Self(engine.subscribe())
    }

    /// Waits until something happened, a second at most.
    pub async fn next(&mut self) {
        let one = async {
            if self.0.recv().await == Err(RecvError::Closed) {
                std::future::pending::<()>().await;
            }
        };
        // That nothing happened is fine too.
        let _ = tokio::time::timeout(LOOK, one).await;
    }
}
