//! The user's or the system's wish that the program ends: Ctrl+C everywhere, SIGTERM on Unix.
//!
//! SIGHUP keeps its meaning, as watching it would undo `nohup`.

/// Comes back when the program is asked to end. Where signals cannot be watched it never does, and they kill.
///
/// A signal is seen only while this waits, so make it once and keep it.
pub async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
