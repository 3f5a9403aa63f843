//! A proxy on loopback: SOCKS 5 or HTTP CONNECT, with or without a login.
//!
//! It connects to this computer whatever name it is asked for, so that a test sees that names are left to it.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running proxy; it stops when dropped.
#[derive(Debug)]
pub struct TestProxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What a proxy will be like.
#[derive(Debug, Clone, Default)]
pub struct ProxyBuilder {
    http: bool,
    login: Option<(String, String)>,
    refusal: Option<u16>,
    joins_greeting: bool,
}

impl TestProxy {
    /// A SOCKS 5 proxy.
    pub fn socks5() -> ProxyBuilder {
        ProxyBuilder::default()
    }

    /// An HTTP proxy.
    pub fn http() -> ProxyBuilder {
        ProxyBuilder { http: true, ..ProxyBuilder::default() }
    }

    /// The port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The places it was asked for, as `host:port`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics while it holds the record").clone()
    }
}

impl Drop for TestProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ProxyBuilder {
    /// Wants this login.
    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Refuses every place with this code: of SOCKS 5, or of HTTP.
    pub const fn refuses(mut self, code: u16) -> Self {
        self.refusal = Some(code);
        self
    }

    /// Sends the server's first words in one piece with its own answer, as a busy proxy may do.
    pub const fn joins_greeting(mut self) -> Self {
        self.joins_greeting = true;
        self
    }

    /// Starts it.
    pub async fn start(self) -> TestProxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Whoever hangs up ends only their own connection.
                tokio::spawn(self.clone().serve(client, Arc::clone(&record)));
            }
        });
        TestProxy { port, asked, task }
    }

    async fn serve(self, client: TcpStream, record: Arc<Mutex<Vec<String>>>) -> io::Result<()> {
        let mut client = BufReader::new(client);
        let place = match self.http {
            true => self.hear_http(&mut client).await?,
            false => self.hear_socks(&mut client).await?,
        };
        let Some(place) = place else { return Ok(()) };
        record.lock().expect("no test panics while it holds the record").push(place.clone());
        if let Some(code) = self.refusal {
            return client.write_all(&self.answer(code)).await;
        }
        let port = place.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()).unwrap_or_default();
        let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        let mut first = self.answer(0);
        if self.joins_greeting {
            let mut greeting = vec![0; 512];
            let length = server.read(&mut greeting).await?;
            first.extend_from_slice(greeting.get(..length).unwrap_or_default());
        }
        client.write_all(&first).await?;
        tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
    }

    fn answer(&self, code: u16) -> Vec<u8> {
        match (self.http, code) {
            (true, 0) => b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n".to_vec(),
            (true, code) => format!("HTTP/1.1 {code} No\r\nContent-Length: 0\r\n\r\n").into_bytes(),
            (false, code) => vec![5, u8::try_from(code).unwrap_or(1), 0, 3, 2, b'm', b'e', 0, 25],
        }
    }

    /// The place a client asks for; `None` once it was refused.
    async fn hear_http(&self, client: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if client.read_line(&mut head).await? == 0 {
                return Ok(None);
            }
        }
        if let Some((user, password)) = &self.login {
            let coded = BASE64_STANDARD.encode(format!("{user}:{password}"));
            if !head.contains(&format!("\r\nProxy-Authorization: Basic {coded}\r\n")) {
                client.write_all(&self.answer(407)).await?;
                return Ok(None);
            }
        }
        Ok(head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).map(str::to_owned))
    }

    async fn hear_socks(&self, client: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
        let [_, count] = read(client).await?;
        let mut methods = vec![0; count.into()];
        client.read_exact(&mut methods).await?;
        let method = if self.login.is_some() { 2 } else { 0 };
        if !methods.contains(&method) {
            client.write_all(&[5, 0xff]).await?;
            return Ok(None);
        }
        client.write_all(&[5, method]).await?;
        if let Some((user, password)) = &self.login {
            let [_, length] = read(client).await?;
            let is_user = text(client, length).await? == *user;
            let [length] = read(client).await?;
            let is_right = text(client, length).await? == *password && is_user;
            client.write_all(&[1, u8::from(!is_right)]).await?;
            if !is_right {
                return Ok(None);
            }
        }
        let [_, _, _, kind] = read(client).await?;
        let host = match kind {
            1 => Ipv4Addr::from(read::<4>(client).await?).to_string(),
            _ => {
                let [length] = read(client).await?;
                text(client, length).await?
            }
        };
        Ok(Some(format!("{host}:{}", client.read_u16().await?)))
    }
}

async fn read<const N: usize>(client: &mut BufReader<TcpStream>) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn text(client: &mut BufReader<TcpStream>, length: u8) -> io::Result<String> {
    let mut bytes = vec![0; length.into()];
    client.read_exact(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
