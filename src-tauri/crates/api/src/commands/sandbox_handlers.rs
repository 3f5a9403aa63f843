//! Handlers of the sandbox commands.

use hongyan_engine::{CaughtMailLine, CaughtMailView, Engine};

use super::sandbox::{HeaderView, ListSandbox, SandboxMail, SandboxPage, SandboxRow};
use super::shapes::{ById, Count, Nothing};
use crate::error::Result;

impl From<CaughtMailLine> for SandboxRow {
    fn from(line: CaughtMailLine) -> Self {
        let CaughtMailLine { id, from, to, subject, size_bytes, received_at_ms } = line;
        Self { id, from, to, subject, size_bytes, received_at_ms }
    }
}

impl From<CaughtMailView> for SandboxMail {
    fn from(view: CaughtMailView) -> Self {
        let headers = view.headers.into_iter().map(|(name, value)| HeaderView { name, value });
        Self {
            mail: view.line.into(),
            headers: headers.collect(),
            html: view.html,
            text: view.text,
            source: view.source,
        }
    }
}

pub(crate) async fn list(engine: Engine, request: ListSandbox) -> Result<SandboxPage> {
    let ListSandbox { search, after, limit } = request;
    let page = engine.list_caught_mails(search.as_deref(), after.as_deref(), limit).await?;
    Ok(SandboxPage {
        rows: page.rows.into_iter().map(Into::into).collect(),
        next: page.next,
        total: page.total,
    })
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<SandboxMail> {
    Ok(engine.load_caught_mail(request.id).await?.into())
}

pub(crate) async fn clear(engine: Engine, _: Nothing) -> Result<Count> {
    Ok(Count { count: engine.clear_sandbox().await? })
}
