//! Does what the user asks: use cases, the sending loop, the schedule.
//!
//! It makes codes and values, never a sentence for people; the UI and the CLI make the sentence.

mod accounts;
mod campaigns;
mod clock;
mod engine;
mod error;
mod event;
mod files;
mod lock;
mod names;
mod overview;
mod sending;
mod settings;
mod vault;

pub use accounts::{Account, AccountDraft, AccountTest, PasswordHint, Problem, Suggestion};
pub use campaigns::{
    Audience, CampaignNames, CampaignPlan, Check, Finding, FindingCode, LeftOut, Progress, Sample, Severity,
    TestSent,
};
pub use clock::{Clock, ManualClock};
pub use engine::{Engine, Options, SecretsPlace};
pub use error::{Error, Result};
pub use event::{Changed, Event};
pub use files::{Files, file_name};
pub use hongyan_secrets::{Kind as SecretsKind, State as SecretsState, Status as SecretsStatus};
pub use hongyan_smtp::TlsTrust;
pub use hongyan_store::{
    AccountRecord, AccountValues, CampaignRecord, CampaignValues, DeliveryFilter, DeliveryPage,
    DeliveryRecord, Hold, ReasonRecord, StateCounts,
};
pub use lock::Holder;
pub use overview::{FirstSteps, Month, NeedsYou, has_problem};
pub use sending::{Pace, SendingStatus};
pub use settings::{Settings, SettingsChange};
