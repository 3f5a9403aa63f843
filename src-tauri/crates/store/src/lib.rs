//! Every SQL statement of Hongyan, and the data folder's database.
//!
//! No rule lives here ("may this campaign start?"), only questions and writes; no public signature shows an sqlx type.
//! Statements are plain literals with `$1` parameters, written so that PostgreSQL can read them too where it costs nothing.

mod accounts;
mod campaigns;
mod contacts;
mod database;
mod deliveries;
#[cfg(test)]
mod delivery_sequences;
mod dkim;
mod error;
mod freezing;
mod imports;
mod journal;
mod limits;
mod lists;
mod resending;
mod run_accounts;
mod runs;
mod sandbox;
mod settings;
mod suppressions;
mod templates;
mod waiting;

pub use accounts::{AccountRecord, AccountValues, Hold};
pub use campaigns::{CampaignRecord, CampaignValues, CampaignVersion};
pub use contacts::{
    ContactCursor, ContactFilter, ContactLine, ContactOrder, ContactPage, ContactPageRequest, ContactRecord,
    ContactSelection, ContactTotal, Happening, TimelineRecord,
};
pub use database::Store;
pub use deliveries::{DeliveryFilter, DeliveryPage, DeliveryRecord, ReasonRecord, StateCounts};
pub use error::{Error, Result};
pub use freezing::Watch;
pub use imports::{ImportBatch, ImportProblem, ImportRecord, ImportRow, ImportState, NewImport};
pub use journal::{Entry, EntryResult, JournalWriter, Report};
pub use limits::Slowdown;
pub use lists::ListRecord;
pub use resending::Again;
pub use run_accounts::RunAccount;
pub use runs::{AudienceCounts, NewRun, RunRecord};
pub use sandbox::{CaughtMail, CaughtMailLine, NewCaughtMail, SandboxStore};
pub use suppressions::{SuppressionCursor, SuppressionRecord};
pub use templates::{TemplateLine, TemplateRecord, TemplateValues};
pub use waiting::{PendingDelivery, Recipients};
