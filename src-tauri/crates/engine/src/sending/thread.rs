//! The thread that sends: the sockets and the journal of all campaigns on one event loop of their own.
//!
//! On the runtime of many threads every reply and every commit woke a second thread only to look for more work, and
//! that cost more than the mail itself. One thread has room for tens of thousands of mails a second (they are built and
//! written to disk on others), and what the window asks for never stands behind it.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// What is under way when the loop is broken off has this long to let go of its files.
const CLEARING: Duration = Duration::from_secs(1);

/// The thread, while it works.
#[derive(Debug)]
pub(super) struct SendingThread {
    ended: oneshot::Receiver<()>,
    broken_off: CancellationToken,
}

impl SendingThread {
    /// Starts the thread. It ends when the work is done.
    pub(super) fn start(work: impl Future<Output = ()> + Send + 'static) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (end, ended) = oneshot::channel();
        let broken_off = CancellationToken::new();
        let watched = broken_off.clone();
        std::thread::Builder::new().name("sending".into()).spawn(move || {
            run(runtime, work, &watched);
            let _ = end.send(());
        })?;
        Ok(Self { ended, broken_off })
    }

    /// Waits until the work is done; breaks it off when that takes longer than `grace`, and then gives `false`.
    pub(super) async fn join(mut self, grace: Duration) -> bool {
        if tokio::time::timeout(grace, &mut self.ended).await.is_ok() {
            return true;
        }
        self.broken_off.cancel();
        let _ = self.ended.await;
        false
    }
}

fn run(runtime: Runtime, work: impl Future<Output = ()>, broken_off: &CancellationToken) {
    runtime.block_on(async {
        tokio::select! {
            () = work => {}
            () = broken_off.cancelled() => {}
        }
    });
    runtime.shutdown_timeout(CLEARING);
}
