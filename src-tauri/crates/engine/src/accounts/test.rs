//! The test of an account: connects, secures, logs in, says good-bye, sends nothing.

use hongyan_domain::{AccountId, Fingerprint, Stage, Verdict};
use hongyan_smtp::{Cause, CertificateFault, Failure, ProxyFault, TlsFault, judge, probe};

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
    /// Whether the server announces that it takes many mails at once (PIPELINING and CHUNKING).
    pub takes_bursts: bool,
}

/// What a server refused or how a connection broke, for people.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What it means.
    pub verdict: Verdict,
    /// How far it came.
    pub stage: Stage,
    /// What broke: `reply`, `timeout`, `closed`, `refused`, `not_found`, `certificate`, `no_tls`, `no_auth`, `protocol`, `io`,
    /// `too_large`, `needs_utf8`, `proxy_unreachable`, `proxy_login`, `proxy_forbidden`, `proxy_no_way`, `proxy_wrong`.
    pub cause: &'static str,
    /// What this provider wants as password.
    pub hint: Option<PasswordHint>,
    /// The server's own words. Hostile text.
    pub server_says: String,
    /// The certificate that cannot be trusted, where it is that.
    pub certificate: Option<BadCertificate>,
}

/// A certificate that cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCertificate {
    /// What is wrong with it: `self_signed`, `unknown_issuer`, `other_name`, `expired`, `not_yet_valid`, `revoked`,
    /// `malformed`.
    pub fault: &'static str,
    /// Which one it is.
    pub fingerprint: Fingerprint,
}

impl Problem {
    pub(crate) fn of(failure: &Failure, host: &str) -> Self {
        Self {
            verdict: judge(failure, Some(host)),
            stage: failure.stage,
            cause: cause_word(&failure.cause),
            hint: (failure.stage == Stage::Auth).then(|| hint_for_host(host)).flatten(),
            server_says: server_says(failure),
            certificate: bad_certificate(&failure.cause),
        }
    }
}

/// The server's words with its code, or what stands in the way where the server said nothing.
pub(crate) fn server_says(failure: &Failure) -> String {
    match &failure.cause {
        Cause::Reply(reply) => match reply.enhanced_text() {
            Some(enhanced) => format!("{} {enhanced} {}", reply.code, reply.text),
            None => format!("{} {}", reply.code, reply.text),
        },
        Cause::Proxy(fault) => fault.to_string(),
        Cause::Tls(fault) => fault.to_string(),
        Cause::TooLarge { .. } | Cause::NeedsUtf8(_) => failure.cause.to_string(),
        _ => String::new(),
    }
}

fn bad_certificate(cause: &Cause) -> Option<BadCertificate> {
    let Cause::Tls(TlsFault::Certificate { fault, fingerprint }) = cause else { return None };
    let fault = match fault {
        CertificateFault::SelfSigned => "self_signed",
        CertificateFault::UnknownIssuer => "unknown_issuer",
        CertificateFault::OtherName => "other_name",
        CertificateFault::Expired => "expired",
        CertificateFault::NotYetValid => "not_yet_valid",
        CertificateFault::Revoked => "revoked",
        CertificateFault::Other => "malformed",
    };
    fingerprint.map(|fingerprint| BadCertificate { fault, fingerprint })
}

const fn cause_word(cause: &Cause) -> &'static str {
    match cause {
        Cause::Reply(_) => "reply",
        Cause::Timeout => "timeout",
        Cause::Closed | Cause::Stale | Cause::BehindFarewell => "closed",
        Cause::Io(std::io::ErrorKind::ConnectionRefused) => "refused",
        Cause::Io(_) => "io",
        Cause::UnknownHost => "not_found",
        Cause::Proxy(ProxyFault::Unreachable | ProxyFault::Silent | ProxyFault::Closed) => {
            "proxy_unreachable"
        }
        Cause::Proxy(ProxyFault::Login) => "proxy_login",
        Cause::Proxy(ProxyFault::Forbidden(_)) => "proxy_forbidden",
        Cause::Proxy(ProxyFault::ServerUnreachable(_)) => "proxy_no_way",
        Cause::Proxy(ProxyFault::NotAProxy) => "proxy_wrong",
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
        let test = self.probe(&server).await;
        if test.problem.is_none() && account.takes_bursts != Some(test.takes_bursts) {
            // Only the next campaign would have used it: no reason to say that the test failed.
            if let Err(error) = self.note_takes_bursts(id, test.takes_bursts).await {
                tracing::warn!(account = id.0, %error, "what the server announces cannot be noted");
            }
        }
        Ok(test)
    }

    /// Tries values that are not saved; secrets that are not in them are those of the account `id`. For
    /// another host or login name than that account's the password has to be in them.
    pub async fn test_account_draft(
        &self,
        draft: AccountDraft,
        id: Option<AccountId>,
    ) -> Result<AccountTest> {
        let (values, new) = draft.check(false)?;
        let before = match id {
            Some(id) => Some(self.store().load_account(id).await?.values),
            None => None,
        };
        if let Some(before) = &before {
            new.ask_again_elsewhere(before, &values)?;
        }
        let login = self.login_of(id, &values, new.login).await?;
        // A password of one proxy is nothing to tell another.
        let id = id.filter(|_| before.is_some_and(|before| before.proxy == values.proxy));
        let route = self.route_of(id, &values, new.proxy).await?;
        let server = self.server(values, login, route);
        Ok(self.probe(&server).await)
    }

    async fn probe(&self, server: &hongyan_smtp::Server) -> AccountTest {
        let mut server = server.clone();
        // Somebody is watching: so long at each step is enough to know.
        server.timeouts = hongyan_smtp::Timeouts::all(std::time::Duration::from_secs(20));
        match probe(&server).await {
            Ok(report) => AccountTest {
                problem: None,
                tls_version: report.tls_version.map(str::to_owned),
                server: report.greeting,
                takes_bursts: report.capabilities.pipelining && report.capabilities.chunking,
            },
            Err(failure) => AccountTest {
                problem: Some(Problem::of(&failure, &server.host)),
                tls_version: None,
                server: String::new(),
                takes_bursts: false,
            },
        }
    }
}
