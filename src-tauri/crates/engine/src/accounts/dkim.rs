//! An account's DKIM key: made, brought along or taken away.
//!
//! The private key goes to the keyring or vault. The database has what is public, so the record can be shown without
//! asking for a passphrase.

use hongyan_compose::{DkimKey, DkimSigner};
use hongyan_domain::{AccountId, AccountKind, Dkim, DkimAlgorithm, parse_dkim_domain, parse_selector};
use hongyan_secrets::SecretName;
use hongyan_store::AccountRecord;
use secrecy::SecretString;

use super::Account;
use crate::event::Changed;
use crate::{Engine, Error, Result};

/// What the user enters to have an account's mails signed.
#[derive(Debug, Clone)]
pub struct DkimDraft {
    /// Which key.
    pub key: DkimKeySource,
    /// The selector; `None` keeps the one there is, else the usual one.
    pub selector: Option<String>,
    /// Who signs; `None` keeps the one there is, else the From address's domain.
    pub domain: Option<String>,
}

/// Where a DKIM key comes from.
#[derive(Debug, Clone)]
pub enum DkimKeySource {
    /// The one that the account has.
    Kept,
    /// A new one.
    New(DkimAlgorithm),
    /// The user's own, in PEM form.
    Pem(SecretString),
}

impl Engine {
    /// Has an account's mails signed from the next campaign or round on.
    pub async fn set_account_dkim(&self, id: AccountId, draft: DkimDraft) -> Result<Account> {
        let account = self.store().load_account(id).await?;
        if account.values.kind == AccountKind::Sandbox {
            return Err(Error::SandboxFixed);
        }
        let before = account.dkim.as_ref();
        let selector = match draft.selector {
            Some(text) => parse_selector(&text).ok_or(Error::Value("selector"))?,
            None => before.map_or(Dkim::USUAL_SELECTOR, |dkim| &dkim.selector).to_owned(),
        };
        let domain = match draft.domain {
            Some(text) => parse_dkim_domain(&text).ok_or(Error::Value("domain"))?,
            None => before.map_or(account.values.from.address.domain(), |dkim| &dkim.domain).to_owned(),
        };
        let kept_before = match (&draft.key, before) {
            (DkimKeySource::Kept, _) | (_, None) => None,
            (_, Some(_)) => self.secrets().find(&SecretName::dkim_key(id)).await?,
        };
        let (algorithm, public_key) = match draft.key {
            DkimKeySource::Kept => {
                let dkim = before.ok_or(Error::Value("key"))?;
                (dkim.algorithm, dkim.public_key.clone())
            }
            DkimKeySource::New(algorithm) => {
                let made = move || DkimKey::generate(algorithm);
                self.keep_dkim_key(id, tokio::task::spawn_blocking(made).await??).await?
            }
            DkimKeySource::Pem(text) => {
                let read = move || DkimKey::from_pem(&text);
                self.keep_dkim_key(id, tokio::task::spawn_blocking(read).await??).await?
            }
        };
        let dkim = Dkim { algorithm, domain, selector, public_key };
        if let Err(error) = self.store().update_account_dkim(id, Some(&dkim)).await {
            // The record in the DNS is still that of the key before.
            if let Some(before) = kept_before {
                self.secrets().store(&SecretName::dkim_key(id), before).await?;
            }
            return Err(error.into());
        }
        self.dkim_changed(id).await
    }

    /// Has an account's mails signed no longer, and forgets the key.
    pub async fn remove_account_dkim(&self, id: AccountId) -> Result<Account> {
        let account = self.store().load_account(id).await?;
        self.forget_dkim_key(&account).await?;
        self.store().update_account_dkim(id, None).await?;
        self.dkim_changed(id).await
    }

    /// What signs an account's mails, if something does.
    pub(crate) async fn signer_of(&self, account: &AccountRecord) -> Result<Option<DkimSigner>> {
        let Some(dkim) = account.dkim.clone() else { return Ok(None) };
        let kept = self.secrets().find(&SecretName::dkim_key(account.id)).await?;
        let kept = kept.ok_or(Error::DkimKeyMissing)?;
        let read = move || DkimKey::from_kept(&kept).and_then(|key| DkimSigner::new(&dkim, key));
        // A key that is another one than the record's is as good as none: nobody could check what it signs.
        Ok(Some(tokio::task::spawn_blocking(read).await?.map_err(|_| Error::DkimKeyMissing)?))
    }

    /// Forgets the key of an account that has one.
    pub(super) async fn forget_dkim_key(&self, account: &AccountRecord) -> Result<()> {
        if account.dkim.is_some() {
            self.secrets().delete(&SecretName::dkim_key(account.id)).await?;
        }
        Ok(())
    }

    async fn keep_dkim_key(&self, id: AccountId, key: DkimKey) -> Result<(DkimAlgorithm, String)> {
        self.secrets().store(&SecretName::dkim_key(id), key.to_kept()).await?;
        Ok((key.algorithm(), key.public_key().to_owned()))
    }

    async fn dkim_changed(&self, id: AccountId) -> Result<Account> {
        self.tell_changed(Changed::Accounts);
        self.wake_sending();
        self.load_account(id).await
    }
}
