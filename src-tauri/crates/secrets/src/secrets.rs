//! The one door to all secrets.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::aside::aside;
use crate::cost::Cost;
use crate::keyring::Keyring;
use crate::memory::Memory;
use crate::vault::Vault;
use crate::{SecretName, SecretsError};

/// The fewest characters a passphrase of a vault must have.
pub const MIN_PASSPHRASE_CHARS: usize = 8;

/// How long a keyring may take to show that it is there; a missing one is noticed at once as a rule.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Where secrets are to be kept, if there is no vault yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// In the system's keyring, else in a vault.
    Auto,
    /// In a vault; the keyring is not even asked.
    VaultOnly,
}

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the system's keyring.
    Keyring,
    /// In an encrypted file in the data folder.
    Vault,
    /// In memory, until the process ends.
    Memory,
}

/// Whether secrets can be had now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Yes.
    Ready,
    /// Once the vault is unlocked.
    NeedsPassphrase,
    /// Once a vault is created.
    NotCreated,
}

/// Where secrets are kept and whether they can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Where.
    pub kind: Kind,
    /// Whether.
    pub state: State,
}

/// The secrets of one data folder; clones are the same.
///
/// A keyring may ask the user to unlock it, so every call can take as long as a person does; none blocks the runtime.
#[derive(Clone)]
pub struct Secrets(Arc<Inner>);

struct Inner {
    data_dir: PathBuf,
    cost: Cost,
    place: RwLock<Place>,
}

#[derive(Clone)]
enum Place {
    Keyring(Arc<Keyring>),
    Vault(Arc<Vault>),
    Memory(Arc<Memory>),
}

impl Secrets {
    /// Finds out where the secrets of a data folder are: in its vault if it has one, else as preferred.
    ///
    /// The folder must exist. Takes at most two seconds.
    pub async fn open(data_dir: &Path, preference: Preference) -> Self {
        Self::open_with_cost(data_dir, preference, Cost::RECOMMENDED).await
    }

    pub(crate) async fn open_with_cost(data_dir: &Path, preference: Preference, cost: Cost) -> Self {
        let keyring = if preference == Preference::VaultOnly || Vault::exists(data_dir) {
            None
        } else {
            connect_keyring(data_dir).await
        };
        let place = match keyring {
            Some(keyring) => Place::Keyring(Arc::new(keyring)),
            None => Place::Vault(Arc::new(Vault::new(data_dir, cost))),
        };
        Self(Arc::new(Inner { data_dir: data_dir.to_owned(), cost, place: RwLock::new(place) }))
    }

    /// Secrets that are gone when the last clone is, for tests.
    pub fn in_memory() -> Self {
        let place = RwLock::new(Place::Memory(Arc::default()));
        Self(Arc::new(Inner { data_dir: PathBuf::new(), cost: Cost::RECOMMENDED, place }))
    }

    /// Where secrets are kept and whether they can be had.
    pub fn status(&self) -> Status {
        match self.place() {
            Place::Keyring(_) => Status { kind: Kind::Keyring, state: State::Ready },
            Place::Vault(vault) => Status { kind: Kind::Vault, state: vault.state() },
            Place::Memory(_) => Status { kind: Kind::Memory, state: State::Ready },
        }
    }

    /// Makes an empty vault and keeps secrets there from now on; it is unlocked.
    ///
    /// Works with a keyring too, for one that turned out not to let us in; what is in the keyring stays there and is
    /// not found any more.
    pub async fn create_vault(&self, passphrase: SecretString) -> Result<(), SecretsError> {
        check_passphrase(&passphrase)?;
        let vault = match self.place() {
            Place::Memory(_) => return Ok(()),
            Place::Vault(vault) => vault,
            Place::Keyring(_) => Arc::new(Vault::new(&self.0.data_dir, self.0.cost)),
        };
        let created = vault.clone();
        aside(move || created.create(&passphrase)).await?;
        *self.0.place.write().unwrap_or_else(PoisonError::into_inner) = Place::Vault(vault);
        Ok(())
    }

    /// Unlocks the vault until the process ends; does nothing where there is none to unlock.
    ///
    /// Takes a good part of a second on purpose.
    pub async fn unlock(&self, passphrase: SecretString) -> Result<(), SecretsError> {
        match self.place() {
            Place::Vault(vault) => aside(move || vault.unlock(&passphrase)).await,
            Place::Keyring(_) | Place::Memory(_) => Ok(()),
        }
    }

    /// Gives the vault another passphrase; it is unlocked then. Without a vault: [`SecretsError::NoVault`].
    pub async fn change_passphrase(&self, old: SecretString, new: SecretString) -> Result<(), SecretsError> {
        check_passphrase(&new)?;
        match self.place() {
            Place::Vault(vault) => aside(move || vault.change_passphrase(&old, &new)).await,
            Place::Keyring(_) | Place::Memory(_) => Err(SecretsError::NoVault),
        }
    }

    /// Keeps a secret under a name, in place of what was there; durable when this returns.
    pub async fn store(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError> {
        let name = name.clone();
        match self.place() {
            Place::Keyring(keyring) => aside(move || keyring.store(&name, &secret)).await,
            Place::Vault(vault) => aside(move || vault.store(&name, secret)).await,
            Place::Memory(memory) => {
                memory.store(&name, secret);
                Ok(())
            }
        }
    }

    /// The secret of this name, or `None` where there is none.
    pub async fn find(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        let name = name.clone();
        match self.place() {
            Place::Keyring(keyring) => aside(move || keyring.find(&name)).await,
            Place::Vault(vault) => aside(move || vault.find(&name)).await,
            Place::Memory(memory) => Ok(memory.find(&name)),
        }
    }

    /// Forgets a secret; one that is not there is fine.
    pub async fn delete(&self, name: &SecretName) -> Result<(), SecretsError> {
        let name = name.clone();
        match self.place() {
            Place::Keyring(keyring) => aside(move || keyring.delete(&name)).await,
            Place::Vault(vault) => aside(move || vault.delete(&name)).await,
            Place::Memory(memory) => {
                memory.delete(&name);
                Ok(())
            }
        }
    }

    fn place(&self) -> Place {
        self.0.place.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("status", &self.status()).finish_non_exhaustive()
    }
}

async fn connect_keyring(data_dir: &Path) -> Option<Keyring> {
    let data_dir = data_dir.to_owned();
    match tokio::time::timeout(PROBE_TIMEOUT, aside(move || Keyring::connect(&data_dir))).await {
        Ok(Ok(keyring)) => Some(keyring),
        Ok(Err(error)) => {
            tracing::info!(%error, "no usable keyring, a vault is used");
            None
        }
        Err(_) => {
            tracing::info!("the keyring does not answer, a vault is used");
            None
        }
    }
}

fn check_passphrase(passphrase: &SecretString) -> Result<(), SecretsError> {
    if passphrase.expose_secret().chars().count() < MIN_PASSPHRASE_CHARS {
        return Err(SecretsError::PassphraseTooShort { min: MIN_PASSPHRASE_CHARS });
    }
    Ok(())
}
