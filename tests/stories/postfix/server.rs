//! A Postfix of our own: configuration, spool, port, log and maildirs in a temporary folder.
//!
//! Nothing of the machine's own Postfix is read or touched, and no mail can leave: what is not for our domain bounces.
//! Postfix wants root to start; elsewhere `sudo` is asked without a password.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use hongyan_domain::TlsMode;
use hongyan_engine::TlsTrust;
use tempfile::TempDir;

use super::login_server::LoginServer;
use crate::ground::{PATIENCE, as_root, free_port};
use crate::mail_servers::{MailServer, PASSWORD, Speech, USER, write_certificate};
use crate::people::{DOMAIN, people};

/// Between two looks at what Postfix has done.
const LOOK: Duration = Duration::from_millis(50);

/// A running Postfix; it stops when dropped.
pub struct Postfix {
    folder: TempDir,
    port: u16,
    certificate: Vec<u8>,
    _logins: LoginServer,
}

impl Postfix {
    /// Starts one that knows the first so many people; returns when it listens.
    pub async fn start(contacts: usize) -> Self {
        Self::start_with(contacts, |_| ()).await
    }

    /// Starts one that asks Cyrus SASL whether a login is right, and announces one way to log in.
    pub async fn announcing(mechanism: &str) -> Self {
        Self::start_with(1, |folder| write_sasl(folder, mechanism)).await
    }

    /// Starts one that wants to be spoken to so.
    pub async fn spoken_to(contacts: usize, speech: Speech) -> Self {
        Self::start_with(contacts, |folder| {
            let mut more = String::new();
            if !speech.is_grouped() {
                more += "smtpd_discard_ehlo_keywords = pipelining\n";
            }
            if speech.tls() == TlsMode::Implicit {
                more += "smtpd_tls_wrappermode = yes\n";
            }
            let path = folder.join("conf/main.cf");
            let whole = fs::read_to_string(&path).expect("main.cf");
            fs::write(path, whole + &more).expect("main.cf");
        })
        .await
    }

    async fn start_with(contacts: usize, prepare: impl FnOnce(&Path)) -> Self {
        let folder =
            tempfile::Builder::new().prefix("hongyan-postfix-").tempdir().expect("a temporary folder");
        let logins = LoginServer::start(USER, PASSWORD).await;
        let port = free_port();
        let certificate = write_certificate(folder.path());
        write_configuration(folder.path(), port, logins.port());
        write_people(folder.path(), contacts);
        prepare(folder.path());
        set_owners(folder.path());
        let postfix = Self { folder, port, certificate, _logins: logins };
        let started = postfix.control("start");
        assert!(started.status.success(), "Postfix does not start: {started:?}\n{}", postfix.log());
        postfix
            .wait_until("Postfix listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok())
            .await;
        postfix
    }

    /// The mails in somebody's maildir.
    pub fn mails_of(&self, address: &str) -> Vec<Vec<u8>> {
        let maildir =
            self.folder.path().join("people").join(address.split('@').next().expect("a local part"));
        files_in(&maildir.join("new")).iter().map(|file| fs::read(file).expect("a mail")).collect()
    }

    /// Waits until so many mails are delivered and nothing is left to do.
    pub async fn wait_for_mails(&self, count: usize) {
        let delivered = || {
            let maildirs = files_in(&self.folder.path().join("people"));
            maildirs.iter().map(|maildir| files_in(&maildir.join("new")).len()).sum::<usize>()
        };
        self.wait_until("delivery", || {
            delivered() >= count && self.log().matches(": removed").count() >= count
        })
        .await;
        assert_eq!(delivered(), count);
    }

    async fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(Instant::now() < deadline, "gave up waiting: {what}\n{}", self.log());
            tokio::time::sleep(LOOK).await;
        }
    }

    fn control(&self, verb: &str) -> Output {
        as_root("postfix", &["-c", &path(&self.folder.path().join("conf")), verb])
    }
}

impl MailServer for Postfix {
    fn port(&self) -> u16 {
        self.port
    }

    fn trust(&self) -> TlsTrust {
        TlsTrust::Roots(vec![self.certificate.clone().into()])
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("mail.log")).unwrap_or_default()
    }

    fn taken(&self) -> usize {
        self.log().matches(", sasl_username=").count()
    }

    fn people(&self) -> PathBuf {
        self.folder.path().join("people")
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let stopped = self.control("stop");
        if !stopped.status.success() {
            eprintln!("Postfix does not stop: {stopped:?}");
        }
        // Its files belong to others.
        let _ = as_root("rm", &["-rf", &path(self.folder.path())]);
    }
}

fn write_configuration(folder: &Path, port: u16, logins: u16) {
    let conf = folder.join("conf");
    for name in ["conf", "spool", "data", "people"] {
        fs::create_dir(folder.join(name)).expect("a folder");
    }
    let fill = |text: &str| {
        text.replace("{folder}", &path(folder))
            .replace("{port}", &port.to_string())
            .replace("{logins}", &logins.to_string())
            .replace("{domain}", DOMAIN)
    };
    fs::write(conf.join("main.cf"), fill(include_str!("../../fixtures/postfix/main.cf"))).expect("main.cf");
    fs::write(conf.join("master.cf"), fill(include_str!("../../fixtures/postfix/master.cf")))
        .expect("master.cf");
}

/// Users, passwords and the way to log in, as Cyrus SASL wants them.
fn write_sasl(folder: &Path, mechanism: &str) {
    let conf = folder.join("conf");
    let users = path(&conf.join("sasl/users"));
    fs::create_dir(conf.join("sasl")).expect("a folder");
    let main = include_str!("../../fixtures/postfix/sasl.cf").replace("{folder}", &path(folder));
    let whole = fs::read_to_string(conf.join("main.cf")).expect("main.cf");
    let kept = whole.lines().filter(|line| !line.starts_with("smtpd_sasl_")).map(|line| format!("{line}\n"));
    fs::write(conf.join("main.cf"), kept.chain([main]).collect::<String>()).expect("main.cf");
    let sasl = format!(
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {users}\nmech_list: {mechanism}\n"
    );
    fs::write(conf.join("sasl/smtpd.conf"), sasl).expect("smtpd.conf");
    let mut made = Command::new("/usr/sbin/saslpasswd2")
        .args(["-c", "-p", "-f", &users, "-u", "relay.example", USER])
        .stdin(Stdio::piped())
        .spawn()
        .expect("saslpasswd2 runs: install the Debian package sasl2-bin, as `npm run setup` does");
    let mut stdin = made.stdin.take().expect("piped");
    stdin.write_all(PASSWORD.as_bytes()).expect("it reads");
    drop(stdin);
    assert!(made.wait().expect("an end").success());
    // Postfix asks as its own user.
    fs::set_permissions(&users, fs::Permissions::from_mode(0o644)).expect("a mode");
}

/// The mailboxes there are: `address folder/`, one a line.
fn write_people(folder: &Path, contacts: usize) {
    let lines: String = people(contacts)
        .map(|person| {
            let local_part = person.address.split('@').next().expect("a local part").to_owned();
            format!("{} {local_part}/\n", person.address)
        })
        .collect();
    fs::write(folder.join("conf/people"), lines).expect("a list of mailboxes");
}

fn set_owners(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("a mode");
    let at = |name: &str| path(&folder.join(name));
    for (owner, name) in [("postfix", "data"), ("nobody:nogroup", "people")] {
        let owned = as_root("chown", &[owner, &at(name)]);
        assert!(owned.status.success(), "{owned:?}");
    }
    // Postfix reads no configuration that others may write.
    let owned = as_root("chown", &["-R", "root", &at("conf"), &at("spool"), &at("key.pem")]);
    assert!(owned.status.success(), "{owned:?}");
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
