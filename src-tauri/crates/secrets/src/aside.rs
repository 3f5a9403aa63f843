//! Runs blocking work on a thread of its own.
//!
//! Not on the runtime's blocking threads: a keyring may wait for a person who has left, and a runtime does not end
//! before its blocking threads do. A thread left waiting here ends with the process.

use std::{io, thread};

use tokio::sync::oneshot;

use crate::SecretsError;

/// Runs `work` and waits for it without blocking the runtime; if the caller is dropped, the work still ends by itself.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SecretsError> + Send + 'static,
) -> Result<T, SecretsError> {
    let (done, result) = oneshot::channel();
    thread::Builder::new().name("secrets".into()).spawn(move || {
        // Nobody is waiting any more if this fails.
        let _ = done.send(work());
    })?;
    result.await.unwrap_or_else(|_| Err(io::Error::other("the secrets thread died").into()))
}
