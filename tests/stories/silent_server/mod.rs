//! A server that never answers, at each stage: it is given up within that stage's time, and nobody is marked for it.
//!
//! Every other stage has more time than the story, so that only the one that is due can have ended the wait.

mod meanwhile;
mod stuck;

use std::time::{Duration, Instant};

use hongyan_domain::{DeliveryState, TlsMode};
use hongyan_engine::Timeouts;
use hongyan_testkit::{At, DeafServer, Rule, ScriptedServer, SilentPort};

use crate::desk::{Desk, account_draft};
use crate::ground::PATIENCE;
use crate::inbox::nobody_got_two;
use stuck::{huge_mail, with_login};

const PEOPLE: usize = 3;
/// What the stage that is silent has.
const SHORT: Duration = Duration::from_millis(400);
/// What the others have.
const AMPLE: Duration = PATIENCE;
/// A busy machine may need so long for all the rest.
const MOST: Duration = Duration::from_secs(30);

const ALL: Timeouts = Timeouts::all(AMPLE);

/// The server falls silent once, the first time a campaign comes to a point. Gives the counts of its end.
async fn silent_once_at(rule: Rule, timeouts: Timeouts) -> Vec<(&'static str, i64)> {
    let builder = ScriptedServer::builder().login("shop", "secret").start_tls().rule(rule);
    let server = builder.start().await;
    let trust = hongyan_engine::TlsTrust::Roots(server.certificate().into_iter().collect());
    let desk = Desk::builder().with_timeouts(timeouts).trusting(trust).open().await;
    let mut draft = with_login(account_draft(server.port(), 1));
    draft.tls = TlsMode::StartTls;
    let account = desk.account(draft).await;
    let template = desk.template("你好", "{{ name }}").await;
    let campaign = desk.draft(desk.list_of(PEOPLE).await, template, account).await;
    let start = Instant::now();
    desk.run(campaign).await;
    let took = start.elapsed();
    assert!((SHORT..MOST).contains(&took), "given up after {took:?}");
    assert_eq!(server.connections(), 2);
    assert!(desk.recipients(campaign).await.iter().all(|row| row.attempts <= 1));
    nobody_got_two(&server);
    desk.counts(campaign).await.into_iter().collect()
}

/// Nobody is in doubt: no body had left.
async fn costs_only_time(at: At, timeouts: Timeouts) {
    let counts = silent_once_at(Rule::at(at).nth(1).is_silent(), timeouts).await;
    assert_eq!(counts, [("sent", PEOPLE as i64)], "{at:?}");
}

/// Nobody answers at a port at first; later a server stands there.
async fn nobody_at(port: SilentPort, tls: TlsMode, timeouts: Timeouts) {
    let desk = Desk::builder().with_timeouts(timeouts).open().await;
    let mut draft = account_draft(port.port(), 1);
    draft.tls = tls;
    let account = desk.account(draft.clone()).await;
    let template = desk.template("你好", "{{ name }}").await;
    let campaign = desk.draft(desk.list_of(PEOPLE).await, template, account).await;
    let start = Instant::now();
    desk.start(campaign).await;
    desk.until_told(campaign, "the network", |pace| pace.network_down).await;
    let took = start.elapsed();
    assert!((SHORT..MOST).contains(&took), "given up after {took:?}");
    assert_eq!(desk.counts(campaign).await, [("queued", PEOPLE as i64)].into());

    let number = port.port();
    drop(port);
    if tls == TlsMode::Implicit {
        // A server with a certificate could be trusted only by an engine that knew it from the start.
        return;
    }
    let server = ScriptedServer::builder().port(number).start().await;
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
}

#[tokio::test]
async fn a_server_that_does_not_even_connect_is_given_up() {
    let port = SilentPort::without_connecting().await;
    nobody_at(port, TlsMode::None, Timeouts { connect: SHORT, ..ALL }).await;
}

#[tokio::test]
async fn a_server_that_never_greets_is_given_up() {
    nobody_at(SilentPort::start().await, TlsMode::None, Timeouts { greeting: SHORT, ..ALL }).await;
}

#[tokio::test]
async fn a_server_that_never_shakes_hands_is_given_up() {
    nobody_at(SilentPort::start().await, TlsMode::Implicit, Timeouts { tls: SHORT, ..ALL }).await;
}

#[tokio::test]
async fn a_server_silent_at_ehlo_or_starttls_is_given_up() {
    for at in [At::Ehlo, At::StartTls] {
        costs_only_time(at, Timeouts { ehlo: SHORT, ..ALL }).await;
    }
}

#[tokio::test]
async fn a_server_silent_at_the_login_is_given_up() {
    for at in [At::Auth, At::Login] {
        costs_only_time(at, Timeouts { auth: SHORT, ..ALL }).await;
    }
}

#[tokio::test]
async fn a_server_silent_at_mail_rcpt_or_data_is_given_up() {
    costs_only_time(At::Mail, Timeouts { mail: SHORT, ..ALL }).await;
    costs_only_time(At::Rcpt, Timeouts { rcpt: SHORT, ..ALL }).await;
    costs_only_time(At::Data, Timeouts { data: SHORT, ..ALL }).await;
}

#[tokio::test]
async fn a_server_silent_behind_the_dot_is_given_up_and_that_mail_is_in_doubt() {
    let rule = Rule::at(At::Dot).nth(1).is_silent();
    let counts = silent_once_at(rule, Timeouts { final_reply: SHORT, ..ALL }).await;
    assert_eq!(counts, [("in_doubt", 1), ("sent", PEOPLE as i64 - 1)]);
}

/// Its mail is larger than what the sockets take, so its dot cannot have left: it is tried again, and then later.
#[tokio::test]
async fn a_server_that_stops_reading_in_the_body_is_given_up_and_nobody_is_in_doubt() {
    let server = DeafServer::start().await;
    let timeouts = Timeouts { body_block: SHORT, quit: SHORT, ..ALL };
    let desk = Desk::builder().with_timeouts(timeouts).open().await;
    let campaign = huge_mail(&desk, account_draft(server.port(), 1)).await;
    let start = Instant::now();
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::Deferred, 1).await;
    let took = start.elapsed();
    assert!((SHORT..MOST).contains(&took), "given up after {took:?}");
    let row = desk.recipients(campaign).await.remove(0);
    assert_eq!((row.verdict.as_deref(), row.stage.as_deref()), (Some("network_down"), Some("body")));
}
