//! A thousand mails in bursts through real servers, and what a real server makes of their octets.

use hongyan_domain::{EmailAddress, LoginKind};
use hongyan_smtp::{Envelope, Login, Server, Session, Timeouts, WireBody};

use super::exim::Exim;
use super::{CONTACTS, MailServer as _, PASSWORD, Speech, USER, WINDOW, everybody_finds_one};
use crate::desk::SHOP;
use crate::people::people;
use crate::postfix::Postfix;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_in_bursts_through_postfix_arrive_once_each() {
    let speech = Speech::Bursts;
    everybody_finds_one(&Postfix::spoken_to(CONTACTS, speech).await, speech).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_in_bursts_through_exim_arrive_once_each() {
    let speech = Speech::Bursts;
    everybody_finds_one(&Exim::start(CONTACTS, speech).await, speech).await;
}

/// A mail with everything that a body can be misread by, another for each.
fn mail(number: usize) -> String {
    let dots = ".\r\n..\r\n.a\r\n.\r\nQUIT\r\nBDAT 3 LAST\r\n".repeat(number % 5);
    let long = format!("{}\r\n", "鸿".repeat(300)).repeat(number % 40);
    // Without these, Postfix adds its own.
    let usual = format!(
        "From: {SHOP}\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <{number}@shop.example>"
    );
    format!("X-Number: {number}\r\n{usual}\r\n\r\n{dots}From here\r\n{long}\r\n.\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_octet_of_a_mail_in_a_burst_arrives_at_postfix() {
    let postfix = Postfix::spoken_to(CONTACTS, Speech::Bursts).await;
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port: postfix.port(),
        tls: Speech::Bursts.tls(),
        login: Some(Login {
            user: USER.to_owned(),
            kind: LoginKind::Password,
            secret: PASSWORD.into(),
            mechanism: hongyan_domain::LoginMechanism::Automatic,
        }),
        ehlo_name: String::new(),
        trust: postfix.trust(),
        trusted_certificate: None,
        proxy: None,
        timeouts: Timeouts::default(),
        pipelining: true,
    };
    let mut session = Session::connect(&server).await.expect("a session");
    let mut burst = session.burst().expect("Postfix announces PIPELINING and CHUNKING");
    let mut outcomes = Vec::new();
    for (number, person) in people(CONTACTS).enumerate() {
        while burst.under_way() >= WINDOW as usize {
            burst.settle(&mut outcomes).await;
        }
        let body = WireBody::new(mail(number).as_bytes()).expect("a good mail");
        let address = |text: &str| EmailAddress::parse(text).expect("a good address");
        let (from, to) = (address(SHOP), address(&person.address));
        burst.push(&Envelope { from, to, size: body.size(), utf8: false, envid: None }, body);
    }
    while burst.under_way() > 0 {
        burst.settle(&mut outcomes).await;
    }
    burst.end();
    session.quit().await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");

    postfix.wait_for_mails(CONTACTS).await;
    for (number, person) in people(CONTACTS).enumerate() {
        let [found] = &postfix.mails_of(&person.address)[..] else {
            panic!("{} has not one", person.address)
        };
        // What Postfix puts above our headers, and LF for CR LF, is all that may differ.
        let found = String::from_utf8(found.clone()).expect("UTF-8").replace('\n', "\r\n");
        let (_, ours) = found.split_once("X-Number: ").expect("our headers");
        assert_eq!(format!("X-Number: {ours}"), mail(number), "mail {number}");
    }
}
