//! The disk becomes read-only in the middle of a campaign: no further body leaves, and it goes on when that is over.
//!
//! A shim in C between the program and the system refuses its writes, as nothing else can without a disk to spare.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use hongyan_testkit::{At, Gate, Rule, ScriptedServer};
use tempfile::TempDir;

use super::Ctl;
use super::ctl::ended;
use crate::crash::Victim;
use crate::ground::{shim, within_patience};
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 40;
const CONNECTIONS: u64 = 4;
/// The server has taken so many mails before the disk is read-only, and then one more on each connection.
const BEFORE: u64 = 8;
/// The journal has tried again and again by then; in that time all the other mails could have left.
const REFUSALS: u64 = 5;
const LOOK: Duration = Duration::from_millis(50);

/// A disk that takes what is written, until it does not.
struct Disk {
    folder: TempDir,
    shim: PathBuf,
}

impl Disk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shim = shim("read_only_files.c", folder.path());
        Self { folder, shim }
    }

    fn mark(&self) -> PathBuf {
        self.folder.path().join("read-only")
    }

    fn spawn(&self, mut command: Command) -> Child {
        command.env("LD_PRELOAD", &self.shim).env("READ_ONLY_WHILE", self.mark());
        command.spawn().expect("hongyanctl runs")
    }

    fn becomes_read_only(&self) {
        fs::write(self.mark(), "").expect("a mark");
    }

    fn can_be_written_again(&self) {
        fs::remove_file(self.mark()).expect("the mark is there");
    }

    /// Waits until so many writes were refused.
    async fn has_refused(&self, writes: u64) {
        while fs::metadata(self.mark()).expect("the mark is there").len() < writes {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// A campaign in the moment when the disk is read-only: every connection has a mail whose outcome cannot be written.
async fn stopped_by_a_read_only_disk(disk: &Disk) -> (Ctl, ScriptedServer, Child) {
    let gates: Vec<Gate> = (0..CONNECTIONS).map(|_| Gate::new()).collect();
    let mut builder = ScriptedServer::builder();
    for (mail, gate) in (BEFORE + 1..).zip(&gates) {
        builder = builder.rule(Rule::at(At::Dot).nth(mail).waits_for(gate));
    }
    let (ctl, server) = (Ctl::new(), builder.start().await);
    ctl.campaign_for(PEOPLE, &server, CONNECTIONS as u32).await;
    let sender = disk.spawn(ctl.command(&["campaign", "start", "May", "--wait"]));
    for gate in &gates {
        within_patience("a mail on each connection", gate.reached()).await;
    }
    disk.becomes_read_only();
    for gate in &gates {
        gate.open();
    }
    within_patience("tries to write", disk.has_refused(REFUSALS)).await;
    let taken = server.received().len() as u64;
    assert_eq!(taken, BEFORE + CONNECTIONS, "a body left although its arming could not be written");
    (ctl, server, sender)
}

#[tokio::test]
async fn a_disk_that_becomes_read_only_stops_the_bodies_and_the_campaign_goes_on_when_it_can_be_written() {
    let disk = Disk::new();
    let (ctl, server, sender) = stopped_by_a_read_only_disk(&disk).await;
    disk.can_be_written_again();
    assert_eq!(ended(sender).await.json()["counts"]["sent"], PEOPLE);
    assert_eq!(ctl.counts().await.of("sent"), PEOPLE as i64);
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
}

#[tokio::test]
async fn what_was_under_way_on_a_read_only_disk_is_in_doubt_after_a_crash() {
    let disk = Disk::new();
    let (ctl, server, sender) = stopped_by_a_read_only_disk(&disk).await;
    drop(Victim(sender));
    let in_doubt = CONNECTIONS as i64;
    let report = ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!(report["counts"]["in_doubt"], in_doubt);
    assert_eq!(report["counts"]["sent"], PEOPLE as i64 - in_doubt);
    assert_eq!(nobody_got_two(&server).len(), PEOPLE, "those in doubt had arrived");
}
