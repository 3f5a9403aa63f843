//! An account's secrets: the password or token of its server and the password of its proxy.
//!
//! They go to the keyring or vault and nowhere else; the database knows only that they are there.

use hongyan_domain::{AccountId, Proxy};
use hongyan_secrets::{SecretName, SecretsError, State};
use hongyan_smtp::{Login, ProxyRoute};
use hongyan_store::{AccountRecord, AccountValues};
use secrecy::SecretString;

use crate::{Engine, Error, Result};

/// New secrets of an account; what is `None` stays as it is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct NewSecrets {
    /// Password or token.
    pub(super) login: Option<SecretString>,
    /// The proxy's password.
    pub(super) proxy: Option<SecretString>,
}

impl NewSecrets {
    /// Refuses to tell the kept password to a server that the user did not enter it for, or under another name.
    pub(super) fn ask_again_elsewhere(&self, before: &AccountValues, values: &AccountValues) -> Result<()> {
        let would_tell_kept = before.has_password && values.user.is_some() && self.login.is_none();
        let is_elsewhere = (&values.host, &values.user) != (&before.host, &before.user);
        if would_tell_kept && is_elsewhere { Err(Error::PasswordAgain) } else { Ok(()) }
    }
}

impl Engine {
    /// Keeps what is new.
    pub(super) async fn store_secrets(&self, id: AccountId, new: NewSecrets) -> Result<()> {
        if let Some(secret) = new.login {
            self.secrets().store(&SecretName::smtp_password(id), secret).await?;
        }
        if let Some(password) = new.proxy {
            self.secrets().store(&SecretName::proxy_password(id), password).await?;
        }
        Ok(())
    }

    /// Forgets the secrets that these values have.
    pub(super) async fn forget_secrets(&self, id: AccountId, values: &AccountValues) -> Result<()> {
        if values.has_password {
            self.secrets().delete(&SecretName::smtp_password(id)).await?;
        }
        self.forget_proxy_password(id, values.proxy.as_ref()).await
    }

    /// Refuses while the account's secrets are locked, so that none is left behind that nobody can forget any more.
    pub(super) fn secrets_must_be_open(&self, account: &AccountRecord) -> Result<()> {
        let values = &account.values;
        let has_proxy_login = values.proxy.as_ref().is_some_and(|proxy| proxy.user.is_some());
        let has_secrets = values.has_password || has_proxy_login || account.dkim.is_some();
        let is_locked = self.secrets().status().state == State::NeedsPassphrase;
        if has_secrets && is_locked { Err(SecretsError::Locked.into()) } else { Ok(()) }
    }

    /// Forgets the password of a proxy that is used no more.
    pub(super) async fn forget_proxy_password(&self, id: AccountId, proxy: Option<&Proxy>) -> Result<()> {
        if proxy.is_some_and(|proxy| proxy.user.is_some()) {
            self.secrets().delete(&SecretName::proxy_password(id)).await?;
        }
        Ok(())
    }

    /// Who logs in: with the new secret, else with the one that is kept. Where there is neither, nobody may go on without.
    pub(super) async fn login_of(
        &self,
        id: Option<AccountId>,
        values: &AccountValues,
        new: Option<SecretString>,
    ) -> Result<Option<Login>> {
        let Some(user) = values.user.clone() else { return Ok(None) };
        let secret = match (new, id) {
            (Some(secret), _) => Some(secret),
            (None, Some(id)) => self.secrets().find(&SecretName::smtp_password(id)).await?,
            (None, None) => None,
        };
        let secret = secret.ok_or(Error::PasswordMissing)?;
        Ok(Some(Login { user, kind: values.login_kind, mechanism: values.mechanism, secret }))
    }

    /// The way through the proxy, if there is one: with the new password, else with the one that is kept.
    pub(super) async fn route_of(
        &self,
        id: Option<AccountId>,
        values: &AccountValues,
        new: Option<SecretString>,
    ) -> Result<Option<ProxyRoute>> {
        let Some(proxy) = values.proxy.clone() else { return Ok(None) };
        let password = match (new, id) {
            (Some(password), _) => Some(password),
            (None, Some(id)) if proxy.user.is_some() => {
                self.secrets().find(&SecretName::proxy_password(id)).await?
            }
            (None, _) => None,
        };
        Ok(Some(ProxyRoute { proxy, password }))
    }
}
