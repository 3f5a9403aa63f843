//! `kill -9` at random moments of one campaign, ten times; the server outlives them all and knows who got a mail.
//!
//! The server of this process is the durable log: it notes a mail before it answers 250, and nobody kills it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hongyan_store::Store;
use hongyan_testkit::ScriptedServer;

use super::{Victim, mails_between};
use crate::chance;
use crate::command_line::Ctl;
use crate::ground::{PATIENCE, within_patience};
use crate::inbox::nobody_got_two;
use crate::people::people;

/// How many connections a campaign has, and how many mails may be in flight on each.
#[derive(Debug, Clone, Copy)]
struct Way {
    connections: usize,
    burst: usize,
}

const ONE_BY_ONE: Way = Way { connections: 4, burst: 1 };
const BURSTS: Way = Way { connections: 2, burst: 8 };
/// A kill comes within so many commands behind the mail it waits for: anywhere in the conversation.
const COMMANDS: usize = 12;

/// `HONGYAN_KILLS=200` makes it the long form, with fifty mails a kill.
#[tokio::test]
async fn ten_kills_in_one_campaign_lose_nobody_and_send_nothing_twice() {
    match std::env::var("HONGYAN_KILLS") {
        Ok(kills) => {
            let kills = kills.parse().expect("HONGYAN_KILLS is a number");
            survives(ONE_BY_ONE, kills * 50, kills, Duration::from_secs(5)).await;
        }
        // Beside other tests a start can take its time.
        Err(_) => survives(ONE_BY_ONE, 2_000, 10, PATIENCE).await,
    }
}

/// `HONGYAN_KILLS` makes it longer too.
#[tokio::test]
async fn six_kills_of_bursts_leave_a_window_of_each_connection_in_doubt_at_most() {
    let kills = std::env::var("HONGYAN_KILLS").map_or(6, |kills| kills.parse().expect("a number"));
    survives(BURSTS, kills * 200, kills, PATIENCE).await;
}

/// Sends a campaign to so many people with so many kills, spread over it, and asserts what must be so.
async fn survives(way: Way, mails: usize, kills: usize, most_to_go_on: Duration) {
    let mut chance = chance::seeded();
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(mails, &server, way.connections as u32).await;
    ctl.run(&["account", "set", "Shop", "--burst", &way.burst.to_string()]).await.json();
    ctl.run(&["campaign", "start", "May"]).await.json();

    let between = mails_between(mails, kills, way.connections * way.burst);
    let (mut in_doubt, mut most, mut longest) = (0, 0, Duration::ZERO);
    for kill in 0..kills {
        let moment = kill * between + chance.usize(1..=between);
        let (under_way, went_on) = killed_at(&ctl, &server, way, moment, chance.usize(..COMMANDS)).await;
        in_doubt += under_way;
        (most, longest) = (most.max(under_way), longest.max(went_on));
    }
    eprintln!("{kills} kills: {in_doubt} in doubt, {most} a kill at most, went on after {longest:?} at most");
    let ended = ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!(ended["state"], "finished");
    assert!(server.received().len() > kills * between, "the last kill came at the end");
    assert!(longest <= most_to_go_on, "went on after {longest:?}");
    nothing_is_lost(&ctl, &server, mails, in_doubt).await;
}

/// Lets a process send until so many mails and then so many commands have arrived, and kills it.
///
/// Gives how many mails were under way, armed and without an outcome, and how long it took to go on.
async fn killed_at(
    ctl: &Ctl,
    server: &ScriptedServer,
    way: Way,
    mails: usize,
    commands: usize,
) -> (i64, Duration) {
    let started = Instant::now();
    let before = server.received().len();
    let victim = Victim(ctl.serve().spawn().expect("hongyanctl runs"));
    within_patience("going on by itself", server.wait_for_mails(before + 1)).await;
    let went_on = started.elapsed();
    within_patience("so many mails", server.wait_for_mails(mails)).await;
    let heard = server.verbs().len();
    within_patience("a few commands", server.wait_for_commands(heard + commands)).await;
    drop(victim);

    let counts = ctl.counts().await;
    assert!(counts.of("queued") > 0, "it was over before it was killed");
    let under_way = counts.of("armed");
    assert!(under_way <= (way.connections * way.burst) as i64, "{under_way} mails under way, {way:?}");
    is_sound(ctl).await;
    (under_way, went_on)
}

/// Asserts that the database has no fault.
pub async fn is_sound(ctl: &Ctl) {
    let store = Store::open(ctl.folder()).await.expect("the database can be opened");
    assert_eq!(store.integrity_check().await.unwrap(), "ok");
    store.close().await;
}

/// Everybody has one mail, or is in doubt; and exactly those are in doubt who were under way when it was killed.
pub async fn nothing_is_lost(ctl: &Ctl, server: &ScriptedServer, mails: usize, in_doubt: i64) {
    let report = ctl.run(&["campaign", "report", "May", "--recipients"]).await.json();
    let recipients = report["recipients"].as_array().expect("recipients");
    let in_state = |state: &str| -> BTreeSet<String> {
        let rows = recipients.iter().filter(|row| row["state"] == state);
        rows.map(|row| row["address"].as_str().expect("an address").to_owned()).collect()
    };
    let (sent, doubtful) = (in_state("sent"), in_state("in_doubt"));
    let got: BTreeSet<String> = nobody_got_two(server).into_iter().collect();
    let everybody: BTreeSet<String> = people(mails).map(|person| person.address).collect();

    let settled: BTreeSet<String> = sent.union(&doubtful).cloned().collect();
    assert_eq!(settled, everybody, "somebody is neither sent nor in doubt");
    let lost: Vec<&String> = sent.difference(&got).collect();
    assert!(lost.is_empty(), "called sent, and not there: {lost:?}");
    assert_eq!(doubtful.len() as i64, in_doubt, "in doubt is who was under way, and nobody else");
    assert!(got.is_subset(&everybody));
}
