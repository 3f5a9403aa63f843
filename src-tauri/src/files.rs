//! Files the user chooses in the system's dialog. The page learns a handle, never a path.

use std::path::PathBuf;

use hongyan_api::ErrorView;
use hongyan_engine::{Engine, Purpose, file_name};
use serde::{Deserialize, Serialize};
use tauri::{Manager, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

use crate::house::House;

/// What the file is wanted for; as in `host.ts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenKind {
    /// A file of contacts.
    Contacts,
    /// A template.
    Template,
}

impl OpenKind {
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Contacts => &["csv", "tsv", "txt"],
            Self::Template => &["md", "markdown", "html", "htm", "txt"],
        }
    }
}

/// A file the user chose.
#[derive(Debug, Clone, Serialize)]
pub struct PickedFile {
    handle: String,
    name: String,
    size: u64,
}

impl PickedFile {
    /// Gives a path its handle. A file that cannot be read shows so when it is opened.
    pub fn of(engine: &Engine, path: PathBuf) -> Self {
        let size = std::fs::metadata(&path).map_or(0, |file| file.len());
        Self { name: file_name(&path), handle: engine.files().register(path, Purpose::Read), size }
    }
}

/// Lets the user choose a file to read; `None` where they chose none.
#[tauri::command]
pub async fn pick_open(
    window: WebviewWindow,
    kind: OpenKind,
    title: String,
) -> Result<Option<PickedFile>, ErrorView> {
    let engine = engine_behind(&window).await?;
    let path = match answered("HONGYAN_E2E_PICK") {
        Some(path) => Some(path),
        None => {
            ask(FileDialogBuilder::pick_file, with_endings(dialog_of(&window, title), kind.endings())).await
        }
    };
    Ok(path.map(|path| PickedFile::of(&engine, path)))
}

/// Lets the user choose where to write a file; gives its handle.
#[tauri::command]
pub async fn pick_save(
    window: WebviewWindow,
    name: String,
    title: String,
) -> Result<Option<String>, ErrorView> {
    let engine = engine_behind(&window).await?;
    let path = match answered("HONGYAN_E2E_SAVE") {
        Some(path) => Some(path),
        None => ask(FileDialogBuilder::save_file, dialog_of(&window, title).set_file_name(name)).await,
    };
    Ok(path.map(|path| engine.files().register(path, Purpose::Write)))
}

async fn engine_behind(window: &WebviewWindow) -> Result<Engine, ErrorView> {
    window.state::<House>().engine(window.app_handle()).await
}

/// A dialog that stays before the window until it is answered, with a title in the language of the page: the system's
/// own word for it may be in another.
fn dialog_of(window: &WebviewWindow, title: String) -> Dialog {
    window.dialog().file().set_parent(window).set_title(title)
}

type Dialog = FileDialogBuilder<tauri::Wry>;
type Answer = Box<dyn FnOnce(Option<FilePath>) + Send>;

/// Shows a dialog and waits for the user without holding a thread.
async fn ask(show: impl FnOnce(Dialog, Answer), dialog: Dialog) -> Option<PathBuf> {
    let (answer, answered) = oneshot::channel();
    show(dialog, Box::new(move |path| drop(answer.send(path))));
    answered.await.ok().flatten()?.into_path().ok()
}

/// The filters' names are patterns, which every language reads alike.
fn with_endings(dialog: Dialog, endings: &[&str]) -> Dialog {
    let patterns: Vec<String> = endings.iter().map(|ending| format!("*.{ending}")).collect();
    dialog.add_filter(patterns.join(" "), endings).add_filter("*", &["*"])
}

/// The window tests answer the dialog through the environment; a release has no such door.
#[cfg(feature = "e2e")]
fn answered(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

#[cfg(not(feature = "e2e"))]
fn answered(_variable: &str) -> Option<PathBuf> {
    None
}
