//! Does what the user asks: use cases, the sending loop, the schedule.
//!
//! It makes codes and values, never a sentence for people; the UI and the CLI make the sentence.

mod accounts;
mod campaigns;
mod clock;
mod contacts;
mod engine;
mod error;
mod event;
mod exports;
mod files;
mod imports;
mod limits;
mod lists;
mod lock;
pub mod log;
mod names;
mod overview;
mod paging;
mod rendering;
mod sandbox;
mod sending;
mod settings;
mod suppressions;
mod templates;
mod vault;

pub use accounts::{
    Account, AccountCondition, AccountDraft, AccountState, AccountTest, BadCertificate, DkimDraft,
    DkimKeySource, PasswordHint, Problem, ProviderLimits, Suggestion,
};
pub use campaigns::{
    Audience, CampaignAccount, CampaignNames, CampaignPlan, Check, Finding, FindingCode, LeftOut, Progress,
    Sample, Severity, TestSent,
};
pub use clock::{Clock, ManualClock};
pub use contacts::{ContactDraft, DeletedContacts};
pub use engine::{Engine, Options, SecretsPlace};
pub use error::{Error, Result};
pub use event::{Changed, Event};
pub use exports::RejectWords;
pub use files::{Files, Purpose, file_name};
pub use hongyan_compose::{Part, TemplateFault};
pub use hongyan_contact_files::{
    ColumnPreview, CsvOptions, FileFault, MappingFault, Preview, Target, TextEncoding,
};
pub use hongyan_secrets::{Kind as SecretsKind, State as SecretsState, Status as SecretsStatus};
pub use hongyan_smtp::{Timeouts, TlsTrust};
pub use hongyan_store::{
    AccountRecord, AccountValues, Again, CampaignRecord, CampaignValues, CaughtMailLine, ContactCursor,
    ContactFilter, ContactLine, ContactOrder, ContactPage, ContactPageRequest, ContactRecord,
    ContactSelection, ContactTotal, DeliveryFilter, DeliveryPage, DeliveryRecord, Happening, Hold,
    ImportProblem, ImportRecord, ImportState, ListRecord, ReasonRecord, Slowdown, StateCounts,
    SuppressionRecord, TemplateLine, TemplateRecord, TemplateValues, TimelineRecord,
};
pub use imports::{Import, ImportFailure, ImportPlan};
pub use limits::AccountLimits;
pub use lock::Holder;
pub use overview::{FirstSteps, Month, NeedsYou, has_problem};
pub use paging::MAX_PAGE_ROWS;
pub use rendering::{RenderProblem, RenderProblemKind, Rendered};
pub use sandbox::{CaughtMailView, SandboxPage};
pub use sending::{Pace, SendingStatus, Use};
pub use settings::{Settings, SettingsChange};
pub use suppressions::SuppressionPage;
pub use templates::TemplateDraft;

/// The faults inside [`Error`], for whoever must tell them apart.
pub mod faults {
    pub use hongyan_compose::{BuildFault, MergeFault, TemplateFault};
    pub use hongyan_contact_files::{FileFault, MappingFault};
    pub use hongyan_secrets::SecretsError as SecretsFault;
    pub use hongyan_store::Error as StoreFault;
}
