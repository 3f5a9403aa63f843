//! `POST /rpc/<command>`: the table of commands over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hongyan_api::{ErrorCode, ErrorView};
use serde::de::DeserializeOwned;

use super::App;

/// Carries a command out.
pub async fn run(
    State(app): State<App>,
    Path(command): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = match read_json(&headers, &body) {
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
    /// It is not what it says.
    Broken(serde_json::Error),
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        match self {
            Self::NoJson => StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response(),
            Self::Broken(error) => {
                refuse(ErrorView::new(ErrorCode::BadRequest).with_detail(error.to_string()))
            }
        }
    }
}

/// Reads JSON that says it is JSON: another page's form cannot send that without being asked for leave (CORS).
pub fn read_json<R: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<R, Unread> {
    if !is_json(headers) {
        return Err(Unread::NoJson);
    }
    serde_json::from_slice(body).map_err(Unread::Broken)
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
