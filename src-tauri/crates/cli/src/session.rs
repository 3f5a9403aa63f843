//! One command's time with the engine: the data folder is opened, asked, and closed in good order.

use std::path::PathBuf;

use hongyan_api::commands::account::AccountView;
use hongyan_api::commands::campaign::CampaignRow;
use hongyan_api::commands::list::ListView;
use hongyan_api::commands::shapes::Nothing;
use hongyan_api::commands::template::TemplateRow;
use hongyan_api::{ErrorCode, Router};
use hongyan_engine::{Clock, Engine, Options, SecretsPlace, Timeouts, TlsTrust, log};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data_folder::default_folder;
use crate::failure::Failure;
use crate::screen::Screen;

/// As what we hold the sending lock.
const PROGRAM: &str = "hongyanctl";

/// An open data folder with the table of commands.
pub struct Session<'a> {
    /// The engine, for what is no command: the sending loop, files, events.
    pub engine: Engine,
    /// Where answers go.
    pub screen: &'a Screen,
    router: Router,
    // Writes what is left when it goes.
    _log: Option<log::Log>,
}

impl<'a> Session<'a> {
    /// Opens a data folder; without one, the app's.
    pub async fn open(folder: Option<PathBuf>, screen: &'a Screen) -> Result<Self, Failure> {
        let folder =
            folder.or_else(default_folder).ok_or_else(|| Failure::of_value("data", "no home folder"))?;
        let options = Options {
            secrets: secrets_place(),
            tls_trust: TlsTrust::System,
            timeouts: Timeouts::default(),
            clock: Clock::System,
            program: PROGRAM,
            folder: folder.clone(),
        };
        let engine = Engine::open(options).await?;
        Ok(Self { engine, screen, router: hongyan_api::router(), _log: log::start(&folder) })
    }

    /// With an engine of a test's own.
    #[cfg(test)]
    pub fn of(engine: Engine, screen: &'a Screen) -> Self {
        Self { engine, screen, router: hongyan_api::router(), _log: None }
    }

    /// Ends everything in good order.
    pub async fn close(self) {
        self.engine.close().await;
    }

    /// Asks as the window does.
    pub async fn call<A: DeserializeOwned>(
        &self,
        command: &str,
        request: &impl Serialize,
    ) -> Result<A, Failure> {
        let request = serde_json::to_value(request).map_err(|error| mismatch(command, &error))?;
        let answer = self.router.dispatch(self.engine.clone(), command, request).await?;
        serde_json::from_value(answer).map_err(|error| mismatch(command, &error))
    }

    /// The account of this name.
    pub async fn find_account(&self, name: &str) -> Result<AccountView, Failure> {
        let all: Vec<AccountView> = self.call("account.list", &Nothing {}).await?;
        all.into_iter().find(|one| is_named(&one.name, name)).ok_or_else(|| Failure::missing("account", name))
    }

    /// The list of this name.
    pub async fn find_list(&self, name: &str) -> Result<ListView, Failure> {
        let all: Vec<ListView> = self.call("list.list", &Nothing {}).await?;
        all.into_iter().find(|one| is_named(&one.name, name)).ok_or_else(|| Failure::missing("list", name))
    }

    /// The template of this name.
    pub async fn find_template(&self, name: &str) -> Result<TemplateRow, Failure> {
        let all: Vec<TemplateRow> = self.call("template.list", &Nothing {}).await?;
        all.into_iter()
            .find(|one| is_named(&one.name, name))
            .ok_or_else(|| Failure::missing("template", name))
    }

    /// The campaign of this name.
    pub async fn find_campaign(&self, name: &str) -> Result<CampaignRow, Failure> {
        let all: Vec<CampaignRow> = self.call("campaign.list", &Nothing {}).await?;
        all.into_iter()
            .find(|one| is_named(&one.name, name))
            .ok_or_else(|| Failure::missing("campaign", name))
    }
}

/// Names are unique without regard to case.
fn is_named(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.trim().to_lowercase()
}

/// The vault can be asked for, for machines whose keyring must stay out of it.
fn secrets_place() -> SecretsPlace {
    match std::env::var_os("HONGYAN_SECRETS") {
        Some(word) if word == "vault" => SecretsPlace::Vault,
        _ => SecretsPlace::Auto,
    }
}

/// The table of commands and this program do not agree on a shape: a fault of ours.
fn mismatch(command: &str, error: &serde_json::Error) -> Failure {
    // Its words may quote the value, which may be somebody's address.
    tracing::error!(command, kind = ?error.classify(), "a shape of the wire is not what was expected");
    Failure::of(ErrorCode::Internal)
}
