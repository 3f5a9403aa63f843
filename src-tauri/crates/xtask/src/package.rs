//! `package`: the installer of the system it runs on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::{debian, node, setup};

/// The formats made when none is asked for.
#[cfg(target_os = "linux")]
const FORMATS: &str = "deb";
#[cfg(target_os = "macos")]
const FORMATS: &str = "dmg";
#[cfg(windows)]
const FORMATS: &str = "nsis";

const ENDINGS: &[&str] = &["deb", "rpm", "AppImage", "dmg", "exe"];

pub fn run(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    setup::run(project)?;
    debian::install(project, &["file", "desktop-file-utils"])?;
    node::build(project)?;
    let mut build = command::npx(project, &["tauri", "build"]);
    if !arguments.iter().any(|argument| argument == "--bundles") {
        build.args(["--bundles", FORMATS]);
    }
    command::run(build.args(arguments))?;
    for installer in installers(&project.target("release/bundle")) {
        println!("{}", installer.display());
    }
    Ok(())
}

fn installers(bundle: &Path) -> Vec<PathBuf> {
    let formats = fs::read_dir(bundle).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = formats
        .filter_map(|format| fs::read_dir(format.path()).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)))
        .collect();
    found.sort();
    found
}
