//! The power is cut in the middle of a campaign: of the database there is left what was synced, and not a byte more.
//!
//! A shim in C between the program and the system keeps a copy of each database file as it was at its last sync. After
//! a kill, these copies take the place of the files. Without `synchronous=FULL` whole commits would be missing, and
//! mails that were called sent would be sent again.

use std::path::{Path, PathBuf};

use hongyan_testkit::ScriptedServer;
use tempfile::TempDir;

use super::killed::{is_sound, nothing_is_lost};
use super::{Victim, mails_between};
use crate::chance;
use crate::command_line::Ctl;
use crate::ground::{shim, times, within_patience};

const CONNECTIONS: usize = 4;

/// A folder with what the disk surely has, and the shim that fills it.
struct SureDisk {
    folder: TempDir,
    shim: PathBuf,
}

impl SureDisk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shim = shim("remembered_files.c", folder.path());
        Self { folder, shim }
    }

    /// All of the database is on the disk now.
    fn has_all_of(&self, data: &Path) {
        replace_files(data, self.folder.path());
    }

    /// The power is back: what was not synced is gone.
    fn is_all_that_is_left(&self, data: &Path) {
        replace_files(self.folder.path(), data);
    }

    fn serve(&self, ctl: &Ctl) -> Victim {
        let mut command = ctl.serve();
        command.env("LD_PRELOAD", &self.shim).env("REMEMBERED", self.folder.path());
        Victim(command.spawn().expect("hongyanctl runs"))
    }
}

/// Puts the database's files of one folder in the place of those of another.
fn replace_files(from: &Path, to: &Path) {
    for name in ["hongyan.db", "hongyan.db-wal", "hongyan.db-shm"] {
        let _ = std::fs::remove_file(to.join(name));
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).expect("a file can be copied");
        }
    }
}

#[tokio::test]
async fn five_power_cuts_in_one_campaign_bring_nobody_back_that_was_sent() {
    let (mails, cuts) = (300 * times(), 5 * times());
    let mut chance = chance::seeded();
    let (ctl, server, disk) = (Ctl::new(), ScriptedServer::start().await, SureDisk::new());
    ctl.campaign_for(mails, &server, CONNECTIONS as u32).await;
    ctl.run(&["campaign", "start", "May"]).await.json();
    disk.has_all_of(ctl.folder());

    let between = mails_between(mails, cuts, CONNECTIONS);
    let mut in_doubt = 0;
    for cut in 0..cuts {
        let moment = (cut * between + chance.usize(1..=between)).max(server.received().len() + 1);
        let victim = disk.serve(&ctl);
        within_patience("so many mails", server.wait_for_mails(moment)).await;
        drop(victim);
        disk.is_all_that_is_left(ctl.folder());
        is_sound(&ctl).await;
        let under_way = ctl.counts().await.of("armed");
        assert!(under_way <= CONNECTIONS as i64, "{under_way} under way over {CONNECTIONS} connections");
        // Whoever opens the database writes into it too: what the journal knows is carried over.
        disk.has_all_of(ctl.folder());
        in_doubt += under_way;
    }
    eprintln!("{cuts} power cuts: {in_doubt} in doubt");
    ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    nothing_is_lost(&ctl, &server, mails, in_doubt).await;
}
