//! The ground the stories stand on: where the project is, where its programs are, how long anything may take.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a story waits for something that must happen. Machines that run tests are busy.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The project's root.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is a folder of the project")
}

/// A program of the workspace, built beside the stories (`npm test` builds everything first).
pub fn program(name: &str) -> PathBuf {
    let stories = std::env::current_exe().expect("a test knows its own path");
    let folder = stories.ancestors().nth(2).expect("target/debug/deps/stories has a target/debug");
    let path = folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.exists(), "{} is missing: run `cargo build --workspace` first", path.display());
    path
}

/// Waits, but not for ever.
pub async fn within_patience<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("gave up waiting: {what}"),
    }
}

/// How often a story about faults is told: once, or `HONGYAN_TIMES` times.
pub fn times() -> usize {
    std::env::var("HONGYAN_TIMES").map_or(1, |times| times.parse().expect("HONGYAN_TIMES is a number"))
}
