//! A thousand mails through each of three real servers: everybody finds one, and it is theirs.
//!
//! In groups behind STARTTLS, and one command at a time inside TLS from the first byte, with a login. And in bursts, where
//! they know CHUNKING. Exim turns a client away that sends in groups where it has not announced it, and so does OpenSMTPD,
//! which never announces it; Postfix does not mind.

mod bursts;
mod cage;
mod exim;
mod opensmtpd;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use hongyan_domain::{SendingLimits, TlsMode};
use hongyan_engine::TlsTrust;
use secrecy::SecretString;

use crate::desk::{Desk, account_draft};
use crate::ground::{PATIENCE, as_root};
use crate::inbox::{mailbox, parsed};
use crate::people::people;
use crate::postfix::Postfix;
pub use cage::{files_below, write_certificate};
use exim::Exim;
use opensmtpd::OpenSmtpd;

/// The login that the servers take.
pub const USER: &str = "shop";
/// Its password.
pub const PASSWORD: &str = "芝麻开门 open sesame";

const CONTACTS: usize = 1_000;
const CONNECTIONS: u32 = 4;
/// Mails in flight on a connection, in bursts.
const WINDOW: u32 = 32;
const LOOK: std::time::Duration = std::time::Duration::from_millis(100);

/// How a server wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// STARTTLS, and PIPELINING is announced.
    Grouped,
    /// The same, with many mails in flight on each connection.
    Bursts,
    /// TLS from the first byte, and PIPELINING is not announced.
    Lockstep,
}

impl Speech {
    /// Whether PIPELINING is announced.
    pub const fn is_grouped(self) -> bool {
        matches!(self, Self::Grouped | Self::Bursts)
    }

    /// How the connection is protected.
    pub const fn tls(self) -> TlsMode {
        if self.is_grouped() { TlsMode::StartTls } else { TlsMode::Implicit }
    }
}

/// A real server with a maildir for each of its people.
pub trait MailServer {
    /// Where it listens on 127.0.0.1.
    fn port(&self) -> u16;
    /// Trust in its certificate.
    fn trust(&self) -> TlsTrust;
    /// What it says for itself.
    fn log(&self) -> String;
    /// How many mails it has taken responsibility for.
    fn taken(&self) -> usize;
    /// The folder of maildirs, each by the local part of its address.
    fn people(&self) -> PathBuf;
}

/// Sends a campaign to everybody through a server, and looks into every maildir.
async fn everybody_finds_one(server: &impl MailServer, speech: Speech) {
    let desk = Desk::builder().trusting(server.trust()).open().await;
    let list = desk.list_of(CONTACTS).await;
    let template = desk.template("{{ name }}，你好", "来自{{ city }}的朋友").await;
    let mut draft = account_draft(server.port(), CONNECTIONS);
    draft.tls = speech.tls();
    draft.user = Some(USER.to_owned());
    draft.password = Some(SecretString::from(PASSWORD));
    draft.burst = if speech == Speech::Bursts { WINDOW } else { 1 };
    let account = desk.account(draft).await;
    if speech == Speech::Bursts {
        // Exim ends a connection after a hundred without a word that comes through; one must know and say so.
        let limits = SendingLimits { per_session: Some(100), ..SendingLimits::default() };
        desk.engine.update_limits(account, limits).await.unwrap();
    }
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    assert_eq!(desk.counts(campaign).await, [("sent", CONTACTS as i64)].into(), "{}", server.log());

    let mails = delivered(server).await;
    assert_eq!(server.taken(), CONTACTS, "it took some twice");
    let account = desk.engine.load_account(account).await.unwrap().record;
    assert_eq!(account.takes_bursts, (speech == Speech::Bursts).then_some(true));
    assert_eq!(account.lockstep_since_ms, None);
    for person in people(CONTACTS) {
        let local_part = person.address.split('@').next().expect("a local part");
        let [mail] = mails[local_part].as_slice() else { panic!("{local_part} has more than one") };
        let mail = std::fs::read(mail).expect("a mail");
        assert_eq!(mailbox(parsed(&mail).to()), (person.name.as_str(), person.address.as_str()));
    }
}

/// The mails by local part, once as many are there as people.
async fn delivered(server: &impl MailServer) -> BTreeMap<String, Vec<PathBuf>> {
    let folder = server.people();
    let deadline = Instant::now() + PATIENCE;
    loop {
        // They belong to the server's users.
        as_root("chmod", &["-R", "a+rX", &folder.to_string_lossy()]);
        let mut mails = BTreeMap::<String, Vec<PathBuf>>::new();
        for mail in files_below(&folder)
            .into_iter()
            .filter(|mail| mail.parent().is_some_and(|new| new.ends_with("new")))
        {
            let maildir = mail.strip_prefix(&folder).expect("it is below").iter().next().expect("a maildir");
            mails.entry(maildir.to_string_lossy().into_owned()).or_default().push(mail);
        }
        if mails.len() == CONTACTS {
            return mails;
        }
        assert!(Instant::now() < deadline, "{} people have mail\n{}", mails.len(), server.log());
        tokio::time::sleep(LOOK).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_in_groups_through_postfix_arrive_once_each() {
    let speech = Speech::Grouped;
    everybody_finds_one(&Postfix::spoken_to(CONTACTS, speech).await, speech).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_in_lockstep_through_postfix_arrive_once_each() {
    let speech = Speech::Lockstep;
    everybody_finds_one(&Postfix::spoken_to(CONTACTS, speech).await, speech).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_in_groups_through_exim_arrive_once_each() {
    let speech = Speech::Grouped;
    everybody_finds_one(&Exim::start(CONTACTS, speech).await, speech).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_in_lockstep_through_exim_arrive_once_each() {
    let speech = Speech::Lockstep;
    everybody_finds_one(&Exim::start(CONTACTS, speech).await, speech).await;
}

/// One command at a time here too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_behind_starttls_through_opensmtpd_arrive_once_each() {
    let speech = Speech::Grouped;
    everybody_finds_one(&OpenSmtpd::start(speech).await, speech).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_mails_inside_tls_through_opensmtpd_arrive_once_each() {
    let speech = Speech::Lockstep;
    everybody_finds_one(&OpenSmtpd::start(speech).await, speech).await;
}
