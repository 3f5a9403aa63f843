//! Accounts, why they are held, and their use a day.

mod deleting;

use std::collections::HashMap;
use std::str::FromStr;

use hongyan_domain::{
    AccountId, AccountKind, AccountProblem, Dkim, DkimAlgorithm, EmailAddress, Fingerprint, LoginKind,
    LoginMechanism, Proxy, Sender, TlsMode, Verdict,
};
use sqlx::{FromRow, SqliteConnection};

use crate::{Error, Result, Store};

/// What the user sets of an account. The password is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountValues {
    /// The user's name for it.
    pub name: String,
    /// What names are compared by.
    pub name_key: String,
    /// What stands behind it.
    pub kind: AccountKind,
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Login name.
    pub user: Option<String>,
    /// What the kept password is.
    pub login_kind: LoginKind,
    /// How a password is told to the server.
    pub mechanism: LoginMechanism,
    /// Whether a password (or token) is kept.
    pub has_password: bool,
    /// The proxy on the way to the server; its password is kept elsewhere.
    pub proxy: Option<Proxy>,
    /// The certificate that the user trusts at this host and port.
    pub trusted_certificate: Option<Fingerprint>,
    /// From.
    pub from: Sender,
    /// Reply-To.
    pub reply_to: Option<EmailAddress>,
    /// Most connections at a time.
    pub max_connections: u32,
    /// Mails in flight on a connection at a time, where the server takes that; 1: one after the other.
    pub burst: u32,
}

/// Why an account sends nothing for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// A verdict's word, for example `account_login`.
    pub verdict: String,
    /// The server's words.
    pub detail: String,
    /// Since when, unix milliseconds.
    pub since_ms: i64,
    /// Until when, unix milliseconds; `None` waits for the user.
    pub until_ms: Option<i64>,
}

/// An account as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Row id.
    pub id: AccountId,
    /// What the user set.
    pub values: AccountValues,
    /// The public side of the key that signs its mails.
    pub dkim: Option<Dkim>,
    /// Why it is held.
    pub hold: Option<Hold>,
    /// Whether its server announced that it takes many mails at once when it was last asked.
    pub takes_bursts: Option<bool>,
    /// Since when its server is spoken to one command at a time, because it broke on several; unix milliseconds.
    pub lockstep_since_ms: Option<i64>,
    /// When it was added, unix milliseconds.
    pub created_at_ms: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    name_key: String,
    kind: String,
    host: String,
    port: u16,
    tls: String,
    user: Option<String>,
    has_password: bool,
    from_name: String,
    from_address: String,
    reply_to: Option<String>,
    max_connections: u32,
    burst: u32,
    takes_bursts: Option<bool>,
    lockstep_since_ms: Option<i64>,
    login_kind: String,
    mechanism: String,
    proxy: Option<String>,
    trusted_certificate: Option<String>,
    dkim_algorithm: Option<String>,
    dkim_domain: Option<String>,
    dkim_selector: Option<String>,
    dkim_public_key: Option<String>,
    held_verdict: Option<String>,
    held_detail: String,
    held_since_ms: Option<i64>,
    held_until_ms: Option<i64>,
    created_at_ms: i64,
}

impl TryFrom<Row> for AccountRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let hold = row.held_verdict.map(|verdict| Hold {
            verdict,
            detail: row.held_detail,
            since_ms: row.held_since_ms.unwrap_or_default(),
            until_ms: row.held_until_ms,
        });
        let dkim = match row.dkim_algorithm {
            Some(algorithm) => Some(Dkim {
                algorithm: DkimAlgorithm::from_str(&algorithm)?,
                domain: row.dkim_domain.unwrap_or_default(),
                selector: row.dkim_selector.unwrap_or_default(),
                public_key: row.dkim_public_key.unwrap_or_default(),
            }),
            None => None,
        };
        let values = AccountValues {
            name: row.name,
            name_key: row.name_key,
            kind: AccountKind::from_str(&row.kind)?,
            host: row.host,
            port: row.port,
            tls: TlsMode::from_str(&row.tls)?,
            user: row.user,
            login_kind: LoginKind::from_str(&row.login_kind)?,
            mechanism: LoginMechanism::from_str(&row.mechanism)?,
            has_password: row.has_password,
            proxy: row.proxy.as_deref().map(stored_proxy).transpose()?,
            trusted_certificate: row.trusted_certificate.as_deref().map(stored_fingerprint).transpose()?,
            from: Sender { name: row.from_name, address: stored_address(&row.from_address)? },
            reply_to: row.reply_to.as_deref().map(stored_address).transpose()?,
            max_connections: row.max_connections,
            burst: row.burst,
        };
        Ok(Self {
            id: AccountId(row.id),
            values,
            dkim,
            hold,
            takes_bursts: row.takes_bursts,
            lockstep_since_ms: row.lockstep_since_ms,
            created_at_ms: row.created_at_ms,
        })
    }
}

/// Reads an address this program wrote.
pub(crate) fn stored_address(text: &str) -> Result<EmailAddress> {
    EmailAddress::parse(text).map_err(|_| Error::Damaged("address"))
}

fn stored_proxy(text: &str) -> Result<Proxy> {
    Proxy::parse(text).map(|(proxy, _)| proxy).map_err(|_| Error::Damaged("proxy"))
}

fn stored_fingerprint(text: &str) -> Result<Fingerprint> {
    text.parse().map_err(|_| Error::Damaged("fingerprint"))
}

/// Ends an account's hold where it is because of this problem.
pub(crate) async fn release_from(
    transaction: &mut SqliteConnection,
    id: AccountId,
    problem: AccountProblem,
) -> Result<()> {
    sqlx::query(
        "update accounts
         set held_verdict = null, held_detail = '', held_since_ms = null, held_until_ms = null
         where id = $1 and held_verdict = $2",
    )
    .bind(id.0)
    .bind(Verdict::Account(problem).as_str())
    .execute(transaction)
    .await?;
    Ok(())
}

impl Store {
    /// Adds an account.
    pub async fn insert_account(&self, values: &AccountValues, now_ms: i64) -> Result<AccountId> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "insert into accounts
                 (name, name_key, kind, host, port, tls, user, has_password, from_name, from_address, reply_to,
                  max_connections, login_kind, proxy, trusted_certificate, created_at_ms, updated_at_ms, burst,
                  mechanism)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17, $18)
             returning id",
        )
        .bind(&values.name)
        .bind(&values.name_key)
        .bind(values.kind.as_str())
        .bind(&values.host)
        .bind(values.port)
        .bind(values.tls.as_str())
        .bind(&values.user)
        .bind(values.has_password)
        .bind(&values.from.name)
        .bind(values.from.address.as_str())
        .bind(values.reply_to.as_ref().map(EmailAddress::as_str))
        .bind(values.max_connections)
        .bind(values.login_kind.as_str())
        .bind(values.proxy.as_ref().map(ToString::to_string))
        .bind(values.trusted_certificate.as_ref().map(ToString::to_string))
        .bind(now_ms)
        .bind(values.burst)
        .bind(values.mechanism.as_str())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(AccountId(id))
    }

    /// Changes an account and releases its hold: new settings deserve a new try. What was learned of its server goes when
    /// that is another.
    pub async fn update_account(&self, id: AccountId, values: &AccountValues, now_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update accounts
             set name = $2, name_key = $3, host = $4, port = $5, tls = $6, user = $7, has_password = $8,
                 from_name = $9, from_address = $10, reply_to = $11, max_connections = $12, login_kind = $13,
                 proxy = $14, trusted_certificate = $15, updated_at_ms = $16, burst = $17, mechanism = $18,
                 takes_bursts = case when host = $5 and port = $6 then takes_bursts end,
                 lockstep_since_ms = case when host = $5 and port = $6 then lockstep_since_ms end,
                 held_verdict = null, held_detail = '', held_since_ms = null, held_until_ms = null
             where id = $1 and deleted_at_ms is null",
        )
        .bind(id.0)
        .bind(&values.name)
        .bind(&values.name_key)
        .bind(&values.host)
        .bind(values.port)
        .bind(values.tls.as_str())
        .bind(&values.user)
        .bind(values.has_password)
        .bind(&values.from.name)
        .bind(values.from.address.as_str())
        .bind(values.reply_to.as_ref().map(EmailAddress::as_str))
        .bind(values.max_connections)
        .bind(values.login_kind.as_str())
        .bind(values.proxy.as_ref().map(ToString::to_string))
        .bind(values.trusted_certificate.as_ref().map(ToString::to_string))
        .bind(now_ms)
        .bind(values.burst)
        .bind(values.mechanism.as_str())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if done.rows_affected() == 0 { Err(Error::NotFound("account")) } else { Ok(()) }
    }

    /// Trusts one certificate at this account's server, or none; a hold because of TLS ends.
    pub async fn update_account_trust(&self, id: AccountId, trusted: Option<Fingerprint>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("update accounts set trusted_certificate = $2 where id = $1")
            .bind(id.0)
            .bind(trusted.as_ref().map(ToString::to_string))
            .execute(&mut *transaction)
            .await?;
        release_from(&mut transaction, id, AccountProblem::Tls).await?;
        Ok(transaction.commit().await?)
    }

    /// Notes whether the account's server announces that it takes many mails at once.
    pub async fn update_account_takes_bursts(&self, id: AccountId, takes_bursts: bool) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("update accounts set takes_bursts = $2 where id = $1 and takes_bursts is not $2")
            .bind(id.0)
            .bind(takes_bursts)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Notes since when the account's server is spoken to one command at a time, or that it is not.
    pub async fn update_account_lockstep(&self, id: AccountId, since_ms: Option<i64>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("update accounts set lockstep_since_ms = $2 where id = $1")
            .bind(id.0)
            .bind(since_ms)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Holds an account, or releases it.
    pub async fn update_account_hold(&self, id: AccountId, hold: Option<&Hold>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "update accounts
             set held_verdict = $2, held_detail = $3, held_since_ms = $4, held_until_ms = $5
             where id = $1",
        )
        .bind(id.0)
        .bind(hold.map(|hold| hold.verdict.as_str()))
        .bind(hold.map_or("", |hold| hold.detail.as_str()))
        .bind(hold.map(|hold| hold.since_ms))
        .bind(hold.and_then(|hold| hold.until_ms))
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// An account.
    pub async fn load_account(&self, id: AccountId) -> Result<AccountRecord> {
        sqlx::query_as::<_, Row>("select * from accounts where id = $1 and deleted_at_ms is null")
            .bind(id.0)
            .fetch_optional(self.reader())
            .await?
            .ok_or(Error::NotFound("account"))?
            .try_into()
    }

    /// An account of a campaign: deleted ones too, as their campaigns still name them.
    pub async fn load_account_even_deleted(&self, id: AccountId) -> Result<AccountRecord> {
        sqlx::query_as::<_, Row>("select * from accounts where id = $1")
            .bind(id.0)
            .fetch_optional(self.reader())
            .await?
            .ok_or(Error::NotFound("account"))?
            .try_into()
    }

    /// The account of this name.
    pub async fn find_account(&self, name_key: &str) -> Result<Option<AccountRecord>> {
        sqlx::query_as::<_, Row>("select * from accounts where name_key = $1 and deleted_at_ms is null")
            .bind(name_key)
            .fetch_optional(self.reader())
            .await?
            .map(TryInto::try_into)
            .transpose()
    }

    /// All accounts, the sandbox last.
    pub async fn list_accounts(&self) -> Result<Vec<AccountRecord>> {
        sqlx::query_as::<_, Row>(
            "select * from accounts where deleted_at_ms is null order by kind = 'sandbox', name_key",
        )
        .fetch_all(self.reader())
        .await?
        .into_iter()
        .map(TryInto::try_into)
        .collect()
    }

    /// Mails taken on a local day, by account; accounts without any are absent.
    pub async fn list_account_use(&self, day: i64) -> Result<HashMap<AccountId, i64>> {
        let rows: Vec<(i64, i64)> =
            sqlx::query_as("select account_id, sent from account_days where day = $1")
                .bind(day)
                .fetch_all(self.reader())
                .await?;
        Ok(rows.into_iter().map(|(id, sent)| (AccountId(id), sent)).collect())
    }

    /// Mails taken and refused for good a day since `from_day`, without the sandbox: `(day, sent, failed)`.
    pub async fn list_daily_use(&self, from_day: i64) -> Result<Vec<(i64, i64, i64)>> {
        Ok(sqlx::query_as(
            "select day, sum(sent), sum(failed)
             from account_days join accounts on accounts.id = account_days.account_id
             where day >= $1 and kind <> 'sandbox'
             group by day order by day",
        )
        .bind(from_day)
        .fetch_all(self.reader())
        .await?)
    }
}
