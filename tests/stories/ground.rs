//! The ground the stories stand on: where the project is, where its programs are, how long anything may take.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
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

/// A port that was free a moment ago, for servers that cannot choose one by themselves.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Builds one of the C files in `tests/fixtures` as a library that `LD_PRELOAD` puts between a program and the system.
///
/// Whoever builds SQLite has a C compiler.
#[cfg(target_os = "linux")]
pub fn shim(name: &str, folder: &Path) -> PathBuf {
    let shim = folder.join(name).with_extension("so");
    let source = project().join("tests/fixtures").join(name);
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).status();
    assert!(built.expect("cc runs").success(), "{name} cannot be built");
    shim
}

/// Runs a program as root to its end; elsewhere `sudo` is asked without a password.
pub fn as_root(program: &str, arguments: &[&str]) -> Output {
    as_root_command(program, arguments).output().unwrap_or_else(|error| {
        panic!("{program} cannot be run ({error}): `npm test -- --only setup` installs what is needed")
    })
}

/// The same, not run yet.
pub fn as_root_command(program: &str, arguments: &[&str]) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let mut command = match is_root {
        true => Command::new(program),
        false => Command::new("sudo"),
    };
    if !is_root {
        command.args(["-n", program]);
    }
    // Debian keeps them where only root looks.
    let search = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    command.args(arguments).env("PATH", search);
    command
}
