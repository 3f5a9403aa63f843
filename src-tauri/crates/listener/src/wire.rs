//! Lines in, answers out.
//!
//! Answers wait until the client's next bytes are needed, so a pipelining client gets its answers in one write.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::Answer;

/// Why a conversation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The client left, or its connection failed.
    Gone,
    /// The client was silent for too long.
    Idle,
    /// The listener is shut down.
    ShutDown,
    /// A line over the limit.
    LineTooLong,
    /// Everything is said.
    Done,
}

pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    inbox: Vec<u8>,
    start: usize,
    out: Vec<u8>,
    idle: Duration,
    shut_down: CancellationToken,
}

const READ_AT_ONCE: usize = 16 * 1024;

impl Wire {
    pub(crate) fn new(stream: Box<dyn Duplex>, idle: Duration, shut_down: CancellationToken) -> Self {
        Self { stream, inbox: Vec::with_capacity(READ_AT_ONCE), start: 0, out: Vec::new(), idle, shut_down }
    }

    /// Puts TLS on, once what waits has gone out.
    pub(crate) async fn start_tls(&mut self, acceptor: TlsAcceptor) -> Result<(), End> {
        self.flush().await?;
        // What was read in the clear is forgotten: nobody may speak as the client before TLS stands.
        self.inbox.clear();
        self.start = 0;
        let plain = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        tokio::select! {
            tls = timeout(self.idle, acceptor.accept(plain)) => {
                self.stream = Box::new(tls.map_err(|_| End::Gone)?.map_err(gone)?);
                Ok(())
            }
            () = self.shut_down.cancelled() => Err(End::Gone),
        }
    }

    /// Puts the next line, without its CR LF, into `line`. A bare LF ends no line.
    pub(crate) async fn read_line(&mut self, line: &mut Vec<u8>, limit: usize) -> Result<(), End> {
        line.clear();
        let mut searched = self.start;
        loop {
            while let Some(found) = memchr::memchr(b'\n', self.inbox.get(searched..).unwrap_or_default()) {
                let end = searched + found;
                searched = end + 1;
                let before = self.inbox.get(self.start..end).unwrap_or_default();
                if let Some(content) = before.strip_suffix(b"\r") {
                    line.extend_from_slice(content);
                    self.start = searched;
                    return if line.len() > limit { Err(End::LineTooLong) } else { Ok(()) };
                }
            }
            if self.inbox.len() - self.start > limit {
                return Err(End::LineTooLong);
            }
            searched = self.inbox.len() - self.start;
            self.fill().await?;
            searched += self.start;
        }
    }

    /// Appends exactly so many octets to `bytes`, or drops them if there is nowhere to put them.
    pub(crate) async fn read_octets(
        &mut self,
        octets: usize,
        mut bytes: Option<&mut Vec<u8>>,
    ) -> Result<(), End> {
        let mut missing = octets;
        while missing > 0 {
            if !self.has_waiting() {
                self.fill().await?;
            }
            let waiting = self.inbox.get(self.start..).unwrap_or_default();
            let part = waiting.get(..missing.min(waiting.len())).unwrap_or_default();
            if let Some(bytes) = bytes.as_deref_mut() {
                bytes.extend_from_slice(part);
            }
            missing -= part.len();
            self.start += part.len();
        }
        Ok(())
    }

    /// Whether bytes have arrived that were not read.
    pub(crate) fn has_waiting(&self) -> bool {
        self.start < self.inbox.len()
    }

    /// Puts an answer behind those that wait.
    pub(crate) fn answer(&mut self, answer: &Answer) {
        answer.write(&mut self.out);
    }

    /// Puts bytes behind the answers that wait.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Waits for the handler; answers that wait go out first if it takes its time.
    pub(crate) async fn while_waiting_for<F: Future>(&mut self, decision: F) -> Result<F::Output, End> {
        let mut decision = pin!(decision);
        if let Poll::Ready(decided) = poll_fn(|cx| Poll::Ready(decision.as_mut().poll(cx))).await {
            return Ok(decided);
        }
        self.flush().await?;
        Ok(decision.await)
    }

    pub(crate) async fn flush(&mut self) -> Result<(), End> {
        if !self.out.is_empty() {
            timeout(self.idle, self.stream.write_all(&self.out))
                .await
                .map_err(|_| End::Idle)?
                .map_err(gone)?;
            self.out.clear();
        }
        self.stream.flush().await.map_err(gone)
    }

    /// Sends what waits and closes.
    pub(crate) async fn close(mut self) {
        if self.flush().await.is_ok() {
            let _ = timeout(self.idle, self.stream.shutdown()).await;
        }
    }

    /// Reads and forgets until the client leaves.
    pub(crate) async fn until_client_leaves(&mut self) -> End {
        loop {
            self.start = self.inbox.len();
            if let Err(end) = self.fill().await {
                return end;
            }
        }
    }

    async fn fill(&mut self) -> Result<(), End> {
        self.flush().await?;
        if self.start > 0 {
            self.inbox.drain(..self.start);
            self.start = 0;
        }
        self.inbox.reserve(READ_AT_ONCE);
        let read = timeout(self.idle, self.stream.read_buf(&mut self.inbox));
        tokio::select! {
            read = read => match read {
                Ok(Ok(1..)) => Ok(()),
                Ok(_) => Err(End::Gone),
                Err(_) => Err(End::Idle),
            },
            () = self.shut_down.cancelled() => Err(End::ShutDown),
        }
    }
}

fn gone(_: std::io::Error) -> End {
    End::Gone
}
