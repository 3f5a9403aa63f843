//! Deliveries that wait to be sent, as the sending loop takes them.
//!
//! Whoever is in the journal is in nobody's way: its row is behind, and will say so in a moment.

use std::str::FromStr;

use hongyan_domain::{AccountId, Contact, DeliveryId, DeliveryState, EmailAddress, RunId};
use sqlx::FromRow;

use crate::accounts::stored_address;
use crate::contacts::parse_fields;
use crate::{Error, Result, Store};

/// A delivery that waits, with the contact as it is now.
#[derive(Debug, Clone)]
pub struct PendingDelivery {
    /// Row id.
    pub id: DeliveryId,
    /// `queued` or `deferred`.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: i64,
    /// The account it belongs to since it was first tried.
    pub account_id: Option<AccountId>,
    /// Where it goes: frozen when the run began.
    pub address: EmailAddress,
    /// Whom it goes to; `None` when the contact was deleted since.
    pub contact: Option<Contact>,
}

#[derive(FromRow)]
struct PendingRow {
    id: i64,
    state: String,
    attempts: i64,
    account_id: Option<i64>,
    address: String,
    name: Option<String>,
    fields: Option<String>,
}

impl TryFrom<PendingRow> for PendingDelivery {
    type Error = Error;

    fn try_from(row: PendingRow) -> Result<Self> {
        let address = stored_address(&row.address)?;
        let contact = match (row.name, row.fields) {
            (Some(name), Some(fields)) => {
                Some(Contact { address: address.clone(), name, fields: parse_fields(&fields)? })
            }
            _ => None,
        };
        Ok(Self {
            id: DeliveryId(row.id),
            state: DeliveryState::from_str(&row.state)?,
            attempts: row.attempts,
            account_id: row.account_id.map(AccountId),
            address,
            contact,
        })
    }
}

/// Which recipients of a run are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// Those at this domain.
    At(String),
    /// Those at none of these domains.
    NotAt(Vec<String>),
}

impl Recipients {
    /// All of them.
    pub const ALL: Self = Self::NotAt(Vec::new());

    /// The domain they are at, and a JSON array of those that they are not at.
    fn parameters(&self) -> Result<(Option<&str>, Option<String>)> {
        Ok(match self {
            Self::At(domain) => (Some(domain), None),
            Self::NotAt(domains) if domains.is_empty() => (None, None),
            Self::NotAt(domains) => (None, Some(serde_json::to_string(domains)?)),
        })
    }
}

/// Selects rows that wait, with the contacts as they are now; which ones, and in which order, is added.
///
/// `$1` is the run, `$2` the limit, `$3` the domain they are at, `$4` a JSON array of domains they are not at (both may be
/// null), `$5` where to begin or end, `$6` the account.
macro_rules! select_waiting {
    ($which:literal, $order:literal) => {
        concat!(
            "select deliveries.id, deliveries.state, attempts, account_id, deliveries.address, contacts.name,
                 contacts.fields
             from deliveries left join contacts on contacts.id = deliveries.contact_id
             where run_id = $1 and ",
            $which,
            " and ($3 is null or substr(deliveries.address_key, instr(deliveries.address_key, '@') + 1) = $3)
               and ($4 is null or substr(deliveries.address_key, instr(deliveries.address_key, '@') + 1)
                                  not in (select value from json_each($4)))
               and not exists (select 1 from journal where delivery_id = deliveries.id)
             order by ",
            $order,
            " limit $2"
        )
    };
}

const UNTRIED: &str =
    select_waiting!("state = 'queued' and deliveries.id > $5 and account_id is $6", "deliveries.id");
const WAITING_FOR: &str =
    select_waiting!("account_id = $6 and state = 'queued' and deliveries.id > $5", "deliveries.id");
const DUE: &str =
    select_waiting!("account_id = $6 and state = 'deferred' and due_at_ms <= $5", "due_at_ms, deliveries.id");
const ONE: &str = select_waiting!(
    "deliveries.id = $5 and account_id is $6 and state in ('queued', 'deferred')",
    "deliveries.id"
);

impl Store {
    /// One delivery that waits, as it is now; `None` where it waits no more.
    pub async fn find_waiting(
        &self,
        run: RunId,
        account: Option<AccountId>,
        id: DeliveryId,
    ) -> Result<Option<PendingDelivery>> {
        let rows = self.list_waiting(ONE, run, &Recipients::ALL, 1, (id.0, account)).await?;
        Ok(rows.into_iter().next())
    }

    /// The next deliveries of a run that no account has tried yet, in order, behind `after`.
    pub async fn list_untried(
        &self,
        run: RunId,
        recipients: &Recipients,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<PendingDelivery>> {
        self.list_waiting(UNTRIED, run, recipients, limit, (after.0, None)).await
    }

    /// How many deliveries of a run no account has tried yet.
    pub async fn count_untried(&self, run: RunId) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "select coalesce(sum(n), 0) from run_counts where run_id = $1 and state = 'queued' and account_id = 0",
        )
        .bind(run.0)
        .fetch_one(self.reader())
        .await?)
    }

    /// The next deliveries of a run that wait once more for the account they belong to, in order, behind `after`.
    pub async fn list_waiting_for(
        &self,
        run: RunId,
        account: AccountId,
        recipients: &Recipients,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<PendingDelivery>> {
        self.list_waiting(WAITING_FOR, run, recipients, limit, (after.0, Some(account))).await
    }

    /// Deferred deliveries of a run that are due and belong to an account, the longest due first.
    pub async fn list_due_deliveries(
        &self,
        run: RunId,
        account: AccountId,
        recipients: &Recipients,
        now_ms: i64,
        limit: u32,
    ) -> Result<Vec<PendingDelivery>> {
        self.list_waiting(DUE, run, recipients, limit, (now_ms, Some(account))).await
    }

    async fn list_waiting(
        &self,
        statement: &'static str,
        run: RunId,
        recipients: &Recipients,
        limit: u32,
        (bound, account): (i64, Option<AccountId>),
    ) -> Result<Vec<PendingDelivery>> {
        let (at, not_at) = recipients.parameters()?;
        let rows = sqlx::query_as::<_, PendingRow>(statement)
            .bind(run.0)
            .bind(limit)
            .bind(at)
            .bind(not_at)
            .bind(bound)
            .bind(account.map(|account| account.0))
            .fetch_all(self.reader())
            .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// When the next deferred delivery that belongs to an account is due, unix milliseconds.
    pub async fn find_next_due(&self, run: RunId, account: AccountId) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(
            "select min(due_at_ms) from deliveries where run_id = $1 and account_id = $2 and state = 'deferred'",
        )
        .bind(run.0)
        .bind(account.0)
        .fetch_one(self.reader())
        .await?)
    }
}
