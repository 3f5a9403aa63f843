//! The desktop shell: one window, the plugins of the operating system, and the door to the engine.
//!
//! It is the only crate that knows Tauri, so that everything else can be built, tested and served without a window.

/// Opens the window and runs until it is closed.
///
/// # Errors
/// The window could not be made, for instance because there is no display.
pub fn run() -> Result<(), tauri::Error> {
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|_app, _arguments, _folder| {}))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(tauri::generate_handler![rpc])
        .run(tauri::generate_context!())
}

/// Answers with what it was asked, until the commands of `api` stand behind it.
#[tauri::command]
fn rpc(command: String, request: serde_json::Value) -> serde_json::Value {
    serde_json::json!({ "command": command, "request": request })
}
