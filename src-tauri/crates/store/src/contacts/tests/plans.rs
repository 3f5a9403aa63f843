//! The statements behind pages use their indexes. A plan that scans would show only at a million contacts.

use sqlx::AssertSqlSafe;

use super::super::cursor::Position;
use super::super::filter::{Part, Sql};
use super::super::search::Search;
use super::super::statements::{self, Driven, Stretch};
use super::*;

async fn plan(store: &Store, sql: &Sql) -> String {
    let explained = format!("explain query plan {}", sql.sql().as_str());
    let rows: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(AssertSqlSafe(explained)).fetch_all(store.reader()).await.unwrap();
    rows.into_iter().map(|row| row.3).collect::<Vec<_>>().join("\n")
}

fn stretch(order: ContactOrder, descending: bool) -> Stretch {
    let after = match order {
        ContactOrder::Address => Position::Address("m".into()),
        ContactOrder::Name => Position::Name("m".into(), 5),
        ContactOrder::Created => Position::Created(5),
    };
    Stretch { order, descending, after: Some(after), limit: 51 }
}

fn parts() -> Vec<Part> {
    vec![
        Part::Search(Search::parse("wang", &[]).unwrap()),
        Part::Search(Search::parse("wa", &[]).unwrap()),
        Part::List(1),
        Part::Suppressed,
    ]
}

#[tokio::test]
async fn walked_pages_go_along_an_index_without_sorting() {
    let (_folder, store) = store().await;
    let tests = [parts(), vec![Part::NotSuppressed]].concat();
    for (order, index) in [
        (ContactOrder::Address, "SEARCH c USING INDEX sqlite_autoindex_contacts_1 (address_key"),
        (ContactOrder::Name, "SEARCH c USING INDEX contacts_by_name (display_name"),
        (ContactOrder::Created, "SEARCH c USING INTEGER PRIMARY KEY (rowid"),
    ] {
        for descending in [false, true] {
            let stretch = stretch(order, descending);
            for sql in [
                statements::page_walked(&tests, &stretch),
                statements::page_walked_within(&tests, &stretch, 20_000),
            ] {
                let plan = plan(&store, &sql).await;
                assert!(plan.contains(index), "{plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{plan}");
                assert!(plan.contains("list_members_by_contact (contact_id=? AND list_id=?)"), "{plan}");
                assert!(plan.contains("sqlite_autoindex_suppressions_1 (address_key=?)"), "{plan}");
            }
        }
    }
}

#[tokio::test]
async fn driven_pages_look_rows_up_by_id() {
    let (_folder, store) = store().await;
    for part in parts() {
        let driven = Driven { driver: part.clone(), others: vec![Part::NotSuppressed] };
        let plan = plan(&store, &statements::page_driven(&driven, &stretch(ContactOrder::Name, false))).await;
        let looks_up = "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)";
        assert!(plan.contains(looks_up), "{part:?}: {plan}");
        assert!(!plan.contains("SCAN c\n") && !plan.contains("SCAN contacts"), "{part:?}: {plan}");
    }
}

#[tokio::test]
async fn hits_and_members_come_in_the_order_of_adding_by_themselves() {
    let (_folder, store) = store().await;
    for part in [Part::Search(Search::parse("wang", &[]).unwrap()), Part::List(1)] {
        for descending in [false, true] {
            let driven = Driven { driver: part.clone(), others: vec![] };
            let sql = statements::page_driven(&driven, &stretch(ContactOrder::Created, descending));
            let plan = plan(&store, &sql).await;
            assert!(!plan.contains("TEMP B-TREE"), "{part:?}: {plan}");
        }
    }
}

#[tokio::test]
async fn the_last_mail_of_a_contact_is_found_by_index() {
    let (_folder, store) = store().await;
    let sql = Sql::new(
        "select (select max(d.updated_at_ms) from deliveries d where d.contact_id = c.id and d.state = 'sent')
         from contacts c where c.id = 1",
    );
    let plan = plan(&store, &sql).await;
    assert!(plan.contains("deliveries_by_contact (contact_id=?)"), "{plan}");
}
