//! Through a proxy to the server: SOCKS 5 or HTTP CONNECT.
//!
//! The proxy looks the server's name up, so that nothing about the server is asked outside it. What goes wrong on the
//! way is kept apart from what goes wrong at the server: the one is mended in the proxy's settings, the other not.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hongyan_domain::{Proxy, ProxyKind};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{Cause, ProxyFault, ProxyRoute, connect};

/// An HTTP answer larger than this is none.
const MAX_HEAD_OCTETS: usize = 16 * 1024;

/// Connects to the proxy and has it connect to the server; `limit` is for each of the two.
pub(crate) async fn connect_through(
    route: &ProxyRoute,
    host: &str,
    port: u16,
    limit: Duration,
) -> Result<TcpStream, Cause> {
    // It becomes part of a line or of a counted field, so nothing else may be in it.
    if !host.bytes().all(|byte| byte.is_ascii_graphic()) || !(1..=255).contains(&host.len()) {
        return Err(Cause::UnknownHost);
    }
    let Proxy { kind, host: proxy_host, port: proxy_port, .. } = &route.proxy;
    let mut socket = timeout(limit, connect::connect(proxy_host, *proxy_port))
        .await
        .map_err(|_| ProxyFault::Unreachable)?
        .map_err(|_| ProxyFault::Unreachable)?;
    let asked = async {
        match kind {
            ProxyKind::Socks5 => socks5(&mut socket, route, host, port).await,
            ProxyKind::Http => http(&mut socket, route, host, port).await,
        }
    };
    timeout(limit, asked).await.map_err(|_| ProxyFault::Silent)??;
    Ok(socket)
}

impl From<std::io::Error> for ProxyFault {
    fn from(_: std::io::Error) -> Self {
        Self::Closed
    }
}

/// RFC 1928.
async fn socks5(socket: &mut TcpStream, route: &ProxyRoute, host: &str, port: u16) -> Result<(), ProxyFault> {
    const WITHOUT_LOGIN: u8 = 0;
    const BY_PASSWORD: u8 = 2;
    let offered: &[u8] =
        if route.proxy.user.is_some() { &[5, 2, WITHOUT_LOGIN, BY_PASSWORD] } else { &[5, 1, WITHOUT_LOGIN] };
    socket.write_all(offered).await?;
    match (read::<2>(socket).await?, &route.proxy.user) {
        ([5, WITHOUT_LOGIN], _) => {}
        ([5, BY_PASSWORD], Some(user)) => socks5_login(socket, route, user).await?,
        ([5, 0xff], _) => return Err(ProxyFault::Login),
        _ => return Err(ProxyFault::NotAProxy),
    }
    let mut request = vec![5, 1, 0];
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            request.push(1);
            request.extend(ip.octets());
        }
        Ok(IpAddr::V6(ip)) => {
            request.push(4);
            request.extend(ip.octets());
        }
        Err(_) => {
            request.extend([3, octets(host)?]);
            request.extend(host.bytes());
        }
    }
    request.extend(port.to_be_bytes());
    socket.write_all(&request).await?;
    let [version, answer, _, kind] = read(socket).await?;
    match (version, answer) {
        (5, 0) => {}
        (5, 2) => return Err(ProxyFault::Forbidden(2)),
        (5, code @ (1 | 3..=6)) => return Err(ProxyFault::ServerUnreachable(code.into())),
        _ => return Err(ProxyFault::NotAProxy),
    }
    // The address the proxy speaks from; of no use, but it stands before the server's first byte.
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => {
            let [length] = read(socket).await?;
            length.into()
        }
        _ => return Err(ProxyFault::NotAProxy),
    };
    socket.read_exact(&mut vec![0; length + 2]).await?;
    Ok(())
}

/// RFC 1929.
async fn socks5_login(socket: &mut TcpStream, route: &ProxyRoute, user: &str) -> Result<(), ProxyFault> {
    let password = route.password.as_ref().map_or("", |password| password.expose_secret());
    let mut message = Zeroizing::new(Vec::with_capacity(3 + user.len() + password.len()));
    message.extend([1, octets(user)?]);
    message.extend(user.bytes());
    message.push(octets(password)?);
    message.extend(password.bytes());
    socket.write_all(&message).await?;
    match read(socket).await? {
        [_, 0] => Ok(()),
        _ => Err(ProxyFault::Login),
    }
}

/// The length of a counted field.
fn octets(text: &str) -> Result<u8, ProxyFault> {
    u8::try_from(text.len()).map_err(|_| ProxyFault::Login)
}

async fn read<const N: usize>(socket: &mut TcpStream) -> Result<[u8; N], ProxyFault> {
    let mut bytes = [0; N];
    socket.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// RFC 9110 §9.3.6.
async fn http(socket: &mut TcpStream, route: &ProxyRoute, host: &str, port: u16) -> Result<(), ProxyFault> {
    let place = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let mut request = Zeroizing::new(format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n"));
    if let Some(user) = &route.proxy.user {
        let password = route.password.as_ref().map_or("", |password| password.expose_secret());
        let login = Zeroizing::new(format!("{user}:{password}"));
        let coded = Zeroizing::new(STANDARD.encode(login.as_bytes()));
        request.push_str(&format!("Proxy-Authorization: Basic {}\r\n", coded.as_str()));
    }
    request.push_str("\r\n");
    socket.write_all(request.as_bytes()).await?;
    let head = read_head(socket).await?;
    let mut words = head.split([' ', '\r']);
    let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
    let status: u16 = words.next().filter(|_| is_http).and_then(|word| word.parse().ok()).unwrap_or_default();
    match status {
        200..=299 => Ok(()),
        407 => Err(ProxyFault::Login),
        400..=499 => Err(ProxyFault::Forbidden(status)),
        500..=599 => Err(ProxyFault::ServerUnreachable(status)),
        _ => Err(ProxyFault::NotAProxy),
    }
}

/// Reads up to the empty line and not a byte further: what follows is the server's.
async fn read_head(socket: &mut TcpStream) -> Result<String, ProxyFault> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await?);
        if head.len() > MAX_HEAD_OCTETS || !b"HTTP/".starts_with(head.get(..5).unwrap_or(&head)) {
            return Err(ProxyFault::NotAProxy);
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
