//! The system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! All data folders of a user share one keyring, so entries are filed under a random word kept in the data folder too;
//! else account 7 of a second folder would overwrite the password of account 7 in the first.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret, SecretString};

use crate::vault_file::random;
use crate::{KeyringFault, SecretName, SecretsError};

const SERVICE: &str = "Hongyan";
const SCOPE_FILE: &str = "keyring.scope";

pub(crate) struct Keyring {
    /// Lives as long as the process: closing the connection of the Linux store blocks, which panics when the last clone
    /// goes away on a thread of the runtime.
    store: ManuallyDrop<Arc<CredentialStore>>,
    scope_file: PathBuf,
    creating_scope: Mutex<()>,
}

impl Keyring {
    /// Connects to the keyring and asks it for something it cannot have, which shows that it answers.
    ///
    /// That never makes a keyring prompt: only an entry that is there and locked does. Blocks; a broken keyring
    /// service can take long to fail.
    pub(crate) fn connect(data_dir: &Path) -> Result<Self, SecretsError> {
        let keyring = Self::new(platform_store().map_err(fault)?, data_dir);
        keyring.entry("probe", "nothing")?.get_password().map_or_else(absent_is_fine, |_| Ok(()))?;
        Ok(keyring)
    }

    fn new(store: Arc<CredentialStore>, data_dir: &Path) -> Self {
        Self {
            store: ManuallyDrop::new(store),
            scope_file: data_dir.join(SCOPE_FILE),
            creating_scope: Mutex::default(),
        }
    }

    pub(crate) fn store(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretsError> {
        let scope = self.scope_for_storing()?;
        Ok(self.entry(&scope, name.as_str())?.set_password(secret.expose_secret()).map_err(fault)?)
    }

    pub(crate) fn find(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        let Some(scope) = self.scope()? else { return Ok(None) };
        match self.entry(&scope, name.as_str())?.get_password() {
            Ok(secret) => Ok(Some(secret.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(fault(error).into()),
        }
    }

    pub(crate) fn delete(&self, name: &SecretName) -> Result<(), SecretsError> {
        let Some(scope) = self.scope()? else { return Ok(()) };
        self.entry(&scope, name.as_str())?.delete_credential().or_else(absent_is_fine)
    }

    fn entry(&self, scope: &str, name: &str) -> Result<Entry, SecretsError> {
        Ok(self.store.build(SERVICE, &format!("{scope}:{name}"), None).map_err(fault)?)
    }

    /// The data folder's word, or `None` where nothing was ever stored.
    fn scope(&self) -> Result<Option<String>, SecretsError> {
        match fs::read_to_string(&self.scope_file) {
            Ok(scope) => Ok(Some(scope.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The data folder's word, made now if this is the first secret.
    fn scope_for_storing(&self) -> Result<String, SecretsError> {
        let _creating = self.creating_scope.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scope) = self.scope()? {
            return Ok(scope);
        }
        let scope: String = random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        let new = self.scope_file.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(scope.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.scope_file)?;
        Ok(scope)
    }
}

#[cfg(target_os = "linux")]
fn platform_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn platform_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn platform_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn platform_store() -> Result<Arc<CredentialStore>, Error> {
    Err(Error::NoDefaultStore)
}

fn absent_is_fine(error: Error) -> Result<(), SecretsError> {
    match error {
        Error::NoEntry => Ok(()),
        error => Err(fault(error).into()),
    }
}

fn fault(error: Error) -> KeyringFault {
    match error {
        Error::NoStorageAccess(_) => KeyringFault::NoAccess,
        Error::TooLong(..) => KeyringFault::TooLong,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => KeyringFault::NotOurs,
        _ => KeyringFault::Failed,
    }
}

#[cfg(test)]
mod tests {
    use hongyan_domain::AccountId;

    use super::*;

    const NAME: AccountId = AccountId(7);

    fn plain(found: Option<SecretString>) -> Option<String> {
        found.map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn data_folders_that_share_a_keyring_do_not_share_secrets() {
        let shared: Arc<CredentialStore> = keyring_core::mock::Store::new().expect("a mock keyring");
        let dirs = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        let [one, other] = [0, 1].map(|index: usize| Keyring::new(shared.clone(), dirs[index].path()));
        let name = SecretName::smtp_password(NAME);

        one.store(&name, &"secret one".into()).expect("stored");
        assert_eq!(plain(other.find(&name).expect("looked up")), None);
        other.store(&name, &"secret two".into()).expect("stored");
        let again = Keyring::new(shared, dirs[0].path());
        assert_eq!(plain(again.find(&name).expect("looked up")).as_deref(), Some("secret one"));

        other.delete(&name).expect("deleted");
        other.delete(&name).expect("deleting twice is fine");
        assert_eq!(plain(other.find(&name).expect("looked up")), None);
        assert_eq!(plain(one.find(&name).expect("looked up")).as_deref(), Some("secret one"));
    }

    #[test]
    fn no_fault_repeats_bytes_of_a_secret() {
        let shown = format!("{:?}", SecretsError::from(fault(Error::BadEncoding(b"hunter2".to_vec()))));
        assert_eq!(shown, "Keyring(NotOurs)");
    }
}
