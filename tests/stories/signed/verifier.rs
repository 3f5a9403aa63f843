//! Somebody else's eyes on our signatures: Debian's dkimpy, with the record of the account in place of the DNS.

use std::process::Command;

use hongyan_domain::Dkim;
use tempfile::TempDir;

/// What a receiver finds who knows an account's record.
pub struct Verifier {
    dkim: Dkim,
}

impl Verifier {
    /// With the record that `dkim` asks the user to publish.
    pub fn new(dkim: Dkim) -> Self {
        Self { dkim }
    }

    /// Whether each mail's signature is good, in their order.
    pub fn check(&self, mails: &[Vec<u8>]) -> Vec<bool> {
        let folder = TempDir::new().expect("a temporary folder");
        for (number, mail) in mails.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{number:06}")), mail).expect("written");
        }
        // What was installed for the system's Python is not there for another one.
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/stories/signed/verify.py");
        let output = Command::new("/usr/bin/python3")
            .arg(script)
            .args([self.dkim.record_name(), self.dkim.record_value()])
            .arg(folder.path())
            .output()
            .expect("Python runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let verdicts: Vec<bool> = said.lines().map(|line| line.split(' ').nth(1) == Some("good")).collect();
        assert_eq!(verdicts.len(), mails.len(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        verdicts
    }

    /// Asserts that every mail's signature is good.
    #[track_caller]
    pub fn all_good(&self, mails: &[Vec<u8>]) {
        let bad = self.check(mails).iter().position(|good| !good);
        assert_eq!(bad, None, "{}", bad.map_or("".into(), |at| String::from_utf8_lossy(&mails[at])));
    }
}
