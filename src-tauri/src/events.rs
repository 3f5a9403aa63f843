//! Hands the engine's events on to the page.

use hongyan_api::{Changed, EngineEvent};
use hongyan_engine::Engine;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

/// The event's name on the page's side.
const NAME: &str = "engine";
/// What a page that missed something reads anew: everything.
const EVERYTHING: [Changed; 8] = [
    Changed::Accounts,
    Changed::Contacts,
    Changed::Lists,
    Changed::Suppressions,
    Changed::Templates,
    Changed::Campaigns,
    Changed::Sandbox,
    Changed::App,
];

/// Hands events on until the engine is gone.
pub fn forward(app: AppHandle, engine: Engine) {
    let mut events = engine.subscribe();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let Some(event) = EngineEvent::of(&engine, event).await {
                        emit(&app, &event);
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    for what in EVERYTHING {
                        emit(&app, &EngineEvent::Changed { what });
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

fn emit(app: &AppHandle, event: &EngineEvent) {
    // An event is a hint; a page that is gone needs none.
    let _ = app.emit(NAME, event);
}
