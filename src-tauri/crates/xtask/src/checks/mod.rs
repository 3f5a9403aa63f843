//! `test`: every check and every test, in stages, with one count at the end.
//!
//! A stage that later ones stand on (a build) ends the run when it fails; after any other the run goes on, so that one
//! run shows all that is wrong. A stage whose files are missing has failed: nothing is skipped in silence.

mod stages;
mod tally;

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::project::Project;
use stages::{STAGES, Stage};
use tally::Tally;

/// How a stage ended.
struct Outcome {
    name: &'static str,
    took: Duration,
    failure: Option<Failure>,
}

pub fn run(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    if arguments.iter().any(|argument| argument == "--list") {
        STAGES.iter().for_each(|stage| println!("{:<12} {}", stage.name, stage.purpose));
        return Ok(());
    }
    let (outcomes, tally) = run_stages(project, &chosen(arguments)?);
    report(&outcomes, tally);
    if outcomes.iter().any(|outcome| outcome.failure.is_some()) { Err(Failure::Tests) } else { Ok(()) }
}

fn run_stages(project: &Project, stages: &[&Stage]) -> (Vec<Outcome>, Tally) {
    let mut outcomes = Vec::new();
    let mut total = Tally::default();
    for stage in stages {
        println!("\n── {}: {}", stage.name, stage.purpose);
        let start = Instant::now();
        let mut tally = Tally::default();
        let failure = (stage.run)(project, &mut tally).err();
        if let Some(failure) = &failure {
            println!("{failure}");
            tally.count_failed_stage();
        }
        total.add(tally);
        let ends_here = failure.is_some() && stage.others_need_it;
        outcomes.push(Outcome { name: stage.name, took: start.elapsed(), failure });
        if ends_here {
            println!("The stages after this one cannot run.");
            break;
        }
    }
    (outcomes, total)
}

fn report(outcomes: &[Outcome], tally: Tally) {
    println!();
    for Outcome { name, took, failure } in outcomes {
        let seconds = took.as_secs_f32();
        match failure {
            None => println!("ok      {name:<12} {seconds:>6.1} s"),
            Some(failure) => println!("FAILED  {name:<12} {seconds:>6.1} s  {failure}"),
        }
    }
    let seconds = outcomes.iter().map(|outcome| outcome.took).sum::<Duration>().as_secs_f32();
    println!("        {:<12} {seconds:>6.1} s\n\n{tally}", "together");
}

/// The stages named by `--only`, each behind those that build what it drives; or all.
fn chosen(arguments: &[String]) -> Result<Vec<&'static Stage>, Failure> {
    let mut chosen: Vec<&Stage> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = match argument.as_str() {
            "--only" => rest.next().map_or("", String::as_str),
            other => {
                return Err(Failure::Usage(format!("`test` knows --list and --only STAGE, not `{other}`.")));
            }
        };
        let stage =
            named(name).ok_or_else(|| Failure::Usage(format!("There is no stage `{name}`; see --list.")))?;
        let builders = stage.built_by.iter().filter_map(|name| named(name));
        for stage in builders.chain([stage]) {
            if chosen.iter().all(|chosen| chosen.name != stage.name) {
                chosen.push(stage);
            }
        }
    }
    Ok(if chosen.is_empty() { STAGES.iter().collect() } else { chosen })
}

fn named(name: &str) -> Option<&'static Stage> {
    STAGES.iter().find(|stage| stage.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(arguments: &[&str]) -> Option<Vec<&'static str>> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        chosen(&arguments).ok().map(|stages| stages.iter().map(|stage| stage.name).collect())
    }

    #[test]
    fn without_a_choice_every_stage_runs_and_setup_is_first() {
        let names = names(&[]).unwrap();
        assert_eq!(names.len(), STAGES.len());
        assert_eq!(names[0], "setup");
    }

    #[test]
    fn chosen_stages_run_in_the_order_they_are_named() {
        assert_eq!(names(&["--only", "schema", "--only", "format"]).unwrap(), ["schema", "format"]);
    }

    #[test]
    fn what_a_stage_drives_is_built_before_it_and_only_once() {
        assert_eq!(names(&["--only", "rust"]).unwrap(), ["build", "rust"]);
        assert_eq!(
            names(&["--only", "browser", "--only", "window"]).unwrap(),
            ["ui-build", "build", "browser", "window"]
        );
        assert!(STAGES.iter().flat_map(|stage| stage.built_by).all(|name| named(name).is_some()));
    }

    #[test]
    fn an_unknown_stage_is_refused() {
        assert!(names(&["--only", "nonsense"]).is_none());
        assert!(names(&["--only"]).is_none());
    }
}
