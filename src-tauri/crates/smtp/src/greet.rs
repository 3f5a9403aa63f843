//! From nothing to a session that is ready for mail: connection, TLS, greeting, EHLO, login.
//!
//! Every step that fails ends the attempt. Nothing is ever tried again with less protection.

use std::net::{IpAddr, SocketAddr};

use hongyan_domain::{Stage, TlsMode, clean_line};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::tls::TlsClient;
use crate::wire::{Wanted, Wire};
use crate::{Capabilities, Cause, Failure, Server, auth, connect, proxy};

/// A connection that may send mail, and what is known of the server.
#[derive(Debug)]
pub(crate) struct Welcome {
    pub(crate) wire: Wire,
    pub(crate) capabilities: Capabilities,
    /// The server's first line.
    pub(crate) greeting: String,
}

pub(crate) async fn welcome(server: &Server) -> Result<Welcome, Failure> {
    let limits = &server.timeouts;
    // Made before connecting: without certificates to trust there is no reason to.
    let tls = match server.tls {
        TlsMode::None => None,
        TlsMode::StartTls | TlsMode::Implicit => {
            Some(TlsClient::new(server).await.map_err(|fault| at(Stage::Tls, fault))?)
        }
    };
    let socket = reach(server).await.map_err(|cause| at(Stage::Connect, cause))?;
    let mut wire = Wire::plain(socket);
    if let (TlsMode::Implicit, Some(tls)) = (server.tls, &tls) {
        wire = wire.into_tls(tls, limits.tls).await.map_err(|cause| at(Stage::Tls, cause))?;
    }
    let code =
        wire.expect(Wanted::Done, limits.greeting).await.map_err(|cause| at(Stage::Greeting, cause))?;
    let greeting = clean_line(&wire.reply(code).text);
    let mut capabilities = say_hello(&mut wire, server).await?;
    if let (TlsMode::StartTls, Some(tls)) = (server.tls, &tls) {
        wire = start_tls(wire, &capabilities, tls, server).await.map_err(|cause| at(Stage::Tls, cause))?;
        // What was announced in the clear may be forged; only the answer inside TLS counts (RFC 3207 §4.2).
        capabilities = say_hello(&mut wire, server).await?;
        capabilities.start_tls = false;
    }
    if let Some(login) = &server.login {
        auth::log_in(&mut wire, &capabilities, login, server)
            .await
            .map_err(|cause| at(Stage::Auth, cause))?;
    }
    Ok(Welcome { wire, capabilities, greeting })
}

/// A connection to the server, direct or through the proxy.
async fn reach(server: &Server) -> Result<TcpStream, Cause> {
    let limit = server.timeouts.connect;
    match &server.proxy {
        Some(route) => proxy::connect_through(route, &server.host, server.port, limit).await,
        None => {
            let socket = timeout(limit, connect::connect(&server.host, server.port)).await;
            socket.map_err(|_| Cause::Timeout)?
        }
    }
}

fn at(stage: Stage, cause: impl Into<Cause>) -> Failure {
    Failure::new(stage, cause.into())
}

/// EHLO, or HELO for a server that does not know the word EHLO.
async fn say_hello(wire: &mut Wire, server: &Server) -> Result<Capabilities, Failure> {
    let name = hello_name(&server.ehlo_name, wire.local_addr());
    let limit = server.timeouts.ehlo;
    let hello = async |wire: &mut Wire, word: &str| {
        wire.send(format!("{word} {name}\r\n").as_bytes(), limit).await?;
        wire.expect(Wanted::Done, limit).await
    };
    match hello(wire, "EHLO").await {
        Ok(_) => Ok(Capabilities::parse(wire.words())),
        Err(Cause::Reply(reply)) if matches!(reply.code, 500 | 502) => {
            hello(wire, "HELO").await.map_err(|cause| at(Stage::Ehlo, cause))?;
            Ok(Capabilities::default())
        }
        Err(cause) => Err(at(Stage::Ehlo, cause)),
    }
}

async fn start_tls(
    mut wire: Wire,
    announced: &Capabilities,
    tls: &TlsClient,
    server: &Server,
) -> Result<Wire, Cause> {
    if !announced.start_tls {
        return Err(Cause::NoTlsOffered);
    }
    wire.send(b"STARTTLS\r\n", server.timeouts.ehlo).await?;
    wire.expect(Wanted::Done, server.timeouts.ehlo).await?;
    wire.into_tls(tls, server.timeouts.tls).await
}

/// The name as given if it is one, else the socket's address as a literal (RFC 5321 §4.1.3).
fn hello_name(name: &str, local: Option<SocketAddr>) -> String {
    let is_name = !name.is_empty() && name.len() <= 253 && name.bytes().all(|b| b.is_ascii_graphic());
    if is_name {
        return name.to_owned();
    }
    match local.map(|local| local.ip()) {
        Some(IpAddr::V4(ip)) => format!("[{ip}]"),
        Some(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hello_name_can_carry_no_command() {
        let local: Option<SocketAddr> = "192.0.2.7:5000".parse().ok();
        assert_eq!(hello_name("desk.example.cn", local), "desk.example.cn");
        for bad in ["", "王丽的电脑", "a b", "a\r\nMAIL FROM:<x@y.zz>"] {
            assert_eq!(hello_name(bad, local), "[192.0.2.7]");
        }
        assert_eq!(hello_name("", "[::1]:5000".parse().ok()), "[IPv6:::1]");
        assert_eq!(hello_name("", None), "[127.0.0.1]");
    }
}
