//! Who sends on a data folder: one process, by a lock the operating system frees when the process ends, however it ends.
//!
//! The file beside the lock says who holds it, for a clear message; it is never trusted for the decision.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How often the lock is tried for before it counts as held, and how long between.
const TRIES: u32 = 4;
const MOMENT: Duration = Duration::from_millis(20);

/// The process that sends on a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// `Hongyan` or `hongyanctl`.
    pub program: String,
    /// Process id.
    pub pid: u32,
    /// Unix milliseconds.
    pub since_ms: i64,
}

/// The lock, held as long as this lives.
#[derive(Debug)]
pub struct SendingLock {
    _file: File,
}

/// Why the lock was not had.
#[derive(Debug)]
pub enum LockFault {
    /// Somebody else has it; who, as far as is known.
    Held(Option<Holder>),
    /// The folder does not allow it.
    Io(std::io::Error),
}

impl SendingLock {
    /// Takes the lock of a data folder.
    ///
    /// Whoever looks who sends holds the lock for a moment too, so the first refusal does not mean much.
    pub async fn take(folder: &Path, program: &str, now_ms: i64) -> Result<Self, LockFault> {
        for _ in 1..TRIES {
            match Self::try_take(folder, program, now_ms) {
                Err(LockFault::Held(_)) => tokio::time::sleep(MOMENT).await,
                other => return other,
            }
        }
        Self::try_take(folder, program, now_ms)
    }

    fn try_take(folder: &Path, program: &str, now_ms: i64) -> Result<Self, LockFault> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("sending.lock"))
            .map_err(LockFault::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockFault::Held(find_holder(folder))),
            Err(TryLockError::Error(error)) => return Err(LockFault::Io(error)),
        }
        let holder = Holder { program: program.to_owned(), pid: std::process::id(), since_ms: now_ms };
        // A failure costs only the name in a message.
        let _ = write_holder(folder, &holder);
        Ok(Self { _file: file })
    }
}

/// Who holds the lock of a data folder at this moment; `None` also where it has not written its name yet.
pub fn find_current_holder(folder: &Path) -> Option<Holder> {
    let file = File::open(folder.join("sending.lock")).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => find_holder(folder),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn write_holder(folder: &Path, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::to_string(holder)?;
    File::create(folder.join("sending.json"))?.write_all(text.as_bytes())
}

/// Who wrote the note last; meaningful only while the lock is held.
fn find_holder(folder: &Path) -> Option<Holder> {
    serde_json::from_str(&std::fs::read_to_string(folder.join("sending.json")).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_lock_has_one_holder_and_says_who() {
        let folder = tempfile::tempdir().unwrap();
        let lock = SendingLock::take(folder.path(), "Hongyan", 7).await.unwrap();
        let Err(LockFault::Held(Some(holder))) = SendingLock::take(folder.path(), "hongyanctl", 8).await
        else {
            panic!("a second holder");
        };
        assert_eq!(
            (holder.program.as_str(), holder.pid, holder.since_ms),
            ("Hongyan", std::process::id(), 7)
        );
        assert_eq!(find_current_holder(folder.path()), Some(holder));
        drop(lock);
        assert_eq!(find_current_holder(folder.path()), None);
        assert!(SendingLock::take(folder.path(), "hongyanctl", 9).await.is_ok());
    }

    #[tokio::test]
    async fn who_only_looks_keeps_nobody_from_sending() {
        let folder = tempfile::tempdir().unwrap();
        let look = File::create(folder.path().join("sending.lock")).unwrap();
        look.lock_shared().unwrap();
        let (lock, ()) = tokio::join!(SendingLock::take(folder.path(), "Hongyan", 7), async {
            look.unlock().unwrap();
        });
        lock.unwrap();
    }
}
