//! Postfix's `smtp-sink`: takes any number of mails and keeps each in a file of its own.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::ground::{PATIENCE, free_port};

/// A running sink; it stops when dropped.
pub struct SmtpSink {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl SmtpSink {
    /// Starts one; returns when it listens.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let search = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
        let mut command = Command::new("smtp-sink");
        if is_root() {
            // It gives root away, and must then be able to write all the same.
            command.args(["-u", "root"]);
        }
        let child = command
            .args(["-d", &folder.path().join("%M.").to_string_lossy(), &format!("127.0.0.1:{port}"), "100"])
            .env("PATH", search)
            .stdout(Stdio::null())
            .spawn()
            .expect("smtp-sink runs: it is in the Debian package postfix");
        let sink = Self { child, port, folder };
        let deadline = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "smtp-sink does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        sink
    }

    /// Where it listens on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The recipient of every mail it took.
    pub fn recipients(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).expect("a folder");
        files.filter_map(|file| recipient(&file.expect("a file").path())).collect()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The sink writes the envelope above the mail; a connection without a mail leaves a file without a recipient.
fn recipient(file: &Path) -> Option<String> {
    let text = fs::read(file).expect("a mail");
    let text = String::from_utf8_lossy(&text).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("X-Rcpt-Args: "))?;
    Some(line.trim_start_matches('<').split('>').next().unwrap_or_default().to_owned())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}
