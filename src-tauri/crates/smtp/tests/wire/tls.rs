//! Protected or not at all.

use hongyan_smtp::{
    Cause, CertificateFault, Fingerprint, Offer, ProtocolFault, Server, Session, Stage, Timeouts, TlsFault,
    TlsMode, TlsTrust,
};
use hongyan_testkit::{At, Rule, ScriptedServer};

use crate::cast::{SHORT, assert_refused, huge_body, login, plain, send, to};

fn over(mode: TlsMode, server: &ScriptedServer) -> Server {
    Server { tls: mode, login: Some(login("li@example.cn", "secret")), ..plain(server) }
}

#[tokio::test]
async fn implicit_tls_protects_everything() {
    let server = ScriptedServer::builder().implicit_tls().login("li@example.cn", "secret").start().await;
    let mut session = Session::connect(&over(TlsMode::Implicit, &server)).await.expect("a session");
    assert_eq!(session.tls_version(), Some("TLSv1.3"));
    assert!(send(&mut session, "a@example.cn", "hello\r\n").await.outcome.is_ok());
    session.quit().await;
    assert!(server.heard().iter().all(|heard| heard.tls));
    assert_eq!(server.received()[0].bytes, b"hello\r\n");
}

#[tokio::test]
async fn under_tls_too_a_drop_before_the_dot_is_no_doubt_and_one_after_it_is() {
    for (at, stage) in [(At::Body(1_000), Stage::Body), (At::Dot, Stage::FinalReply)] {
        let server = ScriptedServer::builder().implicit_tls().rule(Rule::at(at).closes()).start().await;
        let mut session = Session::connect(&over(TlsMode::Implicit, &server)).await.expect("a session");
        assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
        let failure = session.transmit(&huge_body(), None).await.outcome.expect_err("dropped");
        assert_eq!(failure.stage, stage);
        assert_eq!(failure.body_may_have_been_taken(), stage == Stage::FinalReply);
    }
}

#[tokio::test]
async fn after_starttls_hello_is_said_again_and_only_then_the_login() {
    let server = ScriptedServer::builder().start_tls().login("li@example.cn", "secret").start().await;
    let session = Session::connect(&over(TlsMode::StartTls, &server)).await.expect("a session");
    assert!(!session.capabilities().start_tls);
    assert_eq!(server.verbs(), ["(connect)", "EHLO", "STARTTLS", "EHLO", "AUTH", "(login)"]);
    assert_eq!(
        server.heard().iter().map(|heard| heard.tls).collect::<Vec<_>>(),
        [false, false, false, true, true, true]
    );
}

#[tokio::test]
async fn a_missing_or_refused_starttls_ends_the_attempt_before_any_secret() {
    let server = ScriptedServer::start().await;
    let failure = Session::connect(&over(TlsMode::StartTls, &server)).await.expect_err("stripped");
    assert_eq!((failure.stage, failure.cause), (Stage::Tls, Cause::NoTlsOffered));
    assert_eq!(server.verbs(), ["(connect)", "EHLO"]);

    let refusal = Rule::at(At::StartTls).answers(454, "4.7.0 TLS not available");
    let server = ScriptedServer::builder().start_tls().rule(refusal).start().await;
    let failure = Session::connect(&over(TlsMode::StartTls, &server)).await.expect_err("refused");
    assert_refused(&failure, Stage::Tls, 454);
    assert_eq!(server.verbs(), ["(connect)", "EHLO", "STARTTLS"]);
}

#[tokio::test]
async fn plain_text_put_behind_starttls_is_an_attack() {
    let forged = b"220 2.0.0 Go ahead\r\n250-forged\r\n250 AUTH PLAIN\r\n";
    let server =
        ScriptedServer::builder().start_tls().rule(Rule::at(At::StartTls).writes(forged)).start().await;
    let failure = Session::connect(&over(TlsMode::StartTls, &server)).await.expect_err("an attack");
    assert_eq!((failure.stage, failure.cause), (Stage::Tls, Cause::Protocol(ProtocolFault::TextBeforeTls)));
    assert!(!server.verbs().contains(&"AUTH"));
}

/// Whose certificate is refused, and why.
async fn refused_certificate(server: &Server) -> (CertificateFault, Fingerprint) {
    let failure = Session::connect(server).await.expect_err("not to be trusted");
    assert_eq!(failure.stage, Stage::Tls);
    match failure.cause {
        Cause::Tls(TlsFault::Certificate { fault, fingerprint: Some(fingerprint) }) => (fault, fingerprint),
        other => panic!("{other:?}"),
    }
}

/// SHA-256 of the server's certificate, by other means than the client's.
fn fingerprint(server: &ScriptedServer) -> Fingerprint {
    let certificate = server.certificate().expect("a certificate");
    let digest = ring::digest::digest(&ring::digest::SHA256, &certificate);
    Fingerprint::new(digest.as_ref().try_into().expect("32 bytes"))
}

#[tokio::test]
async fn a_bad_certificate_is_refused_and_named() {
    let nobody = |server| Server { trust: TlsTrust::System, ..over(TlsMode::Implicit, server) };
    let only_it = |server| over(TlsMode::Implicit, server);
    let server = ScriptedServer::builder().implicit_tls().start().await;
    let wanted = (CertificateFault::SelfSigned, fingerprint(&server));
    assert_eq!(refused_certificate(&nobody(&server)).await, wanted);
    assert_eq!(server.verbs(), [""; 0]);

    let server = ScriptedServer::builder().implicit_tls_of_an_authority().start().await;
    assert_eq!(refused_certificate(&nobody(&server)).await.0, CertificateFault::SelfSigned);
    let server = ScriptedServer::builder().implicit_tls_expired().start().await;
    assert_eq!(refused_certificate(&only_it(&server)).await.0, CertificateFault::Expired);
    let server = ScriptedServer::builder().implicit_tls_for("mail.example.cn").start().await;
    assert_eq!(refused_certificate(&only_it(&server)).await.0, CertificateFault::OtherName);
}

#[tokio::test]
async fn exactly_the_certificate_that_the_user_trusts_is_taken() {
    for builder in [
        ScriptedServer::builder().implicit_tls(),
        ScriptedServer::builder().implicit_tls_of_an_authority(),
        ScriptedServer::builder().implicit_tls_expired(),
        ScriptedServer::builder().implicit_tls_for("mail.example.cn"),
    ] {
        let server = builder.start().await;
        let trusting = |trusted| Server {
            trust: TlsTrust::System,
            trusted_certificate: Some(trusted),
            login: None,
            ..over(TlsMode::Implicit, &server)
        };
        let session = Session::connect(&trusting(fingerprint(&server))).await.expect("a session");
        assert_eq!(session.tls_version(), Some("TLSv1.3"));
        // Another one, as after a change at the server, is refused as if nothing were trusted.
        let (_, found) = refused_certificate(&trusting(Fingerprint::new([7; 32]))).await;
        assert_eq!(found, fingerprint(&server));
    }
}

#[tokio::test]
async fn a_certificate_that_the_system_trusts_needs_no_trust_of_the_user() {
    let server = ScriptedServer::builder().implicit_tls().start().await;
    let other = Server {
        trusted_certificate: Some(Fingerprint::new([7; 32])),
        login: None,
        ..over(TlsMode::Implicit, &server)
    };
    assert!(Session::connect(&other).await.is_ok());
}

#[tokio::test]
async fn a_port_that_speaks_no_tls_is_recognised() {
    let server = ScriptedServer::start().await;
    let failure = Session::connect(&over(TlsMode::Implicit, &server)).await.expect_err("no TLS");
    assert_eq!((failure.stage, failure.cause), (Stage::Tls, Cause::Tls(TlsFault::NotTls)));
}

#[tokio::test]
async fn a_handshake_that_is_never_answered_is_given_up() {
    let server = ScriptedServer::builder().rule(Rule::at(At::Greeting).is_silent()).start().await;
    let timeouts = Timeouts { tls: SHORT, ..plain(&server).timeouts };
    let patient = Server { timeouts, ..over(TlsMode::Implicit, &server) };
    let failure = Session::connect(&patient).await.expect_err("silence");
    assert_eq!((failure.stage, failure.cause), (Stage::Tls, Cause::Timeout));

    let server = ScriptedServer::builder().rule(Rule::at(At::Greeting).closes()).start().await;
    let failure = Session::connect(&over(TlsMode::Implicit, &server)).await.expect_err("closed");
    assert_eq!((failure.stage, failure.cause), (Stage::Tls, Cause::Closed));
}
