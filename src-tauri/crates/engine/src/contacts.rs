//! Contacts: what may be entered, and the use cases around them.

use std::collections::BTreeMap;

use hongyan_contact_files::MAX_VALUE_CHARS;
use hongyan_domain::{Contact, ContactId, EmailAddress, FieldName, ListId, clean_line, clean_text};
use hongyan_store::{
    ContactFilter, ContactLine, ContactPage, ContactPageRequest, ContactSelection, TimelineRecord,
};

use crate::paging::page_limit;
use crate::{Changed, Engine, Error, Result};

/// Longest full name, in characters.
const MAX_NAME_CHARS: usize = 200;
/// What is told of a contact's story.
const TIMELINE_ENTRIES: u32 = 100;
/// How long a deletion can be taken back at least, also by another process on the same folder.
const UNDO_MS: i64 = 60 * 60 * 1000;

/// What the user enters for a contact.
#[derive(Debug, Clone)]
pub struct ContactDraft {
    /// Address.
    pub address: String,
    /// Full name, may be empty.
    pub name: String,
    /// Fields by name; an empty value is no value.
    pub fields: BTreeMap<String, String>,
    /// All lists it is to be in.
    pub list_ids: Vec<ListId>,
}

/// What a deletion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletedContacts {
    /// How many went.
    pub count: u64,
    /// Takes it back.
    pub undo_id: i64,
}

impl ContactDraft {
    fn check(self) -> Result<(Contact, Vec<ListId>)> {
        let address =
            EmailAddress::parse(&self.address).map_err(|fault| Error::Address { field: "address", fault })?;
        let name = clean_line(&self.name);
        if name.chars().count() > MAX_NAME_CHARS {
            return Err(Error::TooLong { field: "name", limit: MAX_NAME_CHARS });
        }
        let mut fields = BTreeMap::new();
        for (field, value) in self.fields {
            let value = clean_text(&value).trim().to_owned();
            if value.chars().count() > MAX_VALUE_CHARS {
                return Err(Error::TooLong { field: "fields", limit: MAX_VALUE_CHARS });
            }
            let field = FieldName::parse(&field)?;
            if !value.is_empty() {
                fields.insert(field, value);
            }
        }
        Ok((Contact { address, name, fields }, self.list_ids))
    }
}

impl Engine {
    /// A page of contacts.
    pub async fn list_contacts(&self, request: &ContactPageRequest) -> Result<ContactPage> {
        page_limit(request.limit)?;
        Ok(self.store().list_contacts(request).await?)
    }

    /// How many contacts match.
    pub async fn count_contacts(&self, filter: &ContactFilter) -> Result<i64> {
        Ok(self.store().count_matching_contacts(filter).await?)
    }

    /// A contact, and what happened with it, the newest first.
    pub async fn load_contact(&self, id: ContactId) -> Result<(ContactLine, Vec<TimelineRecord>)> {
        let contact = self.store().load_contact_line(id).await?;
        Ok((contact, self.store().list_contact_timeline(id, TIMELINE_ENTRIES).await?))
    }

    /// The contact with this address.
    pub async fn find_contact(&self, address: &str) -> Result<ContactId> {
        let address =
            EmailAddress::parse(address).map_err(|fault| Error::Address { field: "address", fault })?;
        let contact = self.store().find_contact(&address.key()).await?;
        Ok(contact.ok_or(Error::NotFound("contact"))?.id)
    }

    /// Adds a contact.
    pub async fn create_contact(&self, draft: ContactDraft) -> Result<ContactLine> {
        let (contact, lists) = draft.check()?;
        let inserted = self.store().insert_contact(&contact, &lists, self.now_ms()).await;
        let id = inserted.map_err(address_taken)?;
        self.contacts_changed();
        Ok(self.store().load_contact_line(id).await?)
    }

    /// Gives a contact new values and lists.
    pub async fn update_contact(&self, id: ContactId, draft: ContactDraft) -> Result<ContactLine> {
        let (contact, lists) = draft.check()?;
        let updated = self.store().update_contact(id, &contact, &lists, self.now_ms()).await;
        updated.map_err(address_taken)?;
        self.contacts_changed();
        Ok(self.store().load_contact_line(id).await?)
    }

    /// Deletes contacts; can be taken back for a while. Their deliveries and suppressions stay.
    pub async fn delete_contacts(&self, selection: &ContactSelection) -> Result<DeletedContacts> {
        let (count, undo_id) = self.store().delete_contacts(selection, self.now_ms()).await?;
        self.contacts_changed();
        Ok(DeletedContacts { count, undo_id })
    }

    /// Takes a deletion back; says how many came back: whose address was added again since does not.
    pub async fn restore_contacts(&self, undo_id: i64) -> Result<u64> {
        let count = self.store().restore_contacts(undo_id).await?.ok_or(Error::UndoExpired)?;
        self.contacts_changed();
        Ok(count)
    }

    /// The custom fields that contacts may have, by name.
    pub async fn list_contact_fields(&self) -> Result<Vec<String>> {
        Ok(self.store().list_contact_fields().await?)
    }

    /// Puts contacts into a list; says how many were not in it.
    pub async fn add_to_list(&self, selection: &ContactSelection, list: ListId) -> Result<u64> {
        self.store().load_list(list).await?;
        let count = self.store().add_to_list(selection, list, self.now_ms()).await?;
        self.contacts_changed();
        Ok(count)
    }

    /// Takes contacts out of a list; says how many were in it.
    pub async fn remove_from_list(&self, selection: &ContactSelection, list: ListId) -> Result<u64> {
        self.store().load_list(list).await?;
        let count = self.store().remove_from_list(selection, list).await?;
        self.contacts_changed();
        Ok(count)
    }

    /// Forgets deletions that nobody will take back any more.
    pub(crate) async fn forget_old_deletions(&self) -> Result<()> {
        match self.store().forget_deleted_contacts(self.now_ms() - UNDO_MS).await {
            // What cannot be written now can still be read.
            Ok(()) | Err(hongyan_store::Error::ReadOnly | hongyan_store::Error::DiskFull) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn contacts_changed(&self) {
        self.tell_changed(Changed::Contacts);
        self.tell_changed(Changed::Lists);
    }
}

fn address_taken(error: hongyan_store::Error) -> Error {
    match error {
        hongyan_store::Error::Taken => Error::AddressTaken,
        other => other.into(),
    }
}
