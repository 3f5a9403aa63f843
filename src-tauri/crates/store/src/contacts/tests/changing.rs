//! Adding, changing and deleting people, and what becomes of their lists and suppressions.

use hongyan_domain::{ListId, SuppressionReason};

use super::*;

async fn two_lists(store: &Store) -> (ListId, ListId) {
    (store.insert_list("A", "a", 1).await.unwrap(), store.insert_list("B", "b", 1).await.unwrap())
}

fn list_filter(list: ListId) -> ContactSelection {
    ContactSelection::Filter(ContactFilter { list_id: Some(list), ..Default::default() })
}

#[tokio::test]
async fn a_contact_is_kept_as_given_and_changed() {
    let (_folder, store) = store().await;
    let (a, b) = two_lists(&store).await;
    let given = contact("Li@Example.cn", "", &[("first_name", "丽"), ("last_name", "王"), ("city", "")]);
    let id = store.insert_contact(&given, &[a, b], 5).await.unwrap();
    let line = store.load_contact_line(id).await.unwrap();
    assert_eq!(line.contact.address.as_str(), "Li@Example.cn");
    assert_eq!(line.contact.display_name, "王丽");
    assert_eq!(line.contact.fields.len(), 2, "an empty value is no value");
    assert_eq!(line.lists, [(a, "A".to_owned()), (b, "B".to_owned())]);
    assert_eq!((line.contact.created_at_ms, line.last_mail_ms, line.suppressed), (5, None, None));
    assert_eq!(store.list_contact_fields().await.unwrap(), ["first_name", "last_name"]);

    store.update_contact(id, &contact("li@example.cn", "王小丽", &[]), &[b], 9).await.unwrap();
    let line = store.load_contact_line(id).await.unwrap();
    assert_eq!(line.contact.to_contact(), contact("li@example.cn", "王小丽", &[]));
    assert_eq!(line.lists, [(b, "B".to_owned())]);
    assert_eq!((line.contact.created_at_ms, line.contact.updated_at_ms), (5, 9));
}

#[tokio::test]
async fn an_address_has_one_contact() {
    let (_folder, store) = store().await;
    store.insert_contact(&contact("li@example.cn", "", &[]), &[], 1).await.unwrap();
    let ada = store.insert_contact(&contact("ada@example.cn", "", &[]), &[], 1).await.unwrap();
    let again = contact("LI@example.CN", "", &[]);
    assert!(matches!(store.insert_contact(&again, &[], 1).await, Err(Error::Taken)));
    assert!(matches!(store.update_contact(ada, &again, &[], 1).await, Err(Error::Taken)));
    let free = contact("free@example.cn", "", &[]);
    assert!(matches!(store.update_contact(ContactId(99), &free, &[], 1).await, Err(Error::NotFound(_))));
    assert_eq!(store.count_contacts().await.unwrap(), 2);
}

#[tokio::test]
async fn a_deletion_is_taken_back_with_ids_lists_and_search() {
    let (_folder, store) = store().await;
    let (a, b) = two_lists(&store).await;
    let li = contact("li@example.cn", "王小丽", &[("city", "北京")]);
    let id = store.insert_contact(&li, &[a, b], 3).await.unwrap();
    let other = store.insert_contact(&contact("x@example.cn", "", &[]), &[], 3).await.unwrap();
    let before = store.load_contact_line(id).await.unwrap();

    let (count, undo) = store.delete_contacts(&list_filter(a), 1_000).await.unwrap();
    assert_eq!((count, undo), (1, 1_000));
    assert!(matches!(store.load_contact(id).await, Err(Error::NotFound(_))));
    assert!(found(&store, "王小丽").await.is_empty());
    assert_eq!(store.load_list(a).await.unwrap().contacts, 0);
    assert!(store.load_contact(other).await.is_ok(), "only what was chosen goes");

    assert_eq!(store.restore_contacts(undo).await.unwrap(), Some(1));
    assert_eq!(store.load_contact_line(id).await.unwrap(), before);
    assert_eq!(found(&store, "小丽").await, ["li@example.cn"]);
    assert_eq!(store.restore_contacts(undo).await.unwrap(), None, "once only");
}

#[tokio::test]
async fn an_address_added_again_wins_over_the_deleted_one() {
    let (_folder, store) = store().await;
    let (a, _) = two_lists(&store).await;
    let li = contact("li@example.cn", "old", &[]);
    let gone = contact("gone@example.cn", "", &[]);
    let ids = [
        store.insert_contact(&li, &[a], 1).await.unwrap(),
        store.insert_contact(&gone, &[a], 1).await.unwrap(),
    ];
    let (_, undo) = store.delete_contacts(&ContactSelection::Ids(ids.to_vec()), 1).await.unwrap();
    let new = store.insert_contact(&contact("LI@example.cn", "new", &[]), &[], 1).await.unwrap();
    store.delete_list(a).await.unwrap();
    assert_ne!(new, ids[0], "an id is not used again");
    assert_eq!(store.restore_contacts(undo).await.unwrap(), Some(1));
    assert_eq!(store.load_contact(new).await.unwrap().name, "new");
    assert!(store.load_contact_line(ids[1]).await.unwrap().lists.is_empty());
}

#[tokio::test]
async fn two_deletions_have_two_undo_ids_and_old_ones_are_forgotten() {
    let (_folder, store) = store().await;
    let mut undos = Vec::new();
    for address in ["a@example.cn", "b@example.cn"] {
        let id = store.insert_contact(&contact(address, "", &[]), &[], 1).await.unwrap();
        undos.push(store.delete_contacts(&ContactSelection::Ids(vec![id]), 100).await.unwrap().1);
    }
    assert_eq!(undos, [100, 101]);
    store.forget_deleted_contacts(101).await.unwrap();
    assert_eq!(store.restore_contacts(100).await.unwrap(), None);
    assert_eq!(store.restore_contacts(101).await.unwrap(), Some(1));
}

#[tokio::test]
async fn lists_take_and_lose_whom_a_selection_means() {
    let (_folder, store) = store().await;
    let (a, b) = two_lists(&store).await;
    for n in 0..10 {
        store.insert_contact(&contact(&format!("p{n}@example.cn"), "", &[]), &[a], 1).await.unwrap();
    }
    assert_eq!(store.add_to_list(&list_filter(a), b, 2).await.unwrap(), 10);
    assert_eq!(store.add_to_list(&list_filter(a), b, 2).await.unwrap(), 0, "already there");
    let some = ContactSelection::Filter(filter("p3@"));
    assert_eq!(store.remove_from_list(&some, b).await.unwrap(), 1);
    let everybody = ContactSelection::Filter(ContactFilter::default());
    assert_eq!(store.remove_from_list(&everybody, a).await.unwrap(), 10);
    let counts: Vec<i64> = store.list_lists().await.unwrap().iter().map(|list| list.contacts).collect();
    assert_eq!(counts, [0, 9]);
}

#[tokio::test]
async fn the_timeline_tells_the_newest_first() {
    let (_folder, store) = store().await;
    let li = contact("li@example.cn", "", &[]);
    let id = store.insert_contact(&li, &[], 10).await.unwrap();
    store.insert_suppressions(&[li.address], SuppressionReason::Bounced, 20).await.unwrap();
    let timeline = store.list_contact_timeline(id, 100).await.unwrap();
    assert_eq!(
        timeline,
        [
            TimelineRecord { at_ms: 20, what: Happening::Suppressed(SuppressionReason::Bounced) },
            TimelineRecord { at_ms: 10, what: Happening::Added },
        ]
    );
    let line = store.load_contact_line(id).await.unwrap();
    assert_eq!(line.suppressed, Some(SuppressionReason::Bounced));
}
