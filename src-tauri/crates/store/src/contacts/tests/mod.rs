//! People, lists and suppressions on a real database in a temporary folder.

mod changing;
mod paging;
mod plans;
mod searching;

use std::collections::BTreeMap;

use hongyan_domain::{Contact, ContactId, EmailAddress, FieldName};
use tempfile::TempDir;

use super::*;
use crate::{Error, Store};

async fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    (folder, store)
}

fn contact(address: &str, name: &str, fields: &[(&str, &str)]) -> Contact {
    let fields: BTreeMap<FieldName, String> =
        fields.iter().map(|(field, value)| (FieldName::parse(field).unwrap(), (*value).to_owned())).collect();
    Contact { address: EmailAddress::parse(address).unwrap(), name: name.to_owned(), fields }
}

fn filter(search: &str) -> ContactFilter {
    ContactFilter { search: Some(search.to_owned()), ..Default::default() }
}

fn first_page(filter: ContactFilter) -> ContactPageRequest {
    ContactPageRequest { filter, order: ContactOrder::Created, descending: false, after: None, limit: 500 }
}

/// The addresses that a search finds, in the order of adding.
async fn found(store: &Store, search: &str) -> Vec<String> {
    let page = store.list_contacts(&first_page(filter(search))).await.unwrap();
    page.rows.iter().map(|row| row.contact.address.as_str().to_owned()).collect()
}
