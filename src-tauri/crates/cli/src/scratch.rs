//! A place for files that live no longer than this process: uploads, and what a browser comes to fetch.
//!
//! It is inside the data folder, as the files hold the same private data. A process that was killed cannot tidy up, so
//! whoever comes next removes what nobody's lock protects any more.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use hongyan_api::ErrorCode;
use tempfile::TempDir;

use crate::failure::Failure;

const FOLDER: &str = "uploads";
const LOCK: &str = "lock";
/// File systems take 255 bytes; some room is left for what a program hangs on.
const LONGEST_NAME: usize = 180;
const FALLBACK_NAME: &str = "file";

/// This process's place. Dropping it removes everything in it.
#[derive(Debug)]
pub struct Scratch {
    next: AtomicU64,
    // Closed before the folder goes, as Windows removes no open file.
    _lock: File,
    folder: TempDir,
}

impl Scratch {
    /// Makes a place in a data folder, and removes those that killed processes left.
    pub fn open(data: &Path) -> Result<Self, Failure> {
        let all = data.join(FOLDER);
        let unwritable = |error| Failure::of_file(ErrorCode::FileUnwritable, &all, &error);
        fs::create_dir_all(&all).map_err(unwritable)?;
        remove_left(&all);
        // Only its owner may look into a folder that `tempfile` made.
        let folder = tempfile::tempdir_in(&all).map_err(unwritable)?;
        let lock = locked(folder.path()).map_err(unwritable)?;
        Ok(Self { next: AtomicU64::new(1), _lock: lock, folder })
    }

    /// A path for a file of this name. The file is not there yet; no other one ever gets the same path.
    pub fn place(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.path().join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir(&folder)
            .map_err(|error| Failure::of_file(ErrorCode::FileUnwritable, &folder, &error))?;
        Ok(folder.join(file_name(name)))
    }

    /// Whether a path is one of ours.
    pub fn holds(&self, path: &Path) -> bool {
        path.starts_with(self.folder.path())
    }
}

/// The lock appears under its name only when it is held, so that nobody takes a new place for a left one.
fn locked(folder: &Path) -> io::Result<File> {
    let unnamed = folder.join("new");
    let lock = File::create(&unnamed)?;
    lock.lock()?;
    fs::rename(unnamed, folder.join(LOCK))?;
    Ok(lock)
}

/// Removes the places whose process is gone.
fn remove_left(all: &Path) {
    let Ok(entries) = fs::read_dir(all) else { return };
    for place in entries.flatten().map(|entry| entry.path()) {
        // A place without its lock is being made just now.
        let Ok(lock) = OpenOptions::new().write(true).open(place.join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            drop(lock);
            let _ = fs::remove_dir_all(&place);
        }
    }
}

/// A name of foreign origin as one that every file system takes and that leads nowhere else.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut clean = String::new();
    for c in last.chars() {
        if clean.len() + c.len_utf8() > LONGEST_NAME {
            break;
        }
        clean.push(if c.is_control() || ":*?\"<>|".contains(c) { '_' } else { c });
    }
    let clean = clean.trim_matches(['.', ' ']);
    if clean.is_empty() { FALLBACK_NAME.to_owned() } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_the_place() {
        for (name, clean) in [
            ("客户.csv", "客户.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\a.csv", "a.csv"),
            ("..", "file"),
            ("", "file"),
            ("a\r\nb:c.csv", "a__b_c.csv"),
            (".profile", "profile"),
        ] {
            assert_eq!(file_name(name), clean);
        }
        assert!(file_name(&"信".repeat(300)).len() <= LONGEST_NAME);
    }

    #[test]
    fn everything_is_gone_afterwards_and_equal_names_do_not_meet() {
        let data = tempfile::tempdir().unwrap();
        let scratch = Scratch::open(data.path()).unwrap();
        let (one, two) = (scratch.place("a.csv").unwrap(), scratch.place("a.csv").unwrap());
        assert_ne!(one, two);
        fs::write(&one, "x").unwrap();
        assert!(scratch.holds(&one) && !scratch.holds(data.path()));
        drop(scratch);
        assert!(!one.exists());
        assert_eq!(fs::read_dir(data.path().join(FOLDER)).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_in_use_stays() {
        let data = tempfile::tempdir().unwrap();
        let living = Scratch::open(data.path()).unwrap();
        let kept = living.place("a.csv").unwrap();
        fs::write(&kept, "x").unwrap();
        let dead = data.path().join(FOLDER).join("dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        let _next = Scratch::open(data.path()).unwrap();
        assert!(kept.exists() && !dead.exists());
    }
}
