//! A root of its own for a mail server that Debian does not install beside another.
//!
//! The server, what it links to, its users, its spool and its configuration lie where it always looks for them, below a
//! temporary folder. Of this machine it sees nothing but loopback.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hongyan_engine::TlsTrust;
use tempfile::TempDir;

use crate::ground::{PATIENCE, as_root, as_root_command, project};

/// The number of the first user and group there is besides root; the others are counted on from it.
const FIRST_USER: u32 = 901;

/// The folder of a server; it stops and the folder goes when this is dropped.
pub struct Cage {
    folder: TempDir,
    server: Option<Child>,
    certificate: Vec<u8>,
}

impl Cage {
    /// With the programs of a package, a shell, a certificate, and these users.
    pub fn new(package: &str, users: &[&str]) -> Self {
        let unpacked = project().join("target/mail-servers").join(package);
        assert!(
            unpacked.join("usr").exists(),
            "{package} is not unpacked: `npm test -- --only setup` does it"
        );
        let folder = tempfile::Builder::new().prefix("hongyan-cage-").tempdir().expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let cage = Self { certificate: write_certificate(&folder.path().join("etc")), folder, server: None };
        for name in ["dev", "people", "run", "tmp", "var"] {
            fs::create_dir(cage.path(name)).expect("a folder");
        }
        for program in files_below(&unpacked.join("usr")) {
            let below = program.strip_prefix(&unpacked).expect("it is below").to_owned();
            if below
                .components()
                .any(|part| ["sbin", "bin", "libexec"].contains(&&*part.as_os_str().to_string_lossy()))
            {
                cage.take_in(&program, &below);
            }
        }
        cage.take_in(&fs::canonicalize("/bin/sh").expect("a shell"), Path::new("bin/sh"));
        let numbered = || users.iter().zip(FIRST_USER..);
        let passwd = numbered().map(|(name, id)| format!("{name}:x:{id}:{id}::/people:/bin/sh\n"));
        let group = numbered().map(|(name, id)| format!("{name}:x:{id}:\n"));
        cage.write("etc/passwd", &format!("root:x:0:0::/:/bin/sh\n{}", passwd.collect::<String>()));
        cage.write("etc/group", &format!("root:x:0:\n{}", group.collect::<String>()));
        cage.write("etc/hosts", "127.0.0.1 localhost\n");
        cage
    }

    /// A path below its root.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a file, and the folders it needs.
    pub fn write(&self, below: &str, content: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// Trust in its certificate.
    pub fn trust(&self) -> TlsTrust {
        TlsTrust::Roots(vec![self.certificate.clone().into()])
    }

    /// Gives everything to root and then these, each with its owner (`user:group`) and mode, to others.
    pub fn belongs_to(&self, others: &[(&str, &str, &str)]) {
        let root = self.path("").to_string_lossy().into_owned();
        must(&["chown", "-R", "0:0", &root]);
        for (below, owner, mode) in [("tmp", "0:0", "1777")].iter().chain(others) {
            let path = self.path(below).to_string_lossy().into_owned();
            if !self.path(below).is_file() {
                must(&["mkdir", "-p", &path]);
            }
            must(&["chown", "-R", owner, &path]);
            must(&["chmod", mode, &path]);
        }
        for (name, minor) in [("null", "3"), ("urandom", "9")] {
            let path = self.path("dev").join(name).to_string_lossy().into_owned();
            must(&["mknod", "-m", "666", &path, "c", "1", minor]);
        }
    }

    /// Runs one of its programs to its end; gives what it said.
    pub fn run(&self, command: &[&str]) -> String {
        let root = self.path("").to_string_lossy().into_owned();
        let done = as_root("chroot", &[&[root.as_str()], command].concat());
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).expect("UTF-8")
    }

    /// Starts a server in it; returns when it listens.
    pub async fn start(&mut self, command: &[&str], port: u16) {
        let log = self.path("said.log");
        let said = fs::File::create(&log).expect("a log");
        let root = self.path("").to_string_lossy().into_owned();
        let mut server = as_root_command("chroot", &[&[root.as_str()], command].concat());
        server.stdin(Stdio::null()).stdout(said.try_clone().expect("a log")).stderr(said);
        let server = self.server.insert(server.spawn().expect("chroot runs"));
        let deadline = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let is_over = server.try_wait().expect("a state").is_some() || Instant::now() > deadline;
            assert!(!is_over, "it does not listen: {}", fs::read_to_string(&log).expect("a log"));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What it said on its terminal.
    pub fn said(&self) -> String {
        fs::read_to_string(self.path("said.log")).unwrap_or_default()
    }

    /// What is written in one of its files.
    pub fn read(&self, below: &str) -> String {
        let read = as_root("cat", &[&self.path(below).to_string_lossy()]);
        String::from_utf8_lossy(&read.stdout).into_owned()
    }

    /// Takes a program in, with the libraries it links to.
    fn take_in(&self, program: &Path, to: &Path) {
        let copy = |from: &Path, to: &Path| {
            let to = self.path(to);
            fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            if !to.exists() {
                fs::copy(from, to).expect("a program can be copied");
            }
        };
        copy(program, to);
        let linked = Command::new("ldd").arg(program).output().expect("ldd runs");
        let linked = String::from_utf8_lossy(&linked.stdout).into_owned();
        assert!(!linked.contains("not found"), "libraries are missing: {linked}");
        for library in linked.split_whitespace().filter(|word| word.starts_with('/')) {
            copy(Path::new(library), Path::new(library.trim_start_matches('/')));
        }
    }
}

impl Drop for Cage {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            as_root("kill", &["-TERM", &server.id().to_string()]);
            let _ = server.wait();
        }
        // Its files belong to others.
        as_root("rm", &["-rf", &self.path("").to_string_lossy()]);
    }
}

fn must(command: &[&str]) {
    let done = as_root(command[0], &command[1..]);
    assert!(done.status.success(), "{command:?}: {done:?}");
}

/// Every file below a folder, however deep.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// A certificate for this computer with its key, as files in a folder; gives the certificate.
pub fn write_certificate(folder: &Path) -> Vec<u8> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate can be made");
    fs::create_dir_all(folder).expect("a folder");
    fs::write(folder.join("certificate.pem"), made.cert.pem()).expect("a certificate");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("a key");
    made.cert.der().to_vec()
}
