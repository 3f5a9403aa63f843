//! Whether an import is under way, in whatever process: so that an import is called cut short only when it was.
//!
//! Who imports holds a shared lock on one file, which the operating system frees however the process ends. Who has the
//! file alone knows that every import still noted as running was left behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

const FILE: &str = "importing.lock";

/// An import is under way as long as this lives.
#[derive(Debug)]
pub(super) struct Alive {
    _file: File,
}

impl Alive {
    /// An import is about to be noted. Blocks for the moment that somebody else has the file alone.
    pub(super) fn begin(folder: &Path) -> io::Result<Self> {
        let file = open(folder)?;
        file.lock_shared()?;
        Ok(Self { _file: file })
    }
}

/// The file alone, which keeps imports from beginning as long as it lives; `None` while one is under way.
pub(super) fn nobody_imports(folder: &Path) -> io::Result<Option<File>> {
    let file = open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open(folder: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(FILE))
}
