//! Lists: named sets of contacts.

use hongyan_domain::ListId;
use hongyan_store::ListRecord;

use crate::names::{clean_name, name_key, taken};
use crate::{Changed, Engine, Error, Result};

impl Engine {
    /// All lists, by name.
    pub async fn list_lists(&self) -> Result<Vec<ListRecord>> {
        Ok(self.store().list_lists().await?)
    }

    /// The list with this name.
    pub async fn find_list(&self, name: &str) -> Result<ListRecord> {
        match self.store().find_list_by_name(&name_key(name)).await? {
            Some(id) => Ok(self.store().load_list(id).await?),
            None => Err(Error::NotFound("list")),
        }
    }

    /// Makes a list.
    pub async fn create_list(&self, name: &str) -> Result<ListRecord> {
        let name = clean_name(name)?;
        let inserted = self.store().insert_list(&name, &name_key(&name), self.now_ms()).await;
        let id = inserted.map_err(|error| taken(error, &name))?;
        self.tell_changed(Changed::Lists);
        Ok(self.store().load_list(id).await?)
    }

    /// The list with this name; made where there is none.
    pub(crate) async fn find_or_create_list(&self, name: &str) -> Result<ListId> {
        let name = clean_name(name)?;
        match self.store().find_list_by_name(&name_key(&name)).await? {
            Some(id) => Ok(id),
            None => Ok(self.create_list(&name).await?.id),
        }
    }

    /// Renames a list.
    pub async fn rename_list(&self, id: ListId, name: &str) -> Result<ListRecord> {
        let name = clean_name(name)?;
        let renamed = self.store().rename_list(id, &name, &name_key(&name)).await;
        renamed.map_err(|error| taken(error, &name))?;
        self.tell_changed(Changed::Lists);
        Ok(self.store().load_list(id).await?)
    }

    /// Deletes a list that no campaign waits to be sent to; its contacts stay.
    pub async fn delete_list(&self, id: ListId) -> Result<()> {
        if let Some(campaign) = self.store().find_campaign_of_list(id).await? {
            return Err(Error::InUse { what: "list", campaign });
        }
        self.store().delete_list(id).await?;
        self.tell_changed(Changed::Lists);
        Ok(())
    }
}
