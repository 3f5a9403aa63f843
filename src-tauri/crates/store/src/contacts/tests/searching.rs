//! Who is found by a word: names in any script, addresses, and the values of custom fields.

use super::*;

async fn people() -> (TempDir, Store) {
    let (folder, store) = store().await;
    for (address, name, fields) in [
        ("li@example.cn", "王小丽", &[("city", "北京"), ("note", "say \"hi\" 50%")][..]),
        ("ada@example.com", "", &[("first_name", "Ada"), ("last_name", "Lovelace")]),
        ("bob@例子.中国", "Émile Zola", &[("city", "Zürich")]),
        ("WANG@example.com", "李雷", &[("company", "com anada")]),
    ] {
        store.insert_contact(&contact(address, name, fields), &[], 1).await.unwrap();
    }
    (folder, store)
}

#[tokio::test]
async fn contacts_are_found_by_any_part_of_address_name_and_fields() {
    let (_folder, store) = people().await;
    for (search, expected) in [
        ("LOVELACE", &["ada@example.com"][..]),
        ("ada love", &["ada@example.com"]),
        ("example.com", &["ada@example.com", "WANG@example.com"]),
        ("wang", &["WANG@example.com"]),
        ("例子.中", &["bob@例子.中国"]),
        ("émile", &["bob@例子.中国"]),
        ("ÉMILE", &["bob@例子.中国"]),
        ("zürich", &["bob@例子.中国"]),
        ("say \"hi\"", &["li@example.cn"]),
        ("50%", &["li@example.cn"]),
        ("5_%", &[]),
        ("nobody", &[]),
    ] {
        assert_eq!(found(&store, search).await, expected, "{search}");
    }
}

#[tokio::test]
async fn one_or_two_chinese_characters_are_found_anywhere() {
    let (_folder, store) = people().await;
    for (search, expected) in [
        ("丽", &["li@example.cn"][..]),
        ("小丽", &["li@example.cn"]),
        ("王丽", &[]),
        ("北", &["li@example.cn"]),
        ("é", &["bob@例子.中国"]),
        ("雷", &["WANG@example.com"]),
    ] {
        assert_eq!(found(&store, search).await, expected, "{search}");
    }
}

#[tokio::test]
async fn one_or_two_letters_are_the_start_of_address_or_name() {
    let (_folder, store) = people().await;
    for (search, expected) in [
        ("l", &["li@example.cn"][..]),
        ("Ad", &["ada@example.com"]),
        ("wa", &["WANG@example.com"]),
        ("xa", &[]),
    ] {
        assert_eq!(found(&store, search).await, expected, "{search}");
    }
}

#[tokio::test]
async fn a_field_name_is_not_a_value() {
    let (_folder, store) = people().await;
    assert!(found(&store, "city").await.is_empty());
    assert!(found(&store, "company").await.is_empty());
}

#[tokio::test]
async fn pieces_that_do_not_stand_together_are_no_hit() {
    let (_folder, store) = people().await;
    // `com anada` has the pieces `com` and `ana`, but nothing has `comana`.
    assert!(found(&store, "comana").await.is_empty());
}

#[tokio::test]
async fn a_changed_contact_is_found_by_its_new_values_only() {
    let (_folder, store) = people().await;
    let id = store.list_contacts(&first_page(filter("lovelace"))).await.unwrap().rows[0].contact.id;
    store.update_contact(id, &contact("ada@example.com", "Ada Byron", &[]), &[], 2).await.unwrap();
    assert!(found(&store, "lovelace").await.is_empty());
    assert_eq!(found(&store, "byron").await, ["ada@example.com"]);
}
