//! The suppression list: the user's own entries, and a look at all of it.

use hongyan_domain::{AddressKey, EmailAddress, SuppressionReason, clean_line};
use hongyan_store::{SuppressionCursor, SuppressionRecord};

use crate::paging::{page_limit, split_page};
use crate::{Changed, Engine, Error, Result};

/// A page of the suppression list.
#[derive(Debug, Clone)]
pub struct SuppressionPage {
    /// The rows, the newest first.
    pub rows: Vec<SuppressionRecord>,
    /// Where the next page goes on; `None` at the end.
    pub next: Option<String>,
    /// How many match; on the first page only.
    pub total: Option<i64>,
}

impl Engine {
    /// A page of addresses that contain the text, the newest first.
    pub async fn list_suppressions(
        &self,
        search: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<SuppressionPage> {
        let limit = page_limit(limit)?;
        let search = clean_line(search.unwrap_or_default());
        let cursor = after.map(parse_cursor).transpose()?;
        let rows = self.store().list_suppressions(&search, cursor.as_ref(), limit + 1).await?;
        let (rows, next) = split_page(rows, limit, |row| {
            let cursor = row.cursor();
            format!("{}:{}", cursor.since_ms, cursor.key.as_str())
        });
        let total = match after {
            None => Some(self.store().count_suppressions(&search).await?),
            Some(_) => None,
        };
        Ok(SuppressionPage { rows, next, total })
    }

    /// Puts addresses on the list by the user's decision; says how many are new.
    pub async fn add_suppressions(&self, addresses: &[String]) -> Result<u64> {
        let addresses: Vec<EmailAddress> = addresses
            .iter()
            .map(|text| EmailAddress::parse(text))
            .collect::<std::result::Result<_, _>>()
            .map_err(|fault| Error::Address { field: "addresses", fault })?;
        let count =
            self.store().insert_suppressions(&addresses, SuppressionReason::Manual, self.now_ms()).await?;
        self.tell_changed(Changed::Suppressions);
        Ok(count)
    }

    /// Takes an address off the list by the user's decision.
    pub async fn remove_suppression(&self, address: &str) -> Result<()> {
        let address =
            EmailAddress::parse(address).map_err(|fault| Error::Address { field: "address", fault })?;
        if !self.store().delete_suppression(&address.key()).await? {
            return Err(Error::NotFound("suppression"));
        }
        self.tell_changed(Changed::Suppressions);
        Ok(())
    }
}

fn parse_cursor(text: &str) -> Result<SuppressionCursor> {
    let (since, key) = text.split_once(':').ok_or(Error::Value("after"))?;
    let since_ms = since.parse().map_err(|_| Error::Value("after"))?;
    Ok(SuppressionCursor { since_ms, key: AddressKey::from_stored(key.to_owned()) })
}
