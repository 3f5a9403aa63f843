//! Connections cut at every stage: nobody is lost, nobody gets two, and doubt begins only behind the dot.

use hongyan_domain::DeliveryState;
use hongyan_testkit::{At, Rule, ScriptedServer};

use crate::desk::{Desk, account_draft};
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 12;

/// Runs a campaign over one connection that a rule breaks; gives the addresses in doubt and those that got a mail.
async fn broken_by(rule: Rule) -> (Vec<String>, Vec<String>) {
    let (desk, server) = (Desk::new().await, ScriptedServer::builder().rule(rule).start().await);
    let campaign = desk.draft_for(PEOPLE, &server, 1).await;
    desk.run(campaign).await;
    assert!(server.connections() >= 2, "nothing was broken");
    let doubtful = desk.recipients_in(campaign, DeliveryState::InDoubt).await;
    let doubtful: Vec<String> = doubtful.into_iter().map(|row| row.address).collect();
    let got = nobody_got_two(&server);
    let sent = desk.recipients_in(campaign, DeliveryState::Sent).await;
    assert_eq!(sent.len() + doubtful.len(), PEOPLE, "somebody is lost");
    assert!(sent.iter().all(|row| got.contains(&row.address)), "called sent, and not there");
    (doubtful, got)
}

/// A break before the dot: everybody gets their mail, and nothing is in doubt.
async fn costs_nobody(rule: Rule) {
    let (doubtful, got) = broken_by(rule).await;
    assert_eq!((doubtful.len(), got.len()), (0, PEOPLE));
}

#[tokio::test]
async fn a_server_that_hangs_up_instead_of_greeting_costs_nobody() {
    costs_nobody(Rule::at(At::Greeting).first(1).closes()).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_at_ehlo_costs_nobody() {
    costs_nobody(Rule::at(At::Ehlo).first(1).closes()).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_at_mail_costs_nobody() {
    costs_nobody(Rule::at(At::Mail).nth(4).closes()).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_at_the_first_mail_costs_nobody() {
    costs_nobody(Rule::at(At::Mail).nth(1).closes()).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_at_rcpt_costs_nobody() {
    costs_nobody(Rule::at(At::Rcpt).nth(4).closes()).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_at_data_costs_nobody() {
    costs_nobody(Rule::at(At::Data).nth(4).closes()).await;
}

#[tokio::test]
async fn a_server_that_says_421_between_two_mails_costs_nobody() {
    costs_nobody(Rule::at(At::Mail).nth(4).answers_and_closes(421, "4.4.2 Idle for too long")).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_once_it_has_said_hello_is_not_asked_without_end() {
    for burst in [1, 8] {
        let hello = "here\nPIPELINING\nCHUNKING";
        let server =
            ScriptedServer::builder().rule(Rule::at(At::Ehlo).answers_and_closes(250, hello)).start().await;
        let desk = Desk::new().await;
        let list = desk.list_of(2).await;
        let template = desk.template("a", "b").await;
        let mut draft = account_draft(server.port(), 1);
        draft.burst = burst;
        let account = desk.account(draft).await;
        let campaign = desk.draft(list, template, account).await;
        desk.start(campaign).await;
        // A burst has left whole before the end of the connection is seen.
        desk.until(campaign, "everybody to wait", |campaign| {
            let counts = &campaign.counts;
            counts.get(DeliveryState::Deferred) + counts.get(DeliveryState::InDoubt) == 2
        })
        .await;
        let tries = server.connections();
        assert!(tries <= 10, "{tries} connections in bursts of {burst}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_after_every_second_mail_costs_nobody() {
    costs_nobody(Rule::at(At::Dot).every(2).answers_and_closes(250, "2.0.0 Taken, and good-bye")).await;
}

/// The bytes up to the dot are in the hands of the system when the server hangs up: nobody can know.
#[tokio::test]
async fn a_server_that_hangs_up_in_the_body_leaves_at_most_that_mail_in_doubt() {
    let (doubtful, got) = broken_by(Rule::at(At::Body(200)).nth(4).closes()).await;
    assert!(doubtful.len() <= 1, "{doubtful:?}");
    assert!(doubtful.iter().all(|address| !got.contains(address)), "sent again although in doubt");
}

#[tokio::test]
async fn a_server_that_hangs_up_behind_the_dot_leaves_that_mail_in_doubt() {
    let (doubtful, got) = broken_by(Rule::at(At::Dot).nth(4).closes()).await;
    assert_eq!((doubtful.len(), got.len()), (1, PEOPLE - 1));
    assert!(!got.contains(&doubtful[0]), "sent again although in doubt");
}

#[tokio::test]
async fn a_mail_that_was_taken_without_an_answer_is_in_doubt_and_not_sent_again() {
    let (doubtful, got) = broken_by(Rule::at(At::Dot).nth(4).keeps_and_closes()).await;
    assert_eq!((doubtful.len(), got.len()), (1, PEOPLE));
    assert!(got.contains(&doubtful[0]));
}

#[tokio::test]
async fn a_server_that_hangs_up_on_every_body_is_given_up_and_nobody_gets_two() {
    let (doubtful, got) = broken_by(Rule::at(At::Dot).every(1).keeps_and_closes()).await;
    assert_eq!((doubtful.len(), got.len()), (PEOPLE, PEOPLE));
}

#[tokio::test]
async fn a_server_without_pipelining_gets_the_same_campaign() {
    let server = ScriptedServer::builder()
        .extensions(|extensions| extensions.pipelining = false)
        .rule(Rule::at(At::Rcpt).nth(4).closes())
        .start()
        .await;
    let desk = Desk::new().await;
    let campaign = desk.draft_for(PEOPLE, &server, 2).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", PEOPLE as i64)].into());
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
    assert!(server.heard().iter().all(|heard| !heard.more_waiting), "spoken to in a group");
}
