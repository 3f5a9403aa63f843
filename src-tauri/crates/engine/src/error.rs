//! Why the engine did not do what was asked: codes and values, no sentence for people.

use hongyan_domain::{AddressFault, CampaignState, FieldNameFault};

use crate::lock::Holder;

/// Why the engine did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing is gone. Says which kind, for example `campaign`.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Another one has this name.
    #[error("the name is taken")]
    NameTaken(String),
    /// A name is needed.
    #[error("a name is needed")]
    NameEmpty,
    /// A text is too long.
    #[error("{field} has more than {limit} characters")]
    TooLong {
        /// The request's field.
        field: &'static str,
        /// Characters.
        limit: usize,
    },
    /// A value is not allowed.
    #[error("{0} has a value that is not allowed")]
    Value(&'static str),
    /// The password that is kept is another server's or login's, so it has to be entered again.
    #[error("the password has to be entered again")]
    PasswordAgain,
    /// The account logs in, and its password is not where secrets are.
    #[error("the password is missing")]
    PasswordMissing,
    /// An address is wrong.
    #[error("{field}: {fault}")]
    Address {
        /// The request's field.
        field: &'static str,
        /// Why.
        fault: AddressFault,
    },
    /// Another contact has this address.
    #[error("another contact has this address")]
    AddressTaken,
    /// A field name is wrong.
    #[error(transparent)]
    FieldName(#[from] FieldNameFault),
    /// The file handle is unknown, or the file is gone.
    #[error("the file cannot be opened")]
    FileHandle,
    /// The file cannot be read as contacts.
    #[error(transparent)]
    File(#[from] hongyan_contact_files::FileFault),
    /// The columns do not fit.
    #[error(transparent)]
    Mapping(#[from] hongyan_contact_files::MappingFault),
    /// The file cannot be written.
    #[error("the file cannot be written")]
    Unwritable(#[source] std::io::Error),
    /// The template has an error.
    #[error(transparent)]
    Template(#[from] hongyan_compose::TemplateFault),
    /// The mail cannot be merged for this contact.
    #[error(transparent)]
    Merge(#[from] hongyan_compose::MergeFault),
    /// The mail cannot be built for this contact.
    #[error(transparent)]
    Build(#[from] hongyan_compose::BuildFault),
    /// The key cannot sign mails.
    #[error(transparent)]
    DkimKey(#[from] hongyan_compose::DkimKeyFault),
    /// The account's mails are to be signed, and the key is not where secrets are.
    #[error("the key that signs the mails is missing")]
    DkimKeyMissing,
    /// A campaign that is not finished uses it.
    #[error("{what} is used by a campaign")]
    InUse {
        /// `account`, `list` or `template`.
        what: &'static str,
        /// The campaign's name.
        campaign: String,
    },
    /// The sandbox account cannot be changed or deleted.
    #[error("the sandbox cannot be changed")]
    SandboxFixed,
    /// The campaign's state does not allow this.
    #[error("the campaign is {0}")]
    CampaignState(CampaignState),
    /// The check found errors.
    #[error("the campaign is not ready")]
    CampaignNotReady,
    /// The time is in the past.
    #[error("the time is in the past")]
    TimeInPast,
    /// Another process sends on this data folder.
    #[error("another process sends on this data folder")]
    SendingElsewhere(Option<Holder>),
    /// Secrets cannot be read or kept.
    #[error(transparent)]
    Secrets(#[from] hongyan_secrets::SecretsError),
    /// The undo came too late.
    #[error("this can no longer be taken back")]
    UndoExpired,
    /// The sandbox's server could not start.
    #[error("the sandbox's server could not start")]
    SandboxServer(#[source] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] hongyan_store::Error),
    /// A background task was ended by a fault of ours.
    #[error("a task of the program ended unexpectedly")]
    Task,
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl From<tokio::task::JoinError> for Error {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Task
    }
}
