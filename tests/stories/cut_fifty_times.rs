//! The connection is cut at each stage of a conversation, fifty times in one campaign over four connections.
//!
//! Nobody is lost, nobody gets two by itself, and somebody is in doubt only where the dot may have left.

use std::time::Duration;

use hongyan_domain::{CampaignState, DeliveryState};
use hongyan_testkit::{At, Rule, ScriptedServer};
use secrecy::SecretString;

use crate::desk::{Desk, account_draft};
use crate::inbox::nobody_got_two;

const CUTS: u64 = 50;
const PEOPLE: usize = 120;
const CONNECTIONS: u32 = 4;
const MINUTE: Duration = Duration::from_secs(60);

/// Sends a campaign that is cut by a rule; gives how many are in doubt and how many got a mail.
async fn cut_by(rule: Rule) -> (usize, usize) {
    let server = ScriptedServer::builder().login("shop", "secret").rule(rule).start().await;
    let desk = Desk::builder().with_manual_clock().open().await;
    let list = desk.list_of(PEOPLE).await;
    let template = desk.template("你好，{{ name }}", "{{ city }}").await;
    let mut draft = account_draft(server.port(), CONNECTIONS);
    draft.user = Some("shop".to_owned());
    draft.password = Some(SecretString::from("secret"));
    let account = desk.account(draft).await;
    let campaign = desk.draft(list, template, account).await;
    desk.start(campaign).await;
    desk.until_in_time(campaign, MINUTE, "the end", |campaign| campaign.state == CampaignState::Finished)
        .await;

    assert!(server.connections() as u64 > CUTS, "{} connections: too few cuts", server.connections());
    let got = nobody_got_two(&server);
    let sent = desk.recipients_in(campaign, DeliveryState::Sent).await;
    let in_doubt = desk.recipients_in(campaign, DeliveryState::InDoubt).await;
    assert_eq!(sent.len() + in_doubt.len(), PEOPLE, "somebody is lost");
    assert!(sent.iter().all(|row| got.contains(&row.address)), "called sent, and not there");
    (in_doubt.len(), got.len())
}

/// Cuts every other time, so that the campaign comes to its end.
async fn cut_before_the_body(at: At) {
    assert_eq!(cut_by(Rule::at(at).every(2).closes()).await, (0, PEOPLE));
}

#[tokio::test]
async fn cut_instead_of_a_greeting() {
    assert_eq!(cut_by(Rule::at(At::Greeting).first(CUTS).closes()).await, (0, PEOPLE));
}

#[tokio::test]
async fn cut_at_ehlo() {
    assert_eq!(cut_by(Rule::at(At::Ehlo).first(CUTS).closes()).await, (0, PEOPLE));
}

#[tokio::test]
async fn cut_at_the_login() {
    assert_eq!(cut_by(Rule::at(At::Auth).first(CUTS).closes()).await, (0, PEOPLE));
}

#[tokio::test]
async fn cut_at_mail() {
    cut_before_the_body(At::Mail).await;
}

#[tokio::test]
async fn cut_at_rcpt() {
    cut_before_the_body(At::Rcpt).await;
}

#[tokio::test]
async fn cut_at_data() {
    cut_before_the_body(At::Data).await;
}

/// A small body is out as a whole when the server cuts it, so nobody can know.
#[tokio::test]
async fn cut_in_the_body() {
    let (in_doubt, got) = cut_by(Rule::at(At::Body(1)).every(2).closes()).await;
    assert_eq!(in_doubt + got, PEOPLE, "in doubt is who did not get it");
    assert!(in_doubt as u64 >= CUTS, "{in_doubt} in doubt");
}

#[tokio::test]
async fn cut_behind_the_dot() {
    let (in_doubt, got) = cut_by(Rule::at(At::Dot).every(2).keeps_and_closes()).await;
    assert_eq!((in_doubt, got), (PEOPLE / 2, PEOPLE), "in doubt, and had arrived");
}
