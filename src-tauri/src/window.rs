//! The one window: its title follows the page's, so that the task bar speaks the user's language too.

use std::fs;

use hongyan_engine::Engine;
use tauri::{App, AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// The window of `tauri.conf.json`. Its address there names the path that the page's router expects.
const LABEL: &str = "main";

/// Where the window opens. A path of the page's router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The one of `tauri.conf.json`. It goes on to the welcome screen where nobody has done anything yet.
    Home,
    /// At the very first start. To come by way of home costs time just then.
    Welcome,
}

/// Where the window will open, by whether there is a database yet.
pub fn first_screen(app: &App) -> Screen {
    match app.path().app_data_dir() {
        Ok(folder) if Engine::is_new(&folder) => Screen::Welcome,
        Ok(_) | Err(_) => Screen::Home,
    }
}

/// Opens the window.
///
/// # Errors
/// The system could not make it.
pub fn open(app: &App, screen: Screen) -> Result<(), tauri::Error> {
    let windows = &app.config().app.windows;
    let config = windows.iter().find(|window| window.label == LABEL).ok_or(tauri::Error::WindowNotFound)?;
    let mut config = config.clone();
    if screen == Screen::Welcome {
        config.url = WebviewUrl::App("/#/welcome".into());
    }
    let window =
        WebviewWindowBuilder::from_config(app, &config)?.on_document_title_changed(|window, title| {
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
