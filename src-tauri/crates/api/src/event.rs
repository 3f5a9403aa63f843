//! Events as they reach the page. They are hints; the truth is re-read by a command.

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
