//! Every SQL statement of Hongyan, and the data folder's database.
//!
//! No rule lives here ("may this campaign start?"), only questions and writes; no public signature shows an sqlx type.
//! Statements are plain literals with `$1` parameters, written so that PostgreSQL can read them too where it costs nothing.

mod accounts;
mod campaigns;
mod database;
mod deliveries;
mod error;
mod journal;
mod runs;
mod settings;

pub use accounts::{AccountRecord, AccountValues, Hold};
pub use campaigns::{CampaignRecord, CampaignValues};
pub use database::Store;
pub use deliveries::{
    DeliveryFilter, DeliveryPage, DeliveryRecord, PendingDelivery, ReasonRecord, StateCounts,
};
pub use error::{Error, Result};
pub use journal::{Entry, EntryResult, Report};
pub use runs::{AudienceCounts, NewRun, RunRecord};
