//! Mail servers that Debian lets nobody install beside another: the tests want all of them.
//!
//! Each is unpacked into a folder of its own below `target/`, and only what it links to is installed. The stories give
//! it a root of its own, so that nothing of this machine's mail is read or touched.

use std::fs;
use std::path::Path;

use crate::archive::Archive;
use crate::debian;
use crate::failure::Failure;
use crate::project::Project;

/// Where the packages are unpacked, each in a folder of its name.
const FOLDER: &str = "target/mail-servers";
/// The file in such a folder that says which version it is, written when all is there.
const VERSION: &str = "version";

/// A package with a mail server.
struct Server {
    package: &'static str,
    /// What is older is of no use.
    at_least: &'static str,
}

const SERVERS: &[Server] = &[
    Server { package: "exim4-daemon-light", at_least: "4" },
    // 6.8, as Debian 12 has it, breaks off every TLS handshake; its backports have a newer one.
    Server { package: "opensmtpd", at_least: "7" },
];

/// Unpacks what is not unpacked yet.
pub fn unpack(project: &Project) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    for server in SERVERS {
        let folder = project.path(FOLDER).join(server.package);
        let unpacked = fs::read_to_string(folder.join(VERSION)).unwrap_or_else(|_| "0".to_owned());
        if !server.is_new_enough(project, &unpacked)? {
            server.unpack(project, &folder)?;
        }
    }
    Ok(())
}

impl Server {
    fn is_new_enough(&self, project: &Project, version: &str) -> Result<bool, Failure> {
        debian::is_at_least(project, version, self.at_least)
    }

    fn unpack(&self, project: &Project, folder: &Path) -> Result<(), Failure> {
        let (archive, version) = self.find(project)?;
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|source| Failure::File { path: folder.into(), source })?;
        }
        fs::create_dir_all(folder).map_err(|source| Failure::File { path: folder.into(), source })?;
        archive.unpack(self.package, folder)?;
        let path = folder.join(VERSION);
        fs::write(&path, version).map_err(|source| Failure::File { path, source })
    }

    /// Where it is new enough, and the version there.
    fn find<'a>(&self, project: &'a Project) -> Result<(Archive<'a>, String), Failure> {
        let system = Archive::of_system(project)?;
        if let Some(version) = system.version(self.package)?
            && self.is_new_enough(project, &version)?
        {
            return Ok((system, version));
        }
        let backports = Archive::backports(project, &project.path(FOLDER).join("backports"))?;
        if let Some(version) = backports.version(self.package)?
            && self.is_new_enough(project, &version)?
        {
            return Ok((backports, version));
        }
        let Self { package, at_least } = self;
        let text = format!("{package} {at_least} or newer is in no archive of this system's own suite.");
        Err(Failure::Install(text))
    }
}
