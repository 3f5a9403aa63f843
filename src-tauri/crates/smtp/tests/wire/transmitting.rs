//! The body, its reply, and the next mail that rides with it.

use hongyan_smtp::{Cause, Offer, ProtocolFault, Server, Session, Stage, Timeouts, Transmitted};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::cast::{SHORT, assert_refused, body, connected, huge_body, plain, refused, send, server_with, to};

#[tokio::test]
async fn a_mail_arrives_as_it_was_meant() {
    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    let mail = "Subject: a\n\n.\n..\n.b\r\nRSET\r\r\nc";
    let accepted = send(&mut session, "a@example.cn", mail).await.outcome.expect("taken");
    assert_eq!(accepted.reply.code, 250);
    assert_eq!(accepted.queue_id.as_deref(), Some("000001-1"));
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].from, "me@example.cn");
    assert_eq!(received[0].bytes, b"Subject: a\r\n\r\n.\r\n..\r\n.b\r\nRSET\r\n\r\nc\r\n");
}

#[tokio::test]
async fn the_next_mail_rides_with_the_body() {
    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("u0@example.cn")).await, Offer::Ready);
    for n in 0..20 {
        let next = to(&format!("u{}@example.cn", n + 1));
        let Transmitted { outcome, next } = session.transmit(&body(&format!("mail {n}")), Some(&next)).await;
        outcome.expect("taken");
        assert_eq!(next, Some(Offer::Ready));
    }
    session.abandon_offer();
    let received = server.received();
    assert_eq!(received.len(), 20);
    for (n, mail) in received.iter().enumerate() {
        assert_eq!(
            (&mail.to[0], &mail.bytes),
            (&format!("u{n}@example.cn"), &format!("mail {n}\r\n").into_bytes())
        );
    }
    let per_mail = ["MAIL", "RCPT", "DATA"].repeat(21);
    assert_eq!(server.verbs()[2..], per_mail);
}

#[tokio::test]
async fn a_refused_rider_does_not_touch_the_body_before_it() {
    for pipelining in [true, false] {
        let server = server_with(Rule::at(At::Rcpt).nth(2).answers(550, "5.1.1 No such user")).await;
        let mut session =
            Session::connect(&Server { pipelining, ..plain(&server) }).await.expect("a session");
        assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
        let Transmitted { outcome, next } = session.transmit(&body("one"), Some(&to("b@example.cn"))).await;
        outcome.expect("taken");
        assert_refused(&refused(next.expect("it was tried")), Stage::Rcpt, 550);
        assert!(send(&mut session, "c@example.cn", "three").await.outcome.is_ok());
        assert_eq!((server.received().len(), server.connections()), (2, 1));
    }
}

#[tokio::test]
async fn a_refused_body_does_not_touch_the_rider() {
    for code in [451, 554] {
        let server = server_with(Rule::at(At::Dot).nth(1).answers(code, "5.7.1 Spam")).await;
        let mut session = connected(&server).await;
        assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
        let Transmitted { outcome, next } = session.transmit(&body("one"), Some(&to("b@example.cn"))).await;
        assert_refused(&outcome.expect_err("refused"), Stage::FinalReply, code);
        assert_eq!(next, Some(Offer::Ready));
        session.transmit(&body("two"), None).await.outcome.expect("taken");
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_rider_the_server_cannot_take_stays_behind() {
    let server = ScriptedServer::builder().extensions(|on| on.smtp_utf8 = false).start().await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let Transmitted { outcome, next } = session.transmit(&body("one"), Some(&to("丽@example.cn"))).await;
    outcome.expect("taken");
    assert!(matches!(refused(next.expect("it was judged")).cause, Cause::NeedsUtf8(_)));
    assert!(!session.is_closed());
}

#[tokio::test]
async fn silence_after_the_dot_is_in_doubt() {
    let server = server_with(Rule::at(At::Dot).is_silent()).await;
    let timeouts = Timeouts { final_reply: SHORT, ..plain(&server).timeouts };
    let mut session = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect("a session");
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let Transmitted { outcome, next } = session.transmit(&body("one"), Some(&to("b@example.cn"))).await;
    let failure = outcome.expect_err("silence");
    assert_eq!((failure.stage, &failure.cause), (Stage::FinalReply, &Cause::Timeout));
    assert!(failure.body_may_have_been_taken() && session.is_closed());
    assert_eq!(next, None);
}

#[tokio::test]
async fn a_drop_after_the_dot_is_in_doubt_whether_the_mail_was_kept_or_not() {
    for (rule, kept) in [(Rule::at(At::Dot).keeps_and_closes(), 1), (Rule::at(At::Dot).closes(), 0)] {
        let server = server_with(rule).await;
        let mut session = connected(&server).await;
        let failure = send(&mut session, "a@example.cn", "one").await.outcome.expect_err("dropped");
        assert_eq!(failure.stage, Stage::FinalReply);
        assert!(failure.body_may_have_been_taken() && session.is_closed());
        assert_eq!(server.received().len(), kept);
    }
}

#[tokio::test]
async fn nonsense_after_the_dot_is_in_doubt() {
    for nonsense in [&b"354 more?\r\n"[..], b"what?\r\n", b"250-a\r\n550 b\r\n"] {
        let server = server_with(Rule::at(At::Dot).writes(nonsense)).await;
        let mut session = connected(&server).await;
        let failure = send(&mut session, "a@example.cn", "one").await.outcome.expect_err("nonsense");
        assert!(failure.body_may_have_been_taken() && session.is_closed(), "{failure}");
    }
}

#[tokio::test]
async fn a_drop_in_the_middle_of_a_body_is_no_doubt() {
    let server = server_with(Rule::at(At::Body(1_000)).closes()).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let failure = session.transmit(&huge_body(), None).await.outcome.expect_err("dropped");
    assert_eq!(failure.stage, Stage::Body);
    assert!(!failure.body_may_have_been_taken() && session.is_closed());
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn a_stall_in_the_middle_of_a_body_is_given_up_without_doubt() {
    let gate = Gate::new();
    let server = server_with(Rule::at(At::Body(1_000)).waits_for(&gate)).await;
    let timeouts = Timeouts { body_block: SHORT, quit: SHORT, ..plain(&server).timeouts };
    let mut session = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect("a session");
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let failure = session.transmit(&huge_body(), None).await.outcome.expect_err("a stall");
    assert_eq!((failure.stage, &failure.cause), (Stage::Body, &Cause::Timeout));
    assert!(!failure.body_may_have_been_taken() && session.is_closed());
    gate.open();
    server.stop().await;
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_a_body_is_heard() {
    let rule = Rule::at(At::Body(1_000)).answers(552, "5.3.4 Too large");
    let server = server_with(rule).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let failure = session.transmit(&huge_body(), None).await.outcome.expect_err("refused");
    assert_refused(&failure, Stage::Body, 552);
}

#[tokio::test]
async fn a_server_that_takes_the_mail_and_leaves_has_taken_it() {
    let server = server_with(Rule::at(At::Dot).answers_and_closes(250, "2.0.0 Ok, and bye")).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let Transmitted { outcome, next } = session.transmit(&body("one"), Some(&to("b@example.cn"))).await;
    outcome.expect("taken");
    assert_eq!(next, None);
    assert!(session.is_closed());
}

#[tokio::test]
async fn a_421_to_the_rider_is_told() {
    let server = server_with(Rule::at(At::Mail).nth(2).answers_and_closes(421, "4.7.0 Too many")).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let Transmitted { outcome, next } = session.transmit(&body("one"), Some(&to("b@example.cn"))).await;
    outcome.expect("taken");
    assert_refused(&refused(next.expect("it was answered")), Stage::Mail, 421);
    assert!(session.is_closed());
}

#[tokio::test]
async fn words_before_the_body_stop_it_from_leaving() {
    let server = server_with(Rule::at(At::Data).writes(b"354 Go\r\n250 2.0.0 Taken already\r\n")).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let failure = session.transmit(&body("one"), None).await.outcome.expect_err("out of turn");
    assert_eq!((failure.stage, &failure.cause), (Stage::Data, &Cause::Protocol(ProtocolFault::OutOfTurn)));
    assert!(!failure.body_may_have_been_taken() && session.is_closed());
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn an_abandoned_offer_delivers_nothing() {
    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    session.abandon_offer();
    assert!(session.is_closed());
    server.stop().await;

    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    session.quit().await;
    assert_eq!(server.received().len(), 0);
    assert!(!server.verbs().contains(&"QUIT"));
}

#[tokio::test]
async fn a_cancelled_transmission_closes_the_session() {
    let gate = Gate::new();
    let server = server_with(Rule::at(At::Dot).waits_for(&gate)).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let one = body("one");
    tokio::select! {
        _ = session.transmit(&one, None) => panic!("the gate is closed"),
        () = gate.reached() => {}
    }
    assert!(session.is_closed());
    gate.open();
}

#[tokio::test]
async fn a_late_250_is_waited_for() {
    let gate = Gate::new();
    let server = server_with(Rule::at(At::Dot).waits_for(&gate)).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    let one = body("one");
    let (transmitted, ()) = tokio::join!(session.transmit(&one, None), async {
        gate.reached().await;
        gate.open();
    });
    transmitted.outcome.expect("taken");
    assert_eq!(server.received().len(), 1);
}
