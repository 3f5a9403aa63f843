//! OpenSMTPD as Debian builds it. Whoever logs in and writes to the domain's people finds a maildir for them.

use std::path::PathBuf;

use hongyan_domain::TlsMode;
use hongyan_engine::TlsTrust;

use super::cage::Cage;
use super::{MailServer, PASSWORD, Speech, USER};
use crate::ground::free_port;
use crate::people::DOMAIN;

/// Its own users, and the one whose the mails are.
const USERS: [&str; 3] = ["opensmtpd", "opensmtpq", "people"];

/// A running OpenSMTPD; it stops when dropped.
pub struct OpenSmtpd {
    cage: Cage,
    port: u16,
}

impl OpenSmtpd {
    /// Starts one.
    pub async fn start(speech: Speech) -> Self {
        let (mut cage, port) = (Cage::new("opensmtpd", &USERS), free_port());
        let tls = if speech.tls() == TlsMode::Implicit { "smtps" } else { "tls-require" };
        let configuration = include_str!("../../fixtures/opensmtpd/smtpd.conf")
            .replace("{port}", &port.to_string())
            .replace("{tls}", tls)
            .replace("{domain}", DOMAIN);
        cage.write("etc/smtpd.conf", &configuration);
        cage.write("etc/people", &format!("@{DOMAIN} people\n"));
        // It speaks to no other server, but does not start without certificates to trust there.
        cage.write("etc/ssl/certs/ca-certificates.crt", &cage.read("etc/certificate.pem"));
        cage.belongs_to(&[
            ("people", "903:903", "700"),
            ("etc/key.pem", "0:0", "400"),
            ("usr/sbin/smtpctl", "0:902", "2755"),
            ("var/run", "0:0", "755"),
            ("var/lib/opensmtpd/empty", "0:0", "711"),
            ("var/spool/smtpd", "0:0", "711"),
            ("var/spool/smtpd/offline", "0:902", "770"),
            ("var/spool/smtpd/purge", "902:0", "700"),
        ]);
        let encrypted = cage.run(&["/usr/sbin/smtpctl", "encrypt", PASSWORD]);
        cage.write("etc/logins", &format!("{USER} {encrypted}"));
        cage.start(&["/usr/sbin/smtpd", "-d"], port).await;
        Self { cage, port }
    }
}

impl MailServer for OpenSmtpd {
    fn port(&self) -> u16 {
        self.port
    }

    fn trust(&self) -> TlsTrust {
        self.cage.trust()
    }

    fn log(&self) -> String {
        self.cage.said()
    }

    fn taken(&self) -> usize {
        self.log().matches(" smtp message msgid=").count()
    }

    fn people(&self) -> PathBuf {
        self.cage.path("people")
    }
}
