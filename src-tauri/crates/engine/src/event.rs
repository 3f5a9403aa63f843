//! What the engine tells whoever listens. Events are hints: the truth is re-read by a question to the engine.

use hongyan_domain::{CampaignId, ImportId};

/// Something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A campaign moved on; at most about four a second and campaign.
    CampaignProgress(CampaignId),
    /// A campaign ended.
    CampaignFinished(CampaignId),
    /// A campaign was paused by a problem.
    CampaignHeld(CampaignId),
    /// An import moved on or ended; at most about four a second.
    ImportProgress(ImportId),
    /// Something of this kind was changed.
    Changed(Changed),
}

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
