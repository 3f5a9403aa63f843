//! `bench`: hands over to `tests/bench`, which builds what it measures.

use crate::command;
use crate::failure::Failure;
use crate::project::Project;
use crate::setup;

const SCRIPT: &str = "tests/bench/bench.py";

pub fn run(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    let script = project.path(SCRIPT);
    if !script.is_file() {
        return Err(Failure::Missing { path: script, what: "it measures" });
    }
    setup::run(project)?;
    command::run(command::program(project, "python3", &[SCRIPT]).args(arguments))
}
