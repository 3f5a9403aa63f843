//! The desktop shell: one window, the plugins of the operating system, and the door to the engine.
//!
//! It is the only crate that knows Tauri, so that everything else can be built, tested and served without a window.

mod drag;
mod ending;
mod events;
mod files;
mod house;
mod notify;
#[cfg(feature = "bench")]
mod painted;
mod rpc;
mod window;

use tauri::{Manager, RunEvent};

use house::House;

/// Opens the window and runs until it is closed.
///
/// # Errors
/// The window could not be made, for instance because there is no display.
pub fn run() -> Result<(), tauri::Error> {
    let app = tauri::Builder::default()
        // First, as a second start must end before it does anything.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .manage(House::default())
        .setup(|app| {
            // Looked at before the house makes it.
            let screen = window::first_screen(app);
            house::open_aside(app.handle());
            ending::watch(app.handle());
            window::open(app, screen)?;
            Ok(())
        })
        .on_window_event(drag::on_window_event)
        .invoke_handler(tauri::generate_handler![
            rpc::rpc,
            files::pick_open,
            files::pick_save,
            notify::notify
        ])
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            tauri::async_runtime::block_on(app.state::<House>().close());
        }
    });
    Ok(())
}
