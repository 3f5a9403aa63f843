//! The stages of `test`, in the order they run.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::tally::{Runner, Tally};
use crate::command::{self, cargo, npm, npx, program};
use crate::failure::Failure;
use crate::project::{FEATURES, Project};
use crate::{debian, mail_servers, node, schema, setup};

/// One step of the tests.
pub struct Stage {
    pub name: &'static str,
    pub purpose: &'static str,
    /// Later stages make no sense after this one failed.
    pub others_need_it: bool,
    /// What it drives is built by these, so they run before it even when it is chosen alone.
    pub built_by: &'static [&'static str],
    pub run: fn(&Project, &mut Tally) -> Result<(), Failure>,
}

pub const STAGES: &[Stage] = &[
    stage("setup", "system packages, npm packages, the driver of the window", set_up).needed(),
    stage("format", "cargo fmt", |project, _| check(&mut cargo(project, &["fmt", "--all", "--check"]))),
    stage("ui-check", "messages in both languages, types", |project, _| check(&mut ui(project, "check"))),
    stage("ui-lint", "eslint, prettier", ui_lint),
    stage("ui-test", "vitest", |project, tally| test(&mut ui(project, "test"), Runner::Vitest, tally)),
    stage("ui-build", "the interface, as it goes into the program", |project, _| node::build(project))
        .needed(),
    stage("build", "every crate and every test", build).needed(),
    stage("clippy", "lints of every crate", clippy),
    stage("rust", "tests of every crate, and the stories in tests/", rust).built_by(&["build"]),
    stage("doc", "examples in the documentation", doc),
    stage("schema", "schema.ts is what the api crate says", |project, _| schema::check(project, check)),
    stage("browser", "the interface in Chromium, served by hongyanctl", browser)
        .built_by(&["ui-build", "build"]),
    stage("window", "the real window", window).built_by(&["ui-build", "build"]),
];

const fn stage(
    name: &'static str,
    purpose: &'static str,
    run: fn(&Project, &mut Tally) -> Result<(), Failure>,
) -> Stage {
    Stage { name, purpose, others_need_it: false, built_by: &[], run }
}

impl Stage {
    const fn needed(self) -> Self {
        Self { others_need_it: true, ..self }
    }

    const fn built_by(self, stages: &'static [&'static str]) -> Self {
        Self { built_by: stages, ..self }
    }
}

/// tauri-driver speaks WebDriver to the window. The version is fixed because the newest release is for the next Tauri.
const TAURI_DRIVER: &str = "2.1.0";
const TOOLS: &str = "target/tools";

fn set_up(project: &Project, _: &mut Tally) -> Result<(), Failure> {
    setup::run(project)?;
    debian::install(project, debian::TESTS)?;
    mail_servers::unpack(project)?;
    let installed = fs::read_to_string(project.path(TOOLS).join(".crates.toml")).unwrap_or_default();
    if installed.contains(&format!("tauri-driver {TAURI_DRIVER} ")) {
        return Ok(());
    }
    let version = format!("={TAURI_DRIVER}");
    let arguments = ["install", "tauri-driver", "--version", &version, "--locked", "--root", TOOLS];
    command::run(&mut cargo(project, &arguments))
}

fn ui_lint(project: &Project, _: &mut Tally) -> Result<(), Failure> {
    check(&mut ui(project, "lint"))?;
    let arguments =
        ["prettier", "--check", "--log-level", "warn", "--config", "ui/.prettierrc", "tests/e2e/**/*.mjs"];
    check(&mut npx(project, &arguments))
}

fn build(project: &Project, _: &mut Tally) -> Result<(), Failure> {
    check(&mut cargo(project, &["build", "--workspace", "--all-targets", "--features", FEATURES]))
}

fn clippy(project: &Project, _: &mut Tally) -> Result<(), Failure> {
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--features", FEATURES, "--", "-D", "warnings"];
    check(&mut cargo(project, &arguments))
}

/// nextest runs the tests of all crates side by side; where it is not installed, cargo's own runner does.
fn rust(project: &Project, tally: &mut Tally) -> Result<(), Failure> {
    let has_nextest = command::read(&mut cargo(project, &["nextest", "--version"]))?.contains("nextest");
    let (words, runner): (&[&str], _) =
        if has_nextest { (&["nextest", "run"], Runner::Nextest) } else { (&["test"], Runner::Cargo) };
    let mut command = cargo(project, words);
    command.args(["--workspace", "--all-targets", "--no-fail-fast", "--features", FEATURES]);
    test(&mut command, runner, tally)
}

fn doc(project: &Project, tally: &mut Tally) -> Result<(), Failure> {
    let arguments = ["test", "--workspace", "--doc", "--no-fail-fast", "--features", FEATURES];
    test(&mut cargo(project, &arguments), Runner::Cargo, tally)
}

fn browser(project: &Project, tally: &mut Tally) -> Result<(), Failure> {
    end_to_end(program(project, "timeout", &[]), "tests/e2e/browser", project, tally)
}

fn window(project: &Project, tally: &mut Tally) -> Result<(), Failure> {
    let session = program(project, "bash", &["tests/e2e/window/session.sh", "timeout"]);
    end_to_end(session, "tests/e2e/window", project, tally)
}

/// Runs the `*.test.mjs` of a folder one after the other, for at most 15 minutes together.
///
/// The tests find what they drive in the environment:
/// - `HONGYAN_APP`, `HONGYANCTL`: the desktop program and the command line program of the debug build;
/// - `HONGYAN_TAURI_DRIVER`: the WebDriver server for the window;
/// - `HONGYAN_SCREENS`: the folder for screenshots.
fn end_to_end(
    mut command: Command,
    folder: &str,
    project: &Project,
    tally: &mut Tally,
) -> Result<(), Failure> {
    command.args([
        "--kill-after=10",
        "900",
        "node",
        "--test",
        "--test-concurrency=1",
        "--test-reporter=spec",
    ]);
    command.args(test_files(project, folder)?);
    command.env("HONGYAN_APP", project.built("hongyan"));
    command.env("HONGYANCTL", project.built("hongyanctl"));
    command.env("HONGYAN_TAURI_DRIVER", project.path(TOOLS).join("bin/tauri-driver"));
    command.env("HONGYAN_SCREENS", project.path("test-output/screens"));
    test(&mut command, Runner::Node, tally)
}

fn test_files(project: &Project, folder: &str) -> Result<Vec<PathBuf>, Failure> {
    let path = project.path(folder);
    let entries = fs::read_dir(&path).map_err(|source| Failure::File { path: path.clone(), source })?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|file| file.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::Missing { path: path.join("*.test.mjs"), what: "there is nothing to run" });
    }
    Ok(files)
}

fn ui(project: &Project, script: &str) -> Command {
    npm(project, &["run", "--silent", "-w", "ui", script])
}

fn check(command: &mut Command) -> Result<(), Failure> {
    command::watch(command, |_| {})
}

fn test(command: &mut Command, runner: Runner, tally: &mut Tally) -> Result<(), Failure> {
    command::watch(command, |line| tally.read(runner, line))
}
