//! Handlers of the contact commands.

use hongyan_domain::{ContactId, ListId};
use hongyan_engine::{
    ContactCursor, ContactLine, ContactPageRequest, ContactTotal, Engine, Happening, TimelineRecord,
};

use super::contact::{
    ChangeListMembers, ContactDetail, ContactDraft, ContactFilter, ContactOrder, ContactPage, ContactRow,
    ContactSelection, CountContacts, CreateContact, DeleteContacts, Deleted, ExportContacts, FieldView,
    ListContacts, Restore, TimelineEntry, UpdateContact,
};
use super::list::ListName;
use super::shapes::{ById, Count, Nothing};
use crate::error::{ErrorView, Result};

impl From<ContactLine> for ContactRow {
    fn from(line: ContactLine) -> Self {
        let ContactLine { contact, lists, suppressed, last_mail_ms } = line;
        let fields = contact.fields.into_iter();
        Self {
            id: contact.id.0,
            address: contact.address.as_str().to_owned(),
            name: contact.name,
            display_name: contact.display_name,
            fields: fields.map(|(name, value)| (name.as_str().to_owned(), value)).collect(),
            lists: lists.into_iter().map(|(id, name)| ListName { id: id.0, name }).collect(),
            suppressed: suppressed.map(|reason| reason.as_str().to_owned()),
            last_mail_ms,
            created_at_ms: contact.created_at_ms,
            updated_at_ms: contact.updated_at_ms,
        }
    }
}

impl From<TimelineRecord> for TimelineEntry {
    fn from(record: TimelineRecord) -> Self {
        let entry = |kind: &str, state: Option<&str>| Self {
            at_ms: record.at_ms,
            kind: kind.to_owned(),
            campaign_id: None,
            campaign_name: None,
            state: state.map(str::to_owned),
            server_says: String::new(),
        };
        match record.what {
            Happening::Added => entry("added", None),
            Happening::Suppressed(reason) => entry("suppressed", Some(reason.as_str())),
            Happening::Delivery { campaign_id, campaign_name, state, server_says } => Self {
                campaign_id: Some(campaign_id.0),
                campaign_name: Some(campaign_name),
                server_says,
                ..entry("delivery", Some(state.as_str()))
            },
        }
    }
}

impl From<ContactFilter> for hongyan_engine::ContactFilter {
    fn from(filter: ContactFilter) -> Self {
        let ContactFilter { list_id, search, suppressed } = filter;
        Self { list_id: list_id.map(ListId), search, suppressed }
    }
}

impl From<ContactSelection> for hongyan_engine::ContactSelection {
    fn from(selection: ContactSelection) -> Self {
        match selection {
            ContactSelection::Ids { ids } => Self::Ids(ids.into_iter().map(ContactId).collect()),
            ContactSelection::Filter { filter } => Self::Filter(filter.into()),
        }
    }
}

impl From<ContactDraft> for hongyan_engine::ContactDraft {
    fn from(draft: ContactDraft) -> Self {
        let ContactDraft { address, name, fields, list_ids } = draft;
        Self { address, name, fields, list_ids: list_ids.into_iter().map(ListId).collect() }
    }
}

const fn order(order: ContactOrder) -> hongyan_engine::ContactOrder {
    match order {
        ContactOrder::Address => hongyan_engine::ContactOrder::Address,
        ContactOrder::Name => hongyan_engine::ContactOrder::Name,
        ContactOrder::Created => hongyan_engine::ContactOrder::Created,
    }
}

pub(crate) async fn list(engine: Engine, request: ListContacts) -> Result<ContactPage> {
    let order = order(request.order);
    let after = match request.after {
        Some(text) => {
            Some(ContactCursor::parse(&text, order).ok_or_else(|| ErrorView::value_invalid("after"))?)
        }
        None => None,
    };
    let request = ContactPageRequest {
        filter: request.filter.into(),
        order,
        descending: request.descending,
        after,
        limit: request.limit,
    };
    let page = engine.list_contacts(&request).await?;
    let (total, total_is_at_least) = match page.total {
        None => (None, false),
        Some(ContactTotal::Exactly(count)) => (Some(count), false),
        Some(ContactTotal::AtLeast(count)) => (Some(count), true),
    };
    Ok(ContactPage {
        rows: page.rows.into_iter().map(Into::into).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
        total,
        total_is_at_least,
    })
}

pub(crate) async fn count(engine: Engine, request: CountContacts) -> Result<Count> {
    Ok(Count { count: engine.count_contacts(&request.filter.into()).await? })
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<ContactDetail> {
    let (contact, timeline) = engine.load_contact(ContactId(request.id)).await?;
    Ok(ContactDetail { contact: contact.into(), timeline: timeline.into_iter().map(Into::into).collect() })
}

pub(crate) async fn create(engine: Engine, request: CreateContact) -> Result<ContactRow> {
    Ok(engine.create_contact(request.contact.into()).await?.into())
}

pub(crate) async fn update(engine: Engine, request: UpdateContact) -> Result<ContactRow> {
    Ok(engine.update_contact(ContactId(request.id), request.contact.into()).await?.into())
}

pub(crate) async fn delete(engine: Engine, request: DeleteContacts) -> Result<Deleted> {
    let deleted = engine.delete_contacts(&request.selection.into()).await?;
    Ok(Deleted { count: Count::from(deleted.count).count, undo_id: deleted.undo_id })
}

pub(crate) async fn restore(engine: Engine, request: Restore) -> Result<Count> {
    Ok(engine.restore_contacts(request.undo_id).await?.into())
}

pub(crate) async fn fields(engine: Engine, _: Nothing) -> Result<Vec<FieldView>> {
    let names = engine.list_contact_fields().await?;
    Ok(names.into_iter().map(|name| FieldView { name }).collect())
}

pub(crate) async fn add_to_list(engine: Engine, request: ChangeListMembers) -> Result<Count> {
    Ok(engine.add_to_list(&request.selection.into(), ListId(request.list_id)).await?.into())
}

pub(crate) async fn remove_from_list(engine: Engine, request: ChangeListMembers) -> Result<Count> {
    Ok(engine.remove_from_list(&request.selection.into(), ListId(request.list_id)).await?.into())
}

pub(crate) async fn export(engine: Engine, request: ExportContacts) -> Result<Count> {
    Ok(engine.export_contacts(&request.filter.into(), &request.target).await?.into())
}
