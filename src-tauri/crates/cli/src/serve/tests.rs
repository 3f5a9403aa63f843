//! The whole table of addresses, asked the way a browser asks, and the way it must not be asked.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures_util::StreamExt;
use hongyan_engine::{Clock, Options, SecretsPlace, Timeouts, TlsTrust};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;

const HOST: &str = "127.0.0.1:4242";

/// A server without its socket.
struct Served {
    routes: Router,
    token: String,
    engine: Engine,
    ending: CancellationToken,
    folder: TempDir,
}

async fn serve() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("ui");
    std::fs::create_dir(&page).unwrap();
    std::fs::write(page.join(interface::INDEX), "<script>start()</script>").unwrap();
    let options = Options {
        folder: folder.path().join("data"),
        program: "test",
        secrets: SecretsPlace::Memory,
        tls_trust: TlsTrust::System,
        timeouts: Timeouts::default(),
        clock: Clock::System,
    };
    let engine = Engine::open(options).await.unwrap();
    let ending = CancellationToken::new();
    let app = App(Arc::new(Parts {
        engine: engine.clone(),
        router: hongyan_api::router(),
        interface: Interface::load(&page).unwrap(),
        scratch: Scratch::open(engine.folder()).unwrap(),
        token: Token::random().unwrap(),
        ending: ending.clone(),
    }));
    let token = format!("Bearer {}", app.token.as_str());
    Served { routes: routes::routes(app), token, engine, ending, folder }
}

impl Served {
    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        (head.status, head.headers, axum::body::to_bytes(body, usize::MAX).await.unwrap())
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, &self.token)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Body::from(body.to_string()))
            .unwrap();
        let (status, _, body) = self.ask(request).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

impl Served {
    /// Files in the folders for uploads and downloads.
    fn files_left(&self) -> usize {
        let place = std::fs::read_dir(self.folder.path().join("data/uploads")).unwrap().next().unwrap();
        let places = std::fs::read_dir(place.unwrap().path()).unwrap().map(|entry| entry.unwrap().path());
        places.filter(|path| path.is_dir()).map(|path| std::fs::read_dir(path).unwrap().count()).sum()
    }
}

#[tokio::test]
async fn commands_are_answered_and_refused_with_codes() {
    let served = serve().await;
    let (status, answer) = served.post("/rpc/account.list", json!({})).await;
    assert_eq!((status, answer[0]["kind"].as_str()), (StatusCode::OK, Some("sandbox")));
    let (status, answer) = served.post("/rpc/no.such", json!({})).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::NOT_FOUND, Some("unknown_command")));
    let (status, answer) = served.post("/rpc/account.get", json!({"id": "x"})).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::BAD_REQUEST, Some("bad_request")));
}

#[tokio::test]
async fn nothing_but_the_interface_is_given_without_the_token() {
    let served = serve().await;
    for (method, path) in [
        ("POST", "/rpc/account.list"),
        ("POST", "/rpc/no.such"),
        ("GET", "/events"),
        ("POST", "/files"),
        ("POST", "/files/new"),
        ("GET", "/files/x"),
    ] {
        for token in [None, Some("Bearer x")] {
            let mut request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::HOST, HOST)
                .header(header::CONTENT_TYPE, "application/json");
            if let Some(token) = token {
                request = request.header(header::AUTHORIZATION, token);
            }
            let (status, _, _) = served.ask(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
        }
    }
    let request = Request::get("/").header(header::HOST, HOST).body(Body::empty()).unwrap();
    let (status, headers, body) = served.ask(request).await;
    assert_eq!((status, body.as_ref()), (StatusCode::OK, b"<script>start()</script>".as_slice()));
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("'sha256-"));
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
}

#[tokio::test]
async fn a_foreign_page_gets_nothing_even_with_the_token() {
    let served = serve().await;
    for (name, value) in [
        (header::HOST, "127.evil.example:4242"),
        (header::ORIGIN, "http://evil.example"),
        (header::ORIGIN, "null"),
    ] {
        for path in ["/", "/rpc/account.list"] {
            let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
            if name != header::HOST {
                request = request.header(header::HOST, HOST);
            }
            let request = request.header(header::AUTHORIZATION, &served.token).header(&name, value);
            let (status, _, _) = served.ask(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{name}: {value} {path}");
        }
    }
}

#[tokio::test]
async fn a_form_of_another_page_is_no_command() {
    let served = serve().await;
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"]
    {
        let request = Request::post("/rpc/account.list")
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, &served.token)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(served.ask(request).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    let (status, answer) = served.post("/rpc/account.list", json!({"x": "x".repeat(9 * 1024 * 1024)})).await;
    let told = (&answer["code"], &answer["params"]["limit"]);
    assert_eq!((status, told), (StatusCode::PAYLOAD_TOO_LARGE, (&json!("too_large"), &json!("8"))));
}

#[tokio::test]
async fn files_come_and_go_by_handle() {
    let served = serve().await;
    let request = Request::post("/files")
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, &served.token)
        .header("x-file-name", "..%2F%E5%AE%A2%E6%88%B7.csv")
        .body(Body::from("email\na@b.example\n"))
        .unwrap();
    let (status, _, body) = served.ask(request).await;
    let uploaded: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (status, &uploaded["name"], &uploaded["size"]),
        (StatusCode::OK, &json!("客户.csv"), &json!(18))
    );
    let options = json!({"encoding": null, "delimiter": null, "hasHeader": null});
    let preview = json!({"file": uploaded["handle"], "options": options.clone()});
    let (status, answer) = served.post("/rpc/import.preview", preview).await;
    assert_eq!((status, &answer["fileName"]), (StatusCode::OK, &json!("客户.csv")), "{answer}");

    let over_it = json!({"filter": {}, "target": uploaded["handle"]});
    let (_, answer) = served.post("/rpc/contact.export", over_it).await;
    assert_eq!(answer["code"], "file_unreadable", "what was given to be read is not written over");

    let (_, new) = served.post("/files/new", json!({"name": "out.csv"})).await;
    let export = json!({"filter": {}, "target": new["handle"]});
    assert_eq!(served.post("/rpc/contact.export", export).await.0, StatusCode::OK);
    let fetch = |handle: &str| {
        Request::get(format!("/files/{handle}"))
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, &served.token)
            .body(Body::empty())
            .unwrap()
    };
    let (status, headers, body) = served.ask(fetch(new["handle"].as_str().unwrap())).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!body.is_empty());
    assert!(headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    let elsewhere = served.folder.path().join("ui/index.html");
    let elsewhere = served.engine.files().register(elsewhere, hongyan_engine::Purpose::Write);
    let upload = uploaded["handle"].as_str().unwrap();
    for handle in ["x", &elsewhere, upload, new["handle"].as_str().unwrap()] {
        assert_ne!(served.ask(fetch(handle)).await.0, StatusCode::OK, "{handle}");
    }
    assert_eq!(served.files_left(), 1, "what was fetched is gone");
    let start = json!({"file": upload, "options": options, "columns": [{"kind": "email"}], "listName": null});
    let (status, answer) = served.post("/rpc/import.start", start.clone()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(served.files_left(), 0, "what is being imported needs no name any more");
    let (_, answer) = served.post("/rpc/import.start", start).await;
    assert_eq!(answer["code"], "file_unreadable");
}

#[tokio::test]
async fn events_are_lines_until_the_end() {
    let served = serve().await;
    let request = Request::get("/events")
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, &served.token)
        .body(Body::empty())
        .unwrap();
    let response = served.routes.clone().oneshot(request).await.unwrap();
    let mut lines = response.into_body().into_data_stream();
    served.post("/rpc/list.create", json!({"name": "Friends"})).await;
    let line = lines.next().await.unwrap().unwrap();
    assert!(line.ends_with(b"\n"));
    let event: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(event, json!({"kind": "changed", "what": "lists"}));
    served.ending.cancel();
    assert!(lines.next().await.is_none());
}
