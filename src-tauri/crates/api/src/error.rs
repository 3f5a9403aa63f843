//! Errors as they cross the border: a code with parameters, never a sentence.
//!
//! The UI and the CLI make the sentence from the code, in the user's language. `detail` holds foreign words (a server's
//! reply, the operating system's text) for a closed "Details" fold; it is hostile text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a handler answers.
pub type Result<T> = std::result::Result<T, ErrorView>;

/// An error on the wire.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ErrorView {
    /// What went wrong.
    pub code: ErrorCode,
    /// Values for the sentence.
    pub params: BTreeMap<String, String>,
    /// The request's field that is wrong, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    /// Foreign words, for the details.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub detail: Option<String>,
}

/// What went wrong. Each has a sentence in every language (`error_<code>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request does not have the right form. A fault of the program, not of the user.
    BadRequest,
    /// No command of that name.
    UnknownCommand,
    /// `what` is gone.
    NotFound,
    /// Another one has this name. `name`.
    NameTaken,
    /// A name is needed.
    NameEmpty,
    /// A request or an upload has more bytes than are taken at once. `limit` megabytes (2^20 bytes).
    TooLarge,
    /// A text is too long. `limit` characters.
    TooLong,
    /// An address is wrong. `reason`: see `AddressFault`.
    AddressInvalid,
    /// Another contact has this address.
    AddressTaken,
    /// A field name is wrong.
    FieldNameInvalid,
    /// A value is not allowed.
    ValueInvalid,
    /// The kept password is another server's or login name's and has to be entered again.
    PasswordAgain,
    /// The account logs in, and its password is not given and not in the keyring or vault.
    PasswordMissing,
    /// The file is gone or cannot be opened.
    FileUnreadable,
    /// The file cannot be written.
    FileUnwritable,
    /// The file is empty.
    FileEmpty,
    /// The file is no text. `looks_like`, for example `xlsx`.
    FileNotText,
    /// The encoding's name is not known.
    EncodingUnknown,
    /// No column is the address.
    MappingWithoutEmail,
    /// Two columns go to the same field. `field`.
    MappingTwice,
    /// The template has an error. `part`, `line`, `kind`.
    TemplateInvalid,
    /// The template is used by a campaign that is not finished. `name`.
    TemplateInUse,
    /// The account is used by a campaign that is not finished. `name`.
    AccountInUse,
    /// The sandbox cannot be changed or deleted.
    SandboxFixed,
    /// The list is used by a campaign that is not started. `name`.
    ListInUse,
    /// The campaign is not in a state for this. `state`.
    CampaignState,
    /// The check found errors; `campaign.check` tells which.
    CampaignNotReady,
    /// The time is in the past.
    TimeInPast,
    /// Another process sends on this data folder. `program`, `pid`.
    SendingElsewhere,
    /// The vault is locked.
    SecretsLocked,
    /// There is no keyring and no vault yet.
    SecretsMissing,
    /// The passphrase is wrong.
    PassphraseWrong,
    /// The passphrase is too short. `minimum`.
    PassphraseTooShort,
    /// The vault file is damaged.
    SecretsDamaged,
    /// The keyring does not work.
    SecretsFailed,
    /// The SMTP server refused or broke off. `verdict`, `stage`, `cause`, `hint`.
    SmtpFailed,
    /// The mail cannot be built for this contact. `field` where one is missing.
    NotBuildable,
    /// The key cannot sign mails. `reason`: see `DkimKeyFault`.
    DkimKeyInvalid,
    /// The account's mails are to be signed, and the key is not in the keyring or vault.
    DkimKeyMissing,
    /// The disk is full.
    DiskFull,
    /// The data folder is read-only.
    ReadOnly,
    /// The database is busy or damaged.
    DatabaseFailed,
    /// The database or the vault was made by a newer version.
    DatabaseNewer,
    /// An undo came too late.
    UndoExpired,
    /// A fault of the program.
    Internal,
}

impl ErrorView {
    /// An error without parameters.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, params: BTreeMap::new(), field: None, detail: None }
    }

    /// A value that is not allowed, in a field of the request.
    pub fn value_invalid(field: &str) -> Self {
        Self::new(ErrorCode::ValueInvalid).with("field", field).at(field)
    }

    /// Adds a value for the sentence.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }

    /// Names the request's field.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Adds foreign words for the details.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
