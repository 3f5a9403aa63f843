//! A desk: a data folder of its own with an open engine, and the hands that work at it.
//!
//! Everything goes through the engine's public use cases, as a button does; nothing is put into the database behind
//! its back.

mod campaign;
mod contacts;
mod waiting;

use std::path::{Path, PathBuf};
use std::time::Duration;

use hongyan_domain::{AccountId, LoginKind, LoginMechanism, TemplateId, TlsMode};
use hongyan_engine::{
    AccountDraft, Clock, Engine, ManualClock, Options, SecretsPlace, TemplateDraft, Timeouts, TlsTrust,
};
use hongyan_testkit::ScriptedServer;
use tempfile::TempDir;

use crate::log_book;

/// The From address of every account of the stories.
pub const SHOP: &str = "news@shop.example";
/// The From name.
pub const SHOP_NAME: &str = "鸿雁书店";

/// 2026-11-23 09:00 UTC, where a manual clock stands at first.
pub const MORNING_MS: i64 = 1_795_424_400_000;

/// A data folder with an open engine.
pub struct Desk {
    /// The engine.
    pub engine: Engine,
    folder: PathBuf,
    /// Deleted with the desk.
    _folder: Option<TempDir>,
    clock: Option<ManualClock>,
}

/// How a desk is made.
pub struct DeskBuilder {
    folder: Option<PathBuf>,
    clock: Option<ManualClock>,
    trust: TlsTrust,
    timeouts: Timeouts,
    sends: bool,
}

impl Desk {
    /// A new folder; the engine sends.
    pub async fn new() -> Self {
        Self::builder().open().await
    }

    /// A desk to be made.
    pub fn builder() -> DeskBuilder {
        DeskBuilder {
            folder: None,
            clock: None,
            trust: TlsTrust::Roots(Vec::new()),
            timeouts: Timeouts::default(),
            sends: true,
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether time stands still until the story moves it.
    pub const fn has_manual_clock(&self) -> bool {
        self.clock.is_some()
    }

    /// Moves the manual clock on.
    pub fn pass_time(&self, by: Duration) {
        self.clock.as_ref().expect("this desk has the system's clock").advance(by);
    }

    /// Sets the manual clock's time of day on or back, without time passing.
    pub fn set_clock(&self, by_ms: i64) {
        self.clock.as_ref().expect("this desk has the system's clock").jump(by_ms);
    }

    /// The account at a scripted server, without login; made where there is none yet.
    pub async fn account_at(&self, server: &ScriptedServer, connections: u32) -> AccountId {
        let draft = account_draft(server.port(), connections);
        match self.engine.find_account(&draft.name).await {
            Ok(account) => account.id,
            Err(_) => self.account(draft).await,
        }
    }

    /// Adds an account.
    pub async fn account(&self, draft: AccountDraft) -> AccountId {
        self.engine.create_account(draft).await.expect("a good account").record.id
    }

    /// A template in Markdown; the name is made up.
    pub async fn template(&self, subject: &str, body: &str) -> TemplateId {
        let name = format!("Template {}", self.engine.list_templates().await.unwrap().len() + 1);
        self.engine.create_template(template_draft(&name, subject, body)).await.expect("a good template").id
    }

    /// Ends everything in good order.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}

impl DeskBuilder {
    /// At a folder that is there already.
    pub fn at(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// With a clock that stands until the story moves it.
    pub fn with_manual_clock(mut self) -> Self {
        self.clock = Some(ManualClock::at(MORNING_MS));
        self
    }

    /// Trusts these certificates.
    pub fn trusting(mut self, trust: TlsTrust) -> Self {
        self.trust = trust;
        self
    }

    /// Gives servers other times to answer.
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sends nothing by itself.
    pub fn without_sending(mut self) -> Self {
        self.sends = false;
        self
    }

    /// Opens it.
    pub async fn open(self) -> Desk {
        log_book::open();
        let made = self.folder.is_none().then(|| tempfile::tempdir().expect("a temporary folder"));
        let folder = self.folder.unwrap_or_else(|| made.as_ref().expect("made").path().to_owned());
        let options = Options {
            folder: folder.clone(),
            program: "stories",
            secrets: SecretsPlace::Memory,
            tls_trust: self.trust,
            timeouts: self.timeouts,
            clock: self.clock.clone().map_or(Clock::System, Clock::Manual),
        };
        let engine = Engine::open(options).await.expect("the folder can be opened");
        if self.sends {
            engine.start_sending().await.expect("nobody else sends");
        }
        Desk { engine, folder, _folder: made, clock: self.clock }
    }
}

/// An account without login at a port of this computer.
pub fn account_draft(port: u16, connections: u32) -> AccountDraft {
    AccountDraft {
        name: format!("Port {port}"),
        host: "127.0.0.1".to_owned(),
        port,
        tls: TlsMode::None,
        user: None,
        login_kind: LoginKind::Password,
        mechanism: LoginMechanism::Automatic,
        password: None,
        proxy: None,
        trusted_certificate: None,
        from_name: SHOP_NAME.to_owned(),
        from_address: SHOP.to_owned(),
        reply_to: Some("answers@shop.example".to_owned()),
        max_connections: connections,
        burst: 1,
    }
}

/// A template in Markdown.
pub fn template_draft(name: &str, subject: &str, body: &str) -> TemplateDraft {
    TemplateDraft {
        name: name.to_owned(),
        format: "markdown".to_owned(),
        subject: subject.to_owned(),
        preheader: String::new(),
        body: body.to_owned(),
        text: None,
        language: "zh-CN".to_owned(),
    }
}
