//! Through a proxy to the server, and what goes wrong on the way.

use hongyan_smtp::{
    Cause, Failure, Proxy, ProxyFault, ProxyRoute, Server, Session, Stage, Timeouts, TlsMode,
};
use hongyan_testkit::{Dialogue, ProxyBuilder, ScriptedServer, TestProxy};

use crate::cast::{SHORT, plain, send};

/// The server by a name that only the proxy can know, through this proxy.
fn through(server: &ScriptedServer, text: &str) -> Server {
    let (proxy, password) = Proxy::parse(text).expect("a proxy");
    let route = ProxyRoute { proxy, password: password.map(Into::into) };
    Server { host: "mail.invalid".to_owned(), proxy: Some(route), ..plain(server) }
}

fn both() -> [(&'static str, ProxyBuilder); 2] {
    [("socks5", TestProxy::socks5()), ("http", TestProxy::http())]
}

async fn failure(server: &Server) -> ProxyFault {
    match Session::connect(server).await.expect_err("no way through") {
        Failure { stage: Stage::Connect, cause: Cause::Proxy(fault) } => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn mails_go_through_a_proxy_that_looks_the_name_up() {
    for (scheme, proxy) in both() {
        let (server, proxy) = (ScriptedServer::start().await, proxy.joins_greeting().start().await);
        let way = format!("{scheme}://127.0.0.1:{}", proxy.port());
        let mut session = Session::connect(&through(&server, &way)).await.expect("a session");
        assert!(send(&mut session, "a@example.cn", "hello\r\n").await.outcome.is_ok());
        assert_eq!(server.received().len(), 1);
        assert_eq!(proxy.asked(), [format!("mail.invalid:{}", server.port())]);
    }
}

#[tokio::test]
async fn tls_is_made_with_the_server_behind_the_proxy() {
    for (scheme, proxy) in both() {
        let server = ScriptedServer::builder().implicit_tls().start().await;
        let proxy = proxy.start().await;
        let way = format!("{scheme}://127.0.0.1:{}", proxy.port());
        let by_address =
            Server { host: "127.0.0.1".to_owned(), tls: TlsMode::Implicit, ..through(&server, &way) };
        let session = Session::connect(&by_address).await.expect("a session");
        assert_eq!(session.tls_version(), Some("TLSv1.3"));
        assert_eq!(proxy.asked(), [format!("127.0.0.1:{}", server.port())]);
    }
}

#[tokio::test]
async fn the_proxys_login_is_said_and_a_wrong_one_is_the_proxys_no() {
    for (scheme, proxy) in both() {
        let server = ScriptedServer::start().await;
        let proxy = proxy.login("li", "p@ss:字").start().await;
        let way = |login: &str| through(&server, &format!("{scheme}://{login}127.0.0.1:{}", proxy.port()));
        assert!(Session::connect(&way("li:p%40ss%3A%E5%AD%97@")).await.is_ok(), "{scheme}");
        for wrong in ["li:other@", "wang:p%40ss%3A%E5%AD%97@", ""] {
            assert_eq!(failure(&way(wrong)).await, ProxyFault::Login, "{scheme} {wrong}");
        }
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn what_the_proxy_will_not_or_cannot_do_is_told_apart() {
    use ProxyFault::{Forbidden, ServerUnreachable};
    let server = ScriptedServer::start().await;
    for (scheme, proxy, fault) in [
        ("socks5", TestProxy::socks5().refuses(2), Forbidden(2)),
        ("socks5", TestProxy::socks5().refuses(5), ServerUnreachable(5)),
        ("http", TestProxy::http().refuses(403), Forbidden(403)),
        ("http", TestProxy::http().refuses(502), ServerUnreachable(502)),
    ] {
        let proxy = proxy.start().await;
        let way = format!("{scheme}://127.0.0.1:{}", proxy.port());
        assert_eq!(failure(&through(&server, &way)).await, fault);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_is_no_proxy_or_not_there_is_recognised() {
    let server = ScriptedServer::start().await;
    let mail_server = Dialogue::start(|_| "500 What".to_owned()).await;
    for scheme in ["socks5", "http"] {
        let way = format!("{scheme}://127.0.0.1:{}", mail_server.port());
        assert_eq!(failure(&through(&server, &way)).await, ProxyFault::NotAProxy, "{scheme}");
        let way = format!("{scheme}://no-such-proxy.invalid:1080");
        assert_eq!(failure(&through(&server, &way)).await, ProxyFault::Unreachable, "{scheme}");
    }
}

#[tokio::test]
async fn a_proxy_that_never_answers_is_given_up() {
    let server = ScriptedServer::start().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let way = format!("http://{}", silent.local_addr().expect("an address"));
    let patient = through(&server, &way);
    let timeouts = Timeouts { connect: SHORT, ..patient.timeouts };
    assert_eq!(failure(&Server { timeouts, ..patient }).await, ProxyFault::Silent);
}

#[test]
fn the_proxys_password_is_not_printed() {
    let (proxy, password) = Proxy::parse("http://li:secret@h:1").expect("a proxy");
    let route = ProxyRoute { proxy, password: password.map(Into::into) };
    assert!(!format!("{route:?}").contains("secret"));
}
