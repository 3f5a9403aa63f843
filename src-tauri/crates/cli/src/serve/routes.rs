//! The table of addresses.

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};

use super::{App, events, files, guard, interface, rpc};

/// All addresses: the interface for everybody on this computer, the rest for who has the token.
pub fn routes(app: App) -> Router {
    let guarded = Router::new()
        .route("/rpc/{command}", post(rpc::run))
        .route("/events", get(events::follow))
        .route("/files", post(files::upload))
        .route("/files/new", post(files::announce))
        .route("/files/{handle}", get(files::download))
        .route_layer(map_response(never_kept))
        .route_layer(from_fn_with_state(app.clone(), guard::token_only));
    guarded
        .fallback(interface::serve)
        .layer(from_fn_with_state(app.clone(), guard::own_page_only))
        .with_state(app)
}

/// Answers are private and change.
async fn never_kept(mut response: Response) -> Response {
    use axum::http::{HeaderValue, header};
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
