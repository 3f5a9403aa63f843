//! The npm packages and the built interface, each made anew only when it is older than what it is made from.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::command;
use crate::failure::Failure;
use crate::project::Project;

/// A copy of the lock file that the installed packages belong to.
const INSTALLED_LOCK: &str = "node_modules/.installed-package-lock.json";
/// The file of the built interface that is written last enough.
const BUILT: &str = "ui/dist/index.html";
/// Folders of `ui` that are made, not written.
const MADE: &[&str] = &["node_modules", "dist", ".svelte-kit", "paraglide"];

/// Runs `npm ci`, unless the packages of today's lock file are there.
pub fn install(project: &Project) -> Result<(), Failure> {
    let lock = project.path("package-lock.json");
    let wanted = fs::read(&lock).map_err(|source| Failure::File { path: lock.clone(), source })?;
    let stamp = project.path(INSTALLED_LOCK);
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    command::run(&mut command::npm(project, &["ci"]))?;
    fs::write(&stamp, wanted).map_err(|source| Failure::File { path: stamp, source })
}

/// Builds the interface, unless nothing in it changed since the last time.
pub fn build_if_stale(project: &Project) -> Result<(), Failure> {
    let built = modified(&project.path(BUILT));
    let newest = newest(&project.path("ui")).max(modified(&project.path("package-lock.json")));
    if built.is_some() && built >= newest {
        return Ok(());
    }
    build(project)
}

/// Builds the interface.
pub fn build(project: &Project) -> Result<(), Failure> {
    command::run(&mut command::npm(project, &["run", "--silent", "-w", "ui", "build"]))
}

/// When the youngest file below a folder was written.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .filter(|entry| !MADE.iter().any(|made| entry.file_name() == *made))
        .filter_map(|entry| match entry.file_type().ok()?.is_dir() {
            true => newest(&entry.path()),
            false => modified(&entry.path()),
        })
        .max()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
