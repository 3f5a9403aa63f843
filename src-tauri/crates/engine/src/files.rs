//! The files the user chose, by handles that mean nothing outside this process.
//!
//! The page names a handle, never a path: so a script in it can neither read nor write a file that the user did not
//! choose in a dialog, drop on the window or upload. A handle is for one purpose: what the user gave to be read cannot
//! be written over. Handles do not pile up: of very many the oldest are let go.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Handles at a time. A person works with one file, in some windows perhaps; uploads take room on the disk meanwhile.
const MOST_HANDLES: usize = 32;

/// What a file was chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read it.
    Read,
    /// To write it.
    Write,
}

/// Handles and what they stand for, the oldest first.
#[derive(Debug, Default)]
pub struct Files {
    chosen: Mutex<VecDeque<Chosen>>,
}

#[derive(Debug)]
struct Chosen {
    handle: String,
    path: PathBuf,
    purpose: Purpose,
    goes_with_handle: bool,
}

impl Drop for Chosen {
    fn drop(&mut self) {
        if self.goes_with_handle {
            // It may never have been written; what cannot be removed now goes with its folder.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Files {
    /// Gives a path a handle.
    pub fn register(&self, path: PathBuf, purpose: Purpose) -> String {
        self.add(path, purpose, false)
    }

    /// Gives a path of our own a handle: the file is removed when the handle is let go.
    pub fn lend(&self, path: PathBuf, purpose: Purpose) -> String {
        self.add(path, purpose, true)
    }

    /// The path behind a handle for this purpose.
    pub fn find(&self, handle: &str, purpose: Purpose) -> Option<PathBuf> {
        let chosen = self.chosen();
        let mut fitting = chosen.iter().filter(|one| one.handle == handle && one.purpose == purpose);
        fitting.next().map(|one| one.path.clone())
    }

    /// Forgets a handle that is used up.
    pub fn let_go(&self, handle: &str) {
        self.chosen().retain(|one| one.handle != handle);
    }

    fn add(&self, path: PathBuf, purpose: Purpose, goes_with_handle: bool) -> String {
        let handle = uuid::Uuid::new_v4().simple().to_string();
        let mut chosen = self.chosen();
        chosen.push_back(Chosen { handle: handle.clone(), path, purpose, goes_with_handle });
        while chosen.len() > MOST_HANDLES {
            chosen.pop_front();
        }
        handle
    }

    fn chosen(&self) -> MutexGuard<'_, VecDeque<Chosen>> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last part of a path, for people.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_for_one_purpose_until_it_is_let_go() {
        let files = Files::default();
        for (purpose, other) in [(Purpose::Read, Purpose::Write), (Purpose::Write, Purpose::Read)] {
            let handle = files.register("people.csv".into(), purpose);
            assert_eq!(files.find(&handle, purpose), Some("people.csv".into()));
            assert_eq!(files.find(&handle, other), None);
            files.let_go(&handle);
            assert_eq!(files.find(&handle, purpose), None);
        }
    }

    #[test]
    fn of_very_many_the_oldest_is_let_go_and_only_what_is_ours_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "email").unwrap();
            path
        };
        let (mine, ours) = (of("mine.csv"), of("ours.csv"));
        let files = Files::default();
        let oldest = files.register(mine.clone(), Purpose::Read);
        let next = files.lend(ours.clone(), Purpose::Read);
        for _ in 2..MOST_HANDLES {
            files.register("other.csv".into(), Purpose::Read);
        }
        assert!(files.find(&oldest, Purpose::Read).is_some() && ours.exists());
        files.register("other.csv".into(), Purpose::Read);
        files.register("other.csv".into(), Purpose::Read);
        assert_eq!((files.find(&oldest, Purpose::Read), files.find(&next, Purpose::Read)), (None, None));
        assert!(mine.exists() && !ours.exists());
    }
}
