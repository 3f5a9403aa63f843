//! The port and the connections on it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::conversation::Conversation;
use crate::wire::Wire;
use crate::{Answer, Handler, Options, SessionInfo};

const PAUSE_AFTER_FAULT: Duration = Duration::from_millis(100);

/// A listening server; it stops when this is dropped.
#[derive(Debug)]
pub struct Listener {
    local_addr: SocketAddr,
    shut_down: CancellationToken,
    tasks: TaskTracker,
}

impl Listener {
    /// Listens at once. Port 0 takes a free one, see [`Listener::local_addr`].
    pub async fn bind<H: Handler>(
        address: SocketAddr,
        options: Options,
        handler: Arc<H>,
    ) -> io::Result<Self> {
        let port = TcpListener::bind(address).await?;
        let local_addr = port.local_addr()?;
        let (shut_down, tasks) = (CancellationToken::new(), TaskTracker::new());
        let host = Host {
            seats: Arc::new(Semaphore::new(options.limits.connections)),
            options: Arc::new(options),
            handler,
            shut_down: shut_down.clone(),
            tasks: tasks.clone(),
        };
        tasks.spawn(host.receive(port));
        Ok(Self { local_addr, shut_down, tasks })
    }

    /// Where it listens.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Takes no more connections, says good-bye on those there are, and waits until mails under way are stored.
    pub async fn shutdown(self) {
        self.shut_down.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shut_down.cancel();
    }
}

struct Host<H> {
    options: Arc<Options>,
    handler: Arc<H>,
    shut_down: CancellationToken,
    tasks: TaskTracker,
    seats: Arc<Semaphore>,
}

impl<H: Handler> Host<H> {
    async fn receive(self, port: TcpListener) {
        let mut connection = 0;
        loop {
            let accepted = tokio::select! {
                accepted = port.accept() => accepted,
                () = self.shut_down.cancelled() => return,
            };
            match accepted {
                Ok((socket, peer)) => {
                    connection += 1;
                    self.seat(socket, peer, connection);
                }
                // Out of file descriptors, most likely: let others close theirs first.
                Err(error) => {
                    tracing::warn!(kind = ?error.kind(), "a connection could not be accepted");
                    tokio::time::sleep(PAUSE_AFTER_FAULT).await;
                }
            }
        }
    }

    fn seat(&self, socket: TcpStream, peer: SocketAddr, connection: u64) {
        // Without Nagle's delay every answer leaves at once.
        let _ = socket.set_nodelay(true);
        let mut wire = Wire::new(Box::new(socket), self.options.limits.idle, self.shut_down.clone());
        let Ok(seat) = Arc::clone(&self.seats).try_acquire_owned() else {
            wire.answer(&Answer::new(421, "4.7.0 Too many connections"));
            self.tasks.spawn(wire.close());
            return;
        };
        let conversation = Conversation {
            handler: Arc::clone(&self.handler),
            options: Arc::clone(&self.options),
            wire,
            info: SessionInfo {
                connection,
                peer,
                tls: false,
                hello: None,
                user: None,
                messages: 0,
                more_waiting: false,
            },
            transaction: None,
        };
        self.tasks.spawn(async move {
            conversation.run().await;
            drop(seat);
        });
    }
}
