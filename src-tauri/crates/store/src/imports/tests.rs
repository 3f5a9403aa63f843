//! An import row by row: what is new, changed, the same, or refused, and what it must never touch.

use hongyan_domain::{AddressKey, ContactId, SuppressionReason};

use super::*;
use crate::ContactRecord;

struct Fixture {
    _folder: tempfile::TempDir,
    store: Store,
    list: ListId,
    import: ImportId,
}

fn fields() -> Vec<FieldName> {
    ["first_name", "city"].map(|name| FieldName::parse(name).unwrap()).to_vec()
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let list = store.insert_list("List", "list", 1).await.unwrap();
    let new = NewImport {
        file_name: "a.csv".into(),
        list_id: Some(list),
        bytes_total: 100,
        fields: fields(),
        heads: vec![],
    };
    let import = store.insert_import(&new, 1).await.unwrap();
    Fixture { _folder: folder, store, list, import }
}

fn row(address: &str, name: &str, values: [&str; 2]) -> ImportRow {
    ImportRow {
        address: EmailAddress::parse(address).unwrap(),
        name: name.to_owned(),
        values: values.map(str::to_owned).to_vec(),
        seen_before: false,
    }
}

impl Fixture {
    async fn take(&self, rows: Vec<ImportRow>) {
        let batch = ImportBatch { fields: fields(), rows, bytes_done: 7, ..Default::default() };
        self.store.import_batch(self.import, Some(self.list), &batch, 9).await.unwrap();
    }

    /// New, updated, unchanged, duplicates.
    async fn counts(&self) -> [i64; 4] {
        let import = self.store.load_import(self.import).await.unwrap();
        [import.new, import.updated, import.unchanged, import.duplicates]
    }

    async fn find(&self, address: &str) -> ContactRecord {
        let key: AddressKey = EmailAddress::parse(address).unwrap().key();
        self.store.find_contact(&key).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn rows_become_contacts_in_the_list() {
    let fixture = fixture().await;
    fixture.take(vec![row("Li@example.cn", "王小丽", ["", "北京"]), row("a@b.cn", "", ["Ada", ""])]).await;
    assert_eq!(fixture.counts().await, [2, 0, 0, 0]);
    let li = fixture.find("li@example.cn").await;
    assert_eq!((li.address.as_str(), li.name.as_str()), ("Li@example.cn", "王小丽"));
    assert_eq!(li.fields.values().collect::<Vec<_>>(), ["北京"]);
    assert_eq!(fixture.find("a@b.cn").await.display_name, "Ada");
    assert_eq!(fixture.store.load_list(fixture.list).await.unwrap().contacts, 2);
    let filter = crate::ContactFilter { search: Some("小丽".into()), ..Default::default() };
    assert_eq!(fixture.store.count_matching_contacts(&filter).await.unwrap(), 1);
    assert_eq!(fixture.store.list_contact_fields().await.unwrap(), ["city", "first_name"]);
    let import = fixture.store.load_import(fixture.import).await.unwrap();
    assert_eq!((import.rows, import.bytes_done, import.state), (2, 7, ImportState::Running));
}

#[tokio::test]
async fn values_in_the_file_win_and_missing_ones_change_nothing() {
    let fixture = fixture().await;
    fixture.take(vec![row("li@example.cn", "王小丽", ["丽", "北京"]), row("a@b.cn", "Ada", ["", ""])]).await;
    fixture.take(vec![row("LI@example.cn", "", ["", "上海"]), row("a@b.cn", "Ada", ["", ""])]).await;
    assert_eq!(fixture.counts().await, [2, 1, 1, 0]);
    let li = fixture.find("li@example.cn").await;
    assert_eq!(li.name, "王小丽");
    assert_eq!(li.fields.values().collect::<Vec<_>>(), ["上海", "丽"]);
    assert_eq!(li.address.as_str(), "li@example.cn", "the first spelling stays");
    for (search, count) in [("上海", 1), ("北京", 0)] {
        let filter = crate::ContactFilter { search: Some(search.into()), ..Default::default() };
        assert_eq!(fixture.store.count_matching_contacts(&filter).await.unwrap(), count, "{search}");
    }
}

#[tokio::test]
async fn an_address_counts_once_in_a_file() {
    let fixture = fixture().await;
    fixture
        .take(vec![row("li@example.cn", "first", ["", ""]), row("LI@example.cn", "second", ["", ""])])
        .await;
    let again = ImportRow { seen_before: true, ..row("li@example.cn", "third", ["", ""]) };
    // Two addresses may share a hash: one that has no contact yet cannot have been seen.
    let wrongly = ImportRow { seen_before: true, ..row("new@example.cn", "", ["", ""]) };
    fixture.take(vec![again, wrongly]).await;
    assert_eq!(fixture.counts().await, [2, 0, 0, 2]);
    assert_eq!(fixture.find("li@example.cn").await.name, "first");
}

#[tokio::test]
async fn an_import_lifts_no_suppression() {
    let fixture = fixture().await;
    let address = EmailAddress::parse("li@example.cn").unwrap();
    let addresses = [address.clone()];
    fixture.store.insert_suppressions(&addresses, SuppressionReason::Unsubscribed, 1).await.unwrap();
    fixture.take(vec![row("li@example.cn", "", ["", ""])]).await;
    let suppression = fixture.store.find_suppression(&address.key()).await.unwrap().unwrap();
    assert_eq!((suppression.reason, suppression.since_ms), (SuppressionReason::Unsubscribed, 1));
}

#[tokio::test]
async fn rejected_rows_are_kept_with_their_reasons() {
    let fixture = fixture().await;
    let problem = |row| ImportProblem {
        row,
        head: Some("E-mail".into()),
        code: "address_no_at".into(),
        params: [("limit".to_owned(), "1".to_owned())].into(),
        excerpt: "l***".into(),
        raw: RawRow(vec!["li".into(), "=1+1 \"'\n王".into()]),
    };
    let batch = ImportBatch { problems: vec![problem(3), problem(5)], ..Default::default() };
    fixture.store.import_batch(fixture.import, None, &batch, 1).await.unwrap();
    assert_eq!(fixture.store.list_import_problems(fixture.import, 0, 1).await.unwrap(), [problem(3)]);
    assert_eq!(fixture.store.list_import_problems(fixture.import, 3, 9).await.unwrap(), [problem(5)]);
    let import = fixture.store.load_import(fixture.import).await.unwrap();
    assert_eq!((import.rows, import.invalid), (2, 2));
}

#[tokio::test]
async fn an_import_survives_its_list_and_the_end_of_the_program() {
    let fixture = fixture().await;
    fixture.store.delete_list(fixture.list).await.unwrap();
    fixture.take(vec![row("li@example.cn", "", ["", ""])]).await;
    assert_eq!(fixture.store.cancel_running_imports(50).await.unwrap(), 1);
    let import = fixture.store.load_import(fixture.import).await.unwrap();
    assert_eq!((import.state, import.ended_at_ms, import.list_id), (ImportState::Cancelled, Some(50), None));
    assert_eq!(import.new, 1);
}

#[tokio::test]
async fn ids_of_deleted_contacts_are_not_given_out_again() {
    let fixture = fixture().await;
    fixture.take(vec![row("li@example.cn", "", ["", ""])]).await;
    let all = crate::ContactSelection::Filter(crate::ContactFilter::default());
    let (_, undo) = fixture.store.delete_contacts(&all, 1).await.unwrap();
    fixture.take(vec![row("a@b.cn", "", ["", ""])]).await;
    assert_eq!(fixture.find("a@b.cn").await.id, ContactId(2));
    assert_eq!(fixture.store.restore_contacts(undo).await.unwrap(), Some(1));
}
