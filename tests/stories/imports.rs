//! Imports, and others who work on the same folder meanwhile.

use hongyan_engine::ImportState;
use hongyan_store::{NewImport, Store};

use crate::desk::{Desk, MORNING_MS};
use crate::ground::within_patience;
use crate::people::csv_of;

/// Enough for several batches.
const MANY: usize = 50_000;

#[tokio::test]
async fn an_import_under_way_is_called_cut_short_by_nobody() {
    let desk = Desk::builder().without_sending().open().await;
    let id = desk.begin_import("People", csv_of(MANY).as_bytes()).await.expect("a good file");
    let state = async || desk.engine.load_import(id).await.expect("it is there").record.state;

    let other = Desk::builder().at(desk.folder()).without_sending().open().await;
    assert_ne!(state().await, ImportState::Cancelled, "by another process that opens the folder");
    other.close().await;
    desk.engine.start_sending().await.expect("nobody else sends");
    assert_ne!(state().await, ImportState::Cancelled, "by beginning to send");

    let import = within_patience("an import", desk.engine.wait_for_import(id)).await.expect("it ends");
    assert_eq!((import.record.state, import.record.new), (ImportState::Finished, MANY as i64));
}

#[tokio::test]
async fn an_import_that_its_process_left_behind_is_called_cut_short() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).await.expect("a new folder can be opened");
    let import = NewImport {
        file_name: "people.csv".to_owned(),
        list_id: None,
        bytes_total: 1,
        fields: Vec::new(),
        heads: Vec::new(),
    };
    let id = store.insert_import(&import, MORNING_MS).await.expect("it can be noted");
    store.close().await;

    let desk = Desk::builder().at(folder.path()).without_sending().open().await;
    let import = desk.engine.load_import(id).await.expect("it is there");
    assert_eq!(import.record.state, ImportState::Cancelled);
}
