//! `schema`: the TypeScript of the wire contract, written by a test of the api crate.

use std::fs;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::project::{FEATURES, Project};

const FILE: &str = "ui/src/lib/rpc/schema.ts";
/// Tells the test to write the file instead of comparing it.
const WRITE: &str = "HONGYAN_WRITE_SCHEMA";

pub fn write(project: &Project) -> Result<(), Failure> {
    command::run(command::cargo(project, &["test", "--quiet", "-p", "hongyan-api", "schema"]).env(WRITE, "1"))
}

/// Writes the file with `run` and compares; a stale one is put back, since a check changes nothing.
pub fn check(
    project: &Project,
    run: impl FnOnce(&mut Command) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let path = project.path(FILE);
    let before = fs::read(&path).map_err(|source| Failure::File { path: path.clone(), source })?;
    // The same packages and features as the other tests, so that nothing is built again.
    let mut test = command::cargo(project, &["test", "--workspace", "--features", FEATURES, "schema"]);
    run(test.env(WRITE, "1"))?;
    let after = fs::read(&path).map_err(|source| Failure::File { path: path.clone(), source })?;
    if before == after {
        return Ok(());
    }
    fs::write(&path, before).map_err(|source| Failure::File { path, source })?;
    Err(Failure::StaleSchema)
}
