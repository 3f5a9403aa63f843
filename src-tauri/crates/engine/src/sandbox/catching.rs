//! What the sandbox's server does with a mail: keep it, then say yes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hongyan_domain::{clean_line, truncate_chars};
use hongyan_listener::{Handler, Message, Reaction, SessionInfo};
use hongyan_store::{NewCaughtMail, SandboxStore};
use mail_parser::MessageParser;
use tokio::sync::broadcast;

use crate::{Changed, Clock, Event};

/// Listeners are told of new mails no more often.
const TOLD_EVERY: Duration = Duration::from_millis(250);
const MAX_SUBJECT_CHARS: usize = 500;

/// Keeps every mail.
pub(super) struct Catcher {
    store: SandboxStore,
    clock: Clock,
    events: broadcast::Sender<Event>,
    /// Somebody is about to tell.
    will_tell: Arc<AtomicBool>,
}

impl Catcher {
    pub(super) fn new(store: SandboxStore, clock: Clock, events: broadcast::Sender<Event>) -> Self {
        Self { store, clock, events, will_tell: Arc::default() }
    }

    /// Tells soon; all mails until then share one event.
    fn tell(&self) {
        if self.will_tell.swap(true, Ordering::SeqCst) {
            return;
        }
        let (will_tell, events, clock) =
            (Arc::clone(&self.will_tell), self.events.clone(), self.clock.clone());
        tokio::spawn(async move {
            clock.sleep(TOLD_EVERY).await;
            will_tell.store(false, Ordering::SeqCst);
            // Nobody listening is fine.
            let _ = events.send(Event::Changed(Changed::Sandbox));
        });
    }
}

impl Handler for Catcher {
    async fn on_message(&self, _session: &SessionInfo, message: Message) -> Reaction {
        let mail = NewCaughtMail {
            from: message.from,
            to: message.to.join(", "),
            subject: subject_of(&message.bytes),
            source: message.bytes,
            received_at_ms: self.clock.now_ms(),
        };
        match self.store.insert_mail(mail).await {
            Ok(()) => {
                self.tell();
                Reaction::Usual
            }
            Err(hongyan_store::Error::DiskFull) => Reaction::answer(452, "4.3.1 The disk is full"),
            Err(error) => {
                tracing::warn!(%error, "the sandbox could not keep a mail");
                Reaction::answer(451, "4.3.0 The mail could not be kept")
            }
        }
    }
}

fn subject_of(bytes: &[u8]) -> String {
    let headers = MessageParser::default().parse_headers(bytes);
    let subject = headers.as_ref().and_then(|message| message.subject()).unwrap_or_default();
    truncate_chars(&clean_line(subject), MAX_SUBJECT_CHARS).to_owned()
}
