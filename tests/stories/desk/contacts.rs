//! Contacts come to a desk the way they come to users: in files.

use hongyan_domain::{ImportId, ListId};
use hongyan_engine::{ContactDraft, CsvOptions, Error, Import, ImportPlan, ImportState, Purpose};

use super::Desk;
use crate::ground::within_patience;
use crate::people::{Person, csv_of};

impl Desk {
    /// A list of the first so many people; the name is made up.
    pub async fn list_of(&self, people: usize) -> ListId {
        let name = format!("List {}", self.engine.list_lists().await.unwrap().len() + 1);
        let import = self.import(&name, csv_of(people).as_bytes()).await.expect("a good file");
        assert_eq!(import.record.state, ImportState::Finished);
        import.record.list_id.expect("the import has a list")
    }

    /// Imports a file as its preview suggests, into the list of this name.
    pub async fn import(&self, list: &str, file: &[u8]) -> Result<Import, Error> {
        let id = self.begin_import(list, file).await?;
        within_patience("an import", self.engine.wait_for_import(id)).await
    }

    /// Begins to import a file as its preview suggests, into the list of this name.
    pub async fn begin_import(&self, list: &str, file: &[u8]) -> Result<ImportId, Error> {
        let path = self.folder().join("people.csv");
        std::fs::write(&path, file).expect("the file can be written");
        let handle = self.engine.files().register(path, Purpose::Read);
        let (_, preview) = self.engine.preview_import(&handle, CsvOptions::default()).await?;
        let plan = ImportPlan {
            file: handle,
            options: CsvOptions::default(),
            columns: preview.columns.into_iter().map(|column| column.suggestion).collect(),
            list_name: Some(list.to_owned()),
        };
        Ok(self.engine.start_import(plan).await?.record.id)
    }

    /// Adds somebody by hand.
    pub async fn add(&self, person: &Person, list: ListId) {
        let draft = ContactDraft {
            address: person.address.clone(),
            name: person.name.clone(),
            fields: [("city".to_owned(), person.city.clone())].into(),
            list_ids: vec![list],
        };
        self.engine.create_contact(draft).await.expect("a good contact");
    }

    /// Puts an address on the suppression list.
    pub async fn suppress(&self, address: &str) {
        self.engine.add_suppressions(&[address.to_owned()]).await.expect("a good address");
    }
}
