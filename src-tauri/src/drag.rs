//! Files dropped on the window: registered here, so that the page gets a handle and no path.

use std::path::PathBuf;

use tauri::{AppHandle, DragDropEvent, Emitter, Manager, Window, WindowEvent};

use crate::files::PickedFile;
use crate::house::House;

/// Tells the page that files hover, left, or fell.
pub fn on_window_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(event) = event else { return };
    let app = window.app_handle();
    match event {
        DragDropEvent::Enter { paths, .. } if !paths.is_empty() => tell(app, "file-hover"),
        DragDropEvent::Leave => tell(app, "file-leave"),
        DragDropEvent::Drop { paths, .. } => {
            tell(app, "file-leave");
            if let Some(path) = paths.first() {
                take(app.clone(), path.clone());
            }
        }
        _ => {}
    }
}

fn take(app: AppHandle, path: PathBuf) {
    tauri::async_runtime::spawn(async move {
        // Where there is no engine, the page shows why already.
        if let Ok(engine) = app.state::<House>().engine(&app).await {
            let _ = app.emit("file-dropped", PickedFile::of(&engine, path));
        }
    });
}

fn tell(app: &AppHandle, event: &str) {
    // A page that is gone needs no event.
    let _ = app.emit(event, ());
}
