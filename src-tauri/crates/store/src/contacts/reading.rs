//! Contacts by id, with what belongs to them, and what happened with one.

use std::collections::HashMap;
use std::str::FromStr;

use hongyan_domain::{AddressKey, CampaignId, ContactId, DeliveryState, ListId, SuppressionReason};
use sqlx::FromRow;

use super::filter::ContactFilter;
use super::record::{ContactLine, ContactRecord, Row};
use crate::{Error, Result, Store};

/// Something that happened with a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRecord {
    /// When, unix milliseconds.
    pub at_ms: i64,
    /// What.
    pub what: Happening,
}

/// What happened with a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It was added.
    Added,
    /// Its address came to stand on the suppression list.
    Suppressed(SuppressionReason),
    /// A mail to it.
    Delivery {
        /// The campaign.
        campaign_id: CampaignId,
        /// The campaign's name.
        campaign_name: String,
        /// Where the mail stands.
        state: DeliveryState,
        /// The server's words, or empty.
        server_says: String,
    },
}

#[derive(FromRow)]
struct LineRow {
    #[sqlx(flatten)]
    contact: Row,
    suppressed: Option<String>,
    last_mail_ms: Option<i64>,
}

#[derive(FromRow)]
struct DeliveryRow {
    updated_at_ms: i64,
    campaign_id: i64,
    campaign_name: String,
    state: String,
    reply_text: String,
}

impl Store {
    /// How many contacts there are.
    pub async fn count_contacts(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from contacts").fetch_one(self.reader()).await?)
    }

    /// How many contacts were added since a time, unix milliseconds.
    pub async fn count_contacts_since(&self, since_ms: i64) -> Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from contacts where created_at_ms >= $1")
            .bind(since_ms)
            .fetch_one(self.reader())
            .await?)
    }

    /// A contact.
    pub async fn load_contact(&self, id: ContactId) -> Result<ContactRecord> {
        self.load_contacts(&[id]).await?.pop().ok_or(Error::NotFound("contact"))
    }

    /// Contacts in the order of the ids; what is gone is left out.
    pub async fn load_contacts(&self, ids: &[ContactId]) -> Result<Vec<ContactRecord>> {
        let rows: Vec<Row> = sqlx::query_as(
            "select c.id, c.address, c.name, c.display_name, c.fields, c.created_at_ms, c.updated_at_ms
             from json_each($1) k cross join contacts c on c.id = k.value
             order by k.key",
        )
        .bind(serde_json::to_string(ids)?)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The contact with this address.
    pub async fn find_contact(&self, key: &AddressKey) -> Result<Option<ContactRecord>> {
        let row: Option<Row> = sqlx::query_as(
            "select id, address, name, display_name, fields, created_at_ms, updated_at_ms
             from contacts where address_key = $1",
        )
        .bind(key.as_str())
        .fetch_optional(self.reader())
        .await?;
        row.map(TryInto::try_into).transpose()
    }

    /// The next contacts that match, in the order of adding; for exports.
    pub async fn list_contacts_after(
        &self,
        filter: &ContactFilter,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ContactRecord>> {
        self.load_contacts(&self.list_matching_ids(filter, after, limit).await?).await
    }

    /// A contact as tables show it.
    pub async fn load_contact_line(&self, id: ContactId) -> Result<ContactLine> {
        self.load_contact_lines(&[id]).await?.pop().ok_or(Error::NotFound("contact"))
    }

    pub(super) async fn load_contact_lines(&self, ids: &[ContactId]) -> Result<Vec<ContactLine>> {
        let ids = serde_json::to_string(ids)?;
        let rows: Vec<LineRow> = sqlx::query_as(
            "select c.id, c.address, c.name, c.display_name, c.fields, c.created_at_ms, c.updated_at_ms,
                 (select s.reason from suppressions s where s.address_key = c.address_key) as suppressed,
                 (select max(d.updated_at_ms) from deliveries d
                  where d.contact_id = c.id and d.state = 'sent') as last_mail_ms
             from json_each($1) k cross join contacts c on c.id = k.value
             order by k.key",
        )
        .bind(&ids)
        .fetch_all(self.reader())
        .await?;
        let members: Vec<(i64, i64, String)> = sqlx::query_as(
            "select m.contact_id, l.id, l.name
             from json_each($1) k
             cross join list_members m on m.contact_id = k.value
             cross join lists l on l.id = m.list_id
             order by l.name_key",
        )
        .bind(&ids)
        .fetch_all(self.reader())
        .await?;
        let mut lists: HashMap<i64, Vec<(ListId, String)>> = HashMap::new();
        for (contact, list, name) in members {
            lists.entry(contact).or_default().push((ListId(list), name));
        }
        rows.into_iter().map(|row| row.into_line(&mut lists)).collect()
    }

    /// What happened with a contact, the newest first.
    pub async fn list_contact_timeline(&self, id: ContactId, limit: u32) -> Result<Vec<TimelineRecord>> {
        let contact = self.load_contact(id).await?;
        let deliveries: Vec<DeliveryRow> = sqlx::query_as(
            "select d.updated_at_ms, c.id as campaign_id, c.name as campaign_name, d.state, d.reply_text
             from deliveries d join runs r on r.id = d.run_id join campaigns c on c.id = r.campaign_id
             where d.contact_id = $1 and r.is_frozen
             order by d.updated_at_ms desc limit $2",
        )
        .bind(id.0)
        .bind(limit)
        .fetch_all(self.reader())
        .await?;
        let mut timeline: Vec<TimelineRecord> =
            deliveries.into_iter().map(TryInto::try_into).collect::<Result<_>>()?;
        timeline.push(TimelineRecord { at_ms: contact.created_at_ms, what: Happening::Added });
        if let Some(suppression) = self.find_suppression(&contact.address.key()).await? {
            let what = Happening::Suppressed(suppression.reason);
            timeline.push(TimelineRecord { at_ms: suppression.since_ms, what });
        }
        timeline.sort_by_key(|entry| std::cmp::Reverse(entry.at_ms));
        timeline.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(timeline)
    }

    /// The custom fields that contacts may have, by name.
    pub async fn list_contact_fields(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("select name from contact_fields order by name")
            .fetch_all(self.reader())
            .await?)
    }
}

impl LineRow {
    fn into_line(self, lists: &mut HashMap<i64, Vec<(ListId, String)>>) -> Result<ContactLine> {
        Ok(ContactLine {
            lists: lists.remove(&self.contact.id).unwrap_or_default(),
            suppressed: self.suppressed.as_deref().map(SuppressionReason::from_str).transpose()?,
            last_mail_ms: self.last_mail_ms,
            contact: self.contact.try_into()?,
        })
    }
}

impl TryFrom<DeliveryRow> for TimelineRecord {
    type Error = Error;

    fn try_from(row: DeliveryRow) -> Result<Self> {
        let what = Happening::Delivery {
            campaign_id: CampaignId(row.campaign_id),
            campaign_name: row.campaign_name,
            state: DeliveryState::from_str(&row.state)?,
            server_says: row.reply_text,
        };
        Ok(Self { at_ms: row.updated_at_ms, what })
    }
}
