//! `start`: builds what is out of date and opens the app.
//!
//! Where there is no display, the same interface is served on loopback, and whoever started it opens the printed address.

use crate::command;
use crate::failure::Failure;
use crate::project::{FEATURES, Project};
use crate::{node, setup};

pub fn run(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    let has_display = !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    setup::run(project)?;
    node::build_if_stale(project)?;
    let name = if has_display { "hongyan" } else { "hongyanctl" };
    // The whole workspace decides which features the dependencies get, so that `test` finds them built.
    command::run(&mut command::cargo(
        project,
        &["build", "--workspace", "--features", FEATURES, "--bin", name],
    ))?;
    let mut program = command::program(project, project.built(name), &[]);
    if !has_display {
        println!("There is no display here: serving the app on loopback instead. Stop it with Ctrl+C.");
        program.arg("serve");
    }
    command::run(program.args(arguments))
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}
