//! From the engine's errors to codes with parameters: one match, without a catch-all arm.

use std::io;

use hongyan_engine::faults::{FileFault, MappingFault, MergeFault, SecretsFault, StoreFault, TemplateFault};
use hongyan_engine::{Error, Holder};

use crate::error::{ErrorCode, ErrorView};

impl From<Error> for ErrorView {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => Self::new(ErrorCode::NotFound).with("what", what),
            Error::NameTaken(name) => Self::new(ErrorCode::NameTaken).with("name", name).at("name"),
            Error::NameEmpty => Self::new(ErrorCode::NameEmpty).at("name"),
            Error::TooLong { field, limit } => Self::new(ErrorCode::TooLong).with("limit", limit).at(field),
            Error::Value(field) => Self::value_invalid(field),
            Error::PasswordAgain => Self::new(ErrorCode::PasswordAgain).at("password"),
            Error::PasswordMissing => Self::new(ErrorCode::PasswordMissing).at("password"),
            Error::Address { field, fault } => {
                Self::new(ErrorCode::AddressInvalid).with("reason", fault.as_str()).at(field)
            }
            Error::AddressTaken => Self::new(ErrorCode::AddressTaken).at("address"),
            Error::FieldName(_) => Self::new(ErrorCode::FieldNameInvalid).at("fields"),
            Error::FileHandle => Self::new(ErrorCode::FileUnreadable),
            Error::File(fault) => file(&fault),
            Error::Mapping(fault) => mapping(&fault),
            Error::Unwritable(error) => unwritable(&error),
            Error::Template(fault) => template(&fault),
            Error::Merge(fault) => merge(&fault),
            Error::Build(_) => Self::new(ErrorCode::NotBuildable),
            Error::DkimKey(fault) => {
                Self::new(ErrorCode::DkimKeyInvalid).with("reason", fault.as_str()).at("pem")
            }
            Error::DkimKeyMissing => Self::new(ErrorCode::DkimKeyMissing),
            Error::InUse { what, campaign } => Self::new(in_use(what)).with("name", campaign),
            Error::SandboxFixed => Self::new(ErrorCode::SandboxFixed),
            Error::CampaignState(state) => Self::new(ErrorCode::CampaignState).with("state", state),
            Error::CampaignNotReady => Self::new(ErrorCode::CampaignNotReady),
            Error::TimeInPast => Self::new(ErrorCode::TimeInPast).at("atMs"),
            Error::SendingElsewhere(holder) => sending_elsewhere(holder),
            Error::Secrets(fault) => secrets(&fault),
            Error::UndoExpired => Self::new(ErrorCode::UndoExpired),
            Error::SandboxServer(error) => Self::new(ErrorCode::Internal).with_detail(error.to_string()),
            Error::Store(fault) => store(&fault),
            Error::Task => Self::new(ErrorCode::Internal),
        }
    }
}

fn file(fault: &FileFault) -> ErrorView {
    match fault {
        FileFault::Io(error) => ErrorView::new(ErrorCode::FileUnreadable).with_detail(error.to_string()),
        FileFault::Empty => ErrorView::new(ErrorCode::FileEmpty),
        FileFault::NotText { looks_like } => {
            ErrorView::new(ErrorCode::FileNotText).with("looks_like", looks_like.as_str())
        }
    }
}

fn mapping(fault: &MappingFault) -> ErrorView {
    match fault {
        MappingFault::NoEmail => ErrorView::new(ErrorCode::MappingWithoutEmail).at("columns"),
        MappingFault::Twice { target } => {
            ErrorView::new(ErrorCode::MappingTwice).with("field", target).at("columns")
        }
    }
}

fn unwritable(error: &io::Error) -> ErrorView {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::FileUnwritable,
    };
    ErrorView::new(code).with_detail(error.to_string())
}

fn template(fault: &TemplateFault) -> ErrorView {
    let view = ErrorView::new(ErrorCode::TemplateInvalid)
        .with("part", fault.part.as_str())
        .with("kind", fault.kind.as_str())
        .with("detail", &fault.detail);
    match fault.line {
        Some(line) => view.with("line", line),
        None => view,
    }
}

fn merge(fault: &MergeFault) -> ErrorView {
    match fault {
        MergeFault::MissingField { field } => ErrorView::new(ErrorCode::NotBuildable).with("field", field),
        MergeFault::TooLarge { .. } | MergeFault::OutOfFuel { .. } | MergeFault::Failed { .. } => {
            ErrorView::new(ErrorCode::NotBuildable)
        }
    }
}

fn in_use(what: &str) -> ErrorCode {
    match what {
        "account" => ErrorCode::AccountInUse,
        "list" => ErrorCode::ListInUse,
        _ => ErrorCode::TemplateInUse,
    }
}

fn sending_elsewhere(holder: Option<Holder>) -> ErrorView {
    let view = ErrorView::new(ErrorCode::SendingElsewhere);
    match holder {
        Some(holder) => view.with("program", holder.program).with("pid", holder.pid),
        None => view,
    }
}

fn secrets(fault: &SecretsFault) -> ErrorView {
    match fault {
        SecretsFault::Locked => ErrorView::new(ErrorCode::SecretsLocked),
        SecretsFault::NoVault => ErrorView::new(ErrorCode::SecretsMissing),
        SecretsFault::WrongPassphrase => ErrorView::new(ErrorCode::PassphraseWrong).at("passphrase"),
        SecretsFault::PassphraseTooShort { min } => {
            ErrorView::new(ErrorCode::PassphraseTooShort).with("minimum", min).at("passphrase")
        }
        SecretsFault::Damaged => ErrorView::new(ErrorCode::SecretsDamaged),
        SecretsFault::NewerVersion => ErrorView::new(ErrorCode::DatabaseNewer),
        SecretsFault::VaultExists | SecretsFault::Keyring(_) | SecretsFault::Io(_) => {
            ErrorView::new(ErrorCode::SecretsFailed).with_detail(fault.to_string())
        }
    }
}

fn store(fault: &StoreFault) -> ErrorView {
    match fault {
        StoreFault::NotFound(what) => ErrorView::new(ErrorCode::NotFound).with("what", what),
        StoreFault::DiskFull => ErrorView::new(ErrorCode::DiskFull),
        StoreFault::ReadOnly => ErrorView::new(ErrorCode::ReadOnly),
        StoreFault::Folder(why) => ErrorView::new(ErrorCode::ReadOnly).with_detail(why.to_string()),
        StoreFault::Newer => ErrorView::new(ErrorCode::DatabaseNewer),
        StoreFault::Taken
        | StoreFault::Word(_)
        | StoreFault::Damaged(_)
        | StoreFault::SqliteTooOld(_)
        | StoreFault::Other(_) => ErrorView::new(ErrorCode::DatabaseFailed).with_detail(fault.to_string()),
    }
}
