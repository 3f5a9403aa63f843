//! The open data folder behind the window.
//!
//! It is opened beside the window, not before it: a keyring may take seconds to answer, and the window should stand in
//! the meantime. Whoever asks earlier waits. Where the folder cannot be opened, everybody who asks gets the reason, and
//! asking again tries again.

use hongyan_api::{ErrorCode, ErrorView, Router};
use hongyan_engine::{Clock, Engine, Options, SecretsPlace, Timeouts, TlsTrust, log};
use tauri::async_runtime::{block_on, spawn, spawn_blocking};
use tauri::{AppHandle, Manager};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::events;

/// As what the app holds the sending lock.
const PROGRAM: &str = "Hongyan";

/// The engine, once it is open, with the table of commands.
#[derive(Debug)]
pub struct House {
    router: Router,
    opened: OnceCell<Opened>,
}

/// What lives as long as the app.
#[derive(Debug)]
struct Opened {
    engine: Engine,
    /// Waits for the sending lock.
    sending: JoinHandle<()>,
    // Writes what is left when it goes.
    _log: Option<log::Log>,
}

impl Default for House {
    fn default() -> Self {
        Self { router: hongyan_api::router(), opened: OnceCell::new() }
    }
}

impl House {
    /// The table of commands.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// The engine, as soon as it is open.
    pub async fn engine(&self, app: &AppHandle) -> Result<Engine, ErrorView> {
        let app = app.clone();
        let opened = self.opened.get_or_try_init(|| open(app)).await?;
        Ok(opened.engine.clone())
    }

    /// Ends sending and imports in good order.
    pub async fn close(&self) {
        if let Some(opened) = self.opened.get() {
            opened.sending.abort();
            opened.engine.close().await;
        }
    }
}

/// Opens the engine without waiting for it. A fault is told to the page when it asks.
pub fn open_aside(app: &AppHandle) {
    let app = app.clone();
    spawn(async move {
        let _ = app.state::<House>().engine(&app).await;
    });
}

async fn open(app: AppHandle) -> Result<Opened, ErrorView> {
    let folder = app
        .path()
        .app_data_dir()
        .map_err(|error| ErrorView::new(ErrorCode::ReadOnly).with_detail(error.to_string()))?;
    let options = Options {
        folder: folder.clone(),
        program: PROGRAM,
        secrets: SecretsPlace::Auto,
        tls_trust: TlsTrust::System,
        timeouts: Timeouts::default(),
        clock: Clock::System,
    };
    // On a thread of its own, as migrations and their backup may take long.
    let engine = spawn_blocking(move || block_on(Engine::open(options)))
        .await
        .map_err(|_| ErrorView::new(ErrorCode::Internal))??;
    let log = log::start(&folder);
    events::forward(app, engine.clone());
    let sending = engine.start_sending_when_free();
    Ok(Opened { engine, sending, _log: log })
}
