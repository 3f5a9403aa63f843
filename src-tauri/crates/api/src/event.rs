//! Events as they reach the page. They are hints; the truth is re-read by a command.

use hongyan_engine::{Engine, Event};
use serde::Serialize;
use ts_rs::TS;

use crate::commands::campaign::CampaignProgress;
use crate::commands::import::ImportView;

/// Something happened.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum EngineEvent {
    /// A campaign moved on; at most about four a second.
    CampaignProgress {
        /// Where it is.
        progress: CampaignProgress,
    },
    /// A campaign ended.
    CampaignFinished {
        /// How it went.
        progress: CampaignProgress,
    },
    /// A campaign was paused by a problem.
    CampaignHeld {
        /// Where it is.
        progress: CampaignProgress,
    },
    /// An import moved on or ended; at most about four a second.
    ImportProgress {
        /// Where it is.
        import: Box<ImportView>,
    },
    /// Something of this kind was changed.
    Changed {
        /// What.
        what: Changed,
    },
}

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Changed {
    /// Accounts.
    Accounts,
    /// Contacts, fields or list membership.
    Contacts,
    /// Lists.
    Lists,
    /// The suppression list.
    Suppressions,
    /// Templates.
    Templates,
    /// Campaigns.
    Campaigns,
    /// Caught mails.
    Sandbox,
    /// Settings, secrets, or who sends.
    App,
}

impl EngineEvent {
    /// The event with what it is about; `None` when that is gone already.
    pub async fn of(engine: &Engine, event: Event) -> Option<Self> {
        let progress = async |id| Some(CampaignProgress::from(engine.campaign_progress(id).await.ok()?));
        Some(match event {
            Event::CampaignProgress(id) => Self::CampaignProgress { progress: progress(id).await? },
            Event::CampaignFinished(id) => Self::CampaignFinished { progress: progress(id).await? },
            Event::CampaignHeld(id) => Self::CampaignHeld { progress: progress(id).await? },
            Event::ImportProgress(id) => {
                let import = engine.load_import(id).await.ok()?;
                Self::ImportProgress { import: Box::new(import.into()) }
            }
            Event::Changed(what) => Self::Changed { what: what.into() },
        })
    }
}

impl From<hongyan_engine::Changed> for Changed {
    fn from(what: hongyan_engine::Changed) -> Self {
        use hongyan_engine::Changed as Engine;
        match what {
            Engine::Accounts => Self::Accounts,
            Engine::Contacts => Self::Contacts,
            Engine::Lists => Self::Lists,
            Engine::Suppressions => Self::Suppressions,
            Engine::Templates => Self::Templates,
            Engine::Campaigns => Self::Campaigns,
            Engine::Sandbox => Self::Sandbox,
            Engine::App => Self::App,
        }
    }
}
