//! Connecting and saying hello.

use hongyan_smtp::{Cause, ProtocolFault, Server, Session, Stage, Timeouts, probe};
use hongyan_testkit::{At, Command, Rule, ScriptedServer};

use crate::cast::{SHORT, assert_refused, connected, plain, server_with};

#[tokio::test]
async fn nobody_listening_is_a_refused_connection() {
    let server = ScriptedServer::start().await;
    let gone = plain(&server);
    server.stop().await;
    let failure = Session::connect(&gone).await.expect_err("nobody listens");
    assert_eq!(failure.stage, Stage::Connect);
    assert_eq!(failure.cause, Cause::Io(std::io::ErrorKind::ConnectionRefused));
}

#[tokio::test]
async fn a_refusing_greeting_or_hello_is_told_with_its_stage() {
    for (at, stage) in [(At::Greeting, Stage::Greeting), (At::Ehlo, Stage::Ehlo)] {
        let server = server_with(Rule::at(at).answers(554, "5.7.1 Go away")).await;
        let failure = Session::connect(&plain(&server)).await.expect_err("refused");
        assert_refused(&failure, stage, 554);
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_in_time() {
    for (at, stage) in [(At::Greeting, Stage::Greeting), (At::Ehlo, Stage::Ehlo)] {
        let server = server_with(Rule::at(at).is_silent()).await;
        let mut timeouts = plain(&server).timeouts;
        (timeouts.greeting, timeouts.ehlo) = (SHORT, SHORT);
        let failure = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect_err("silence");
        assert_eq!((failure.stage, failure.cause), (stage, Cause::Timeout));
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_is_told_with_its_stage() {
    for (at, stage) in [(At::Greeting, Stage::Greeting), (At::Ehlo, Stage::Ehlo)] {
        let server = server_with(Rule::at(at).closes()).await;
        let failure = Session::connect(&plain(&server)).await.expect_err("closed");
        assert_eq!((failure.stage, failure.cause), (stage, Cause::Closed));
    }
}

#[tokio::test]
async fn a_trickle_of_bytes_does_not_stretch_the_time() {
    // A multi-line greeting that never ends: bytes arrive, but no whole reply does.
    let server = server_with(Rule::at(At::Greeting).writes(b"220-a\r\n220-b\r\n")).await;
    let timeouts = Timeouts { greeting: SHORT, ..plain(&server).timeouts };
    let failure = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect_err("no end");
    assert_eq!((failure.stage, failure.cause), (Stage::Greeting, Cause::Timeout));
}

#[tokio::test]
async fn what_is_no_smtp_server_is_recognised() {
    let server = server_with(Rule::at(At::Greeting).writes(b"HTTP/1.1 400 Bad Request\r\n")).await;
    let failure = Session::connect(&plain(&server)).await.expect_err("no SMTP");
    assert_eq!(failure.cause, Cause::Protocol(ProtocolFault::NotAReply));
}

#[tokio::test]
async fn helo_is_said_only_to_a_server_that_does_not_know_ehlo() {
    let server = server_with(Rule::at(At::Ehlo).answers(502, "5.5.1 What?")).await;
    let session = connected(&server).await;
    assert!(!session.capabilities().pipelining);
    assert_eq!(server.verbs(), ["(connect)", "EHLO", "HELO"]);

    let server = server_with(Rule::at(At::Ehlo).answers(550, "5.7.1 Not you")).await;
    Session::connect(&plain(&server)).await.expect_err("refused");
    assert_eq!(server.verbs(), ["(connect)", "EHLO"]);
}

#[tokio::test]
async fn the_given_name_is_said_and_an_unusable_one_replaced() {
    let server = ScriptedServer::start().await;
    for (given, said) in [("desk.example.cn", "desk.example.cn"), ("王丽的电脑", "[127.0.0.1]")] {
        let name = given.to_owned();
        Session::connect(&Server { ehlo_name: name, ..plain(&server) }).await.expect("a session");
        let heard = server.heard();
        let last = heard.iter().rev().find_map(|heard| match &heard.command {
            Command::Ehlo(name) => Some(name.clone()),
            _ => None,
        });
        assert_eq!(last.as_deref(), Some(said));
    }
}

#[tokio::test]
async fn a_probe_reports_and_leaves_politely() {
    let server = ScriptedServer::start().await;
    let report = probe(&plain(&server)).await.expect("a report");
    assert!(report.capabilities.pipelining && report.capabilities.smtp_utf8);
    assert_eq!(report.capabilities.auth, ["PLAIN", "LOGIN"]);
    assert_eq!(report.tls_version, None);
    assert!(report.greeting.contains("ESMTP"));
    assert_eq!(server.verbs(), ["(connect)", "EHLO", "QUIT"]);
}
