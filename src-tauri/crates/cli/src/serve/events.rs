//! `GET /events`: what happens, one JSON object a line, until the page or the program goes.
//!
//! A page that fell behind has missed something; its stream ends, so that it comes back and reads everything anew.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use hongyan_api::EngineEvent;
use hongyan_engine::Event;
use tokio::sync::broadcast::Receiver;

use super::App;

/// An empty line this often shows whether anybody is still there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// Streams events.
pub async fn follow(State(app): State<App>) -> Response {
    let events = app.engine.subscribe();
    let lines = stream::unfold((app, events), |(app, mut events)| async move {
        let line = next_line(&app, &mut events).await?;
        Some((Ok::<_, Infallible>(Bytes::from(line)), (app, events)))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

async fn next_line(app: &App, events: &mut Receiver<Event>) -> Option<String> {
    loop {
        let event = tokio::select! {
            event = events.recv() => event.ok()?,
            () = tokio::time::sleep(SIGN_OF_LIFE) => return Some("\n".to_owned()),
            () = app.ending.cancelled() => return None,
        };
        // What an event is about can be gone by now.
        if let Some(event) = EngineEvent::of(&app.engine, event).await {
            return serde_json::to_string(&event).ok().map(|line| line + "\n");
        }
    }
}
