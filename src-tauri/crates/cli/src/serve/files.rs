//! `/files`: what the browser uploads to be read, and comes to fetch after it was written.
//!
//! The page learns handles, never paths; only files in this process's scratch folder can be fetched. They go with their
//! handles: an upload when its import begins, what was written when it is fetched.

use std::io;
use std::path::Path as FilePath;

use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use hongyan_api::{ErrorCode, ErrorView};
use hongyan_engine::{Purpose, file_name};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio_util::io::ReaderStream;

use super::App;
use super::rpc::{read_json, read_past, refuse, refuse_size};
use crate::failure::Failure;

/// Most megabytes of an upload.
const MOST_OF_A_FILE: u64 = 4 * 1024;
/// The header with the file's name, percent-encoded, as header values are ASCII.
const NAME: &str = "x-file-name";

/// A file that was uploaded.
#[derive(Debug, Serialize)]
struct Uploaded {
    handle: String,
    name: String,
    size: u64,
}

/// A file that is going to be written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFile {
    name: String,
}

/// Why an upload was not taken.
enum Broken {
    TooLarge,
    Interrupted,
    Disk(io::Error),
}

/// Takes a file.
pub async fn upload(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let name = headers.get(NAME).and_then(|name| name.to_str().ok()).unwrap_or_default();
    let path = match app.scratch.place(&percent_decode_str(name).decode_utf8_lossy()) {
        Ok(path) => path,
        Err(failure) => return refuse_failure(failure),
    };
    let mut chunks = body.into_data_stream();
    match write(&path, &mut chunks, MOST_OF_A_FILE * 1024 * 1024).await {
        Ok(size) => {
            let name = file_name(&path);
            Json(Uploaded { handle: app.engine.files().lend(path, Purpose::Read), name, size })
                .into_response()
        }
        Err(broken) => {
            // What is left of it goes with the scratch folder, if not now.
            let _ = tokio::fs::remove_file(&path).await;
            read_past(&mut chunks).await;
            refuse_upload(broken)
        }
    }
}

async fn write(path: &FilePath, chunks: &mut BodyDataStream, most: u64) -> Result<u64, Broken> {
    let mut file = BufWriter::new(File::create_new(path).await.map_err(Broken::Disk)?);
    let mut size = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Broken::Interrupted)?;
        size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if size > most {
            return Err(Broken::TooLarge);
        }
        file.write_all(&chunk).await.map_err(Broken::Disk)?;
    }
    file.flush().await.map_err(Broken::Disk)?;
    Ok(size)
}

fn refuse_upload(broken: Broken) -> Response {
    match broken {
        Broken::TooLarge => refuse_size(MOST_OF_A_FILE),
        Broken::Interrupted => StatusCode::BAD_REQUEST.into_response(),
        Broken::Disk(error) if error.kind() == io::ErrorKind::StorageFull => {
            refuse(ErrorView::new(ErrorCode::DiskFull))
        }
        Broken::Disk(error) => {
            refuse(ErrorView::new(ErrorCode::FileUnwritable).with_detail(error.to_string()))
        }
    }
}

fn refuse_failure(failure: Failure) -> Response {
    match failure {
        Failure::Refused(refusal) => refuse(refusal.error.view),
        Failure::Told | Failure::Stopped => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Gives a handle for a file that a command is going to write.
pub async fn announce(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let NewFile { name } = match read_json(&headers, body).await {
        Ok(request) => request,
        Err(unread) => return unread.into_response(),
    };
    match app.scratch.place(&name) {
        Ok(path) => {
            let handle = app.engine.files().lend(path, Purpose::Write);
            Json(serde_json::json!({ "handle": handle })).into_response()
        }
        Err(failure) => refuse_failure(failure),
    }
}

/// Gives a file that a command has written, once.
pub async fn download(State(app): State<App>, Path(handle): Path<String>) -> Response {
    let path = app.engine.files().find(&handle, Purpose::Write).filter(|path| app.scratch.holds(path));
    let Some(path) = path else { return refuse(ErrorView::new(ErrorCode::FileUnreadable)) };
    let (file, size) = match open(&path).await {
        Ok(opened) => opened,
        Err(error) => {
            return refuse(ErrorView::new(ErrorCode::FileUnreadable).with_detail(error.to_string()));
        }
    };
    // It is open, and whoever wants it again has it written again.
    app.engine.files().let_go(&handle);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, attachment(&file_name(&path))),
    ];
    (headers, Body::from_stream(ReaderStream::new(file))).into_response()
}

async fn open(path: &FilePath) -> io::Result<(File, u64)> {
    let file = File::open(path).await?;
    let size = file.metadata().await?.len();
    Ok((file, size))
}

/// To be saved under this name (RFC 6266, RFC 8187).
fn attachment(name: &str) -> String {
    format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_upload_is_taken_up_to_its_limit_and_refused_beyond() {
        let folder = tempfile::tempdir().unwrap();
        for (most, name) in [(5, "fits.csv"), (4, "larger.csv")] {
            let mut chunks = Body::from("email").into_data_stream();
            let taken = write(&folder.path().join(name), &mut chunks, most).await;
            assert_eq!(matches!(taken, Err(Broken::TooLarge)), most == 4);
        }
    }

    #[test]
    fn a_name_cannot_break_the_header() {
        assert_eq!(attachment("名 \"\r\n.csv"), "attachment; filename*=UTF-8''%E5%90%8D%20%22%0D%0A%2Ecsv");
    }
}
