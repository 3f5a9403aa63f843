//! A data folder that cannot be written: told before anything is sent, and no harm when it happens on the way.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use hongyan_testkit::{At, Gate, Rule, ScriptedServer};
use rustix::process::getuid;

use super::Ctl;
use super::ctl::ended;
use crate::ground::{program, within_patience};
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 12;
/// Any user that is not root; no such user needs to exist.
const NOBODY: u32 = 65_534;

impl Ctl {
    /// As a user whom modes of files bind, which root is not.
    fn bound_by_modes() -> Self {
        let ctl = Self::new();
        if !getuid().is_root() {
            return ctl;
        }
        // The folder where it was built may be closed to others.
        let copy = ctl.folder().join("hongyanctl");
        // By another process: a file that is open for writing here, be it in a fork of a moment, cannot be run.
        let copied = Command::new("cp").arg(program("hongyanctl")).arg(&copy).status();
        assert!(copied.expect("cp runs").success(), "the program cannot be copied");
        chown(ctl.folder(), Some(NOBODY), None).expect("root gives the folder away");
        ctl.run_by(NOBODY, copy)
    }

    /// Takes the right to write from the folder and its files, or gives it back.
    fn may_write(&self, may: bool) {
        let [folder, file] = if may { [0o700, 0o600] } else { [0o500, 0o400] };
        let set = |path: &std::path::Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode can be set");
        };
        for path in fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("hongyan.db") || name.ends_with(".lock") {
                set(&path, file);
            }
        }
        set(self.folder(), folder);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_nothing_is_sent() {
    let (ctl, server) = (Ctl::bound_by_modes(), ScriptedServer::start().await);
    ctl.campaign_for(PEOPLE, &server, 2).await;
    ctl.may_write(false);
    let started = ctl.run(&["campaign", "start", "May", "--wait"]).await;
    assert_eq!(started.error_code(), "read_only");
    let file = ctl.folder().join("people.csv");
    let import = ctl.run(&["contacts", "import", &file.to_string_lossy(), "--list", "More"]).await;
    assert_eq!(import.error_code(), "read_only");
    assert_eq!(server.connections(), 0);

    ctl.may_write(true);
    ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
}

/// Modes count when a file is opened, so what was open goes on.
#[tokio::test]
async fn a_folder_closed_in_the_middle_of_a_campaign_costs_nobody() {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(5).waits_for(&gate)).start().await;
    let ctl = Ctl::bound_by_modes();
    ctl.campaign_for(PEOPLE, &server, 1).await;
    let sender = ctl.command(&["campaign", "start", "May", "--wait"]).spawn().unwrap();
    within_patience("the fifth mail", gate.reached()).await;
    ctl.may_write(false);
    gate.open();
    assert_eq!(ended(sender).await.json()["counts"]["sent"], PEOPLE);
    ctl.may_write(true);
    assert_eq!(ctl.counts().await.of("sent"), PEOPLE as i64);
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
}
