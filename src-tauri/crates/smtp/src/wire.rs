//! Commands out, replies in, each within its time.
//!
//! While bytes go out, replies are read too: a server that answers before it goes on reading would otherwise wait for
//! us as we wait for it.

use std::future::poll_fn;
use std::io::IoSlice;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::inbox::Inbox;
use crate::stream::{Counted, Stream};
use crate::tls::TlsClient;
use crate::{Cause, ProtocolFault, Reply};

/// A connection on which replies are matched to commands in order.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: Stream,
    inbox: Inbox,
    scratch: Box<[u8]>,
    /// The server has closed its side.
    ended: bool,
}

/// What kind of reply a command wants.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// 2xx.
    Done,
    /// 3xx.
    GoOn,
}

impl Wire {
    pub(crate) fn plain(socket: TcpStream) -> Self {
        Self::over(Stream::Plain(Counted::new(socket)))
    }

    fn over(stream: Stream) -> Self {
        Self { stream, inbox: Inbox::default(), scratch: vec![0; 4_096].into(), ended: false }
    }

    /// Puts TLS on a plain connection. Nothing that was read before counts behind it.
    pub(crate) async fn into_tls(self, client: &TlsClient, limit: Duration) -> Result<Self, Cause> {
        if !self.inbox.is_empty() {
            return Err(ProtocolFault::TextBeforeTls.into());
        }
        let Stream::Plain(socket) = self.stream else {
            return Err(ProtocolFault::Misuse.into());
        };
        let tls = timeout(limit, client.handshake(socket)).await.map_err(|_| Cause::Timeout)??;
        Ok(Self::over(Stream::Tls(Box::new(tls))))
    }

    /// The protocol version if TLS stands: `TLSv1.3`.
    pub(crate) fn tls_version(&self) -> Option<&'static str> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Tls(tls) => crate::tls::version_name(tls.get_ref().1),
        }
    }

    /// Bytes the kernel has taken so far; under TLS this counts the encrypted bytes.
    pub(crate) fn handed(&self) -> u64 {
        self.stream.handed()
    }

    /// The socket's own address.
    pub(crate) fn local_addr(&self) -> Option<std::net::SocketAddr> {
        self.stream.local_addr().ok()
    }

    /// Sends one flight.
    pub(crate) async fn send(&mut self, bytes: &[u8], limit: Duration) -> Result<(), Cause> {
        self.send_both(bytes, &[], limit).await
    }

    /// Sends two parts as one flight; `block_limit` is for each piece that the socket takes, not for the whole.
    pub(crate) async fn send_both(
        &mut self,
        first: &[u8],
        second: &[u8],
        block_limit: Duration,
    ) -> Result<(), Cause> {
        let total = first.len() + second.len();
        let mut sent = 0;
        while sent < total {
            let parts = [
                IoSlice::new(first.get(sent..).unwrap_or_default()),
                IoSlice::new(second.get(sent.saturating_sub(first.len())..).unwrap_or_default()),
            ];
            let parts = if sent < first.len() { &parts[..] } else { parts.get(1..).unwrap_or_default() };
            let piece = poll_fn(|cx| self.poll_send(cx, parts));
            sent += timeout(block_limit, piece).await.map_err(|_| Cause::Timeout)??;
        }
        timeout(block_limit, poll_fn(|cx| self.poll_flush(cx))).await.map_err(|_| Cause::Timeout)?
    }

    /// Waits for the next reply and wants it to be of one kind. A 4xx or 5xx is [`Cause::Reply`].
    pub(crate) async fn expect(&mut self, wanted: Wanted, limit: Duration) -> Result<u16, Cause> {
        let code = self.next_code(limit).await?;
        match (code / 100, wanted) {
            (2, Wanted::Done) | (3, Wanted::GoOn) => Ok(code),
            (4 | 5, _) => Err(Cause::Reply(self.reply(code))),
            _ => Err(ProtocolFault::UnexpectedCode(code).into()),
        }
    }

    /// The words of the reply that was read last.
    pub(crate) fn reply(&self, code: u16) -> Reply {
        self.inbox.reply(code)
    }

    /// The raw lines of the reply that was read last.
    pub(crate) fn words(&self) -> &[u8] {
        self.inbox.words()
    }

    /// Fails if the server has hung up or spoken since the last reply was read; looks, does not wait.
    pub(crate) async fn check_silence(&mut self) -> Result<(), Cause> {
        let looked = poll_fn(|cx| match self.poll_fill(cx) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => Poll::Ready(Ok(())),
        });
        let looked = looked.await;
        match self.inbox.next_reply()? {
            Some(421) => Err(Cause::Stale),
            Some(_) => Err(ProtocolFault::OutOfTurn.into()),
            None if !self.inbox.is_empty() => Err(ProtocolFault::OutOfTurn.into()),
            None if self.ended || looked.is_err() => Err(Cause::Stale),
            None => Ok(()),
        }
    }

    /// Hands out what the socket takes now of these parts, and gives how much it was.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<Result<usize, Cause>> {
        self.stream.poll_write(cx, parts).map(|taken| match taken {
            Ok(0) => Err(Cause::Closed),
            Ok(taken) => Ok(taken),
            Err(error) => Err(Cause::from_io(&error)),
        })
    }

    /// Hands out what TLS still holds back.
    pub(crate) fn poll_write_rest(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        self.stream.poll_flush(cx).map(|done| done.map_err(|error| Cause::from_io(&error)))
    }

    /// The code of the next reply that has come as a whole.
    pub(crate) fn next_reply(&mut self) -> Result<Option<u16>, Cause> {
        Ok(self.inbox.next_reply()?)
    }

    /// Reads what has come; `false` when no more will.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Cause>> {
        if self.ended {
            return Poll::Ready(Ok(false));
        }
        self.poll_fill(cx).map(|done| done.map(|()| !self.ended))
    }

    async fn next_code(&mut self, limit: Duration) -> Result<u16, Cause> {
        if let Some(code) = self.inbox.next_reply()? {
            return Ok(code);
        }
        let arrival = async {
            loop {
                poll_fn(|cx| self.poll_fill(cx)).await?;
                if let Some(code) = self.inbox.next_reply()? {
                    return Ok(code);
                }
                if self.ended {
                    return Err(Cause::Closed);
                }
            }
        };
        timeout(limit, arrival).await.map_err(|_| Cause::Timeout)?
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<Result<usize, Cause>> {
        match self.stream.poll_write(cx, parts) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(Cause::Closed)),
            Poll::Ready(Ok(taken)) => Poll::Ready(Ok(taken)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(Cause::from_io(&error))),
            Poll::Pending => self.read_meanwhile(cx).map(Err),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        match self.stream.poll_flush(cx) {
            Poll::Ready(done) => Poll::Ready(done.map_err(|error| Cause::from_io(&error))),
            Poll::Pending => self.read_meanwhile(cx).map(Err),
        }
    }

    /// Reads what has come while a write has to wait; ready only if reading fails.
    fn read_meanwhile(&mut self, cx: &mut Context<'_>) -> Poll<Cause> {
        while !self.ended {
            match self.poll_fill(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(cause)) => return Poll::Ready(cause),
                Poll::Pending => break,
            }
        }
        Poll::Pending
    }

    /// Moves what has come into the inbox, or notes that no more will come.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        let mut buffer = ReadBuf::new(&mut self.scratch);
        match self.stream.poll_read(cx, &mut buffer) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(Cause::from_io(&error))),
            Poll::Ready(Ok(())) => {
                self.ended = buffer.filled().is_empty();
                Poll::Ready(self.inbox.push(buffer.filled()).map_err(Cause::from))
            }
        }
    }
}
