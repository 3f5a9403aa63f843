//! Notifications of the system, in the page's words.

use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// Shows a notification. Some systems have none, and the page says everything too.
#[tauri::command]
pub async fn notify(app: AppHandle, title: String, body: String) {
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "no notification");
    }
}
