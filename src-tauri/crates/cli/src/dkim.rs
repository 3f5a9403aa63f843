//! `hongyanctl account dkim`, and what `account set` does about signatures.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hongyan_api::ErrorCode;
use hongyan_api::commands::account::AccountView;
use hongyan_api::commands::dkim::{DkimView, SetDkim};
use hongyan_api::commands::shapes::ById;

use crate::failure::Failure;
use crate::session::Session;
use crate::words::Sentence;

/// A key file is some kilobytes; whatever is larger is another file.
const MAX_KEY_FILE_BYTES: u64 = 64 * 1024;

/// How an account's mails are signed; what is not given stays.
#[derive(Debug, Args)]
pub struct DkimArguments {
    /// Sign the mails (DKIM) with a new key; `account dkim` then shows the DNS record it needs. Only for your own mail
    /// server: most providers sign for you
    #[arg(long, value_enum, value_name = "KIND", conflicts_with_all = ["dkim_key_file", "no_dkim"])]
    dkim_generate: Option<Algorithm>,
    /// Sign the mails with the private key in this file: PEM, RSA (2048 to 4096 bits) or Ed25519, not encrypted
    #[arg(long, value_name = "FILE", conflicts_with = "no_dkim")]
    dkim_key_file: Option<PathBuf>,
    /// Sign the mails no longer, and forget the key
    #[arg(long)]
    no_dkim: bool,
    /// Under which name the domain has the key [default: hongyan]
    #[arg(long, value_name = "SELECTOR", conflicts_with = "no_dkim")]
    dkim_selector: Option<String>,
    /// Who signs [default: the From address's domain]
    #[arg(long, value_name = "DOMAIN", conflicts_with = "no_dkim")]
    dkim_domain: Option<String>,
}

/// A kind of key.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Algorithm {
    /// 2048 bits; every receiver checks it
    Rsa,
    /// Shorter and quicker, but not every receiver checks it yet
    Ed25519,
}

/// What is to be done about an account's signatures.
pub enum Change {
    /// Nothing.
    None,
    /// The key is forgotten.
    Remove,
    /// The mails are signed.
    Set {
        /// `kept`, `rsa`, `ed25519` or `pem`.
        key: &'static str,
        /// The user's own key.
        pem: Option<String>,
        /// A new selector.
        selector: Option<String>,
        /// A new domain.
        domain: Option<String>,
    },
}

impl DkimArguments {
    /// Reads what is to be done, the key file too.
    pub fn change(self) -> Result<Change, Failure> {
        if self.no_dkim {
            return Ok(Change::Remove);
        }
        let pem = self.dkim_key_file.map(read_key_file).transpose()?;
        let key = match (self.dkim_generate, &pem) {
            (Some(Algorithm::Rsa), _) => "rsa",
            (Some(Algorithm::Ed25519), _) => "ed25519",
            (None, Some(_)) => "pem",
            (None, None) if self.dkim_selector.is_some() || self.dkim_domain.is_some() => "kept",
            (None, None) => return Ok(Change::None),
        };
        Ok(Change::Set { key, pem, selector: self.dkim_selector, domain: self.dkim_domain })
    }
}

impl Change {
    /// Whether the keyring or vault is needed for it.
    pub fn needs_secrets(&self) -> bool {
        !matches!(self, Self::None | Self::Set { key: "kept", .. })
    }

    /// Carries it out; gives the account as it is then, if it was changed.
    pub async fn carry_out(self, session: &Session<'_>, id: i64) -> Result<Option<AccountView>, Failure> {
        let changed: AccountView = match self {
            Self::None => return Ok(None),
            Self::Remove => session.call("account.remove_dkim", &ById { id }).await?,
            Self::Set { key, pem, selector, domain } => {
                let request = SetDkim { id, key: key.to_owned(), pem, selector, domain };
                session.call("account.set_dkim", &request).await?
            }
        };
        Ok(Some(changed))
    }
}

/// Shows the record that the DNS needs.
pub async fn show(session: &Session<'_>, name: &str) -> Result<(), Failure> {
    let account = session.find_account(name).await?;
    warn_of_other_domain(session, &account);
    session.screen.say(&account.dkim, &sentence(&account))
}

/// What is to be said about an account's signatures.
pub fn sentence(account: &AccountView) -> Sentence<'_> {
    match &account.dkim {
        Some(dkim) => Sentence::DkimRecord { dkim },
        None => Sentence::NotSigned { name: &account.name },
    }
}

/// Warns where receivers will not count the signature.
pub fn warn_of_other_domain(session: &Session<'_>, account: &AccountView) {
    if let Some(DkimView { aligned: false, domain, .. }) = &account.dkim {
        session.screen.note(&Sentence::DkimNotAligned { domain, from: &account.from.address });
    }
}

fn read_key_file(path: PathBuf) -> Result<String, Failure> {
    let unreadable = |error| Failure::of_file(ErrorCode::FileUnreadable, &path, &error);
    if std::fs::metadata(&path).map_err(unreadable)?.len() > MAX_KEY_FILE_BYTES {
        return Ok(String::new());
    }
    // A key in binary form is no PEM; whoever reads it says so.
    Ok(String::from_utf8_lossy(&std::fs::read(&path).map_err(unreadable)?).into_owned())
}
