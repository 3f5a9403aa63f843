//! MAIL, RCPT and DATA.

use hongyan_smtp::{Cause, Envelope, Offer, ProtocolFault, Server, Session, Stage, Timeouts, Utf8Need};
use hongyan_testkit::{At, Command, Rule, ScriptedServer};

use crate::cast::{SHORT, assert_refused, body, connected, plain, refused, send, server_with, to};

const STAGES: [(At, Stage); 3] = [(At::Mail, Stage::Mail), (At::Rcpt, Stage::Rcpt), (At::Data, Stage::Data)];

async fn session_on(server: &ScriptedServer, pipelining: bool) -> Session {
    Session::connect(&Server { pipelining, ..plain(server) }).await.expect("a session")
}

#[tokio::test]
async fn a_refusal_at_any_stage_leaves_the_connection_usable() {
    for pipelining in [true, false] {
        for (at, stage) in STAGES {
            for code in [450, 550] {
                let server = server_with(Rule::at(at).nth(1).answers(code, "4.7.1 Not this one")).await;
                let mut session = session_on(&server, pipelining).await;
                let failure = refused(session.offer(&to("a@example.cn")).await);
                assert_refused(&failure, stage, code);
                assert!(!session.is_closed());
                assert!(send(&mut session, "b@example.cn", "hello").await.outcome.is_ok());
                assert_eq!(server.received()[0].to, ["b@example.cn"]);
                assert_eq!(server.connections(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_at_every_stage() {
    for pipelining in [true, false] {
        for (at, stage) in STAGES {
            let server = server_with(Rule::at(at).is_silent()).await;
            let all = plain(&server).timeouts;
            let timeouts = Timeouts { mail: SHORT, rcpt: SHORT, data: SHORT, ..all };
            let hasty = Server { timeouts, pipelining, ..plain(&server) };
            let mut session = Session::connect(&hasty).await.expect("a session");
            let failure = refused(session.offer(&to("a@example.cn")).await);
            assert_eq!((failure.stage, &failure.cause), (stage, &Cause::Timeout));
            assert!(session.is_closed() && !failure.body_may_have_been_taken());
        }
    }
}

#[tokio::test]
async fn a_dropped_connection_is_told_with_its_stage() {
    for pipelining in [true, false] {
        for (at, stage) in STAGES {
            let server = server_with(Rule::at(at).closes()).await;
            let mut session = session_on(&server, pipelining).await;
            let failure = refused(session.offer(&to("a@example.cn")).await);
            assert_eq!(failure.stage, stage);
            assert!(matches!(failure.cause, Cause::Closed | Cause::Io(_)), "{failure}");
            assert!(session.is_closed() && !failure.body_may_have_been_taken());
        }
    }
}

#[tokio::test]
async fn five_of_fifty_refused_cost_one_connection() {
    for pipelining in [true, false] {
        let server = server_with(Rule::at(At::Rcpt).every(10).answers(550, "5.1.1 No such user")).await;
        let mut session = session_on(&server, pipelining).await;
        let mut refusals = 0;
        for n in 1..=50 {
            match session.offer(&to(&format!("user{n}@example.cn"))).await {
                Offer::Ready => {
                    session.transmit(&body("hello"), None).await.outcome.expect("taken");
                }
                Offer::Refused(failure) => {
                    assert_refused(&failure, Stage::Rcpt, 550);
                    refusals += 1;
                }
            }
        }
        session.quit().await;
        assert_eq!((refusals, server.received().len(), server.connections()), (5, 45, 1));
        // The fiftieth is refused too, and nothing follows that would need a clean start.
        assert_eq!(server.verbs().iter().filter(|verb| **verb == "RSET").count(), 4);
    }
}

#[tokio::test]
async fn commands_go_in_one_group_only_where_that_is_announced_and_wanted() {
    for (announced, wanted, grouped) in [(true, true, true), (false, true, false), (true, false, false)] {
        let server = ScriptedServer::builder().extensions(|on| on.pipelining = announced).start().await;
        let mut session = session_on(&server, wanted).await;
        assert!(send(&mut session, "a@example.cn", "hello").await.outcome.is_ok());
        let group: Vec<bool> = server
            .heard()
            .iter()
            .filter(|heard| matches!(heard.command, Command::Mail { .. } | Command::Rcpt { .. }))
            .map(|heard| heard.more_waiting)
            .collect();
        assert_eq!(group, [grouped, grouped]);
    }
}

#[tokio::test]
async fn a_354_without_a_recipient_is_ended_by_a_lone_dot() {
    let server = ScriptedServer::builder()
        .rule(Rule::at(At::Rcpt).nth(1).answers(550, "5.1.1 No such user"))
        .rule(Rule::at(At::Data).nth(1).answers(354, "Go on all the same"))
        .start()
        .await;
    let mut session = connected(&server).await;
    assert_refused(&refused(session.offer(&to("a@example.cn")).await), Stage::Rcpt, 550);
    assert!(send(&mut session, "b@example.cn", "hello").await.outcome.is_ok());
    assert_eq!((server.received().len(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_354_for_a_taken_recipient_of_a_refused_mail_is_never_dotted() {
    let server = ScriptedServer::builder()
        .rule(Rule::at(At::Mail).answers(451, "4.3.0 Not now"))
        .rule(Rule::at(At::Rcpt).answers(250, "2.1.5 Ok"))
        .rule(Rule::at(At::Data).answers(354, "Go on"))
        .start()
        .await;
    let mut session = connected(&server).await;
    assert_refused(&refused(session.offer(&to("a@example.cn")).await), Stage::Mail, 451);
    assert!(session.is_closed());
}

#[tokio::test]
async fn a_421_closes_the_session_and_is_the_reason() {
    for (at, stage) in STAGES {
        let server = server_with(Rule::at(at).answers_and_closes(421, "4.7.0 Too many mails")).await;
        let mut session = connected(&server).await;
        assert_refused(&refused(session.offer(&to("a@example.cn")).await), stage, 421);
        assert!(session.is_closed());
    }
}

#[tokio::test]
async fn a_refused_mail_is_the_reason_even_if_the_server_hangs_up_behind_it() {
    let server = server_with(Rule::at(At::Mail).answers_and_closes(550, "5.7.1 Not from you")).await;
    let mut session = connected(&server).await;
    assert_refused(&refused(session.offer(&to("a@example.cn")).await), Stage::Mail, 550);
    assert!(session.is_closed());
}

#[tokio::test]
async fn a_connection_that_ended_while_idle_is_nobodys_fault() {
    let server = server_with(Rule::at(At::Dot).answers_and_closes(250, "2.0.0 Ok, and bye")).await;
    let mut session = connected(&server).await;
    assert!(send(&mut session, "a@example.cn", "hello").await.outcome.is_ok());
    let failure = refused(session.offer(&to("b@example.cn")).await);
    assert!(failure.is_stale() && session.is_closed());
}

#[tokio::test]
async fn a_421_that_waited_on_an_idle_connection_is_nobodys_fault() {
    let server = ScriptedServer::builder().limits(|limits| limits.idle = SHORT).start().await;
    let mut session = connected(&server).await;
    assert!(send(&mut session, "a@example.cn", "hello").await.outcome.is_ok());
    // The server's good-bye is here when the server has stopped.
    server.stop().await;
    assert!(refused(session.offer(&to("b@example.cn")).await).is_stale());
}

#[tokio::test]
async fn an_unasked_reply_is_never_taken_for_an_answer() {
    let server = server_with(Rule::at(At::Dot).writes(b"250 2.0.0 Ok\r\n250 2.0.0 And once more\r\n")).await;
    let mut session = connected(&server).await;
    assert!(send(&mut session, "a@example.cn", "hello").await.outcome.is_ok());
    let failure = refused(session.offer(&to("b@example.cn")).await);
    assert_eq!(failure.cause, Cause::Protocol(ProtocolFault::OutOfTurn));
    assert!(session.is_closed());
}

#[tokio::test]
async fn what_the_server_cannot_take_is_refused_before_mail() {
    let server = ScriptedServer::builder()
        .extensions(|on| on.smtp_utf8 = false)
        .limits(|limits| limits.message_octets = 1_000)
        .start()
        .await;
    let mut session = connected(&server).await;
    for (envelope, cause) in [
        (to("丽@example.cn"), Cause::NeedsUtf8(Utf8Need::Recipient)),
        (Envelope { utf8: true, ..to("a@example.cn") }, Cause::NeedsUtf8(Utf8Need::Headers)),
        (Envelope { size: 1_001, ..to("a@example.cn") }, Cause::TooLarge { limit: 1_000 }),
    ] {
        let failure = refused(session.offer(&envelope).await);
        assert_eq!((failure.stage, failure.cause), (Stage::Mail, cause));
    }
    assert!(!session.is_closed());
    assert_eq!(server.verbs(), ["(connect)", "EHLO"]);
}

#[tokio::test]
async fn parameters_follow_what_is_announced() {
    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    let envelope = Envelope { envid: Some("run1-7".into()), ..to("丽@example.cn") };
    assert_eq!(session.offer(&envelope).await, Offer::Ready);
    let heard = server.heard();
    let parameters = heard.iter().find_map(|heard| match &heard.command {
        Command::Mail { parameters, .. } => Some(parameters.clone()),
        _ => None,
    });
    assert_eq!(
        parameters.expect("MAIL was heard"),
        ["SIZE=100", "BODY=8BITMIME", "SMTPUTF8", "RET=HDRS", "ENVID=run1-7"]
    );
}

#[tokio::test]
async fn using_a_session_out_of_order_closes_it() {
    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    let transmitted = session.transmit(&body("hello"), None).await;
    assert_eq!(transmitted.outcome.expect_err("no offer").cause, Cause::Protocol(ProtocolFault::Misuse));
    assert!(session.is_closed());

    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    refused(session.offer(&to("b@example.cn")).await);
    assert!(session.is_closed());
    server.stop().await;
}
