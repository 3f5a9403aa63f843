//! `hongyanctl serve`: the same interface and the same commands for a browser on this computer.
//!
//! A loopback port is open to every program and, through DNS tricks, to every page in the browser. So each call needs
//! a random token, and a `Host` and an `Origin` that are ours; see `guard`.

mod events;
mod files;
mod guard;
mod interface;
mod policy;
mod routes;
mod rpc;
#[cfg(test)]
mod tests;
mod token;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hongyan_api::{ErrorCode, ErrorView, Router};
use hongyan_engine::{Engine, Holder};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::scratch::Scratch;
use crate::session::Session;
use crate::signals::asked_to_end;
use crate::unlock;
use crate::words::Sentence;
use interface::Interface;
use token::Token;

/// Requests under way when the program is asked to end get this long.
const GRACE: Duration = Duration::from_secs(3);

/// Where to serve and what.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The folder with the built interface [default: `ui` beside this program]
    #[arg(long, value_name = "DIR")]
    ui: Option<PathBuf>,
}

/// What every request can reach.
#[derive(Clone)]
struct App(Arc<Parts>);

struct Parts {
    engine: Engine,
    router: Router,
    interface: Interface,
    token: Token,
    scratch: Scratch,
    /// Streams that would never end by themselves end with this.
    ending: CancellationToken,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Served {
    address: String,
    /// Who sends on the data folder, where this process only shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_by: Option<Sender>,
}

/// Another process.
#[derive(Debug, Serialize)]
struct Sender {
    program: String,
    pid: u32,
}

/// Serves and sends until the program is asked to end.
pub async fn run(session: &Session<'_>, arguments: ServeArguments) -> Result<(), Failure> {
    let interface = load_interface(session, arguments.ui)?;
    unlock::from_environment_only(session).await?;
    let end = asked_to_end();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))
        .await
        .map_err(|error| Failure::of_value("port", &error.to_string()))?;
    let port = listener.local_addr().map_err(|error| Failure::of_value("port", &error.to_string()))?.port();
    let token = Token::random().map_err(|error| {
        ErrorView::new(ErrorCode::Internal).with_detail(format!("no random numbers: {error}"))
    })?;
    let address = format!("http://127.0.0.1:{port}/#token={}", token.as_str());
    let sent_by = session.engine.find_sender().map(|Holder { program, pid, .. }| Sender { program, pid });
    let served = Served { address, sent_by };
    let ending = CancellationToken::new();
    let app = App(Arc::new(Parts {
        engine: session.engine.clone(),
        router: hongyan_api::router(),
        interface,
        token,
        scratch: Scratch::open(session.engine.folder())?,
        ending: ending.clone(),
    }));
    if let Some(Sender { program, pid }) = &served.sent_by {
        session.screen.note(&Sentence::SendsElsewhere { program, pid: *pid });
    }
    let sending = session.engine.start_sending_when_free();
    let server =
        axum::serve(listener, routes::routes(app)).with_graceful_shutdown(ending.clone().cancelled_owned());
    let mut server = tokio::spawn(async move { server.await });
    session.screen.show(&served, |_| served.address.clone())?;
    end.await;
    ending.cancel();
    sending.abort();
    if tokio::time::timeout(GRACE, &mut server).await.is_err() {
        server.abort();
        // Its end gives the scratch folder back, which tidies it up.
        let _ = server.await;
    }
    Ok(())
}

fn load_interface(session: &Session<'_>, asked: Option<PathBuf>) -> Result<Interface, Failure> {
    let folder = interface::find_folder(asked);
    Interface::load(&folder).map_err(|error| {
        session.screen.note(&Sentence::InterfaceMissing { folder: &folder.display().to_string() });
        Failure::of_file(ErrorCode::FileUnreadable, &folder.join(interface::INDEX), &error)
    })
}
