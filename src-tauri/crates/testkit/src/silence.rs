//! Ports on loopback behind which nobody ever says a word, or nobody listens any more.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

#[cfg(unix)]
use socket2::SockRef;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// A connection that is not made within this is not made at all: on loopback the answer takes microseconds.
const AT_ONCE: Duration = Duration::from_millis(200);
/// What its socket holds, in octets, and what a segment carries: so a sender can hand over about 100 kB.
const LITTLE: u32 = 4_096;
#[cfg(unix)]
const SMALL: u32 = 536;

/// A silent port; it is closed when dropped.
#[derive(Debug)]
pub struct SilentPort {
    port: u16,
    /// Nobody accepts; connections wait in its backlog.
    _listener: TcpListener,
    /// Those that fill the backlog.
    _held: Vec<TcpStream>,
}

impl SilentPort {
    /// Lets everybody connect.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        Self { port: port_of(&listener), _listener: listener, _held: Vec::new() }
    }

    /// Leaves whoever comes without even the first answer of TCP: its backlog is full.
    pub async fn without_connecting() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        let listener = socket.listen(1).expect("a listener");
        let (port, mut held) = (port_of(&listener), Vec::new());
        while let Ok(connected) =
            tokio::time::timeout(AT_ONCE, TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await
        {
            held.push(connected.expect("a connection"));
        }
        Self { port, _listener: listener, _held: held }
    }

    /// The port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

/// A server that reads nothing more once it has said 354: a body larger than what sockets hold stays half-way.
#[derive(Debug)]
pub struct DeafServer {
    port: u16,
    task: JoinHandle<()>,
}

impl DeafServer {
    /// Starts one.
    pub async fn start() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(LITTLE).expect("a small buffer");
        // The sender's buffer grows with the segments it may send.
        #[cfg(unix)]
        SockRef::from(&socket).set_tcp_mss(SMALL).expect("small segments");
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        let listener = socket.listen(16).expect("a listener");
        let port = port_of(&listener);
        let task = tokio::spawn(async move {
            let mut deaf = Vec::new();
            while let Ok((client, _)) = listener.accept().await {
                deaf.extend(until_data(client).await);
            }
        });
        Self { port, task }
    }

    /// The port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for DeafServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Speaks as a server does until it has said 354; `None` when the client left before.
async fn until_data(client: TcpStream) -> Option<BufReader<TcpStream>> {
    let mut client = BufReader::new(client);
    client.write_all(b"220 deaf\r\n").await.ok()?;
    let mut line = String::new();
    while client.read_line(&mut line).await.ok()? > 0 {
        let is_data = line.starts_with("DATA");
        client.write_all(if is_data { b"354 go on\r\n" } else { b"250 ok\r\n" }).await.ok()?;
        if is_data {
            return Some(client);
        }
        line.clear();
    }
    None
}

fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().expect("an address").port()
}
