//! Exim as Debian builds it, for people it has in a list; each of them has a maildir.

use std::path::PathBuf;

use hongyan_domain::TlsMode;
use hongyan_engine::TlsTrust;

use super::cage::Cage;
use super::{MailServer, PASSWORD, Speech, USER};
use crate::ground::free_port;
use crate::people::{DOMAIN, people};

/// A running Exim; it stops when dropped.
pub struct Exim {
    cage: Cage,
    port: u16,
}

impl Exim {
    /// Starts one that knows the first so many people.
    pub async fn start(contacts: usize, speech: Speech) -> Self {
        let (mut cage, port) = (Cage::new("exim4-daemon-light", &["Debian-exim"]), free_port());
        let is_implicit = speech.tls() == TlsMode::Implicit;
        let configuration = include_str!("../../fixtures/exim/exim4.conf")
            .replace("{port}", &port.to_string())
            .replace("{implicit}", &if is_implicit { port.to_string() } else { String::new() })
            .replace("{pipelining}", if speech.is_grouped() { "*" } else { "" })
            .replace("{domain}", DOMAIN)
            .replace("{user}", USER)
            .replace("{password}", PASSWORD);
        cage.write("etc/exim4/exim4.conf", &configuration);
        // The folder comes out of the list: Exim takes no word of a client for a path.
        let known = people(contacts).map(|person| {
            let local_part = person.address.split('@').next().expect("a local part").to_owned();
            format!("{local_part}: {local_part}\n")
        });
        cage.write("etc/people", &known.collect::<String>());
        let (exim, closed) = ("901:901", "750");
        cage.belongs_to(&[
            ("etc/key.pem", exim, "400"),
            ("people", exim, "755"),
            ("var/spool/exim4", exim, closed),
            ("var/log/exim4", exim, closed),
        ]);
        cage.start(&["/usr/sbin/exim4", "-bdf", "-q1m"], port).await;
        Self { cage, port }
    }
}

impl MailServer for Exim {
    fn port(&self) -> u16 {
        self.port
    }

    fn trust(&self) -> TlsTrust {
        self.cage.trust()
    }

    fn log(&self) -> String {
        self.cage.said() + &self.cage.read("var/log/exim4/mainlog")
    }

    fn taken(&self) -> usize {
        self.log().matches(" <= ").count()
    }

    fn people(&self) -> PathBuf {
        self.cage.path("people")
    }
}
