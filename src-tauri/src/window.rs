//! The one window: its title follows the page's, so that the task bar speaks the user's language too.

use tauri::{App, AppHandle, Manager, WebviewWindowBuilder};

/// The window of `tauri.conf.json`. Its address there names the path that the page's router expects.
const LABEL: &str = "main";

/// Opens the window.
///
/// # Errors
/// The system could not make it.
pub fn open(app: &App) -> Result<(), tauri::Error> {
    let windows = &app.config().app.windows;
    let config = windows.iter().find(|window| window.label == LABEL).ok_or(tauri::Error::WindowNotFound)?;
    let window =
        WebviewWindowBuilder::from_config(app, config)?.on_document_title_changed(|window, title| {
            // A window that is closing needs no title.
            let _ = window.set_title(&title);
        });
    #[cfg(feature = "bench")]
    let window = crate::painted::watch(app, window);
    window.build()?;
    Ok(())
}

/// Brings the window to the front. What cannot be done here is the system's business.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
}
