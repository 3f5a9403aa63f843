//! Mail servers that Debian lets nobody install beside another: the tests want all of them.
//!
//! Each is unpacked into a folder of its own below `target/`, and only what it links to is installed. The stories give
//! it a root of its own, so that nothing of this machine's mail is read or touched.

use std::fs;

use crate::command;
use crate::debian;
use crate::failure::Failure;
use crate::project::Project;

/// Where the packages are unpacked, each in a folder of its name.
const FOLDER: &str = "target/mail-servers";
const PACKAGES: &[&str] = &["exim4-daemon-light", "opensmtpd"];

/// Unpacks what is not unpacked yet.
pub fn unpack(project: &Project) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    for package in PACKAGES {
        let folder = project.path(FOLDER).join(package);
        if folder.join("usr").exists() {
            continue;
        }
        debian::update(project)?;
        let mut ask = command::program(project, "apt-cache", &["depends", package]);
        debian::install(project, &libraries(&command::read(ask.env("LC_ALL", "C"))?))?;
        fs::create_dir_all(&folder).map_err(|source| Failure::File { path: folder.clone(), source })?;
        command::run(
            command::program(project, "apt-get", &["download", "-q", package]).current_dir(&folder),
        )?;
        let unpack = "dpkg-deb --extract ./*.deb . && rm ./*.deb";
        command::run(command::program(project, "sh", &["-c", unpack]).current_dir(&folder))?;
    }
    Ok(())
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
}
