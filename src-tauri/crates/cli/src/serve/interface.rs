//! The files of the interface, read once at the start.
//!
//! They are small, and in memory no path of a request can lead out of their folder; and a page and its policy always
//! belong together, even if the folder is built anew while we serve.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::policy::policy_for;

/// The page.
pub const INDEX: &str = "index.html";
/// Files below have their hash in their name: what was loaded once stays right.
const IMMUTABLE: &str = "_app/immutable/";

/// The built interface.
pub struct Interface {
    /// By path, without a slash in front.
    files: HashMap<String, Bytes>,
    policy: HeaderValue,
}

/// Where the interface is: as asked, else beside this program, else where the project builds it.
pub fn find_folder(asked: Option<PathBuf>) -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
    let beside = beside.unwrap_or_default();
    let candidates = [beside.join("ui"), beside.join("../../ui/dist")];
    let found = candidates.iter().find(|folder| folder.join(INDEX).is_file());
    asked.or_else(|| found.cloned()).unwrap_or_else(|| beside.join("ui"))
}

impl Interface {
    /// Reads a folder with its page.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        read_into(folder, "", &mut files)?;
        let page = files.get(INDEX).ok_or(io::ErrorKind::NotFound)?;
        let page = std::str::from_utf8(page).map_err(io::Error::other)?;
        let policy = policy_for(page).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { files, policy })
    }

    /// What the page may load.
    pub fn policy(&self) -> &HeaderValue {
        &self.policy
    }

    fn find(&self, path: &str) -> Option<(&str, &Bytes)> {
        let path = path.strip_prefix('/')?;
        self.files
            .get_key_value(if path.is_empty() { INDEX } else { path })
            .map(|(path, file)| (path.as_str(), file))
    }
}

fn read_into(folder: &Path, prefix: &str, files: &mut HashMap<String, Bytes>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            read_into(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() {
            files.insert(path, std::fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

/// Gives a file of the interface.
pub async fn serve(State(app): State<App>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some((path, file)) = app.interface.find(request.uri().path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if path.starts_with(IMMUTABLE) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, media_type(path)), (header::CACHE_CONTROL, keep)];
    (headers, file.clone()).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_built_is_found() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("ui/_app")).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::fs::write(folder.path().join("ui/index.html"), "page").unwrap();
        std::fs::write(folder.path().join("ui/_app/a.js"), "script").unwrap();
        let interface = Interface::load(&folder.path().join("ui")).unwrap();
        assert_eq!(interface.find("/").unwrap().1.as_ref(), b"page");
        assert_eq!(interface.find("/_app/a.js").unwrap().1.as_ref(), b"script");
        for path in ["/../secret", "/%2e%2e/secret", "//index.html", "/_app", "secret", ""] {
            assert!(interface.find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_folder_without_a_page_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Interface::load(folder.path()).is_err());
        assert!(Interface::load(&folder.path().join("missing")).is_err());
    }
}
