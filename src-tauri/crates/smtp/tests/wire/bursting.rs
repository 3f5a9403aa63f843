//! Many mails in flight: order, refusals, cuts, and what may be used on.

use std::time::Duration;

use hongyan_smtp::{Accepted, Cause, Failure, Grouping, ProtocolFault, Server, Session, Stage, Timeouts};
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::cast::{SHORT, assert_refused, body, connected, plain, send, server_with, to};

type Outcome = Result<Accepted, Failure>;

/// Sends mails to `u1@…`, `u2@…` with these texts in one burst, and gives what became of each.
async fn burst(session: &mut Session, texts: &[&str]) -> Vec<Outcome> {
    let mut burst = session.burst().expect("the server takes bursts");
    for (n, text) in texts.iter().enumerate() {
        burst.push(&to(&format!("u{}@example.cn", n + 1)), body(text));
    }
    let mut outcomes = Vec::new();
    while burst.under_way() > 0 {
        burst.settle(&mut outcomes).await;
    }
    burst.end();
    outcomes
}

fn taken(outcomes: &[Outcome]) -> Vec<bool> {
    outcomes.iter().map(Result::is_ok).collect()
}

fn in_doubt(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.as_ref().is_err_and(Failure::body_may_have_been_taken)).count()
}

fn never_left(outcomes: &[Outcome]) -> Vec<bool> {
    outcomes.iter().map(|outcome| outcome.as_ref().is_err_and(Failure::is_stale)).collect()
}

#[tokio::test]
async fn a_burst_arrives_as_it_was_meant_and_in_order() {
    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    let texts = ["Subject: a\n\n.\n..\n.b\r\nRSET\r\r\nc", "", ".", "four"];
    let outcomes = burst(&mut session, &texts).await;
    assert_eq!(taken(&outcomes), [true; 4]);
    assert_eq!(outcomes[1].as_ref().expect("taken").queue_id.as_deref(), Some("000001-2"));
    let received = server.received();
    let bytes: Vec<&[u8]> = received.iter().map(|mail| mail.bytes.as_slice()).collect();
    let first = b"Subject: a\r\n\r\n.\r\n..\r\n.b\r\nRSET\r\n\r\nc\r\n";
    assert_eq!(bytes, [&first[..], b"", b".\r\n", b"four\r\n"]);
    assert_eq!(received[3].to, ["u4@example.cn"]);
    assert_eq!(session.proven(), Grouping::Burst);
}

#[tokio::test]
async fn all_of_a_burst_leaves_before_the_first_answer() {
    let gate = Gate::new();
    let server = server_with(Rule::at(At::Mail).nth(1).waits_for(&gate)).await;
    let mut session = connected(&server).await;
    let (outcomes, ()) = tokio::join!(burst(&mut session, &["one", "two", "three"]), async {
        gate.reached().await;
        gate.open();
    });
    assert_eq!(taken(&outcomes), [true; 3]);
    // Everything but the last command had others waiting behind it.
    let heard = server.heard();
    let commands = &heard[2..];
    assert!(commands.iter().rev().skip(1).all(|command| command.more_waiting), "{commands:?}");
}

#[tokio::test]
async fn a_refused_mail_takes_none_of_the_others_with_it() {
    for (at, stage, code) in
        [(At::Mail, Stage::Mail, 452), (At::Rcpt, Stage::Rcpt, 550), (At::Dot, Stage::FinalReply, 554)]
    {
        let server = server_with(Rule::at(at).nth(2).answers(code, "5.1.1 No")).await;
        let mut session = connected(&server).await;
        let outcomes = burst(&mut session, &["one", "two", "three"]).await;
        assert_eq!(taken(&outcomes), [true, false, true]);
        assert_refused(outcomes[1].as_ref().expect_err("refused"), stage, code);
        let got: Vec<String> = server.received().into_iter().map(|mail| mail.to.concat()).collect();
        assert_eq!(got, ["u1@example.cn", "u3@example.cn"]);
        send(&mut session, "later@example.cn", "later").await.outcome.expect("taken");
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_session_goes_from_one_way_of_sending_to_the_other_and_back() {
    let server = server_with(Rule::at(At::Rcpt).nth(2).answers(550, "5.1.1 No")).await;
    let mut session = connected(&server).await;
    send(&mut session, "a@example.cn", "a").await.outcome.expect("taken");
    assert_eq!(taken(&burst(&mut session, &["one", "two"]).await), [false, true]);
    send(&mut session, "b@example.cn", "b").await.outcome.expect("taken");
    assert_eq!(taken(&burst(&mut session, &["three"]).await), [true]);
    assert_eq!((server.received().len(), server.connections()), (4, 1));
}

#[tokio::test]
async fn what_left_without_an_answer_is_in_doubt_and_nothing_else() {
    for (rule, kept) in
        [(Rule::at(At::Dot).nth(2).closes(), 1), (Rule::at(At::Dot).nth(2).keeps_and_closes(), 2)]
    {
        let server = server_with(rule).await;
        let mut session = connected(&server).await;
        let outcomes = burst(&mut session, &["one", "two", "three", "four"]).await;
        assert_eq!((taken(&outcomes), in_doubt(&outcomes)), (vec![true, false, false, false], 3));
        assert_eq!(server.received().len(), kept);
        assert!(session.is_closed());
    }
}

#[tokio::test]
async fn a_421_in_a_burst_ends_it_and_is_told() {
    let server = server_with(Rule::at(At::Mail).nth(3).answers_and_closes(421, "4.7.0 Too many")).await;
    let mut session = connected(&server).await;
    let outcomes = burst(&mut session, &["one", "two", "three", "four"]).await;
    assert_eq!(taken(&outcomes), [true, true, false, false]);
    assert_refused(outcomes[2].as_ref().expect_err("refused"), Stage::Mail, 421);
    assert!(outcomes[3].as_ref().expect_err("not looked at").is_behind_farewell());
    assert!(session.is_closed());
}

#[tokio::test]
async fn what_stands_behind_a_farewell_is_free_and_what_stands_behind_a_cut_is_not() {
    let busy =
        || ScriptedServer::builder().rule(Rule::at(At::Mail).after(2).answers(421, "too many messages"));
    let bye = Rule::at(At::Rset).nth(3).answers_and_closes(554, "Too many nonmail commands");
    for (builder, doubtful) in [(busy().rule(bye.clone()), 0), (ScriptedServer::builder().rule(bye), 1)] {
        let server = builder.start().await;
        let mut session = connected(&server).await;
        let outcomes = burst(&mut session, &["one", "two", "three", "four"]).await;
        assert_eq!((outcomes[3].is_ok(), in_doubt(&outcomes)), (false, doubtful), "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_farewell_that_is_followed_by_other_words_was_none() {
    let builder = ScriptedServer::builder().rule(Rule::at(At::Mail).nth(2).answers(421, "4.3.2 Not now"));
    let server = builder.rule(Rule::at(At::Dot).nth(2).keeps_and_closes()).start().await;
    let mut session = connected(&server).await;
    let outcomes = burst(&mut session, &["one", "two", "three", "four"]).await;
    assert_eq!((taken(&outcomes), in_doubt(&outcomes)), (vec![true, false, false, false], 2));
}

#[tokio::test]
async fn a_mail_of_which_the_end_never_left_is_not_in_doubt() {
    let server = server_with(Rule::at(At::Mail).nth(2).closes()).await;
    let mut session = connected(&server).await;
    let huge = "a".repeat(98) + "\n";
    let outcomes = burst(&mut session, &["one", &huge.repeat(300_000), "three"]).await;
    assert_eq!((taken(&outcomes), in_doubt(&outcomes)), (vec![true, false, false], 0));
    assert_eq!(never_left(&outcomes), [false, false, true]);
}

#[tokio::test]
async fn mails_of_which_nothing_has_left_can_be_taken_back() {
    let gate = Gate::new();
    let server = server_with(Rule::at(At::Greeting).waits_for(&gate)).await;
    gate.open();
    let mut session = connected(&server).await;
    let mut burst = session.burst().expect("the server takes bursts");
    for n in 0..4 {
        burst.push(&to(&format!("u{n}@example.cn")), body("a mail"));
    }
    assert_eq!((burst.retract(), burst.under_way()), (4, 0));
    burst.push(&to("other@example.cn"), body("another"));
    let mut outcomes = Vec::new();
    burst.settle(&mut outcomes).await;
    assert_eq!((taken(&outcomes), burst.retract()), (vec![true], 0));
    burst.end();
    assert!(!session.is_closed());
    assert_eq!(server.received()[0].to, ["other@example.cn"]);
}

#[tokio::test]
async fn a_server_that_writes_before_it_reads_on_is_heard_while_mails_leave() {
    // More answers than the sockets hold, and more mails than they hold behind them.
    let long = vec!["x".repeat(900); 8].join("\n");
    let builder = ScriptedServer::builder().rule(Rule::at(At::Mail).answers(250, &long));
    let server = builder.rule(Rule::at(At::Rcpt).answers(250, &long)).start().await;
    let mut session = connected(&server).await;
    let large = "a mail\n".repeat(40_000);
    let outcomes = burst(&mut session, &vec![large.as_str(); 32]).await;
    assert_eq!(taken(&outcomes), [true; 32]);
}

#[tokio::test]
async fn silence_in_a_burst_is_given_up_in_the_time_of_its_stage() {
    for (at, doubtful) in [(At::Dot, 2), (At::Rcpt, 2)] {
        let server = server_with(Rule::at(at).nth(2).is_silent()).await;
        let timeouts = Timeouts { final_reply: SHORT, rcpt: SHORT, ..plain(&server).timeouts };
        let mut session = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect("a session");
        let outcomes = burst(&mut session, &["one", "two", "three"]).await;
        assert_eq!((taken(&outcomes), in_doubt(&outcomes)), (vec![true, false, false], doubtful));
        assert_eq!(outcomes[1].as_ref().expect_err("silence").cause, Cause::Timeout);
    }
}

#[tokio::test]
async fn a_server_that_reads_nothing_on_is_given_up_without_doubt() {
    let gate = Gate::new();
    let server = server_with(Rule::at(At::Mail).nth(1).waits_for(&gate)).await;
    let timeouts = Timeouts { body_block: SHORT, ..plain(&server).timeouts };
    let mut session = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect("a session");
    let huge = ("a".repeat(98) + "\n").repeat(300_000);
    let outcomes = burst(&mut session, &[&huge, "two"]).await;
    assert_eq!((taken(&outcomes), in_doubt(&outcomes)), (vec![false, false], 0));
    assert_eq!(never_left(&outcomes), [false, true]);
    gate.open();
}

#[tokio::test]
async fn nonsense_in_a_burst_ends_it() {
    for nonsense in [&b"354 more?\r\n"[..], b"what?\r\n", b"250 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n"] {
        let server = server_with(Rule::at(At::Dot).nth(2).writes(nonsense)).await;
        let mut session = connected(&server).await;
        let outcomes = burst(&mut session, &["one", "two"]).await;
        assert!(session.is_closed() || outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        assert!(outcomes[0].is_ok());
    }
}

#[tokio::test]
async fn words_that_nobody_asked_for_are_no_answer_to_the_next_burst() {
    let server =
        server_with(Rule::at(At::Dot).nth(1).writes(b"250 2.0.0 Ok\r\n250 2.0.0 And more\r\n")).await;
    let mut session = connected(&server).await;
    let first = burst(&mut session, &["one"]).await;
    assert_eq!(taken(&first), [true]);
    if !session.is_closed() {
        let failure = burst(&mut session, &["two"]).await.remove(0).expect_err("out of turn");
        assert_eq!(failure.cause, Cause::Protocol(ProtocolFault::OutOfTurn));
        assert!(!failure.body_may_have_been_taken());
    }
}

#[tokio::test]
async fn a_server_that_does_not_announce_both_gets_no_bursts() {
    for (pipelining, chunking) in [(true, false), (false, true)] {
        let builder =
            ScriptedServer::builder().extensions(|on| (on.pipelining, on.chunking) = (pipelining, chunking));
        let server = builder.start().await;
        let mut session = connected(&server).await;
        assert!(!session.takes_bursts() && session.burst().is_none());
        send(&mut session, "a@example.cn", "a").await.outcome.expect("taken");
    }
    let server = ScriptedServer::start().await;
    let session = Session::connect(&Server { pipelining: false, ..plain(&server) }).await.expect("a session");
    assert!(!session.takes_bursts());
}

#[tokio::test]
async fn a_dropped_wait_loses_no_answer() {
    let server = ScriptedServer::start().await;
    let mut session = connected(&server).await;
    let mut burst = session.burst().expect("the server takes bursts");
    for n in 0..20 {
        burst.push(&to(&format!("u{n}@example.cn")), body("a mail"));
    }
    let mut outcomes = Vec::new();
    while burst.under_way() > 0 {
        let _ = tokio::time::timeout(Duration::from_micros(50), burst.settle(&mut outcomes)).await;
    }
    assert_eq!(taken(&outcomes), [true; 20]);
}

#[tokio::test]
async fn a_burst_inside_tls_is_the_same() {
    let server =
        ScriptedServer::builder().implicit_tls().rule(Rule::at(At::Dot).nth(30).closes()).start().await;
    let mut session = Session::connect(&Server { tls: hongyan_smtp::TlsMode::Implicit, ..plain(&server) })
        .await
        .expect("a session");
    let large = "a mail\n".repeat(4_000);
    let outcomes = burst(&mut session, &vec![large.as_str(); 32]).await;
    assert!(outcomes[..29].iter().all(Result::is_ok));
    assert_eq!((in_doubt(&outcomes), server.received().len()), (3, 29));
}
