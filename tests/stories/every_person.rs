//! One person, one mail: theirs, with nobody else's address in it, and exactly what was meant.

use hongyan_domain::{AccountShare, USUAL_RETRY_HOURS};
use hongyan_testkit::{Command, ScriptedServer};

use crate::desk::{Desk, SHOP, SHOP_NAME};
use crate::inbox::{mailbox, nobody_got_two, parsed, raw_header, text_header};
use crate::people::{DOMAIN, people, person};

#[tokio::test]
async fn each_person_gets_their_own_mail_with_only_their_address() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(40, &server, 3).await;
    desk.run(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 40);
    for mail in server.received() {
        let person = people(40).find(|person| mail.to == [person.address.as_str()]).expect("a known person");
        let message = parsed(&mail.bytes);
        assert_eq!(mailbox(message.to()), (person.name.as_str(), person.address.as_str()));
        assert_eq!(message.subject(), Some(format!("你好，{}", person.name).as_str()));
        let text = message.body_text(0).expect("a text part");
        assert!(text.contains(&format!("{}，来自{}的朋友！", person.name, person.city)), "{text}");
        let html = message.body_html(0).expect("an HTML part");
        assert!(html.contains(&escaped(&person.city)), "{html}");
        let source = String::from_utf8_lossy(&mail.bytes);
        let addresses = source.matches(&format!("@{DOMAIN}")).count();
        assert_eq!((addresses, source.matches(&person.address).count()), (1, 1), "{source}");
    }
}

#[tokio::test]
async fn the_head_of_a_mail_says_who_writes_and_how_to_leave() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(2, &server, 1).await;
    desk.run(campaign).await;
    let received = server.received();
    for mail in &received {
        let message = parsed(&mail.bytes);
        assert_eq!(mail.from, SHOP);
        assert_eq!(mailbox(message.from()), (SHOP_NAME, SHOP));
        assert_eq!(mailbox(message.reply_to()), ("", "answers@shop.example"));
        assert!(message.date().is_some_and(|date| date.year >= 2020));
        let reference = text_header(&message, "X-Hongyan-Ref");
        assert_eq!(message.message_id(), Some(format!("{reference}@shop.example").as_str()));
        let [way_out] = &raw_header(&mail.bytes, "List-Unsubscribe")[..] else { panic!("no way out") };
        assert!(way_out.starts_with("<mailto:answers@shop.example?"), "{way_out}");
        assert!(way_out.contains(reference), "{way_out}");
        assert!(raw_header(&mail.bytes, "Bcc").is_empty() && raw_header(&mail.bytes, "Cc").is_empty());
    }
    let references: Vec<&str> =
        received.iter().map(|mail| std::str::from_utf8(&mail.bytes).expect("ASCII")).collect();
    assert_ne!(references[0], references[1]);
}

/// So that a bounce, which may hold nothing else of the mail, names it.
#[tokio::test]
async fn a_server_is_told_each_mails_reference_for_its_bounces() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(5, &server, 1).await;
    desk.run(campaign).await;
    let told: Vec<Vec<String>> = server
        .heard()
        .into_iter()
        .filter_map(|heard| match heard.command {
            Command::Mail { parameters, .. } => Some(parameters),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 5);
    for (mail, told) in server.received().iter().zip(told) {
        let message = parsed(&mail.bytes);
        let reference = text_header(&message, "X-Hongyan-Ref");
        assert!(told.contains(&format!("ENVID={reference}")), "{reference} is not in {told:?}");
        assert!(told.iter().any(|parameter| parameter == "RET=HDRS"), "{told:?}");
    }
}

#[tokio::test]
async fn a_mail_is_text_and_html_in_seven_bits_with_short_lines() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(1, &server, 1).await;
    desk.run(campaign).await;
    let mail = server.received().remove(0);
    let message = parsed(&mail.bytes);
    let kind = message.root_part().headers.iter().find(|header| header.name.as_str() == "Content-Type");
    let kind = kind.and_then(|header| header.value.as_content_type()).expect("a content type");
    assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("alternative")));
    assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
    assert!(mail.bytes.is_ascii(), "any server can take it");
    assert!(mail.bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
    let raw_subject = raw_header(&mail.bytes, "Subject");
    assert!(raw_subject[0].starts_with("=?utf-8?"), "{raw_subject:?}");
}

#[tokio::test]
async fn a_person_in_two_lists_gets_one_mail() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let (first, second) = (desk.list_of(6).await, desk.list_of(9).await);
    let template = desk.template("你好", "你好").await;
    let account = desk.account_at(&server, 2).await;
    let plan = hongyan_engine::CampaignPlan {
        name: "Both lists".to_owned(),
        list_ids: vec![first, second],
        template_id: Some(template),
        accounts: vec![AccountShare::equal(account)],
        retry_hours: USUAL_RETRY_HOURS,
    };
    let campaign = desk.engine.create_campaign(plan).await.unwrap().id;
    desk.run(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 9);
}

#[tokio::test]
async fn a_name_corrected_on_the_way_is_used_and_a_template_changed_on_the_way_is_not() {
    let (desk, server) = (Desk::builder().without_sending().open().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(1, &server, 1).await;
    desk.start(campaign).await;
    let template = desk.campaign(campaign).await.values.template_id.unwrap();
    let changed = crate::desk::template_draft("Template 1", "anders", "anders");
    desk.engine.update_template(template, changed).await.unwrap();
    let contact = desk.engine.find_contact(&person(1).address).await.unwrap();
    let corrected = hongyan_engine::ContactDraft {
        address: person(1).address,
        name: "李雷".to_owned(),
        fields: [("city".to_owned(), "武汉".to_owned())].into(),
        list_ids: desk.campaign(campaign).await.values.list_ids,
    };
    desk.engine.update_contact(contact, corrected).await.unwrap();
    desk.engine.start_sending().await.unwrap();
    desk.finished(campaign).await;
    let mail = server.received().remove(0);
    assert_eq!(parsed(&mail.bytes).subject(), Some("你好，李雷"));
    assert!(parsed(&mail.bytes).body_text(0).unwrap().contains("来自武汉"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
