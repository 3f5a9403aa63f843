//! What the start page and the frame show: first steps, what waits for the user, the last 30 days.

use std::collections::HashMap;

use hongyan_domain::{AccountKind, CampaignState, PauseReason};
use hongyan_store::CampaignRecord;

use crate::sending::DAY_MS;
use crate::{Engine, Result};

/// Days the start page looks back on.
const DAYS: i64 = 30;

/// The three first steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstSteps {
    /// There is an account besides the sandbox.
    pub account: bool,
    /// There are contacts.
    pub contacts: bool,
    /// A campaign was started.
    pub campaign: bool,
}

/// What waits for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedsYou {
    /// Deliveries in doubt.
    pub in_doubt: i64,
    /// Accounts held until the user acts.
    pub held_accounts: i64,
    /// Campaigns paused by a problem.
    pub paused_campaigns: i64,
}

/// The last 30 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// Mails taken by a server.
    pub sent: i64,
    /// Mails refused for good.
    pub failed: i64,
    /// Mails in doubt, of all times.
    pub in_doubt: i64,
    /// New contacts.
    pub new_contacts: i64,
    /// Mails taken a day, the oldest first, always 30 values.
    pub sent_by_day: Vec<i64>,
}

impl Engine {
    /// Which first steps are done.
    pub async fn first_steps(&self) -> Result<FirstSteps> {
        let accounts = self.store().list_accounts().await?;
        let campaigns = self.store().list_campaigns().await?;
        Ok(FirstSteps {
            account: accounts.iter().any(|account| account.values.kind != AccountKind::Sandbox),
            contacts: self.store().count_contacts().await? > 0,
            campaign: campaigns.iter().any(|campaign| campaign.state.has_run()),
        })
    }

    /// What waits for the user.
    pub async fn needs_you(&self) -> Result<NeedsYou> {
        let accounts = self.store().list_accounts().await?;
        let campaigns = self.store().list_campaigns().await?;
        let held = accounts
            .iter()
            .filter(|account| account.hold.as_ref().is_some_and(|hold| hold.until_ms.is_none()));
        Ok(NeedsYou {
            in_doubt: self.store().count_in_doubt().await?,
            held_accounts: i64::try_from(held.count()).unwrap_or_default(),
            paused_campaigns: i64::try_from(campaigns.iter().filter(|one| has_problem(one)).count())
                .unwrap_or_default(),
        })
    }

    /// The last 30 days, today included.
    pub async fn month(&self) -> Result<Month> {
        let now_ms = self.now_ms();
        let first_day = self.clock().local_day(now_ms) - DAYS + 1;
        let days = self.store().list_daily_use(first_day).await?;
        let by_day: HashMap<i64, i64> = days.iter().map(|(day, sent, _)| (*day, *sent)).collect();
        Ok(Month {
            sent: days.iter().map(|(_, sent, _)| sent).sum(),
            failed: days.iter().map(|(_, _, failed)| failed).sum(),
            in_doubt: self.store().count_in_doubt().await?,
            new_contacts: self.store().count_contacts_since(now_ms - DAYS * DAY_MS).await?,
            sent_by_day: (first_day..first_day + DAYS)
                .map(|day| by_day.get(&day).copied().unwrap_or_default())
                .collect(),
        })
    }
}

/// Whether a campaign waits for the user: paused by a problem, or back from its schedule because it was not ready.
pub fn has_problem(campaign: &CampaignRecord) -> bool {
    match campaign.state {
        CampaignState::Paused => campaign.pause_reason != Some(PauseReason::User),
        CampaignState::Draft => campaign.pause_reason.is_some(),
        _ => false,
    }
}
