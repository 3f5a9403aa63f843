//! The real Postfix: what it takes from us arrives, once and as it was meant.
//!
//! A scripted server shares our reading of the RFCs; Postfix has its own.

mod login_server;
mod server;
mod sink;

use std::collections::BTreeSet;

use hongyan_domain::TlsMode;
use secrecy::SecretString;

use crate::desk::{Desk, SHOP, SHOP_NAME, account_draft};
use crate::inbox::{mailbox, parsed, raw_header};
use crate::mail_servers::{MailServer as _, PASSWORD, USER};
use crate::people::{Person, people};
pub use server::Postfix;
use sink::SmtpSink;

const CONTACTS: usize = 200;

/// What breaks mails elsewhere: a lone dot, a line that begins with one, a very long line, "From ", a lone QUIT.
fn body() -> String {
    let long = "鸿雁传书，".repeat(60);
    format!(
        "{{{{ name }}}}，来自{{{{ city }}}}的朋友：\n\n.\n\n..two dots\n\nFrom here on it is long: {long}\n\n\
         | 书 | 价 |\n|---|---|\n| 《诗经》 | 42 |\n\nQUIT\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_contact_of_a_real_postfix_finds_exactly_one_mail_and_it_is_theirs() {
    let postfix = Postfix::start(CONTACTS).await;
    let desk = Desk::builder().trusting(postfix.trust()).open().await;
    let list = desk.list_of(CONTACTS).await;
    let template = desk.template("{{ name }}，你好", &body()).await;
    let mut draft = account_draft(postfix.port(), 4);
    draft.tls = TlsMode::StartTls;
    draft.user = Some(USER.to_owned());
    draft.password = Some(SecretString::from(PASSWORD));
    let account = desk.account(draft).await;
    let test = desk.engine.test_account(account).await.unwrap();
    assert!(test.problem.is_none(), "{test:?}\n{}", postfix.log());
    assert!(test.tls_version.is_some());
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", CONTACTS as i64)].into(), "{}", postfix.log());

    postfix.wait_for_mails(CONTACTS).await;
    let mut message_ids = BTreeSet::new();
    for person in people(CONTACTS) {
        let mails = postfix.mails_of(&person.address);
        let [mail] = &mails[..] else { panic!("{} mails for {}", mails.len(), person.address) };
        assert_as_meant(&person, mail);
        message_ids.extend(parsed(mail).message_id().map(str::to_owned));
    }
    assert_eq!(message_ids.len(), CONTACTS);
}

fn assert_as_meant(person: &Person, mail: &[u8]) {
    let message = parsed(mail);
    assert_eq!(raw_header(mail, "Delivered-To"), [person.address.as_str()]);
    assert_eq!(raw_header(mail, "Return-Path"), [format!("<{SHOP}>")]);
    assert_eq!(mailbox(message.to()), (person.name.as_str(), person.address.as_str()));
    assert_eq!(mailbox(message.from()), (SHOP_NAME, SHOP));
    assert_eq!(message.subject(), Some(format!("{}，你好", person.name).as_str()));
    assert_eq!(raw_header(mail, "List-Unsubscribe").len(), 1);
    let text = message.body_text(0).expect("a text part").replace("\r\n", "\n");
    for line in [&format!("{}，来自{}的朋友：", person.name, person.city), ".", "..two dots", "QUIT"] {
        assert!(text.lines().any(|found| found == line), "{line:?} is missing:\n{text}");
    }
    assert_eq!(text.matches("鸿雁传书").count(), 60);
    let html = message.body_html(0).expect("an HTML part");
    assert_eq!(html.matches("鸿雁传书").count(), 60);
    assert!(html.contains("《诗经》"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_names_the_recipients_it_does_not_know_and_the_rest_get_theirs() {
    let postfix = Postfix::start(15).await;
    let desk = Desk::builder().trusting(postfix.trust()).open().await;
    let list = desk.list_of(20).await;
    let template = desk.template("你好", "你好").await;
    let mut draft = account_draft(postfix.port(), 2);
    draft.tls = TlsMode::StartTls;
    draft.user = Some(USER.to_owned());
    draft.password = Some(SecretString::from(PASSWORD));
    let account = desk.account(draft).await;
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("failed", 5), ("sent", 15)].into(), "{}", postfix.log());
    for row in desk.recipients(campaign).await.into_iter().filter(|row| row.state == "failed") {
        assert_eq!((row.verdict.as_deref(), row.reply_code), (Some("recipient_unknown"), Some(550)));
        assert!(row.reply_text.contains("User unknown"), "{}", row.reply_text);
    }
    postfix.wait_for_mails(15).await;
}

#[tokio::test]
async fn a_real_postfix_refuses_a_wrong_password_and_an_unknown_certificate() {
    let postfix = Postfix::start(1).await;
    let desk = Desk::builder().trusting(postfix.trust()).open().await;
    let mut draft = account_draft(postfix.port(), 1);
    draft.tls = TlsMode::StartTls;
    draft.user = Some(USER.to_owned());
    draft.password = Some(SecretString::from("wrong"));
    let account = desk.account(draft.clone()).await;
    let problem = desk.engine.test_account(account).await.unwrap().problem.expect("refused");
    assert_eq!((problem.verdict.as_str(), problem.cause), ("account_login", "reply"), "{problem:?}");

    let careful = Desk::new().await;
    let account = careful.account(draft).await;
    let problem = careful.engine.test_account(account).await.unwrap().problem.expect("refused");
    assert_eq!((problem.verdict.as_str(), problem.cause), ("account_tls", "certificate"), "{problem:?}");
}

#[tokio::test]
async fn every_way_to_log_in_that_a_real_server_announces_alone_works_and_a_wrong_password_does_not() {
    for mechanism in ["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"] {
        let postfix = Postfix::announcing(mechanism).await;
        let desk = Desk::builder().trusting(postfix.trust()).open().await;
        let mut draft = account_draft(postfix.port(), 1);
        draft.tls = TlsMode::StartTls;
        draft.user = Some(USER.to_owned());
        draft.password = Some(SecretString::from(PASSWORD));
        let test = desk.engine.test_account_draft(draft.clone(), None).await.unwrap();
        assert!(test.problem.is_none(), "{mechanism}: {test:?}\n{}", postfix.log());
        draft.password = Some(SecretString::from("wrong"));
        let test = desk.engine.test_account_draft(draft, None).await.unwrap();
        let problem = test.problem.expect("refused");
        assert_eq!((problem.verdict.as_str(), problem.cause), ("account_login", "reply"), "{mechanism}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_mails_over_four_connections_arrive_once_each() {
    let sink = SmtpSink::start().await;
    let desk = Desk::new().await;
    let list = desk.list_of(2_000).await;
    let template = desk.template("{{ name }}，你好", "来自{{ city }}").await;
    let account = desk.account(account_draft(sink.port(), 4)).await;
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 2_000)].into());
    let mut got = sink.recipients();
    got.sort();
    let mut wanted: Vec<String> = people(2_000).map(|person| person.address).collect();
    wanted.sort();
    assert_eq!(got.len(), 2_000);
    assert!(got == wanted, "somebody got two and somebody none");
}
