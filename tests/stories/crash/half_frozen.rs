//! The start of a campaign ends in the middle of freezing its audience: then it has not started, and nobody knows of the
//! half.

use hongyan_testkit::ScriptedServer;

use crate::command_line::{Ctl, ended};
use crate::inbox::nobody_got_two;

/// More than the first batches take in.
const PEOPLE: usize = 3_500;
const CRASH_AT: &str = "freezing:2";

#[tokio::test]
async fn a_campaign_whose_start_crashed_on_the_way_starts_anew_and_reaches_everybody_once() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(PEOPLE, &server, 4).await;
    let mut start = ctl.command(&["campaign", "start", "May"]);
    let crashed = ended(start.env("HONGYAN_CRASH_AT", CRASH_AT).spawn().expect("hongyanctl runs")).await;
    assert_eq!(crashed.code, None, "it did not crash: {crashed:?}");
    let report = ctl.run(&["campaign", "report", "May", "--recipients"]).await.json();
    assert_eq!((&report["state"], &report["total"]), (&"draft".into(), &0.into()));
    assert_eq!(report["recipients"].as_array().map(Vec::len), Some(0), "half of it is there");

    let finished = ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!((&finished["state"], &finished["total"]), (&"finished".into(), &PEOPLE.into()));
    assert_eq!(ctl.counts().await.of("sent"), PEOPLE as i64);
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
}
