//! The vault through the front door, in a folder of its own.

use std::fs;
use std::path::Path;

use hongyan_domain::AccountId;
use secrecy::{ExposeSecret, SecretString};
use tempfile::{TempDir, tempdir};

use crate::cost::Cost;
use crate::{Kind, Preference, SecretName, Secrets, SecretsError, State, Status};

const PASSPHRASE: &str = "wild goose";
const FILE: &str = "secrets.vault";

fn folder() -> TempDir {
    tempdir().expect("a folder")
}

fn name(account: i64) -> SecretName {
    SecretName::smtp_password(AccountId(account))
}

async fn open(dir: &Path) -> Secrets {
    Secrets::open_with_cost(dir, Preference::VaultOnly, Cost::TRIVIAL).await
}

async fn open_with_vault(dir: &Path) -> Secrets {
    let secrets = open(dir).await;
    secrets.create_vault(PASSPHRASE.into()).await.expect("a vault");
    secrets
}

async fn found(secrets: &Secrets, account: i64) -> Option<String> {
    let found: Option<SecretString> = secrets.find(&name(account)).await.expect("an unlocked vault");
    found.map(|secret| secret.expose_secret().to_owned())
}

#[tokio::test]
async fn a_vault_keeps_secrets_over_restarts() {
    let dir = folder();
    let long = "长密码 \"with\\quotes\"\n".repeat(1000);
    let secrets = open_with_vault(dir.path()).await;
    secrets.store(&name(7), "first".into()).await.expect("stored");
    secrets.store(&name(7), "hunter2".into()).await.expect("stored again");
    secrets.store(&name(8), long.as_str().into()).await.expect("stored");
    secrets.store(&name(9), "gone".into()).await.expect("stored");
    secrets.delete(&name(9)).await.expect("deleted");
    secrets.delete(&name(9)).await.expect("deleting twice is fine");

    let secrets = open(dir.path()).await;
    secrets.unlock(PASSPHRASE.into()).await.expect("unlocked");
    assert_eq!(found(&secrets, 7).await.as_deref(), Some("hunter2"));
    assert_eq!(found(&secrets, 8).await, Some(long));
    assert_eq!(found(&secrets, 9).await, None);
}

#[tokio::test]
async fn the_status_says_what_is_to_be_done_next() {
    let dir = folder();
    let status = |state| Status { kind: Kind::Vault, state };
    let secrets = open(dir.path()).await;
    assert_eq!(secrets.status(), status(State::NotCreated));
    assert!(matches!(secrets.find(&name(7)).await, Err(SecretsError::NoVault)));
    assert!(matches!(secrets.store(&name(7), "x".into()).await, Err(SecretsError::NoVault)));
    assert!(matches!(secrets.unlock(PASSPHRASE.into()).await, Err(SecretsError::NoVault)));

    secrets.create_vault(PASSPHRASE.into()).await.expect("a vault");
    assert_eq!(secrets.status(), status(State::Ready));
    assert!(matches!(secrets.create_vault(PASSPHRASE.into()).await, Err(SecretsError::VaultExists)));

    let secrets = open(dir.path()).await;
    assert_eq!(secrets.status(), status(State::NeedsPassphrase));
    assert!(matches!(secrets.find(&name(7)).await, Err(SecretsError::Locked)));
    assert!(matches!(secrets.store(&name(7), "x".into()).await, Err(SecretsError::Locked)));
    assert!(matches!(secrets.delete(&name(7)).await, Err(SecretsError::Locked)));
}

#[tokio::test]
async fn a_vault_that_is_there_is_used_and_the_keyring_not_asked() {
    let dir = folder();
    open_with_vault(dir.path()).await;
    let secrets = Secrets::open(dir.path(), Preference::Auto).await;
    assert_eq!(secrets.status(), Status { kind: Kind::Vault, state: State::NeedsPassphrase });
}

#[tokio::test]
async fn a_wrong_passphrase_is_told_from_a_damaged_file() {
    let dir = folder();
    open_with_vault(dir.path()).await.store(&name(7), "hunter2".into()).await.expect("stored");
    let secrets = open(dir.path()).await;
    assert!(matches!(secrets.unlock("wild duck!".into()).await, Err(SecretsError::WrongPassphrase)));
    assert_eq!(secrets.status().state, State::NeedsPassphrase);

    let path = dir.path().join(FILE);
    let whole = fs::read(&path).expect("the file");
    fs::write(&path, &whole[..whole.len() / 2]).expect("cut short");
    assert!(matches!(secrets.unlock(PASSPHRASE.into()).await, Err(SecretsError::Damaged)));

    fs::write(&path, &whole).expect("put back");
    secrets.unlock(PASSPHRASE.into()).await.expect("unlocked");
    assert_eq!(found(&secrets, 7).await.as_deref(), Some("hunter2"));
}

#[tokio::test]
async fn a_short_passphrase_is_refused_and_characters_are_counted_not_bytes() {
    let dir = folder();
    let secrets = open(dir.path()).await;
    for short in ["", "1234567", "七个字不够长吗"] {
        let refused = secrets.create_vault(short.into()).await;
        assert!(matches!(refused, Err(SecretsError::PassphraseTooShort { min: 8 })), "{short}");
    }
    secrets.create_vault("八个字就已经够了".into()).await.expect("a vault");
    let changed = secrets.change_passphrase("八个字就已经够了".into(), "short".into()).await;
    assert!(matches!(changed, Err(SecretsError::PassphraseTooShort { .. })));
}

#[tokio::test]
async fn a_changed_passphrase_locks_out_the_old_one_and_whoever_had_it() {
    let dir = folder();
    let secrets = open_with_vault(dir.path()).await;
    secrets.store(&name(7), "hunter2".into()).await.expect("stored");
    let window = open(dir.path()).await;
    window.unlock(PASSPHRASE.into()).await.expect("unlocked");

    let wrong = secrets.change_passphrase("wild duck!".into(), "grey goose".into()).await;
    assert!(matches!(wrong, Err(SecretsError::WrongPassphrase)));
    secrets.change_passphrase(PASSPHRASE.into(), "grey goose".into()).await.expect("changed");
    assert_eq!(found(&secrets, 7).await.as_deref(), Some("hunter2"));

    assert!(matches!(window.find(&name(7)).await, Err(SecretsError::Locked)));
    assert_eq!(window.status().state, State::NeedsPassphrase);
    assert!(matches!(window.unlock(PASSPHRASE.into()).await, Err(SecretsError::WrongPassphrase)));
    window.unlock("grey goose".into()).await.expect("unlocked");
    assert_eq!(found(&window, 7).await.as_deref(), Some("hunter2"));
}

#[tokio::test]
async fn secrets_stored_at_the_same_time_from_two_sides_are_all_kept() {
    let dir = folder();
    let window = open_with_vault(dir.path()).await;
    let command_line = open(dir.path()).await;
    command_line.unlock(PASSPHRASE.into()).await.expect("unlocked");
    let mut tasks = tokio::task::JoinSet::new();
    for account in 0..24 {
        let secrets = if account % 2 == 0 { window.clone() } else { command_line.clone() };
        tasks.spawn(async move { secrets.store(&name(account), format!("secret {account}").into()).await });
    }
    while let Some(stored) = tasks.join_next().await {
        stored.expect("no panic").expect("stored");
    }
    for account in 0..24 {
        assert_eq!(found(&window, account).await, Some(format!("secret {account}")));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_file_and_nobody_the_secret() {
    use std::os::unix::fs::PermissionsExt;

    let dir = folder();
    // What a crash in the middle of writing leaves, readable by all, must not pass its mode on.
    fs::write(dir.path().join("secrets.vault.new"), "half a file").expect("written");
    let secrets = open_with_vault(dir.path()).await;
    secrets.store(&name(7), "hunter2".into()).await.expect("stored");
    for entry in fs::read_dir(dir.path()).expect("the folder") {
        let path = entry.expect("a file").path();
        let mode = fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
        let content = fs::read(&path).expect("the file");
        assert!(!content.windows(7).any(|window| window == b"hunter2"));
    }
    assert!(!dir.path().join("secrets.vault.new").exists());
}

#[tokio::test]
async fn nothing_printed_shows_a_secret() {
    let dir = folder();
    let secrets = open_with_vault(dir.path()).await;
    secrets.store(&name(7), "hunter2".into()).await.expect("stored");
    let found = secrets.find(&name(7)).await.expect("found");
    assert!(!format!("{secrets:?} {found:?}").contains("hunter2"));
}

#[tokio::test]
async fn memory_keeps_secrets_until_the_last_clone_is_gone() {
    let secrets = Secrets::in_memory();
    assert_eq!(secrets.status(), Status { kind: Kind::Memory, state: State::Ready });
    secrets.clone().store(&name(7), "hunter2".into()).await.expect("stored");
    assert_eq!(found(&secrets, 7).await.as_deref(), Some("hunter2"));
    secrets.delete(&name(7)).await.expect("deleted");
    assert_eq!(found(&secrets, 7).await, None);
}
