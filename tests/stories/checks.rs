//! What would go wrong is found before anything is sent.

use hongyan_domain::{CampaignId, DeliveryState, TlsMode, USUAL_RETRY_HOURS};
use hongyan_engine::{Error, Finding, FindingCode, Severity};
use hongyan_testkit::ScriptedServer;

use crate::desk::{Desk, account_draft};
use crate::inbox::nobody_got_two;

/// Three people of four have a company.
const PEOPLE: &str = "email,name,company\n\
    li@people.example,李雷,长城\n\
    han@people.example,韩梅梅,\n\
    ada@people.example,Ada,Engines\n\
    bo@people.example,Bo,Boote\n";

/// A desk with a campaign of this body to these people.
async fn campaign_with(body: &str) -> (Desk, ScriptedServer, CampaignId) {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let list = desk.import("Friends", PEOPLE.as_bytes()).await.unwrap().record.list_id.unwrap();
    let template = desk.template("你好", body).await;
    let account = desk.account_at(&server, 1).await;
    let campaign = desk.draft(list, template, account).await;
    (desk, server, campaign)
}

async fn findings(desk: &Desk, campaign: CampaignId) -> Vec<Finding> {
    desk.engine.check_campaign(campaign).await.unwrap().findings
}

fn addresses(finding: &Finding) -> Vec<&str> {
    finding.examples.iter().map(|contact| contact.address.as_str()).collect()
}

#[tokio::test]
async fn a_contact_that_lacks_a_field_is_named_and_left_out() {
    let (desk, server, campaign) = campaign_with("{{ name }} / {{ company }}").await;
    let [found] = &findings(&desk, campaign).await[..] else { panic!("one finding") };
    assert_eq!((found.severity, found.code, found.count), (Severity::Warning, FindingCode::MissingField, 1));
    assert_eq!(found.params["field"], "company");
    assert_eq!(addresses(found), ["han@people.example"]);

    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", 3), ("skipped", 1)].into());
    let skipped = desk.recipients_in(campaign, DeliveryState::Skipped).await;
    assert_eq!(skipped[0].address, "han@people.example");
    assert_eq!(skipped[0].skip_reason.as_deref(), Some("missing_field"));
    assert!(!nobody_got_two(&server).contains(&"han@people.example".to_owned()));
}

#[tokio::test]
async fn a_default_takes_the_place_of_a_missing_field() {
    let (desk, server, campaign) = campaign_with("{{ company | default(\"贵公司\") }}").await;
    assert!(findings(&desk, campaign).await.is_empty());
    desk.run(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 4);
}

#[tokio::test]
async fn a_typing_error_in_a_field_is_found_with_the_people_it_hits_and_nothing_is_sent() {
    let (desk, server, campaign) = campaign_with("{{ name }} / {{ compnay }}").await;
    let [found] = &findings(&desk, campaign).await[..] else { panic!("one finding") };
    assert_eq!((found.severity, found.code, found.count), (Severity::Error, FindingCode::UnknownField, 4));
    assert_eq!(found.params["field"], "compnay");
    assert_eq!(found.examples.len(), 4);
    let started = desk.engine.start_campaign(campaign).await;
    assert!(matches!(started, Err(Error::CampaignNotReady)), "{started:?}");
    assert_eq!(server.connections(), 0);
    assert!(desk.recipients(campaign).await.is_empty());
}

#[tokio::test]
async fn a_mistake_in_the_template_is_found_with_its_line() {
    let (desk, _server, campaign) = campaign_with("Hello\n\n{{ name | shout }}").await;
    let [found] = &findings(&desk, campaign).await[..] else { panic!("one finding") };
    assert_eq!((found.severity, found.code), (Severity::Error, FindingCode::TemplateInvalid));
    assert_eq!((found.params["part"].as_str(), found.params["line"].as_str()), ("body", "3"));
    assert!(matches!(desk.engine.start_campaign(campaign).await, Err(Error::CampaignNotReady)));
}

#[tokio::test]
async fn an_empty_plan_says_everything_it_lacks() {
    let desk = Desk::new().await;
    let plan = hongyan_engine::CampaignPlan {
        name: "Nothing yet".to_owned(),
        list_ids: Vec::new(),
        template_id: None,
        accounts: Vec::new(),
        retry_hours: USUAL_RETRY_HOURS,
    };
    let campaign = desk.engine.create_campaign(plan).await.unwrap().id;
    let mut codes: Vec<&str> =
        findings(&desk, campaign).await.iter().map(|found| found.code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["no_account", "no_list", "no_template"]);
}

#[tokio::test]
async fn an_account_without_protection_is_warned_of_and_one_without_password_refused() {
    let (desk, _server, _) = campaign_with("Hello").await;
    let list = desk.engine.find_list("Friends").await.unwrap().id;
    let template = desk.engine.find_template("Template 1").await.unwrap().id;
    let mut draft = account_draft(25, 1);
    draft.host = "mail.shop.example".to_owned();
    draft.tls = TlsMode::None;
    draft.user = Some("shop".to_owned());
    let account = desk.account(draft).await;
    let campaign = desk.draft(list, template, account).await;
    let found: Vec<(Severity, FindingCode)> =
        findings(&desk, campaign).await.iter().map(|found| (found.severity, found.code)).collect();
    let wanted = [
        (Severity::Error, FindingCode::PasswordMissing),
        (Severity::Warning, FindingCode::PlainTextConnection),
    ];
    assert_eq!(found, wanted);
}
