//! A fault in the program ends one of the tasks that send: what was under way is in doubt, and the campaign goes on.

use hongyan_domain::DeliveryState;
use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use crate::alone::alone_with;
use crate::desk::Desk;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 6;
/// A campaign over one connection, in whose third mail a task ends.
async fn goes_on_with_the_third_in_doubt(rule: Option<Rule>) {
    let server = ScriptedServer::start().await;
    if let Some(rule) = rule {
        server.add(rule);
    }
    let desk = Desk::new().await;
    let campaign = desk.draft_for(PEOPLE, &server, 1).await;
    desk.start(campaign).await;
    desk.until_count(campaign, DeliveryState::InDoubt, 1).await;
    desk.finished(campaign).await;
    let states: Vec<String> = desk.recipients(campaign).await.into_iter().map(|row| row.state).collect();
    assert_eq!(states, ["sent", "sent", "in_doubt", "sent", "sent", "sent"]);
    assert_eq!(nobody_got_two(&server).len(), PEOPLE - 1);
    within_patience("closing", desk.close()).await;
}

/// Tasks that look again and again come to their end meanwhile.
fn silent_behind_the_third_dot() -> Rule {
    Rule::at(At::Dot).nth(3).waits_for(&Gate::new())
}

#[test]
fn a_mail_whose_connection_ends_by_a_fault_is_in_doubt_and_the_campaign_goes_on() {
    let name = "fault::a_mail_whose_connection_ends_by_a_fault_is_in_doubt_and_the_campaign_goes_on";
    let story = goes_on_with_the_third_in_doubt(None);
    alone_with(name, [("HONGYAN_PANIC_AT", "armed:3")], story);
}

#[test]
fn a_mail_whose_account_ends_by_a_fault_is_in_doubt_and_the_campaign_goes_on() {
    let name = "fault::a_mail_whose_account_ends_by_a_fault_is_in_doubt_and_the_campaign_goes_on";
    let story = goes_on_with_the_third_in_doubt(Some(silent_behind_the_third_dot()));
    alone_with(name, [("HONGYAN_PANIC_AT", "lane_looks:9")], story);
}

#[test]
fn a_mail_whose_campaign_ends_by_a_fault_is_in_doubt_and_the_campaign_goes_on() {
    let name = "fault::a_mail_whose_campaign_ends_by_a_fault_is_in_doubt_and_the_campaign_goes_on";
    let story = goes_on_with_the_third_in_doubt(Some(silent_behind_the_third_dot()));
    alone_with(name, [("HONGYAN_PANIC_AT", "runner_looks:4")], story);
}
