//! `cargo xtask`: gets the project ready, starts it, tests it, measures it and packages it.
//!
//! `package.json` calls nothing else, so that a developer, CI and a release do the same thing. It needs the standard
//! library only: it has to be built before anything else can be fetched, and should take a second.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks on its terminal"
)]

mod archive;
mod bench;
mod checks;
mod command;
mod debian;
mod failure;
mod mail_servers;
mod node;
mod package;
mod project;
mod schema;
mod setup;
mod start;

use std::process::ExitCode;

use failure::Failure;
use project::Project;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  setup      get what building and running need: system packages, npm packages
  start      build and open the app; without a display, serve it on loopback and print its address
  test       every check and every test; --list names the stages, --only STAGE runs one (may be repeated)
  bench      measure speed; arguments go to tests/bench
  package    build the installer of this system; arguments go to `tauri build`
  schema     write ui/src/lib/rpc/schema.ts anew from the commands of the api crate";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match dispatch(&command, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        // The report has said it all, and its count is to be the last line.
        Err(Failure::Tests) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, arguments: &[String]) -> Result<(), Failure> {
    let project = Project::find();
    match command {
        "setup" => setup::run(&project),
        "start" => start::run(&project, arguments),
        "test" => checks::run(&project, arguments),
        "bench" => bench::run(&project, arguments),
        "package" => package::run(&project, arguments),
        "schema" => schema::write(&project),
        "" | "help" | "-h" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::Usage(format!("There is no command `{other}`.\n\n{USAGE}"))),
    }
}
