//! A story that changes its whole process runs in a process of its own.
//!
//! Here that is the limit on the size of files (`RLIMIT_FSIZE`): with 0 the system takes nothing any more, as when the
//! disk is full. It binds every user, root too, and needs no right to mount anything.

use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const MARK: &str = "HONGYAN_STORY_ALONE";

/// Runs a story in a process of its own; `name` is its full name, as the runner of tests shows it.
///
/// The shell in between ignores SIGXFSZ, which would end the process where it should get an error.
pub fn alone(name: &str, story: impl Future<Output = ()>) {
    alone_with(name, [], story);
}

/// The same, with other variables in its environment.
pub fn alone_with<const N: usize>(name: &str, variables: [(&str, &str); N], story: impl Future<Output = ()>) {
    if std::env::var(MARK).is_ok_and(|found| found == name) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        return runtime.expect("a runtime").block_on(story);
    }
    let stories = std::env::current_exe().expect("a test knows its own path");
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(stories)
        .args(["--exact", name, "--nocapture"])
        .env(MARK, name)
        .envs(variables)
        .output()
        .expect("a shell runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("1 passed"), "{out}\n{err}");
}

/// Lets the disk take nothing for this process, or everything again.
pub fn disk_takes_nothing(nothing: bool) {
    let limit = getrlimit(Resource::Fsize);
    let current = if nothing { Some(0) } else { limit.maximum };
    setrlimit(Resource::Fsize, Rlimit { current, ..limit }).expect("a limit can be lowered and raised again");
}
