//! Rules of the house that no compiler knows: read off the source files themselves.

use std::path::{Path, PathBuf};

use crate::ground::project;

/// A file over this many lines is split; most are a third of it.
const MOST_LINES: usize = 600;

/// Written by programs, not by people.
const GENERATED: &[&str] = &["ui/src/lib/rpc/schema.ts", "ui/src/lib/paraglide/"];

struct SourceFile {
    /// From the project's root, with `/`.
    path: String,
    text: String,
}

/// Every file that people wrote in the folders, of these endings.
fn source_files(folders: &[&str], endings: &[&str]) -> Vec<SourceFile> {
    let mut paths = Vec::new();
    for folder in folders {
        collect(&project().join(folder), &mut paths);
    }
    let mut files: Vec<SourceFile> = paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)))
        .map(|path| SourceFile {
            text: std::fs::read_to_string(&path).expect("text"),
            path: from_root(&path),
        })
        .filter(|file| !GENERATED.iter().any(|generated| file.path.starts_with(generated)))
        .collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!files.is_empty(), "no files in {folders:?}");
    files
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let is_foreign =
            entry.ends_with("node_modules") || entry.ends_with("target") || entry.ends_with("gen");
        if entry.is_dir() && !is_foreign {
            collect(&entry, paths);
        } else if entry.is_file() {
            paths.push(entry);
        }
    }
}

fn from_root(path: &Path) -> String {
    path.strip_prefix(project()).expect("inside the project").to_string_lossy().replace('\\', "/")
}

/// The lines of these files that break a rule, as `path:line: text`.
fn offences(files: &[SourceFile], breaks: impl Fn(&SourceFile, &str) -> bool) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| {
            let breaks = &breaks;
            file.text
                .lines()
                .enumerate()
                .filter(move |(_, line)| breaks(file, line))
                .map(move |(number, line)| format!("{}:{}: {}", file.path, number + 1, line.trim()))
        })
        .collect()
}

#[track_caller]
fn assert_none(offences: &[String], rule: &str) {
    assert!(offences.is_empty(), "{rule}\n{}", offences.join("\n"));
}

#[test]
fn only_the_host_folder_of_the_ui_knows_tauri() {
    let files = source_files(&["ui/src"], &["ts", "js", "svelte"]);
    let found = offences(&files, |file, line| {
        line.contains("@tauri-apps") && !file.path.starts_with("ui/src/lib/host/")
    });
    assert_none(&found, "@tauri-apps/* is imported in ui/src/lib/host only");
}

#[test]
fn the_ui_puts_no_raw_html_into_its_pages() {
    let found = offences(&source_files(&["ui/src"], &["svelte"]), |_, line| line.contains("{@html"));
    assert_none(&found, "foreign HTML is shown in a sandboxed frame, never by {@html}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let files = source_files(&["src-tauri", "ui/src", "tests"], &["rs", "ts", "js", "mjs", "svelte", "css"]);
    let found: Vec<String> = files
        .iter()
        .map(|file| (file.text.lines().count(), &file.path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&found, "a file over 600 lines is split");
}

#[test]
fn every_rust_module_says_what_it_is_for() {
    let found: Vec<String> = source_files(&["src-tauri", "tests"], &["rs"])
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path)
        .collect();
    assert_none(&found, "every module opens with //! and a sentence");
}

#[test]
fn no_public_signature_of_the_store_shows_its_libraries() {
    let files = source_files(&["src-tauri/crates/store/src"], &["rs"]);
    let found = offences(&files, |_, line| {
        line.trim_start().starts_with("pub ") && (line.contains("sqlx") || line.contains("rusqlite"))
    });
    assert_none(&found, "what store shows is ours");
    // A type that was imported by name shows no `sqlx` in the signature.
    let sqlx_types = ["SqlitePool", "SqliteConnection", "Transaction<", "SqliteRow", "Sqlite>"];
    let found = offences(&files, |_, line| {
        line.trim_start().starts_with("pub ") && sqlx_types.iter().any(|name| line.contains(name))
    });
    assert_none(&found, "what store shows is ours");
}

#[test]
fn no_public_signature_of_smtp_shows_a_transport_library() {
    let files = source_files(&["src-tauri/crates/smtp/src"], &["rs"]);
    let found = offences(&files, |_, line| {
        line.trim_start().starts_with("pub ") && (line.contains("tokio") || line.contains("TcpStream"))
    });
    assert_none(&found, "what smtp shows is ours");
}

#[test]
fn modules_are_called_by_what_they_hold() {
    let empty_words = ["util", "utils", "common", "helper", "helpers", "manager", "service", "misc"];
    let found: Vec<String> = source_files(&["src-tauri", "tests", "ui/src"], &["rs", "ts", "svelte"])
        .into_iter()
        .filter(|file| {
            let words = file.path.split(['/', '.', '-', '_']).map(str::to_lowercase);
            words.into_iter().any(|word| empty_words.contains(&word.as_str()))
        })
        .map(|file| file.path)
        .collect();
    assert_none(&found, "a name says what is inside");
}
