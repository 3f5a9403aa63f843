//! The vault's passphrase, where there is no keyring: from the environment, or asked on a terminal.
//!
//! Never from the command line, where every program on the computer can read it.

use std::io::IsTerminal;

use hongyan_api::ErrorCode;
use hongyan_api::commands::account::AccountView;
use hongyan_api::commands::app::{AppStatus, Passphrase, SecretsStatus};
use hongyan_api::commands::campaign::CampaignView;
use hongyan_api::commands::shapes::{ById, Nothing};

use crate::failure::Failure;
use crate::session::Session;
use crate::words::Sentence;

const VARIABLE: &str = "HONGYAN_VAULT_PASSPHRASE";

/// Makes the vault ready, so that a password can be kept or found.
///
/// Without a passphrase: `secrets_missing` where there is no vault yet, else `secrets_locked`.
pub async fn ready(session: &Session<'_>) -> Result<(), Failure> {
    let status: AppStatus = session.call("app.status", &Nothing {}).await?;
    match status.secrets.state.as_str() {
        "not_created" => {
            let passphrase = from_environment().or_else(|| ask_twice(session));
            give(session, "vault.create", passphrase, ErrorCode::SecretsMissing).await
        }
        "needs_passphrase" => {
            let passphrase = from_environment().or_else(|| ask(session, &Sentence::AskPassphrase));
            give(session, "vault.unlock", passphrase, ErrorCode::SecretsLocked).await
        }
        _ => Ok(()),
    }
}

/// Makes the vault ready where an account of a campaign has its password in one.
pub async fn for_accounts_of(session: &Session<'_>, campaign: i64) -> Result<(), Failure> {
    let view: CampaignView = session.call("campaign.get", &ById { id: campaign }).await?;
    for share in &view.plan.accounts {
        let account: AccountView = session.call("account.get", &ById { id: share.account_id }).await?;
        if crate::account::has_secrets(&account) {
            return ready(session).await;
        }
    }
    Ok(())
}

/// Unlocks the vault where there is one and the environment holds its passphrase; asks nobody.
pub async fn from_environment_only(session: &Session<'_>) -> Result<(), Failure> {
    let status: AppStatus = session.call("app.status", &Nothing {}).await?;
    match from_environment() {
        Some(passphrase) if status.secrets.state == "needs_passphrase" => {
            give(session, "vault.unlock", Some(passphrase), ErrorCode::SecretsLocked).await
        }
        _ => Ok(()),
    }
}

/// Asks for a secret on the terminal; `None` where nobody sits at one.
pub fn ask(session: &Session<'_>, question: &Sentence<'_>) -> Option<String> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let prompt = format!("{} ", session.screen.words().say(question));
    rpassword::prompt_password(prompt).ok().filter(|secret| !secret.is_empty())
}

/// A new passphrase is asked for until it was typed twice alike.
fn ask_twice(session: &Session<'_>) -> Option<String> {
    loop {
        let first = ask(session, &Sentence::AskNewPassphrase)?;
        if ask(session, &Sentence::AskPassphraseAgain)? == first {
            return Some(first);
        }
        session.screen.note(&Sentence::PassphrasesDiffer);
    }
}

fn from_environment() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|passphrase| !passphrase.is_empty())
}

async fn give(
    session: &Session<'_>,
    command: &str,
    passphrase: Option<String>,
    otherwise: ErrorCode,
) -> Result<(), Failure> {
    let passphrase = passphrase.ok_or_else(|| Failure::of(otherwise))?;
    let _: SecretsStatus = session.call(command, &Passphrase { passphrase }).await?;
    Ok(())
}
