//! `hongyanctl account`: the servers mail leaves through.

use std::io::Read;
use std::net::IpAddr;

use clap::{Args, Subcommand, ValueEnum};
use hongyan_api::commands::account::{AccountDraft, AccountTest, AccountView, CreateAccount, TestAccount};
use hongyan_api::commands::shapes::{ById, Done, Nothing, SenderView};

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
    /// Show all accounts
    List,
    /// Connect and log in, without sending anything
    Test {
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
    /// The login name
    #[arg(long)]
    user: Option<String>,
    /// Read the password from standard input [default: ask on the terminal]
    #[arg(long, requires = "user")]
    password_stdin: bool,
    /// Most connections at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    max_connections: u32,
    /// Whom the mails are from: "Name <a@b>" or "a@b"
    #[arg(long, value_name = "SENDER")]
    from: String,
    /// Where replies go, if not to the sender
    #[arg(long, value_name = "ADDRESS")]
    reply_to: Option<String>,
    #[command(flatten)]
    limits: LimitArguments,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tls {
    /// Not at all
    None,
    /// STARTTLS, required
    Starttls,
    /// TLS from the first byte
    Implicit,
}

impl Tls {
    const fn as_str(self) -> &'static str {
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
        AccountCommand::List => list(session).await,
        AccountCommand::Test { name } => test(session, &name).await,
        AccountCommand::Delete { name } => delete(session, &name).await,
    }
}

async fn add(session: &Session<'_>, values: AddAccount) -> Result<(), Failure> {
    if values.tls == Tls::None && !is_this_computer(&values.host) {
        session.screen.note(&Sentence::PlainTextWarning { host: &values.host });
    }
    let password = find_password(session, &values)?;
    if password.is_some() {
        unlock::ready(session).await?;
    }
    let account = AccountDraft {
        name: values.name,
        host: values.host,
        port: values.port,
        tls: values.tls.as_str().to_owned(),
        user: values.user,
        password,
        from: sender(&values.from)?,
        reply_to: values.reply_to,
        max_connections: values.max_connections,
    };
    let added: AccountView = session.call("account.create", &CreateAccount { account }).await?;
    values.limits.apply(session, added.id).await?;
    session.screen.say(&added, &Sentence::AccountAdded { name: &added.name })
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
    if account.has_password {
        unlock::ready(session).await?;
    }
    let tried: AccountTest =
        session.call("account.test", &TestAccount { id: Some(account.id), account: None }).await?;
    match &tried.problem {
        None => {
            let (tls, server) = (tried.tls_version.as_deref(), tried.server.as_str());
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
    if account.has_password {
        unlock::ready(session).await?;
    }
    let done: Done = session.call("account.delete", &ById { id: account.id }).await?;
    session.screen.say(&done, &Sentence::AccountDeleted { name: &account.name })
}

/// The password, where a login needs one: from standard input, else from whoever sits at the terminal.
fn find_password(session: &Session<'_>, values: &AddAccount) -> Result<Option<String>, Failure> {
    if values.user.is_none() {
        return Ok(None);
    }
    if !values.password_stdin {
        return Ok(unlock::ask(session, &Sentence::AskPassword));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::of_value("password", &error.to_string()))?;
    // The line's end is not part of it, everything else is.
    Ok(text.lines().next().filter(|line| !line.is_empty()).map(ToOwned::to_owned))
}

/// Reads `Name <a@b>` or `a@b`; the engine judges the address.
fn sender(text: &str) -> Result<SenderView, Failure> {
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
