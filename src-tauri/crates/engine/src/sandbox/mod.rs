//! The sandbox: a mail server inside the app that takes every mail, keeps it and sends none on.
//!
//! It listens on a free port of the loopback address, from the first mail on: nothing outside this computer reaches
//! it, and whoever never uses it has no open port.

mod catching;
mod reading;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use hongyan_domain::clean_line;
use hongyan_listener::{Extensions, Limits, Listener, Options};
use hongyan_store::{CaughtMailLine, SandboxStore};
use tokio::sync::Mutex;

use crate::paging::{page_limit, split_page};
use crate::{Changed, Engine, Error, Result};
use catching::Catcher;
pub use reading::CaughtMailView;

/// Connections at one time: more than an account may have, as several processes may send.
const CONNECTIONS: usize = 200;

/// The server and what it caught.
#[derive(Debug)]
pub(crate) struct Sandbox {
    store: SandboxStore,
    listener: Mutex<Option<Listener>>,
}

/// A page of caught mails.
#[derive(Debug, Clone)]
pub struct SandboxPage {
    /// The rows, the newest first.
    pub rows: Vec<CaughtMailLine>,
    /// Where the next page goes on; `None` at the end.
    pub next: Option<String>,
    /// How many match; on the first page only.
    pub total: Option<i64>,
}

impl Sandbox {
    pub(crate) async fn open(folder: &Path) -> Result<Self> {
        Ok(Self { store: SandboxStore::open(folder).await?, listener: Mutex::new(None) })
    }

    pub(crate) async fn close(&self) {
        if let Some(listener) = self.listener.lock().await.take() {
            listener.shutdown().await;
        }
        self.store.close().await;
    }
}

impl Engine {
    /// Where the sandbox's server listens; it is started where it does not run yet.
    pub async fn sandbox_address(&self) -> Result<SocketAddr> {
        let mut listener = self.sandbox().listener.lock().await;
        if let Some(running) = listener.as_ref() {
            return Ok(running.local_addr());
        }
        let options = Options {
            host_name: "sandbox.localhost".to_owned(),
            extensions: Extensions { auth: Vec::new(), ..Extensions::default() },
            limits: Limits { connections: CONNECTIONS, ..Limits::default() },
            ..Options::default()
        };
        let catcher = Catcher::new(self.sandbox().store.clone(), self.clock().clone(), self.event_sender());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running =
            Listener::bind(address, options, Arc::new(catcher)).await.map_err(Error::SandboxServer)?;
        let address = running.local_addr();
        *listener = Some(running);
        tracing::info!(port = address.port(), "the sandbox listens");
        Ok(address)
    }

    /// A page of caught mails whose recipient or subject contains the text, the newest first.
    pub async fn list_caught_mails(
        &self,
        search: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<SandboxPage> {
        let limit = page_limit(limit)?;
        let search = clean_line(search.unwrap_or_default());
        let before = after.map(|text| text.parse().map_err(|_| Error::Value("after"))).transpose()?;
        let store = &self.sandbox().store;
        let rows = store.list_mails(&search, before, limit + 1).await?;
        let (rows, next) = split_page(rows, limit, |row| row.id.to_string());
        let total = match after {
            None => Some(store.count_mails(&search).await?),
            Some(_) => None,
        };
        Ok(SandboxPage { rows, next, total })
    }

    /// A caught mail, taken apart.
    pub async fn load_caught_mail(&self, id: i64) -> Result<CaughtMailView> {
        let mail = self.sandbox().store.load_mail(id).await?;
        Ok(tokio::task::spawn_blocking(move || CaughtMailView::of(mail)).await?)
    }

    /// Forgets all caught mails; says how many there were.
    pub async fn clear_sandbox(&self) -> Result<i64> {
        let count = self.sandbox().store.clear().await?;
        self.tell_changed(Changed::Sandbox);
        Ok(count)
    }
}
