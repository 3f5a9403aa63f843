//! Where passwords are kept, and the vault's passphrase.

use hongyan_secrets::Status;
use secrecy::SecretString;

use crate::event::Changed;
use crate::{Engine, Result};

impl Engine {
    /// Where passwords are kept and whether they can be had.
    pub fn secrets_status(&self) -> Status {
        self.secrets().status()
    }

    /// Makes a vault, for systems without a keyring.
    pub async fn create_vault(&self, passphrase: SecretString) -> Result<Status> {
        self.secrets().create_vault(passphrase).await?;
        self.tell_changed(Changed::App);
        Ok(self.secrets_status())
    }

    /// Unlocks the vault until the app closes; campaigns that waited for it go on.
    pub async fn unlock_vault(&self, passphrase: SecretString) -> Result<Status> {
        self.secrets().unlock(passphrase).await?;
        self.tell_changed(Changed::App);
        self.wake_sending();
        Ok(self.secrets_status())
    }
}
