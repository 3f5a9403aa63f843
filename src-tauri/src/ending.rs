//! The system's wish that the app ends, for instance at logging out: it closes as if the user had closed the window.

use tauri::AppHandle;

/// Watches for it.
pub fn watch(app: &AppHandle) {
    #[cfg(unix)]
    {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            use tokio::signal::unix::{SignalKind, signal};
            let (Ok(mut terminate), Ok(mut hang_up)) =
                (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
            else {
                return;
            };
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            app.exit(0);
        });
    }
    // Windows asks the window itself, which is handled already.
    #[cfg(not(unix))]
    let _ = app;
}
