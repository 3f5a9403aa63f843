//! `POST /rpc/<command>`: the table of commands over HTTP.

use std::fmt::Display;

use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use hongyan_api::{ErrorCode, ErrorView};
use serde::de::DeserializeOwned;

use super::App;

/// Most megabytes of a command; the largest is a template with its text.
const MOST_OF_A_COMMAND: usize = 8;
/// Bytes.
const MEGABYTE: usize = 1024 * 1024;

/// Carries a command out.
pub async fn run(
    State(app): State<App>,
    Path(command): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request = match read_json(&headers, body).await {
        Ok(request) => request,
        Err(unread) => return unread.into_response(),
    };
    // A task of its own: a browser that goes away must not stop a command half way.
    let task = tokio::spawn(async move { app.router.dispatch(app.engine.clone(), &command, request).await });
    match task.await {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(error)) => refuse(error),
        Err(_) => refuse(ErrorView::new(ErrorCode::Internal)),
    }
}

/// An error with a status that fits; the page looks only at the error.
pub fn refuse(error: ErrorView) -> Response {
    let status = match error.code {
        ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
        ErrorCode::UnknownCommand | ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, Json(error)).into_response()
}

/// Why a body is no request.
#[derive(Debug)]
pub enum Unread {
    /// It does not say that it is JSON.
    NoJson,
    /// It is longer than any command.
    TooLarge,
    /// The connection broke on the way.
    Interrupted,
    /// It is not what it says.
    Broken(serde_json::Error),
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        match self {
            Self::NoJson => StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response(),
            Self::TooLarge => refuse_size(MOST_OF_A_COMMAND),
            Self::Interrupted => StatusCode::BAD_REQUEST.into_response(),
            Self::Broken(error) => {
                refuse(ErrorView::new(ErrorCode::BadRequest).with_detail(error.to_string()))
            }
        }
    }
}

/// Says that a body has more than so many megabytes.
pub fn refuse_size(megabytes: impl Display) -> Response {
    refuse(ErrorView::new(ErrorCode::TooLarge).with("limit", megabytes))
}

/// Reads what is left of a body: a browser reads no answer before it has sent all.
pub async fn read_past(rest: &mut BodyDataStream) {
    while let Some(Ok(_)) = rest.next().await {}
}

/// Reads JSON that says it is JSON: another page's form cannot send that without being asked for leave (CORS).
pub async fn read_json<R: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<R, Unread> {
    if !is_json(headers) {
        return Err(Unread::NoJson);
    }
    let mut chunks = body.into_data_stream();
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next().await {
        text.extend_from_slice(&chunk.map_err(|_| Unread::Interrupted)?);
        if text.len() > MOST_OF_A_COMMAND * MEGABYTE {
            read_past(&mut chunks).await;
            return Err(Unread::TooLarge);
        }
    }
    serde_json::from_slice(&text).map_err(Unread::Broken)
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
