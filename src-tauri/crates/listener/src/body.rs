//! The content of a mail, by DATA or by BDAT.

use crate::conversation::Conversation;
use crate::wire::End;
use crate::{Answer, Handler, Message, Reaction};

/// A mail that is being received.
#[derive(Default)]
pub(crate) struct Transaction {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// What BDAT has brought so far.
    pub(crate) chunks: Vec<u8>,
    /// A chunk was refused, so the whole mail is.
    pub(crate) is_too_large: bool,
    pub(crate) has_chunks: bool,
}

impl<H: Handler> Conversation<H> {
    /// Reads lines up to the lone dot and answers for the mail.
    pub(crate) async fn receive_data(&mut self) -> Result<(), End> {
        let limit = self.options.limits.message_octets;
        let mut bytes = Vec::new();
        let mut line = Vec::new();
        let mut octets = 0;
        loop {
            self.wire.read_line(&mut line, limit).await?;
            octets += line.len() + 2;
            let body = self.handler.on_body(&self.info, octets);
            let reaction = self.wire.while_waiting_for(body).await?;
            if !matches!(reaction, Reaction::Usual) {
                return self.end_body(reaction).await;
            }
            if line == b"." {
                break;
            }
            if octets <= limit {
                bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                bytes.extend_from_slice(b"\r\n");
            }
        }
        self.deliver(bytes, octets > limit).await
    }

    /// Reads one chunk. Its octets are taken even if the answer is no (RFC 3030 §2).
    pub(crate) async fn receive_chunk(&mut self, octets: usize, last: bool) -> Result<(), End> {
        let limit = self.options.limits.message_octets;
        let is_known = self.options.extensions.chunking;
        let has_recipients = self.transaction.as_ref().is_some_and(|mail| !mail.to.is_empty());
        let Some(mail) = self.transaction.as_mut().filter(|_| is_known && has_recipients) else {
            self.wire.read_octets(octets, None).await?;
            let refusal = if is_known { "5.5.1 No valid recipients" } else { "5.5.1 Unknown command" };
            self.wire.answer(&Answer::new(if is_known { 554 } else { 500 }, refusal));
            return Ok(());
        };
        mail.has_chunks = true;
        mail.is_too_large |= mail.chunks.len().saturating_add(octets) > limit;
        let room = (!mail.is_too_large).then_some(&mut mail.chunks);
        self.wire.read_octets(octets, room).await?;
        let so_far = mail.chunks.len();
        let body = self.handler.on_body(&self.info, so_far);
        let reaction = self.wire.while_waiting_for(body).await?;
        if !matches!(reaction, Reaction::Usual) {
            return self.end_body(reaction).await;
        }
        if last {
            let (bytes, is_too_large) = (std::mem::take(&mut mail.chunks), mail.is_too_large);
            return self.deliver(bytes, is_too_large).await;
        }
        self.wire.answer(&Answer::new(250, format!("2.0.0 {octets} octets")));
        Ok(())
    }

    /// What the handler wants in the middle of a body; reading on would answer the client's question for it.
    async fn end_body(&mut self, reaction: Reaction) -> Result<(), End> {
        self.transaction = None;
        match reaction {
            Reaction::Silence => Err(self.wire.until_client_leaves().await),
            Reaction::Answer(answer) | Reaction::AnswerAndClose(answer) => {
                self.wire.answer(&answer);
                Err(End::Done)
            }
            Reaction::Raw(bytes) => {
                self.wire.raw(&bytes);
                Err(End::Done)
            }
            Reaction::Usual | Reaction::Close => Err(End::Done),
        }
    }

    async fn deliver(&mut self, bytes: Vec<u8>, is_too_large: bool) -> Result<(), End> {
        let mail = self.transaction.take().unwrap_or_default();
        if is_too_large {
            self.wire.answer(&Answer::new(552, "5.3.4 The mail is too large"));
            return Ok(());
        }
        if mail.to.is_empty() {
            self.wire.answer(&Answer::new(554, "5.5.1 No valid recipients"));
            return Ok(());
        }
        let message = Message { from: mail.from, to: mail.to, bytes };
        let stored = self.handler.on_message(&self.info, message);
        let reaction = self.wire.while_waiting_for(stored).await?;
        let id = format!("{:x}-{:x}", self.info.connection, self.info.messages + 1);
        let usual = Answer::new(250, format!("2.0.0 Ok: queued as {id:0>8}"));
        if self.react(reaction, usual).await? {
            self.info.messages += 1;
        }
        Ok(())
    }
}
