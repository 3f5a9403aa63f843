//! What a session learns about its server's manners: groups it cannot bear, and connections that idled.

use hongyan_smtp::{GroupTrouble, Grouping, Offer, Server, Session, Timeouts};
use hongyan_testkit::{At, Rule, ScriptedServer};

use crate::cast::{SHORT, body, connected, plain, send, server_with, to};

#[tokio::test]
async fn a_group_that_works_proves_it_and_a_later_fault_is_not_its() {
    let server = server_with(Rule::at(At::Mail).nth(3).closes()).await;
    let mut session = connected(&server).await;
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    assert_eq!(session.proven(), Grouping::Mail);
    session.transmit(&body("one"), Some(&to("b@example.cn"))).await.outcome.expect("taken");
    assert_eq!(session.proven(), Grouping::Across);
    session.transmit(&body("two"), Some(&to("c@example.cn"))).await.outcome.expect("taken");
    assert_eq!((session.is_closed(), session.group_trouble()), (true, None));
}

#[tokio::test]
async fn a_server_that_breaks_on_its_first_group_is_noticed() {
    for (rule, trouble) in [
        (Rule::at(At::Mail).closes(), GroupTrouble::HungUp),
        (Rule::at(At::Rcpt).closes(), GroupTrouble::HungUp),
        (Rule::at(At::Rcpt).is_silent(), GroupTrouble::Confused),
        (Rule::at(At::Mail).writes(b"what?\r\n"), GroupTrouble::Confused),
        (
            Rule::at(At::Data).answers(503, "5.5.0 Improper use of SMTP command pipelining"),
            GroupTrouble::Confused,
        ),
        (
            Rule::at(At::Rcpt).answers(554, "5.5.1 SMTP protocol: pipelining not allowed"),
            GroupTrouble::Confused,
        ),
    ] {
        let server = server_with(rule).await;
        let timeouts = Timeouts { rcpt: SHORT, ..plain(&server).timeouts };
        let mut session = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect("a session");
        assert!(matches!(session.offer(&to("a@example.cn")).await, Offer::Refused(_)));
        assert_eq!(session.group_trouble(), Some((Grouping::Mail, trouble)));
    }
}

#[tokio::test]
async fn a_server_that_forgets_what_rides_behind_a_body_is_noticed() {
    let server = server_with(Rule::at(At::Mail).nth(2).is_silent()).await;
    let timeouts = Timeouts { mail: SHORT, ..plain(&server).timeouts };
    let mut session = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect("a session");
    assert_eq!(session.offer(&to("a@example.cn")).await, Offer::Ready);
    session.transmit(&body("one"), Some(&to("b@example.cn"))).await.outcome.expect("taken");
    assert_eq!(session.group_trouble(), Some((Grouping::Across, GroupTrouble::Confused)));
}

#[tokio::test]
async fn what_is_refused_for_other_reasons_speaks_not_against_groups() {
    for rule in [
        Rule::at(At::Rcpt).answers(550, "5.1.1 No such user"),
        Rule::at(At::Mail).answers(451, "4.7.1 Later"),
        Rule::at(At::Mail).answers_and_closes(421, "4.7.0 Too many"),
    ] {
        let server = server_with(rule).await;
        let mut session = connected(&server).await;
        assert!(matches!(session.offer(&to("a@example.cn")).await, Offer::Refused(_)));
        assert_eq!(session.group_trouble(), None);
    }
}

#[tokio::test]
async fn in_lockstep_nothing_is_held_against_groups() {
    let server = server_with(Rule::at(At::Rcpt).closes()).await;
    let mut session =
        Session::connect(&Server { pipelining: false, ..plain(&server) }).await.expect("a session");
    assert!(matches!(session.offer(&to("a@example.cn")).await, Offer::Refused(_)));
    assert_eq!((session.proven(), session.group_trouble()), (Grouping::Single, None));
}

#[tokio::test]
async fn a_connection_that_stands_answers_and_is_used_on() {
    for rule in [None, Some(Rule::at(At::Noop).answers(502, "5.5.1 What is that?"))] {
        let server = rule
            .into_iter()
            .fold(ScriptedServer::builder(), |builder, rule| builder.rule(rule))
            .start()
            .await;
        let mut session = connected(&server).await;
        send(&mut session, "a@example.cn", "a").await.outcome.expect("taken");
        assert!(session.is_answering().await);
        send(&mut session, "b@example.cn", "b").await.outcome.expect("taken");
        assert_eq!((server.received().len(), server.connections()), (2, 1));
    }
}

#[tokio::test]
async fn a_connection_that_is_dead_says_so_in_time() {
    for rule in [
        Rule::at(At::Noop).is_silent(),
        Rule::at(At::Noop).closes(),
        Rule::at(At::Noop).answers_and_closes(421, "4.4.2 Idle for too long"),
        Rule::at(At::Dot).answers_and_closes(250, "2.0.0 Ok"),
    ] {
        let server = server_with(rule).await;
        let timeouts = Timeouts { noop: SHORT, ..plain(&server).timeouts };
        let mut session = Session::connect(&Server { timeouts, ..plain(&server) }).await.expect("a session");
        send(&mut session, "a@example.cn", "a").await.outcome.expect("taken");
        assert!(!session.is_answering().await);
        assert!(session.is_closed());
    }
}
