//! Handlers of the list commands.

use hongyan_domain::ListId;
use hongyan_engine::{Engine, ListRecord};

use super::list::{CreateList, ListView, RenameList};
use super::shapes::{ById, Done, Nothing};
use crate::error::Result;

impl From<ListRecord> for ListView {
    fn from(list: ListRecord) -> Self {
        Self { id: list.id.0, name: list.name, contacts: list.contacts, created_at_ms: list.created_at_ms }
    }
}

pub(crate) async fn list(engine: Engine, _: Nothing) -> Result<Vec<ListView>> {
    Ok(engine.list_lists().await?.into_iter().map(Into::into).collect())
}

pub(crate) async fn create(engine: Engine, request: CreateList) -> Result<ListView> {
    Ok(engine.create_list(&request.name).await?.into())
}

pub(crate) async fn rename(engine: Engine, request: RenameList) -> Result<ListView> {
    Ok(engine.rename_list(ListId(request.id), &request.name).await?.into())
}

pub(crate) async fn delete(engine: Engine, request: ById) -> Result<Done> {
    engine.delete_list(ListId(request.id)).await?;
    Ok(Done {})
}
