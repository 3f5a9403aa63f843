//! The one window: its title follows the page's, so that the task bar speaks the user's language too.

use std::fs;

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
    let window = if has_data_folder(app) {
        window
    } else {
        window.incognito(true).data_directory(std::env::temp_dir())
    };
    #[cfg(feature = "bench")]
    let window = crate::painted::watch(app, window);
    window.build()?;
    Ok(())
}

/// Where it has none, the window opens all the same and says so.
fn has_data_folder(app: &App) -> bool {
    app.path().app_local_data_dir().is_ok_and(|folder| fs::create_dir_all(folder).is_ok())
}

/// Brings the window to the front. What cannot be done here is the system's business.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
}
