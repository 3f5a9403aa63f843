//! The engine: one data folder, opened; what every use case shares.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hongyan_secrets::{Preference, Secrets};
use hongyan_smtp::{Timeouts, TlsTrust};
use hongyan_store::Store;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::event::{Changed, Event};
use crate::files::{Files, Purpose};
use crate::imports::Imports;
use crate::sandbox::Sandbox;
use crate::sending::Sending;
use crate::{Error, Result};

/// Events a slow listener may fall behind before it misses some.
const EVENT_BACKLOG: usize = 256;

/// How a data folder is opened.
#[derive(Debug)]
pub struct Options {
    /// The data folder; made where there is none.
    pub folder: PathBuf,
    /// Who opens it, as shown when another process meets the lock: `Hongyan` or `hongyanctl`.
    pub program: &'static str,
    /// Where secrets go.
    pub secrets: SecretsPlace,
    /// Which certificates are trusted.
    pub tls_trust: TlsTrust,
    /// How long servers may take; no user sets it. [`Timeouts::default`] in the app and in hongyanctl; a test passes
    /// shorter ones, as the sending thread's waits for servers run on real time (those of `smtp`'s own tests run on
    /// tokio's, which `tokio::time::pause` stops).
    pub timeouts: Timeouts,
    /// The clock.
    pub clock: Clock,
}

/// Where secrets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsPlace {
    /// The system's keyring, else the vault.
    Auto,
    /// The vault.
    Vault,
    /// Memory: gone with the process. For tests.
    Memory,
}

/// An open data folder. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    program: &'static str,
    store: Store,
    secrets: Secrets,
    tls_trust: TlsTrust,
    timeouts: Timeouts,
    clock: Clock,
    events: broadcast::Sender<Event>,
    files: Files,
    imports: Imports,
    sandbox: Sandbox,
    sending: Sending,
}

impl Engine {
    /// Whether a data folder was surely never opened, so that there is nothing in it.
    pub fn is_new(folder: &Path) -> bool {
        Store::is_new(folder)
    }

    /// Opens a data folder: database, secrets, sandbox. Sends nothing yet.
    pub async fn open(options: Options) -> Result<Self> {
        let Options { folder, program, secrets, tls_trust, timeouts, clock } = options;
        let store = Store::open(&folder).await?;
        let secrets = match secrets {
            SecretsPlace::Auto => Secrets::open(&folder, Preference::Auto).await,
            SecretsPlace::Vault => Secrets::open(&folder, Preference::VaultOnly).await,
            SecretsPlace::Memory => Secrets::in_memory(),
        };
        let sandbox = Sandbox::open(&folder).await?;
        let inner = Inner {
            folder,
            program,
            store,
            secrets,
            tls_trust,
            timeouts,
            clock,
            events: broadcast::channel(EVENT_BACKLOG).0,
            files: Files::default(),
            imports: Imports::default(),
            sandbox,
            sending: Sending::default(),
        };
        let engine = Self { inner: Arc::new(inner) };
        engine.ensure_sandbox_account().await?;
        engine.recover_imports().await?;
        engine.forget_old_deletions().await?;
        Ok(engine)
    }

    /// Stops sending and imports in good order and closes the database.
    pub async fn close(&self) {
        self.stop_sending().await;
        self.stop_imports().await;
        self.sandbox().close().await;
        self.store().close().await;
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// The files the user chose.
    pub fn files(&self) -> &Files {
        &self.inner.files
    }

    /// What happens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// The path behind a file handle; one for another purpose is not known.
    pub(crate) fn path_of(&self, handle: &str, purpose: Purpose) -> Result<PathBuf> {
        self.files().find(handle, purpose).ok_or(Error::FileHandle)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn tls_trust(&self) -> &TlsTrust {
        &self.inner.tls_trust
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.inner.timeouts
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.inner.sandbox
    }

    pub(crate) fn imports(&self) -> &Imports {
        &self.inner.imports
    }

    pub(crate) fn sending(&self) -> &Sending {
        &self.inner.sending
    }

    pub(crate) fn program(&self) -> &'static str {
        self.inner.program
    }

    /// The engine's clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock().now_ms()
    }

    /// For whoever tells listeners without knowing the engine.
    pub(crate) fn event_sender(&self) -> broadcast::Sender<Event> {
        self.inner.events.clone()
    }

    /// Tells listeners; nobody listening is fine.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.inner.events.send(event);
    }

    pub(crate) fn tell_changed(&self, what: Changed) {
        self.tell(Event::Changed(what));
    }
}
