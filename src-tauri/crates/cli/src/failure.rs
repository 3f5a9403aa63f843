//! Why a command ended without success, and what the calling shell learns of it.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use hongyan_api::commands::account::ProblemView;
use hongyan_api::commands::campaign::Finding;
use hongyan_api::{ErrorCode, ErrorView};
use serde::Serialize;

/// Why a command ended without success.
#[derive(Debug)]
pub enum Failure {
    /// Something was refused.
    Refused(Box<Refusal>),
    /// The answer on standard output says it already, for instance a check that found errors.
    Told,
    /// The user stopped it.
    Stopped,
}

/// What was refused, as it is printed with `--json`.
#[derive(Debug, Serialize)]
pub struct Refusal {
    /// The code and its values.
    pub error: RefusedError,
}

/// An error with what the check of a campaign found.
#[derive(Debug, Serialize)]
pub struct RefusedError {
    /// The error of the wire.
    #[serde(flatten)]
    pub view: ErrorView,
    /// Why a campaign is not ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// Ended by Ctrl+C: 128 + SIGINT, as shells count.
const EXIT_STOPPED: u8 = 130;

impl Failure {
    /// A refusal with a code alone.
    pub fn of(code: ErrorCode) -> Self {
        ErrorView::new(code).into()
    }

    /// A value on the command line that is not allowed, with the words of whoever refused it.
    pub fn of_value(field: &str, detail: &str) -> Self {
        ErrorView::value_invalid(field).with_detail(detail).into()
    }

    /// Something of this name is not there; `what` is the word that the engine uses too.
    pub fn missing(what: &str, name: &str) -> Self {
        ErrorView::new(ErrorCode::NotFound).with("what", what).with("name", name).into()
    }

    /// A refusal with what the operating system says about a file.
    pub fn of_file(code: ErrorCode, path: &Path, error: &io::Error) -> Self {
        ErrorView::new(code).with("file", path.display()).with_detail(error.to_string()).into()
    }

    /// The same with the name of the file that could not be opened: the engine knows only its handle.
    pub fn about_file(self, path: &Path) -> Self {
        match self {
            Self::Refused(mut refusal) if refusal.error.view.code == ErrorCode::FileUnreadable => {
                refusal.error.view.params.insert("file".to_owned(), path.display().to_string());
                Self::Refused(refusal)
            }
            other => other,
        }
    }

    /// What a server refused or how a connection broke.
    pub fn of_problem(problem: &ProblemView) -> Self {
        let mut view = ErrorView::new(ErrorCode::SmtpFailed)
            .with("verdict", &problem.verdict)
            .with("stage", &problem.stage)
            .with("cause", &problem.cause);
        if let Some(hint) = &problem.hint {
            view = view.with("hint", hint);
        }
        if let Some(certificate) = &problem.certificate {
            view = view.with("fault", &certificate.fault).with("fingerprint", &certificate.fingerprint);
        }
        if !problem.server_says.is_empty() {
            view = view.with_detail(&problem.server_says);
        }
        view.into()
    }

    /// The same with what a check found.
    pub fn because_of(self, found: Vec<Finding>) -> Self {
        match self {
            Self::Refused(mut refusal) => {
                refusal.error.findings = found;
                Self::Refused(refusal)
            }
            other => other,
        }
    }

    /// The code of a refusal.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused(refusal) => Some(refusal.error.view.code),
            Self::Told | Self::Stopped => None,
        }
    }

    /// What the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused(_) | Self::Told => ExitCode::FAILURE,
            Self::Stopped => ExitCode::from(EXIT_STOPPED),
        }
    }
}

impl From<ErrorView> for Failure {
    fn from(view: ErrorView) -> Self {
        Self::Refused(Box::new(Refusal { error: RefusedError { view, findings: Vec::new() } }))
    }
}

impl From<hongyan_engine::Error> for Failure {
    fn from(error: hongyan_engine::Error) -> Self {
        ErrorView::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_an_error_with_a_code() {
        let Failure::Refused(refusal) = Failure::missing("campaign", "May") else {
            panic!("no refusal");
        };
        let json = serde_json::to_value(&refusal).unwrap();
        let params = serde_json::json!({"what": "campaign", "name": "May"});
        assert_eq!(json, serde_json::json!({"error": {"code": "not_found", "params": params}}));
    }
}
