//! `hongyanctl account`: the servers mail leaves through.

use std::io::Read;
use std::net::IpAddr;

use clap::{Args, Subcommand, ValueEnum};
use hongyan_api::commands::account::{
    AccountDraft, AccountState, AccountTest, AccountView, CreateAccount, TestAccount,
};
use hongyan_api::commands::shapes::{ById, Done, Nothing, SenderView};

use crate::account_set::{self, SetAccount, TrustAccount};
use crate::failure::Failure;
use crate::limits::LimitArguments;
use crate::session::Session;
use crate::table::table;
use crate::unlock;
use crate::words::{Sentence, Words};

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Add an account
    Add(Box<AddAccount>),
    /// Change an account; what is not given stays
    Set(Box<SetAccount>),
    /// Show all accounts
    List,
    /// Show whether an account can send, what holds it, and what it sent today
    State {
        /// The account's name
        name: String,
    },
    /// Connect and log in, without sending anything
    Test {
        /// The account's name
        name: String,
    },
    /// Send a server several commands at once again, although it broke on them before
    TryFast {
        /// The account's name
        name: String,
    },
    /// Trust exactly one certificate at an account's server, for one that nobody vouches for
    Trust(TrustAccount),
    /// Show the DNS record with which receivers check an account's signatures (DKIM)
    Dkim {
        /// The account's name
        name: String,
    },
    /// Delete an account with its password
    Delete {
        /// The account's name
        name: String,
    },
}

/// The values of a new account.
#[derive(Debug, Args)]
pub struct AddAccount {
    /// Your name for it
    #[arg(long)]
    name: String,
    /// The server's host name
    #[arg(long)]
    host: String,
    /// The server's port, as a rule 465 (implicit) or 587 (starttls)
    #[arg(long)]
    port: u16,
    /// How the connection is protected
    #[arg(long, value_enum)]
    tls: Tls,
    #[command(flatten)]
    login: LoginArguments,
    /// Most connections at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    max_connections: u32,
    /// For your own relay or a mail service: mails in flight on a connection at a time, where the server takes that.
    /// After a crash or a cut so many a connection may be in doubt. 0 or 1: one after the other
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=32))]
    burst: u32,
    /// Whom the mails are from: "Name <a@b>" or "a@b"
    #[arg(long, value_name = "SENDER")]
    from: String,
    /// Where replies go, if not to the sender
    #[arg(long, value_name = "ADDRESS")]
    reply_to: Option<String>,
    #[command(flatten)]
    limits: LimitArguments,
}

/// How an account logs in and reaches its server, shared by adding and changing one.
#[derive(Debug, Args)]
pub struct LoginArguments {
    /// The login name; "none" where the server asks for no login
    #[arg(long)]
    pub user: Option<String>,
    /// Read the password from standard input [default: ask on the terminal]
    #[arg(long)]
    password_stdin: bool,
    /// Read an OAuth 2.0 access token from standard input, to log in with in place of a password
    #[arg(long, conflicts_with = "password_stdin")]
    token_stdin: bool,
    /// Tell the password in this way, for a server that announces one it cannot do [default: the safest it knows]
    #[arg(long, value_enum)]
    log_in_by: Option<Mechanism>,
    /// Go through a proxy, socks5://[user:password@]host:port or http://…; "none" goes there directly
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
}

impl LoginArguments {
    /// What the secret is.
    pub const fn kind(&self) -> &'static str {
        if self.token_stdin { "token" } else { "password" }
    }

    /// How the password is told, as given, else as it was.
    pub fn mechanism(&self, before: &str) -> String {
        self.log_in_by.map_or_else(|| before.to_owned(), |mechanism| mechanism.as_str().to_owned())
    }

    /// The proxy as given, else as it was.
    pub fn proxy(&self, before: Option<&str>) -> Option<String> {
        unless_none(self.proxy.as_deref().or(before).map(ToOwned::to_owned))
    }

    /// The password or token on standard input, if one is to be read there.
    pub fn read_secret(&self) -> Result<Option<String>, Failure> {
        if !self.password_stdin && !self.token_stdin {
            return Ok(None);
        }
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::of_value(self.kind(), &error.to_string()))?;
        // The line's end is not part of it, everything else is.
        Ok(text.lines().next().filter(|line| !line.is_empty()).map(ToOwned::to_owned))
    }
}

/// How a password is told to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mechanism {
    /// In the safest way that the server knows
    Automatic,
    /// SCRAM-SHA-256
    Scram,
    /// PLAIN
    Plain,
    /// LOGIN
    Login,
    /// CRAM-MD5
    CramMd5,
}

impl Mechanism {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Scram => "scram_sha_256",
            Self::Plain => "plain",
            Self::Login => "login",
            Self::CramMd5 => "cram_md5",
        }
    }
}

/// "none" on the command line takes a value away.
pub fn unless_none(value: Option<String>) -> Option<String> {
    value.filter(|value| value != "none")
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tls {
    /// Not at all
    None,
    /// STARTTLS, required
    Starttls,
    /// TLS from the first byte
    Implicit,
}

impl Tls {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Implicit => "implicit",
        }
    }
}

/// Does one of them.
pub async fn run(session: &Session<'_>, command: AccountCommand) -> Result<(), Failure> {
    match command {
        AccountCommand::Add(values) => add(session, *values).await,
        AccountCommand::Set(values) => account_set::set(session, *values).await,
        AccountCommand::State { name } => account_set::state(session, &name).await,
        AccountCommand::TryFast { name } => account_set::try_fast(session, &name).await,
        AccountCommand::Dkim { name } => crate::dkim::show(session, &name).await,
        AccountCommand::Trust(values) => account_set::trust(session, values).await,
        AccountCommand::List => list(session).await,
        AccountCommand::Test { name } => test(session, &name).await,
        AccountCommand::Delete { name } => delete(session, &name).await,
    }
}

async fn add(session: &Session<'_>, values: AddAccount) -> Result<(), Failure> {
    if values.tls == Tls::None {
        warn_of_plain_text(session, &values.host);
    }
    let password = find_password(session, &values.login)?;
    let proxy = values.login.proxy(None);
    if password.is_some() || has_login(proxy.as_deref()) {
        unlock::ready(session).await?;
    }
    let account = AccountDraft {
        name: values.name,
        host: values.host,
        port: values.port,
        tls: values.tls.as_str().to_owned(),
        login_kind: values.login.kind().to_owned(),
        mechanism: values.login.mechanism("automatic"),
        user: unless_none(values.login.user),
        password,
        proxy,
        trusted_certificate: None,
        from: sender(&values.from)?,
        reply_to: values.reply_to,
        max_connections: values.max_connections,
        burst: values.burst,
    };
    let added: AccountView = session.call("account.create", &CreateAccount { account }).await?;
    values.limits.apply(session, added.id).await?;
    let state: AccountState = session.call("account.state", &ById { id: added.id }).await?;
    session.screen.say(&state, &Sentence::AccountAdded { name: &added.name })
}

async fn list(session: &Session<'_>) -> Result<(), Failure> {
    let accounts: Vec<AccountView> = session.call("account.list", &Nothing {}).await?;
    session.screen.show(&accounts, |words| {
        let rows: Vec<Vec<String>> = accounts.iter().map(|account| row(words, account)).collect();
        table(words.account_heads(), &rows)
    })
}

fn row(words: Words, account: &AccountView) -> Vec<String> {
    let state =
        account.held.as_ref().map_or_else(|| words.ready().to_owned(), |held| words.verdict(&held.verdict));
    vec![
        account.name.clone(),
        format!("{}:{}", account.host, account.port),
        account.tls.clone(),
        account.from.address.clone(),
        state,
        account.sent_today.to_string(),
    ]
}

async fn test(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let account = session.find_account(name).await?;
    if has_secrets(&account) {
        unlock::ready(session).await?;
    }
    let tried: AccountTest =
        session.call("account.test", &TestAccount { id: Some(account.id), account: None }).await?;
    match &tried.problem {
        None => {
            let (tls, server) = (tried.tls_version.as_deref(), tried.server.as_str());
            if account.burst > 1 && !tried.takes_bursts {
                session.screen.note(&Sentence::TakesNoBursts);
            }
            session.screen.say(&tried, &Sentence::AccountWorks { tls, server })
        }
        Some(problem) => {
            if session.screen.is_json() {
                session.screen.show(&tried, |_| String::new())?;
            }
            Err(Failure::of_problem(problem))
        }
    }
}

async fn delete(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let account = session.find_account(name).await?;
    if has_secrets(&account) {
        unlock::ready(session).await?;
    }
    let done: Done = session.call("account.delete", &ById { id: account.id }).await?;
    session.screen.say(&done, &Sentence::AccountDeleted { name: &account.name })
}

/// The password or token, where a login needs one: from standard input, else from whoever sits at the terminal.
fn find_password(session: &Session<'_>, login: &LoginArguments) -> Result<Option<String>, Failure> {
    match (&login.user, login.read_secret()?) {
        (None, Some(_)) => Err(Failure::of_value("user", "")),
        (None, None) => Ok(None),
        (Some(_), Some(secret)) => Ok(Some(secret)),
        (Some(_), None) if login.password_stdin || login.token_stdin => Ok(None),
        (Some(_), None) => Ok(unlock::ask(session, &Sentence::AskPassword)),
    }
}

/// Warns where the password and the mails would cross a network in plain text.
pub fn warn_of_plain_text(session: &Session<'_>, host: &str) {
    if !is_this_computer(host) {
        session.screen.note(&Sentence::PlainTextWarning { host });
    }
}

/// Whether something of an account is kept in the keyring or vault.
pub fn has_secrets(account: &AccountView) -> bool {
    account.has_password || account.dkim.is_some() || has_login(account.proxy.as_deref())
}

/// Whether a proxy wants a user and a password.
pub fn has_login(proxy: Option<&str>) -> bool {
    proxy.is_some_and(|proxy| proxy.contains('@'))
}

/// Reads `Name <a@b>` or `a@b`; the engine judges the address.
pub fn sender(text: &str) -> Result<SenderView, Failure> {
    let Some((name, rest)) = text.split_once('<') else {
        return Ok(SenderView { name: String::new(), address: text.trim().to_owned() });
    };
    let address = rest.trim().strip_suffix('>').ok_or_else(|| Failure::of_value("from", text))?;
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    Ok(SenderView { name: name.to_owned(), address: address.trim().to_owned() })
}

fn is_this_computer(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_read_with_and_without_a_name() {
        for (text, name) in [
            ("王丽 <li@example.cn>", "王丽"),
            ("\"Li, Wang\" <li@example.cn>", "Li, Wang"),
            ("<li@example.cn>", ""),
            (" li@example.cn ", ""),
        ] {
            let sender = sender(text).unwrap();
            assert_eq!((sender.name.as_str(), sender.address.as_str()), (name, "li@example.cn"));
        }
        assert!(sender("Li <li@example.cn").is_err());
    }
}
