//! Runs programs: as they are, or with every line both shown and kept.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::failure::Failure;
use crate::project::Project;

#[cfg(windows)]
const NPM: &str = "npm.cmd";
#[cfg(not(windows))]
const NPM: &str = "npm";
#[cfg(windows)]
const NPX: &str = "npx.cmd";
#[cfg(not(windows))]
const NPX: &str = "npx";

/// A program with its arguments, to be run in the project's root.
pub fn program(project: &Project, name: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(&project.root);
    command
}

pub fn npm(project: &Project, arguments: &[&str]) -> Command {
    program(project, NPM, arguments)
}

pub fn npx(project: &Project, arguments: &[&str]) -> Command {
    program(project, NPX, arguments)
}

pub fn cargo(project: &Project, arguments: &[&str]) -> Command {
    program(project, std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments)
}

/// Runs a command on this terminal and waits for its end.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", describe(command));
    let status = command.status().map_err(|source| could_not_start(command, source))?;
    ended(command, status)
}

/// Runs a command without showing anything; gives what it wrote to its output, whatever its exit status.
pub fn read(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::null()).output().map_err(|source| could_not_start(command, source))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command, gives it `text` to read, and waits for its end.
pub fn feed(command: &mut Command, text: &str) -> Result<(), Failure> {
    let mut child =
        command.stdin(Stdio::piped()).spawn().map_err(|source| could_not_start(command, source))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).map_err(|source| could_not_start(command, source))?;
    }
    let status = child.wait().map_err(|source| could_not_start(command, source))?;
    ended(command, status)
}

/// Runs a command, shows every line it writes at once, without colours, and hands it to `keep` too.
pub fn watch(command: &mut Command, mut keep: impl FnMut(&str)) -> Result<(), Failure> {
    println!("$ {}", describe(command));
    let mut child = command
        .env("NO_COLOR", "1")
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("FORCE_COLOR")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| could_not_start(command, source))?;
    let (sender, lines) = mpsc::channel();
    forward(child.stdout.take(), sender.clone());
    forward(child.stderr.take(), sender);
    for line in lines {
        println!("{line}");
        keep(&line);
    }
    let status = child.wait().map_err(|source| could_not_start(command, source))?;
    ended(command, status)
}

fn forward(stream: Option<impl Read + Send + 'static>, lines: mpsc::Sender<String>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
}

fn ended(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::Exit { command: describe(command), status: status.to_string() })
}

fn could_not_start(command: &Command, source: std::io::Error) -> Failure {
    Failure::Start { program: command.get_program().to_string_lossy().into_owned(), source }
}

fn describe(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut words = vec![name.to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    words.join(" ")
}
