//! Where Debian's packages come from: what this system's own lists offer, or its backports besides.
//!
//! Backports come from the mirror that the system uses itself. Their lists lie in a folder of the project, so that the
//! system never learns of them and installs nothing from there.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::debian;
use crate::failure::Failure;
use crate::project::Project;

const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Lists of packages that apt can be asked about.
pub struct Archive<'a> {
    project: &'a Project,
    options: Vec<String>,
}

impl<'a> Archive<'a> {
    /// What this system's own lists offer, learned anew.
    pub fn of_system(project: &'a Project) -> Result<Self, Failure> {
        debian::update(project)?;
        Ok(Self { project, options: Vec::new() })
    }

    /// The backports for this system; their lists are kept in `folder`.
    pub fn backports(project: &'a Project, folder: &Path) -> Result<Self, Failure> {
        let mut ask = command::program(project, "apt-get", &["indextargets", "--format"]);
        ask.args(["$(REPO_URI) $(CODENAME)", "Created-By: Packages"]);
        ask.args(["Origin: Debian", "Label: Debian", "Component: main"]);
        let targets = command::read(&mut ask)?;
        let Some((mirror, codename)) = own_suite(&targets) else {
            let text =
                "apt has no list of Debian's own packages, so nobody can tell where its backports are.";
            return Err(Failure::Install(text.to_owned()));
        };
        let at = |below: &str| folder.join(below).to_string_lossy().into_owned();
        for below in ["lists/partial", "cache/archives/partial"] {
            let path = folder.join(below);
            fs::create_dir_all(&path).map_err(|source| Failure::File { path, source })?;
        }
        let line = format!("deb [signed-by={KEYS}] {mirror} {codename}-backports main\n");
        let path = folder.join("sources.list");
        fs::write(&path, line).map_err(|source| Failure::File { path, source })?;
        let options = vec![
            format!("Dir::Etc::SourceList={}", at("sources.list")),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            format!("Dir::State::Lists={}", at("lists")),
            format!("Dir::Cache={}", at("cache")),
        ];
        let archive = Self { project, options };
        command::run(archive.ask("apt-get", &["update", "-qq"]).current_dir(folder))?;
        Ok(archive)
    }

    /// The version it has of a package.
    pub fn version(&self, package: &str) -> Result<Option<String>, Failure> {
        let said = command::read(self.ask("apt-cache", &["policy", package]).env("LC_ALL", "C"))?;
        Ok(candidate(&said).map(str::to_owned))
    }

    /// Unpacks a package into a folder and installs the libraries it links to, and nothing else.
    pub fn unpack(&self, package: &str, folder: &Path) -> Result<(), Failure> {
        let depends = command::read(self.ask("apt-cache", &["depends", package]).env("LC_ALL", "C"))?;
        debian::install(self.project, &libraries(&depends))?;
        command::run(self.ask("apt-get", &["download", "-q", package]).current_dir(folder))?;
        let unpack = "dpkg-deb --extract ./*.deb . && rm ./*.deb";
        command::run(command::program(self.project, "sh", &["-c", unpack]).current_dir(folder))
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = command::program(self.project, program, &[]);
        // Root would hand downloads to a user who cannot look into the project.
        command.args(["-o", "APT::Sandbox::User=root"]);
        command.args(self.options.iter().flat_map(|option| ["-o", option])).args(arguments);
        command
    }
}

/// Mirror and name of the suite that the system is made of, and not of what it adds (`bookworm-updates`).
fn own_suite(targets: &str) -> Option<(&str, &str)> {
    targets.lines().filter_map(|line| line.split_once(' ')).find(|(_, codename)| !codename.contains('-'))
}

/// The version that `apt-cache policy` would install.
fn candidate(policy: &str) -> Option<&str> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then_some(version)
}

/// The libraries among what `apt-cache depends` names.
fn libraries(depends: &str) -> Vec<&str> {
    let needed = depends.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    needed.filter(|name| name.starts_with("lib") || *name == "zlib1g").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_libraries_are_installed_and_no_second_mail_server_ever_is() {
        let depends = "opensmtpd\n  PreDepends: init-system-helpers\n  Depends: libc6\n |Depends: debconf\n  \
                       Depends: <debconf-2.0>\n    debconf\n  Depends: zlib1g\n  Depends: adduser\n  \
                       Conflicts: postfix\n  Recommends: libextra\n";
        assert_eq!(libraries(depends), ["libc6", "zlib1g"]);
    }

    #[test]
    fn backports_are_looked_for_where_the_system_itself_comes_from() {
        let targets = "http://one.example/debian/ bookworm-updates\nhttp://two.example/debian/ bookworm\n";
        assert_eq!(own_suite(targets), Some(("http://two.example/debian/", "bookworm")));
        assert_eq!(own_suite("\n"), None);
    }

    #[test]
    fn a_package_that_nobody_offers_has_no_version() {
        let policy = |version| format!("opensmtpd:\n  Installed: (none)\n  Candidate: {version}\n");
        assert_eq!(candidate(&policy("7.4.0p1-1~bpo12+1")), Some("7.4.0p1-1~bpo12+1"));
        assert_eq!(candidate(&policy("(none)")), None);
        assert_eq!(candidate(""), None);
    }
}
