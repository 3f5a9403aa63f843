//! Accounts: adding, changing, trying, and the password's way into the keyring or vault.

mod dkim;
mod draft;
mod manners;
mod provider_limits;
mod providers;
mod secret;
mod state;
mod test;

use std::collections::HashMap;

use hongyan_domain::{
    AccountId, AccountKind, EmailAddress, Fingerprint, LoginKind, LoginMechanism, Sender, TlsMode,
};
use hongyan_smtp::{Login, ProxyRoute, Server};
use hongyan_store::{AccountRecord, AccountValues};

pub use dkim::{DkimDraft, DkimKeySource};
pub use draft::AccountDraft;
pub use provider_limits::ProviderLimits;
pub(crate) use provider_limits::provider_limits;
pub use providers::{PasswordHint, Suggestion};
pub use state::{AccountCondition, AccountState};
pub(crate) use test::server_says;
pub use test::{AccountTest, BadCertificate, Problem};

use crate::event::Changed;
use crate::names::{name_key, taken};
use crate::{Engine, Error, Result};

/// Connections the sandbox takes at a time.
const SANDBOX_CONNECTIONS: u32 = 4;

/// An account with its use today.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account.
    pub record: AccountRecord,
    /// Mails taken since local midnight.
    pub sent_today: i64,
}

impl Engine {
    /// All accounts, the sandbox last.
    pub async fn list_accounts(&self) -> Result<Vec<Account>> {
        let sent = self.sent_today().await?;
        let records = self.store().list_accounts().await?;
        Ok(records
            .into_iter()
            .map(|record| Account { sent_today: sent.get(&record.id).copied().unwrap_or_default(), record })
            .collect())
    }

    /// An account.
    pub async fn load_account(&self, id: AccountId) -> Result<Account> {
        let record = self.store().load_account(id).await?;
        let sent_today = self.sent_today().await?.get(&id).copied().unwrap_or_default();
        Ok(Account { record, sent_today })
    }

    /// The account of this name.
    pub async fn find_account(&self, name: &str) -> Result<AccountRecord> {
        self.store().find_account(&name_key(name)).await?.ok_or(Error::NotFound("account"))
    }

    async fn sent_today(&self) -> Result<HashMap<AccountId, i64>> {
        Ok(self.store().list_account_use(self.clock().local_day(self.now_ms())).await?)
    }

    /// Adds an account; its secrets go to the keyring or vault.
    pub async fn create_account(&self, draft: AccountDraft) -> Result<Account> {
        let (values, secrets) = draft.check(false)?;
        let id = self
            .store()
            .insert_account(&values, self.now_ms())
            .await
            .map_err(|error| taken(error, &values.name))?;
        // Without its password the account would be a riddle later; so it is all or nothing.
        if let Err(error) = self.store_secrets(id, secrets).await {
            self.store().delete_account(id, self.now_ms()).await?;
            return Err(error);
        }
        self.tell_changed(Changed::Accounts);
        self.load_account(id).await
    }

    /// Changes an account; secrets that are not in the draft stay as they are kept. For another host or login name the
    /// password has to be in it.
    pub async fn update_account(&self, id: AccountId, draft: AccountDraft) -> Result<Account> {
        let before = self.store().load_account(id).await?.values;
        if before.kind == AccountKind::Sandbox {
            return Err(Error::SandboxFixed);
        }
        let (mut values, secrets) = draft.check(before.has_password)?;
        secrets.ask_again_elsewhere(&before, &values)?;
        // Before any secret is touched: those that are kept fit the account as it stands.
        let namesake = self.store().find_account(&values.name_key).await?;
        if namesake.is_some_and(|namesake| namesake.id != id) {
            return Err(Error::NameTaken(values.name));
        }
        if values.proxy != before.proxy {
            self.forget_proxy_password(id, before.proxy.as_ref()).await?;
        }
        let is_elsewhere = (&values.host, values.port) != (&before.host, before.port);
        if is_elsewhere && values.trusted_certificate == before.trusted_certificate {
            // It was trusted at the old place, not here.
            values.trusted_certificate = None;
        }
        self.store_secrets(id, secrets).await?;
        self.store()
            .update_account(id, &values, self.now_ms())
            .await
            .map_err(|error| taken(error, &values.name))?;
        self.tell_changed(Changed::Accounts);
        self.wake_sending();
        self.load_account(id).await
    }

    /// Trusts exactly this certificate at the account's server, besides what the system trusts; `None` ends that.
    pub async fn trust_certificate(
        &self,
        id: AccountId,
        certificate: Option<Fingerprint>,
    ) -> Result<Account> {
        let account = self.store().load_account(id).await?;
        if account.values.kind == AccountKind::Sandbox {
            return Err(Error::SandboxFixed);
        }
        self.store().update_account_trust(id, certificate).await?;
        self.tell_changed(Changed::Accounts);
        self.wake_sending();
        self.load_account(id).await
    }

    /// Deletes an account and its secrets.
    pub async fn delete_account(&self, id: AccountId) -> Result<()> {
        let account = self.store().load_account(id).await?;
        if account.values.kind == AccountKind::Sandbox {
            return Err(Error::SandboxFixed);
        }
        self.secrets_must_be_open(&account)?;
        if let Some(campaign) = self.store().delete_account(id, self.now_ms()).await? {
            return Err(Error::InUse { what: "account", campaign });
        }
        // Only now: an account that stays keeps its secrets.
        self.tell_changed(Changed::Accounts);
        self.forget_secrets(id, &account.values).await?;
        self.forget_dkim_key(&account).await
    }

    /// Releases a held account; its campaigns go on when they are resumed.
    pub async fn release_account(&self, id: AccountId) -> Result<Account> {
        self.store().update_account_hold(id, None).await?;
        self.tell_changed(Changed::Accounts);
        self.wake_sending();
        self.load_account(id).await
    }

    /// Makes the sandbox account where there is none.
    pub(crate) async fn ensure_sandbox_account(&self) -> Result<()> {
        let accounts = match self.store().list_accounts().await {
            Err(hongyan_store::Error::ReadOnly) => return Ok(()),
            other => other?,
        };
        if accounts.iter().any(|account| account.values.kind == AccountKind::Sandbox) {
            return Ok(());
        }
        let address = EmailAddress::parse("you@sandbox.example")
            .map_err(|fault| Error::Address { field: "from", fault })?;
        let values = AccountValues {
            name: "Sandbox".to_owned(),
            name_key: name_key("Sandbox"),
            kind: AccountKind::Sandbox,
            host: "localhost".to_owned(),
            port: 0,
            tls: TlsMode::None,
            user: None,
            login_kind: LoginKind::Password,
            mechanism: LoginMechanism::Automatic,
            has_password: false,
            proxy: None,
            trusted_certificate: None,
            from: Sender::new("Hongyan", address),
            reply_to: None,
            max_connections: SANDBOX_CONNECTIONS,
            burst: 1,
        };
        match self.store().insert_account(&values, self.now_ms()).await {
            // Another process was faster, or nothing can be written: both show later where they matter.
            Ok(_) | Err(hongyan_store::Error::Taken | hongyan_store::Error::ReadOnly) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// How to reach an account's server now, its password included.
    pub(crate) async fn server_of(&self, account: &AccountRecord) -> Result<Server> {
        let values = &account.values;
        if values.kind == AccountKind::Sandbox {
            let address = self.sandbox_address().await?;
            let there =
                AccountValues { host: address.ip().to_string(), port: address.port(), ..values.clone() };
            return Ok(self.server(there, None, None));
        }
        let login = self.login_of(Some(account.id), values, None).await?;
        let route = self.route_of(Some(account.id), values, None).await?;
        let server = self.server(values.clone(), login, route);
        Ok(Server { pipelining: account.lockstep_since_ms.is_none(), ..server })
    }

    fn server(&self, values: AccountValues, login: Option<Login>, proxy: Option<ProxyRoute>) -> Server {
        Server {
            host: values.host,
            port: values.port,
            tls: values.tls,
            login,
            // The name of the user's computer is nobody's business (RFC 5321 §4.1.3 allows a literal).
            ehlo_name: "[127.0.0.1]".to_owned(),
            trust: self.tls_trust().clone(),
            trusted_certificate: values.trusted_certificate,
            proxy,
            timeouts: self.timeouts(),
            pipelining: true,
        }
    }
}
