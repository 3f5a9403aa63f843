//! A TCP connection to whichever of a host's addresses answers first.
//!
//! Addresses are tried in turn, IPv6 and IPv4 alternating, each a quarter of a second after the one before or as soon
//! as that one failed (after RFC 8305), so that a broken IPv6 route costs no timeout.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;

use crate::Cause;

const HEAD_START: Duration = Duration::from_millis(250);

/// Connects; the caller limits the time.
pub(crate) async fn connect(host: &str, port: u16) -> Result<TcpStream, Cause> {
    let found: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(|_| Cause::UnknownHost)?.collect();
    let socket = first_to_answer(alternating(found)).await?;
    prepare(&socket).map_err(|error| Cause::from_io(&error))?;
    Ok(socket)
}

/// Without Nagle's delay every flight leaves at once; keep-alive notices a peer that vanished.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(20));
    SockRef::from(socket).set_tcp_keepalive(&keepalive)
}

async fn first_to_answer(mut waiting: VecDeque<SocketAddr>) -> Result<TcpStream, Cause> {
    let mut trying = JoinSet::new();
    let mut last = Cause::UnknownHost;
    loop {
        if let Some(address) = waiting.pop_front() {
            trying.spawn(TcpStream::connect(address));
        }
        let answered = tokio::select! {
            answered = trying.join_next() => answered,
            () = tokio::time::sleep(HEAD_START), if !waiting.is_empty() => continue,
        };
        match answered {
            Some(Ok(Ok(socket))) => return Ok(socket),
            Some(Ok(Err(error))) => last = Cause::from_io(&error),
            Some(Err(_)) => last = Cause::Io(io::ErrorKind::Other),
            None => return Err(last),
        }
    }
}

/// The resolver's order, but the two families in turn.
fn alternating(found: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) =
        found.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut order = VecDeque::new();
    while !first.is_empty() || !second.is_empty() {
        order.extend(first.pop_front());
        order.extend(second.pop_front());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_take_turns() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let [a, b, c, d] = ["[::1]:1", "[::2]:1", "127.0.0.1:1", "127.0.0.2:1"].map(address);
        assert_eq!(alternating(vec![a, b, c, d]), [a, c, b, d]);
        assert_eq!(alternating(vec![c, a, b]), [c, a, b]);
        assert_eq!(alternating(vec![]), []);
    }

    #[tokio::test]
    async fn an_address_that_refuses_gives_way_to_the_next() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let good = listener.local_addr().expect("an address");
        let closed = {
            let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            gone.local_addr().expect("an address")
        };
        assert!(first_to_answer([closed, good].into()).await.is_ok());
        let refused = first_to_answer([closed].into()).await.expect_err("nobody listens");
        assert_eq!(refused, Cause::Io(io::ErrorKind::ConnectionRefused));
    }
}
