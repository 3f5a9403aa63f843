//! Counts tests from the closing lines of the four runners.
//!
//! Each runner is read by its own rule: nextest shows the output of a failed test, and in it stands a closing line of
//! the standard test runner that must not count again.

use std::fmt;

/// A program that runs tests.
#[derive(Clone, Copy, Debug)]
pub enum Runner {
    Nextest,
    Cargo,
    Node,
    Vitest,
}

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// Adds what this line of a runner's output says, if it is a closing line.
    pub fn read(&mut self, runner: Runner, line: &str) {
        let found = match runner {
            Runner::Nextest => nextest(line),
            Runner::Cargo => cargo(line),
            Runner::Node => node(line),
            Runner::Vitest => vitest(line),
        };
        self.add(found.unwrap_or_default());
    }

    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// A stage that failed without a failed test (a build, a linter) counts as one.
    pub fn count_failed_stage(&mut self) {
        self.failed = self.failed.max(1);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// `Summary [   0.5s] 12/13 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped`
fn nextest(line: &str) -> Option<Tally> {
    let (_, counts) = line.trim_start().strip_prefix("Summary [")?.split_once(']')?;
    let (run, counts) = counts.split_once(':')?;
    let run: u64 = run.split_whitespace().next()?.split('/').next()?.parse().ok()?;
    let passed = number_before("passed", counts);
    Some(Tally { passed, failed: run.saturating_sub(passed) })
}

/// `test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn cargo(line: &str) -> Option<Tally> {
    let counts = line.strip_prefix("test result: ")?;
    Some(Tally { passed: number_before("passed", counts), failed: number_before("failed", counts) })
}

/// `ℹ pass 3`, `ℹ fail 1` and `ℹ cancelled 1`, each on a line of its own.
fn node(line: &str) -> Option<Tally> {
    let mut words = line.strip_prefix("ℹ ")?.split_whitespace();
    let (word, number) = (words.next()?, words.next()?.parse().ok()?);
    match word {
        "pass" => Some(Tally { passed: number, failed: 0 }),
        "fail" | "cancelled" => Some(Tally { passed: 0, failed: number }),
        _ => None,
    }
}

/// `Tests  2 failed | 10 passed (12)`
fn vitest(line: &str) -> Option<Tally> {
    let counts = line.trim_start().strip_prefix("Tests ")?;
    Some(Tally { passed: number_before("passed", counts), failed: number_before("failed", counts) })
}

/// The number in front of a word, zero where the word is missing.
fn number_before(word: &str, text: &str) -> u64 {
    let mut previous = "";
    for current in text.split_whitespace() {
        if current.trim_end_matches([',', ';']) == word {
            return previous.parse().unwrap_or(0);
        }
        previous = current;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(runner: Runner, lines: &[&str]) -> (u64, u64) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(runner, line));
        (tally.passed, tally.failed)
    }

    #[test]
    fn nextest_counts_every_kind_of_failure_and_no_inner_closing_line() {
        let lines = [
            "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 11 filtered out",
            "     Summary [   0.512s] 13 tests run: 10 passed (1 slow), 1 failed, 1 exec failed, 1 timed out, 2 skipped",
        ];
        assert_eq!(tally(Runner::Nextest, &lines), (10, 3));
        assert_eq!(
            tally(Runner::Nextest, &["     Summary [   0.1s] 1 test run: 1 passed, 0 skipped"]),
            (1, 0)
        );
        assert_eq!(
            tally(Runner::Nextest, &["     Summary [   0.1s] 4/9 tests run: 3 passed, 1 failed"]),
            (3, 1)
        );
    }

    #[test]
    fn cargo_counts_are_added_up_over_the_test_binaries() {
        let lines = [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ];
        assert_eq!(tally(Runner::Cargo, &lines), (7, 2));
    }

    #[test]
    fn node_counts_cancelled_tests_as_failed() {
        let lines = ["ℹ tests 6", "ℹ pass 3", "ℹ fail 2", "ℹ cancelled 1", "ℹ skipped 0"];
        assert_eq!(tally(Runner::Node, &lines), (3, 3));
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let lines =
            [" Test Files  1 failed | 2 passed (3)", "      Tests  2 failed | 10 passed | 1 skipped (13)"];
        assert_eq!(tally(Runner::Vitest, &lines), (10, 2));
    }

    #[test]
    fn a_stage_that_fails_without_a_failed_test_counts_as_one() {
        let mut tally = Tally { passed: 4, failed: 0 };
        tally.count_failed_stage();
        assert_eq!(tally.to_string(), "4 passed, 1 failed");
    }
}
