//! Pages against a plain model: whatever way a page is found, it must be the same rows.

use hongyan_domain::{ListId, SuppressionReason};

use super::super::page::COUNTED;
use super::*;
use crate::{ImportBatch, ImportRow, NewImport};

const PEOPLE: usize = 3_000;

struct Person {
    id: i64,
    key: String,
    name: String,
    city: &'static str,
    in_small: bool,
    in_large: bool,
    suppressed: bool,
}

/// Addresses in clusters (`wang…`, `zhang…`), many equal names, a field.
fn person(n: usize) -> Person {
    let family = ["ada", "li", "wang", "zhang"][n * 7 % 4];
    let name = ["Ada King", "王小丽", "ada king", "张三", ""][n * 3 % 5];
    Person {
        id: i64::try_from(n).unwrap() + 1,
        key: format!("{family}{:04}@{}", n * 1_237 % PEOPLE, ["qq.com", "example.com"][n % 2]),
        name: name.to_owned(),
        city: ["北京", "London", "New York"][n % 3],
        in_small: n.is_multiple_of(40),
        in_large: n > PEOPLE / 2,
        suppressed: n % 11 == 3,
    }
}

async fn fill(store: &Store, people: &[Person]) -> (ListId, ListId) {
    let small = store.insert_list("Small", "small", 1).await.unwrap();
    let large = store.insert_list("Large", "large", 1).await.unwrap();
    let fields = vec![FieldName::parse("city").unwrap()];
    let new = NewImport {
        file_name: "a.csv".into(),
        list_id: None,
        bytes_total: 1,
        fields: fields.clone(),
        heads: vec![],
    };
    let import = store.insert_import(&new, 1).await.unwrap();
    let rows = people.iter().map(|person| ImportRow {
        address: EmailAddress::parse(&person.key).unwrap(),
        name: person.name.clone(),
        values: vec![person.city.to_owned()],
        seen_before: false,
    });
    let batch = ImportBatch { fields, rows: rows.collect(), ..Default::default() };
    store.import_batch(import, None, &batch, 1).await.unwrap();
    let ids = |test: fn(&Person) -> bool| {
        let chosen = people.iter().filter(|person| test(person)).map(|person| ContactId(person.id));
        ContactSelection::Ids(chosen.collect())
    };
    store.add_to_list(&ids(|person| person.in_small), small, 1).await.unwrap();
    store.add_to_list(&ids(|person| person.in_large), large, 1).await.unwrap();
    let suppressed: Vec<EmailAddress> = people
        .iter()
        .filter(|person| person.suppressed)
        .map(|person| EmailAddress::parse(&person.key).unwrap())
        .collect();
    store.insert_suppressions(&suppressed, SuppressionReason::Manual, 1).await.unwrap();
    (small, large)
}

fn matches(person: &Person, filter: &ContactFilter, small: ListId) -> bool {
    let in_list =
        filter.list_id.is_none_or(|list| if list == small { person.in_small } else { person.in_large });
    let has_text = filter.search.as_deref().is_none_or(|text| {
        if text.len() <= 2 {
            return person.key.starts_with(text) || person.name.to_lowercase().starts_with(text);
        }
        [person.key.as_str(), &person.name.to_lowercase(), &person.city.to_lowercase()]
            .iter()
            .any(|part| part.contains(text))
    });
    in_list && has_text && filter.suppressed.is_none_or(|yes| yes == person.suppressed)
}

fn expected(people: &[Person], filter: &ContactFilter, small: ListId, order: ContactOrder) -> Vec<i64> {
    let mut rows: Vec<&Person> = people.iter().filter(|person| matches(person, filter, small)).collect();
    rows.sort_by_key(|person| match order {
        ContactOrder::Address => (person.key.clone(), 0),
        ContactOrder::Name => (person.name.to_ascii_lowercase(), person.id),
        ContactOrder::Created => (String::new(), person.id),
    });
    rows.into_iter().map(|person| person.id).collect()
}

/// A total is exact, or a floor where counting would cost.
fn assert_total(total: ContactTotal, filter: &ContactFilter, found: usize) {
    let found = i64::try_from(found).unwrap();
    let is_cheap = filter.search.is_none() && filter.suppressed.is_none();
    match total {
        ContactTotal::Exactly(count) => assert_eq!(count, found, "{filter:?}"),
        ContactTotal::AtLeast(count) => {
            assert!(
                count <= found && count <= COUNTED && count >= found.min(499),
                "{filter:?}: {count} of {found}"
            );
            assert!(!is_cheap, "{filter:?}: {found} could have been counted");
        }
    }
}

async fn all_pages(store: &Store, mut request: ContactPageRequest) -> (Vec<i64>, Option<ContactTotal>) {
    let (mut ids, mut total) = (Vec::new(), None);
    loop {
        let page = store.list_contacts(&request).await.unwrap();
        ids.extend(page.rows.iter().map(|row| row.contact.id.0));
        total = total.or(page.total);
        let Some(next) = page.next else { return (ids, total) };
        request.after = Some(ContactCursor::parse(&next.to_string(), request.order).unwrap());
    }
}

#[tokio::test]
async fn every_filter_in_every_order_shows_each_row_once() {
    let (_folder, store) = store().await;
    let people: Vec<Person> = (0..PEOPLE).map(person).collect();
    let (small, large) = fill(&store, &people).await;
    let lists = [None, Some(small), Some(large)];
    let searches =
        [None, Some("wa"), Some("wang"), Some("zhang00"), Some("example.com"), Some("小丽"), Some("london")];
    for list_id in lists {
        for search in searches {
            for suppressed in [None, Some(true), Some(false)] {
                let filter = ContactFilter { list_id, search: search.map(str::to_owned), suppressed };
                for order in [ContactOrder::Address, ContactOrder::Name, ContactOrder::Created] {
                    let mut expected = expected(&people, &filter, small, order);
                    for descending in [false, true] {
                        let request = ContactPageRequest {
                            filter: filter.clone(),
                            order,
                            descending,
                            after: None,
                            limit: 499,
                        };
                        let (ids, total) = all_pages(&store, request).await;
                        assert_eq!(ids, expected, "{filter:?} {order:?} {descending}");
                        assert_total(total.unwrap(), &filter, ids.len());
                        expected.reverse();
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn an_export_walks_through_all_that_match() {
    let (_folder, store) = store().await;
    let people: Vec<Person> = (0..PEOPLE).map(person).collect();
    let (small, _) = fill(&store, &people).await;
    let filter = filter("example.com");
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let batch = store.list_contacts_after(&filter, after, 700).await.unwrap();
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        ids.extend(batch.iter().map(|contact| contact.id.0));
    }
    assert_eq!(ids, expected(&people, &filter, small, ContactOrder::Created));
    assert_eq!(store.count_matching_contacts(&filter).await.unwrap(), i64::try_from(ids.len()).unwrap());
}
