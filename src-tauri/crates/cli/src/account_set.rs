//! `hongyanctl account set`, `state` and `trust`: changing an account and asking how it is.

use clap::Args;
use hongyan_api::commands::account::{
    AccountDraft, AccountState, AccountView, TrustCertificate, UpdateAccount,
};
use hongyan_api::commands::shapes::ById;

use crate::account::{self, LoginArguments, Tls};
use crate::dkim::{self, DkimArguments};
use crate::failure::Failure;
use crate::limits::LimitArguments;
use crate::session::Session;
use crate::unlock;
use crate::words::Sentence;

/// What to change of an account; what is not given stays.
#[derive(Debug, Args)]
pub struct SetAccount {
    /// The account's name
    account: String,
    /// A new name
    #[arg(long)]
    name: Option<String>,
    /// The server's host name
    #[arg(long)]
    host: Option<String>,
    /// The server's port
    #[arg(long)]
    port: Option<u16>,
    /// How the connection is protected
    #[arg(long, value_enum)]
    tls: Option<Tls>,
    #[command(flatten)]
    login: LoginArguments,
    /// Most connections at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50))]
    max_connections: Option<u32>,
    /// Mails in flight on a connection at a time, for your own relay or a mail service, where the server takes that.
    /// After a crash or a cut so many a connection may be in doubt. 0 or 1: one after the other
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=32))]
    burst: Option<u32>,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    dkim: DkimArguments,
    /// Whom the mails are from: "Name <a@b>" or "a@b"
    #[arg(long, value_name = "SENDER")]
    from: Option<String>,
    /// Where replies go, if not to the sender; "none" for the sender
    #[arg(long, value_name = "ADDRESS")]
    reply_to: Option<String>,
}

/// Which certificate to trust.
#[derive(Debug, Args)]
pub struct TrustAccount {
    /// The account's name
    name: String,
    /// SHA-256 of the certificate, as `account test` shows it; compare it with what the server's administrator says
    #[arg(long, value_name = "SHA-256", required_unless_present = "none")]
    fingerprint: Option<String>,
    /// Trust no certificate besides those that the system trusts
    #[arg(long, conflicts_with = "fingerprint")]
    none: bool,
}

/// Changes an account.
pub async fn set(session: &Session<'_>, values: SetAccount) -> Result<(), Failure> {
    let before = session.find_account(&values.account).await?;
    let id = before.id;
    if values.tls == Some(Tls::None) {
        account::warn_of_plain_text(session, values.host.as_deref().unwrap_or(&before.host));
    }
    let password = values.login.read_secret()?;
    let proxy = values.login.proxy(before.proxy.as_deref());
    // What is kept and stays needs no passphrase.
    let proxies = [proxy.as_deref(), before.proxy.as_deref()];
    let signing = values.dkim.change()?;
    if password.is_some() || signing.needs_secrets() || proxies.into_iter().any(account::has_login) {
        unlock::ready(session).await?;
    }
    let from = match &values.from {
        Some(text) => account::sender(text)?,
        None => before.from,
    };
    let login_kind = if password.is_some() { values.login.kind().to_owned() } else { before.login_kind };
    let draft = AccountDraft {
        name: values.name.unwrap_or(before.name),
        host: values.host.unwrap_or(before.host),
        port: values.port.unwrap_or(before.port),
        tls: values.tls.map_or(before.tls, |tls| tls.as_str().to_owned()),
        user: account::unless_none(values.login.user.clone().or(before.user)),
        login_kind,
        mechanism: values.login.mechanism(&before.mechanism),
        password,
        proxy,
        trusted_certificate: before.trusted_certificate,
        from,
        reply_to: account::unless_none(values.reply_to.or(before.reply_to)),
        max_connections: values.max_connections.unwrap_or(before.max_connections),
        burst: values.burst.unwrap_or(before.burst),
    };
    let changed: AccountView = session.call("account.update", &UpdateAccount { id, account: draft }).await?;
    values.limits.apply(session, id).await?;
    let Some(changed) = signing.carry_out(session, id).await? else {
        dkim::warn_of_other_domain(session, &changed);
        return session.screen.say(&changed, &Sentence::AccountChanged { name: &changed.name });
    };
    dkim::warn_of_other_domain(session, &changed);
    session.screen.show(&changed, |words| {
        let lines = [Sentence::AccountChanged { name: &changed.name }, dkim::sentence(&changed)];
        lines.map(|sentence| words.say(&sentence)).join("\n")
    })
}

/// Says whether an account can send, what it may send, and what it sent.
pub async fn state(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let account = session.find_account(name).await?;
    let state: AccountState = session.call("account.state", &ById { id: account.id }).await?;
    session.screen.say(&state, &Sentence::AccountState { state: &state })
}

/// Lets a server that broke on several commands at once be sent some again.
pub async fn try_fast(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let account = session.find_account(name).await?;
    let changed: AccountView = session.call("account.try_fast", &ById { id: account.id }).await?;
    session.screen.say(&changed, &Sentence::FastWayAgain { name: &changed.name })
}

/// Trusts one certificate, or none.
pub async fn trust(session: &Session<'_>, values: TrustAccount) -> Result<(), Failure> {
    let account = session.find_account(&values.name).await?;
    let request = TrustCertificate { id: account.id, fingerprint: values.fingerprint };
    let changed: AccountView = session.call("account.trust", &request).await?;
    let host = &changed.host;
    match &changed.trusted_certificate {
        Some(fingerprint) => {
            session.screen.say(&changed, &Sentence::CertificateTrusted { host, fingerprint })
        }
        None => session.screen.say(&changed, &Sentence::CertificateTrustEnded { host }),
    }
}
