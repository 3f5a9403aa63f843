//! `setup`: what a fresh machine needs before the app can be built and run.

use crate::failure::Failure;
use crate::project::Project;
use crate::{debian, node};

pub fn run(project: &Project) -> Result<(), Failure> {
    debian::install(project, debian::APP)?;
    node::install(project)
}
