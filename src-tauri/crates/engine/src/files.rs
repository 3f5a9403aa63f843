//! The files the user chose, by handles that mean nothing outside this process.
//!
//! The page names a handle, never a path: so a script in it can neither read nor write a file that the user did not
//! choose in a dialog, drop on the window or upload.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Handles and what they stand for.
#[derive(Debug, Default)]
pub struct Files {
    paths: Mutex<HashMap<String, PathBuf>>,
}

impl Files {
    /// Gives a path a handle.
    pub fn register(&self, path: PathBuf) -> String {
        let handle = uuid::Uuid::new_v4().simple().to_string();
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).insert(handle.clone(), path);
        handle
    }

    /// The path behind a handle.
    pub fn find(&self, handle: &str) -> Option<PathBuf> {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).get(handle).cloned()
    }
}

/// The last part of a path, for people.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
