//! The test of an account: connects, secures, logs in, says good-bye, sends nothing.

use hongyan_domain::{AccountId, LoginKind, Stage, Verdict};
use hongyan_secrets::SecretName;
use hongyan_smtp::{Cause, Failure, Login, TlsFault, judge, probe};

use super::providers::{PasswordHint, hint_for_host};
use super::{AccountDraft, Engine};
use crate::Result;

/// How the test went.
#[derive(Debug, Clone)]
pub struct AccountTest {
    /// What went wrong; `None` when all is well.
    pub problem: Option<Problem>,
    /// For example `TLS 1.3`.
    pub tls_version: Option<String>,
    /// The server's greeting. Hostile text.
    pub server: String,
}

/// What a server refused or how a connection broke, for people.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What it means.
    pub verdict: Verdict,
    /// How far it came.
    pub stage: Stage,
    /// What broke: `reply`, `timeout`, `closed`, `refused`, `not_found`, `certificate`, `no_tls`, `no_auth`, `protocol`, `io`,
    /// `too_large`, `needs_utf8`.
    pub cause: &'static str,
    /// What this provider wants as password.
    pub hint: Option<PasswordHint>,
    /// The server's own words. Hostile text.
    pub server_says: String,
}

impl Problem {
    pub(crate) fn of(failure: &Failure, host: &str) -> Self {
        Self {
            verdict: judge(failure, Some(host)),
            stage: failure.stage,
            cause: cause_word(&failure.cause),
            hint: (failure.stage == Stage::Auth).then(|| hint_for_host(host)).flatten(),
            server_says: server_says(failure),
        }
    }
}

/// The server's words with its code, or the certificate's fault.
pub(crate) fn server_says(failure: &Failure) -> String {
    match &failure.cause {
        Cause::Reply(reply) => match reply.enhanced_text() {
            Some(enhanced) => format!("{} {enhanced} {}", reply.code, reply.text),
            None => format!("{} {}", reply.code, reply.text),
        },
        Cause::Proxy(fault) => fault.to_string(),
        Cause::Tls(fault) => fault.to_string(),
        _ => String::new(),
    }
}

const fn cause_word(cause: &Cause) -> &'static str {
    match cause {
        Cause::Reply(_) => "reply",
        Cause::Timeout => "timeout",
        Cause::Closed | Cause::Stale => "closed",
        Cause::Io(std::io::ErrorKind::ConnectionRefused) => "refused",
        Cause::Io(_) => "io",
        Cause::UnknownHost => "not_found",
        Cause::Proxy(_) => "proxy",
        Cause::Tls(TlsFault::Certificate { .. }) => "certificate",
        Cause::Tls(_) | Cause::NoTlsOffered => "no_tls",
        Cause::NoAuthOffered | Cause::UnusableLogin => "no_auth",
        Cause::Protocol(_) => "protocol",
        Cause::NeedsUtf8(_) => "needs_utf8",
        Cause::TooLarge { .. } => "too_large",
    }
}

impl Engine {
    /// Tries a saved account.
    pub async fn test_account(&self, id: AccountId) -> Result<AccountTest> {
        let account = self.store().load_account(id).await?;
        let server = self.server_of(&account).await?;
        Ok(self.probe(&server).await)
    }

    /// Tries values that are not saved; without a password in them, that of the account `id` is used.
    pub async fn test_account_draft(
        &self,
        draft: AccountDraft,
        id: Option<AccountId>,
    ) -> Result<AccountTest> {
        let password = match (&draft.password, id) {
            (Some(password), _) => Some(password.clone()),
            (None, Some(id)) => self.secrets().find(&SecretName::smtp_password(id)).await?,
            (None, None) => None,
        };
        let values = draft.check(password.is_some())?;
        let login = values.user.clone().zip(password);
        let login = login.map(|(user, secret)| Login { user, kind: LoginKind::Password, secret });
        let server = self.server(values.host, values.port, values.tls, login);
        Ok(self.probe(&server).await)
    }

    async fn probe(&self, server: &hongyan_smtp::Server) -> AccountTest {
        let mut server = server.clone();
        // Somebody is watching: a minute at each step is enough to know.
        server.timeouts = hongyan_smtp::Timeouts::all(std::time::Duration::from_secs(20));
        match probe(&server).await {
            Ok(report) => AccountTest {
                problem: None,
                tls_version: report.tls_version.map(str::to_owned),
                server: report.greeting,
            },
            Err(failure) => AccountTest {
                problem: Some(Problem::of(&failure, &server.host)),
                tls_version: None,
                server: String::new(),
            },
        }
    }
}
