//! The plan of the house holds: who knows whom, and who alone may know what.
//!
//! The tables below are the plan, edge by edge. A new edge is a decision: it needs a new row here, and a reason that
//! survives reading ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::ground::project;

/// Every crate of ours, and which of ours it knows.
const EDGES: &[(&str, &[&str])] = &[
    ("hongyan", &["hongyan-api", "hongyan-engine"]),
    ("hongyan-cli", &["hongyan-api", "hongyan-engine"]),
    ("hongyan-api", &["hongyan-domain", "hongyan-engine"]),
    (
        "hongyan-engine",
        &[
            "hongyan-compose",
            "hongyan-contact-files",
            "hongyan-domain",
            "hongyan-listener",
            "hongyan-secrets",
            "hongyan-smtp",
            "hongyan-store",
        ],
    ),
    ("hongyan-store", &["hongyan-domain"]),
    ("hongyan-compose", &["hongyan-domain"]),
    ("hongyan-smtp", &["hongyan-domain"]),
    ("hongyan-secrets", &["hongyan-domain"]),
    ("hongyan-contact-files", &["hongyan-domain"]),
    ("hongyan-listener", &[]),
    ("hongyan-domain", &[]),
    ("hongyan-testkit", &["hongyan-listener"]),
    ("hongyan-xtask", &[]),
    ("hongyan-tests", &[]),
];

/// What a crate knows besides when it is tested. The stories know everything.
const EDGES_OF_TESTS: &[(&str, &[&str])] = &[("hongyan-smtp", &["hongyan-testkit"])];

/// Foreign crates that only one of ours may know; a name that ends with `*` is the beginning of several.
const KEPT: &[(&str, &str)] = &[
    ("tauri*", "hongyan"),
    ("sqlx*", "hongyan-store"),
    ("rusqlite", "hongyan-store"),
    ("lettre", "hongyan-compose"),
    ("ts-rs", "hongyan-api"),
];

struct Dependency {
    of: String,
    on: String,
    for_tests: bool,
}

/// Every dependency of every crate of the workspace, of any kind and for any system.
fn dependencies() -> (BTreeSet<String>, Vec<Dependency>) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(project())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
    let mut dependencies = Vec::new();
    let mut crates = BTreeSet::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        crates.insert(name.to_owned());
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            dependencies.push(Dependency {
                of: name.to_owned(),
                on: dependency["name"].as_str().expect("a name").to_owned(),
                for_tests: dependency["kind"] == "dev",
            });
        }
    }
    (crates, dependencies)
}

fn edges(dependencies: &[Dependency], for_tests: bool) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Dependency { of, on, .. } in
        dependencies.iter().filter(|one| one.on.starts_with("hongyan") && one.for_tests == for_tests)
    {
        edges.entry(of).or_default().insert(on);
    }
    edges
}

fn table<'a>(rows: &'a [(&'a str, &'a [&'a str])]) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    rows.iter()
        .filter(|(_, knows)| !knows.is_empty())
        .map(|(name, knows)| (*name, knows.iter().copied().collect()))
        .collect()
}

#[test]
fn every_crate_knows_whom_the_plan_says_and_nobody_else() {
    let (crates, dependencies) = dependencies();
    let planned: BTreeSet<String> = EDGES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(crates, planned, "a crate is missing in the plan, or the plan has one too many");
    assert_eq!(edges(&dependencies, false), table(EDGES));
    let mut of_tests = edges(&dependencies, true);
    of_tests.remove("hongyan-tests");
    assert_eq!(of_tests, table(EDGES_OF_TESTS));
}

#[test]
fn foreign_crates_stay_in_their_rooms() {
    let (_, dependencies) = dependencies();
    for (kept, room) in KEPT {
        let is_kept = |name: &str| match kept.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == *kept,
        };
        let known_by: BTreeSet<&str> =
            dependencies.iter().filter(|one| is_kept(&one.on)).map(|one| one.of.as_str()).collect();
        assert_eq!(known_by, BTreeSet::from([*room]), "who depends on {kept}");
    }
}
