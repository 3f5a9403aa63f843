//! A file whose one line is larger than the memory it may take: that row is kept out, the others come in.

use std::io::Write;
use std::process::Command;

use super::Ctl;
use super::ctl::ended;

const LINE_MIB: usize = 200;
/// What the process may have for data, in KiB: half of the line. It needs about a fifth of it.
const MEMORY_KIB: usize = 100 * 1024;

#[tokio::test]
async fn a_line_of_200_megabytes_costs_its_row_and_no_memory() {
    let ctl = Ctl::new();
    let path = ctl.folder().join("people.csv");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(b"email,name\nfirst@people.example,First\nlong@people.example,").unwrap();
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..LINE_MIB {
        file.write_all(&piece).unwrap();
    }
    file.write_all(b"\nlast@people.example,Last\n").unwrap();

    let import = ctl.command(&["contacts", "import", &path.to_string_lossy(), "--list", "People"]);
    let report = ended(bounded(&import).spawn().unwrap()).await.json();
    let numbers = ["rows", "new", "invalid"].map(|key| report[key].as_i64());
    assert_eq!(numbers, [3, 2, 1].map(Some), "{report}");
    let problem = &report["problems"][0];
    assert_eq!((problem["code"].as_str(), problem["row"].as_i64()), (Some("line_too_long"), Some(3)));
    assert!(problem["excerpt"].as_str().unwrap().chars().count() < 100, "{problem}");
}

/// The same command where memory runs out early. Only Linux keeps this limit.
fn bounded(command: &Command) -> Command {
    let mut bounded = Command::new("sh");
    bounded.args(["-c", &format!("ulimit -d {MEMORY_KIB}; exec \"$0\" \"$@\"")]);
    bounded.arg(command.get_program()).args(command.get_args());
    bounded.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bounded.stdin(std::process::Stdio::null());
    bounded.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    bounded
}
