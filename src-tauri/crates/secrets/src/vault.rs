//! The vault: an encrypted file of secrets, for machines without a keyring.
//!
//! The file is the truth and is read for every question, as the window and the command line may both have it open. It
//! is replaced as a whole, under a lock and with a flush, so that a crash leaves the old or the new one. In memory
//! there is the key only.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

use crate::cost::{Cost, Key};
use crate::vault_file::{Entries, SALT_LEN, VaultFile, random, seal};
use crate::{SecretName, SecretsError, State};

const FILE: &str = "secrets.vault";
const NEW_FILE: &str = "secrets.vault.new";
const LOCK_FILE: &str = "secrets.vault.lock";

pub(crate) struct Vault {
    dir: PathBuf,
    cost: Cost,
    unlocked: Mutex<Option<Unlocked>>,
}

/// The key to the file that has this salt.
struct Unlocked {
    key: Key,
    cost: Cost,
    salt: [u8; SALT_LEN],
}

impl Unlocked {
    fn new(passphrase: &SecretString, cost: Cost, salt: [u8; SALT_LEN]) -> Result<Self, SecretsError> {
        Ok(Self { key: cost.derive_key(passphrase, &salt)?, cost, salt })
    }
}

impl Vault {
    /// The vault of a data folder, locked or not yet there; new ones are made with this cost.
    pub(crate) fn new(dir: &Path, cost: Cost) -> Self {
        Self { dir: dir.to_owned(), cost, unlocked: Mutex::default() }
    }

    /// Whether a data folder has one; where that cannot be told, it has, and using it will say what is wrong.
    pub(crate) fn exists(dir: &Path) -> bool {
        dir.join(FILE).try_exists().unwrap_or(true)
    }

    pub(crate) fn state(&self) -> State {
        if !Self::exists(&self.dir) {
            State::NotCreated
        } else if self.unlocked().is_some() {
            State::Ready
        } else {
            State::NeedsPassphrase
        }
    }

    pub(crate) fn create(&self, passphrase: &SecretString) -> Result<(), SecretsError> {
        let mut unlocked = self.unlocked();
        let _lock = self.lock_file()?;
        if Self::exists(&self.dir) {
            return Err(SecretsError::VaultExists);
        }
        let new = Unlocked::new(passphrase, self.cost, random()?)?;
        self.write(&Entries::new(), &new)?;
        *unlocked = Some(new);
        Ok(())
    }

    pub(crate) fn unlock(&self, passphrase: &SecretString) -> Result<(), SecretsError> {
        let mut unlocked = self.unlocked();
        let (opened, _) = self.open_with(passphrase)?;
        *unlocked = Some(opened);
        Ok(())
    }

    pub(crate) fn change_passphrase(
        &self,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<(), SecretsError> {
        let mut unlocked = self.unlocked();
        let _lock = self.lock_file()?;
        let (_, entries) = self.open_with(old)?;
        let new = Unlocked::new(new, self.cost, random()?)?;
        self.write(&entries, &new)?;
        *unlocked = Some(new);
        Ok(())
    }

    pub(crate) fn find(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        let mut unlocked = self.unlocked();
        Ok(self.open(&mut unlocked)?.1.remove(name.as_str()))
    }

    pub(crate) fn store(&self, name: &SecretName, secret: SecretString) -> Result<(), SecretsError> {
        self.change(|entries| {
            entries.insert(name.as_str().to_owned(), secret);
        })
    }

    pub(crate) fn delete(&self, name: &SecretName) -> Result<(), SecretsError> {
        self.change(|entries| {
            entries.remove(name.as_str());
        })
    }

    fn change(&self, change: impl FnOnce(&mut Entries)) -> Result<(), SecretsError> {
        let mut unlocked = self.unlocked();
        let _lock = self.lock_file()?;
        let (key, mut entries) = self.open(&mut unlocked)?;
        change(&mut entries);
        self.write(&entries, key)
    }

    /// The entries as they stand in the file now.
    fn open<'a>(&self, unlocked: &'a mut Option<Unlocked>) -> Result<(&'a Unlocked, Entries), SecretsError> {
        let bytes = self.read()?;
        let file = VaultFile::parse(&bytes)?;
        // Another salt: another process changed the passphrase, and the key at hand opens nothing any more.
        if unlocked.as_ref().is_some_and(|with| with.salt != file.salt) {
            *unlocked = None;
        }
        let with = unlocked.as_ref().ok_or(SecretsError::Locked)?;
        let entries = file.open(&with.key)?;
        Ok((with, entries))
    }

    fn open_with(&self, passphrase: &SecretString) -> Result<(Unlocked, Entries), SecretsError> {
        let bytes = self.read()?;
        let file = VaultFile::parse(&bytes)?;
        let opened = Unlocked::new(passphrase, file.cost, file.salt)?;
        let entries = file.open(&opened.key)?;
        Ok((opened, entries))
    }

    fn read(&self) -> Result<Vec<u8>, SecretsError> {
        fs::read(self.dir.join(FILE)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => SecretsError::NoVault,
            _ => error.into(),
        })
    }

    /// Replaces the file; durable when this returns.
    fn write(&self, entries: &Entries, with: &Unlocked) -> Result<(), SecretsError> {
        let bytes = seal(entries, &with.key, with.cost, &with.salt)?;
        let new = self.dir.join(NEW_FILE);
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&new)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&new, self.dir.join(FILE))?;
        // The rename itself is durable once the folder is; Windows cannot open one, and does this by itself.
        #[cfg(unix)]
        File::open(&self.dir)?.sync_all()?;
        Ok(())
    }

    /// Keeps other processes from writing until it is dropped.
    fn lock_file(&self) -> Result<File, SecretsError> {
        let mut options = OpenOptions::new();
        let file =
            private(options.write(true).create(true).truncate(false)).open(self.dir.join(LOCK_FILE))?;
        file.lock()?;
        Ok(file)
    }

    fn unlocked(&self) -> MutexGuard<'_, Option<Unlocked>> {
        self.unlocked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets new files be read by their owner only; on Windows the user's data folder does.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
