//! Servers, envelopes and bodies that the tests share.

use std::time::Duration;

use hongyan_smtp::{
    Cause, EmailAddress, Envelope, Failure, Login, LoginKind, LoginMechanism, Offer, Server, Session, Stage,
    Timeouts, TlsMode, TlsTrust, Transmitted, WireBody,
};
use hongyan_testkit::{Rule, ScriptedServer};

/// Long enough for a busy machine, where a test must not run into it.
pub const AMPLE: Duration = Duration::from_secs(20);
/// Short, where a test waits for it to pass.
pub const SHORT: Duration = Duration::from_millis(80);

/// How to reach a scripted server in the clear.
pub fn plain(server: &ScriptedServer) -> Server {
    Server {
        host: "127.0.0.1".to_owned(),
        port: server.port(),
        tls: TlsMode::None,
        login: None,
        ehlo_name: "desk.example.cn".to_owned(),
        trust: TlsTrust::Roots(server.certificate().into_iter().collect()),
        trusted_certificate: None,
        proxy: None,
        timeouts: Timeouts::all(AMPLE),
        pipelining: true,
    }
}

pub fn login(user: &str, password: &str) -> Login {
    Login {
        user: user.to_owned(),
        kind: LoginKind::Password,
        mechanism: LoginMechanism::Automatic,
        secret: password.into(),
    }
}

pub async fn server_with(rule: Rule) -> ScriptedServer {
    ScriptedServer::builder().rule(rule).start().await
}

pub async fn connected(server: &ScriptedServer) -> Session {
    Session::connect(&plain(server)).await.expect("a session")
}

pub fn to(address: &str) -> Envelope {
    let parse = |text| EmailAddress::parse(text).expect("a good address");
    Envelope { from: parse("me@example.cn"), to: parse(address), size: 100, utf8: false, envid: None }
}

pub fn body(text: &str) -> WireBody {
    WireBody::new(text.as_bytes()).expect("a good mail")
}

/// More than the sockets of both sides can hold.
pub fn huge_body() -> WireBody {
    body(&format!("{}\r\n", "a".repeat(98)).repeat(300_000))
}

pub fn reply_code(failure: &Failure) -> u16 {
    match &failure.cause {
        Cause::Reply(reply) => reply.code,
        other => panic!("not a reply: {other:?}"),
    }
}

pub fn refused(offer: Offer) -> Failure {
    match offer {
        Offer::Refused(failure) => failure,
        Offer::Ready => panic!("it was taken"),
    }
}

/// Offers and transmits one mail.
pub async fn send(session: &mut Session, address: &str, text: &str) -> Transmitted {
    assert_eq!(session.offer(&to(address)).await, Offer::Ready);
    session.transmit(&body(text), None).await
}

/// Asserts stage and code of a refusal.
pub fn assert_refused(failure: &Failure, stage: Stage, code: u16) {
    assert_eq!((failure.stage, reply_code(failure)), (stage, code));
    assert!(!failure.body_may_have_been_taken());
}
