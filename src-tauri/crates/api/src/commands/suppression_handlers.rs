//! Handlers of the commands about the suppression list.

use hongyan_engine::{Engine, SuppressionRecord};

use super::contact::{AddSuppressions, ListSuppressions, RemoveSuppression, SuppressionPage, SuppressionRow};
use super::shapes::{Count, Done};
use crate::error::Result;

impl From<SuppressionRecord> for SuppressionRow {
    fn from(record: SuppressionRecord) -> Self {
        Self {
            address: record.address.as_str().to_owned(),
            reason: record.reason.as_str().to_owned(),
            since_ms: record.since_ms,
        }
    }
}

pub(crate) async fn list(engine: Engine, request: ListSuppressions) -> Result<SuppressionPage> {
    let ListSuppressions { search, after, limit } = request;
    let page = engine.list_suppressions(search.as_deref(), after.as_deref(), limit).await?;
    Ok(SuppressionPage {
        rows: page.rows.into_iter().map(Into::into).collect(),
        next: page.next,
        total: page.total,
    })
}

pub(crate) async fn add(engine: Engine, request: AddSuppressions) -> Result<Count> {
    Ok(engine.add_suppressions(&request.addresses).await?.into())
}

pub(crate) async fn remove(engine: Engine, request: RemoveSuppression) -> Result<Done> {
    engine.remove_suppression(&request.address).await?;
    Ok(Done {})
}
