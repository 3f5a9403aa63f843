//! The writing half of an import: takes batch after batch until the file ends, the user stops it, or something fails.

use hongyan_domain::{ImportId, ListId};
use hongyan_store::ImportState;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::ImportFailure;
use super::reading::Source;
use crate::{Engine, Event, Result};

/// Batches that are read ahead: memory is bounded, and reader and database work at the same time.
const READ_AHEAD: usize = 2;
/// Progress is told no more often.
const PROGRESS_MS: i64 = 250;

impl Engine {
    pub(super) async fn run_import(
        &self,
        id: ImportId,
        list: Option<ListId>,
        source: Source,
        token: CancellationToken,
    ) {
        let result = self.take_all(id, list, source, &token).await;
        let (state, failure) = match &result {
            Ok(()) if token.is_cancelled() => (ImportState::Cancelled, None),
            Ok(()) => (ImportState::Finished, None),
            Err(error) => (ImportState::Failed, Some(ImportFailure::from(error))),
        };
        if let Some(failure) = &failure {
            tracing::warn!(import = id.0, ?failure, "an import failed");
        }
        let json = failure.and_then(|failure| serde_json::to_string(&failure).ok());
        if let Err(error) = self.store().finish_import(id, state, json.as_deref(), self.now_ms()).await {
            // It is called cancelled at the next start.
            tracing::error!(import = id.0, %error, "the end of an import could not be noted");
        }
        self.imports().end(id);
        self.tell(Event::ImportProgress(id));
        self.contacts_changed();
    }

    async fn take_all(
        &self,
        id: ImportId,
        list: Option<ListId>,
        source: Source,
        token: &CancellationToken,
    ) -> Result<()> {
        let (sender, mut batches) = mpsc::channel(READ_AHEAD);
        let reading = tokio::task::spawn_blocking(move || source.read(&sender));
        let mut told_ms = i64::MIN;
        while !token.is_cancelled() {
            let Some(batch) = batches.recv().await else { break };
            self.store().import_batch(id, list, &batch, self.now_ms()).await?;
            let now_ms = self.now_ms();
            if now_ms >= told_ms.saturating_add(PROGRESS_MS) {
                told_ms = now_ms;
                self.tell(Event::ImportProgress(id));
            }
        }
        // The reader stops when nobody takes its batches.
        drop(batches);
        reading.await??;
        Ok(())
    }
}
