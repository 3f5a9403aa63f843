//! `hongyanctl` on a data folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use hongyan_testkit::ScriptedServer;
use serde_json::Value;
use tempfile::TempDir;

use crate::ground::{program, within_patience};
use crate::people::csv_of;

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Answer {
    /// The exit status; `None` when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Answer {
    /// The one JSON document of a command that went well.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error of a command that was refused: status 1, nothing but JSON on standard error.
    #[track_caller]
    pub fn error(&self) -> Value {
        assert_eq!(self.code, Some(1), "{self:?}");
        let document: Value =
            serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        document["error"].clone()
    }

    /// The code of the error of a command that was refused.
    #[track_caller]
    pub fn error_code(&self) -> String {
        self.error()["code"].as_str().expect("a code").to_owned()
    }
}

/// A data folder and the program that works on it.
pub struct Ctl {
    folder: TempDir,
    program: PathBuf,
    /// The user it runs as, where that is somebody else than who runs the stories.
    #[cfg(unix)]
    user: Option<u32>,
}

impl Ctl {
    /// On a new folder.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            program: program("hongyanctl"),
            #[cfg(unix)]
            user: None,
        }
    }

    /// The same, with a copy of the program that this user may run.
    #[cfg(unix)]
    pub fn run_by(self, user: u32, program: PathBuf) -> Self {
        Self { program, user: Some(user), ..self }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file beside the data.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, content).expect("the file can be written");
        path
    }

    /// A command that is not run yet, with `--json`.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        #[cfg(unix)]
        if let Some(user) = self.user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
        }
        command.args(arguments).arg("--json").arg("--data").arg(self.folder());
        command.env("HONGYAN_SECRETS", "vault").env("LC_ALL", "C.UTF-8");
        command.env("HONGYAN_VAULT_PASSPHRASE", "a passphrase for stories");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Answer {
        ended(self.command(arguments).spawn().expect("hongyanctl runs")).await
    }

    /// Runs a command to its end, with a text on its standard input.
    pub async fn run_with(&self, input: &str, arguments: &[&str]) -> Answer {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("hongyanctl runs");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        ended(child).await
    }

    /// A command that sends by itself what waits to be sent; nobody tells it which campaign. Nobody looks at its page.
    pub fn serve(&self) -> Command {
        let page = self.folder().join("ui");
        std::fs::create_dir_all(&page).expect("a folder");
        self.file("ui/index.html", "<!doctype html><title>Nobody</title>");
        let mut command = self.command(&["serve", "--ui", &page.to_string_lossy()]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Makes a campaign `May` to so many people through a server, ready to start.
    pub async fn campaign_for(&self, people: usize, server: &ScriptedServer, connections: u32) {
        self.account_at(server, connections, None).await;
        self.campaign_through_account(people).await;
    }

    /// Adds the account `Shop` at a server, for a user `shop` where there is a password.
    pub async fn account_at(&self, server: &ScriptedServer, connections: u32, password: Option<&str>) {
        let (port, connections) = (server.port().to_string(), connections.to_string());
        let account =
            ["account", "add", "--name", "Shop", "--host", "127.0.0.1", "--port", &port, "--tls", "none"];
        let limits = ["--max-connections", &connections, "--from", "鸿雁书店 <news@shop.example>"];
        let login: &[&str] = if password.is_some() { &["--user", "shop", "--password-stdin"] } else { &[] };
        self.run_with(password.unwrap_or_default(), &[account.as_slice(), &limits, login].concat())
            .await
            .json();
    }

    /// Makes a campaign `May` to so many people through the account `Shop`.
    pub async fn campaign_through_account(&self, people: usize) {
        let file = self.file("people.csv", csv_of(people));
        let file = file.to_string_lossy();
        self.run(&["contacts", "import", &file, "--list", "People"]).await.json();
        let letter = self.file("hello.md", "{{ name }}，来自{{ city }}的朋友！");
        let letter = letter.to_string_lossy();
        self.run(&["template", "add", &letter, "--name", "Hello", "--subject", "{{ name }}，你好"])
            .await
            .json();
        let plan = ["--name", "May", "--list", "People", "--template", "Hello", "--account", "Shop"];
        self.run(&[["campaign", "create"].as_slice(), &plan].concat()).await.json();
    }

    /// The counts of the campaign `May`.
    pub async fn counts(&self) -> Counts {
        let report = self.run(&["campaign", "report", "May"]).await.json();
        Counts(report["counts"].clone())
    }
}

/// The counts of a report.
#[derive(Debug)]
pub struct Counts(Value);

impl Counts {
    /// How many recipients are in a state.
    pub fn of(&self, state: &str) -> i64 {
        self.0[state].as_i64().unwrap_or_else(|| panic!("no {state} in {self:?}"))
    }
}

/// Waits for the end of a process.
pub async fn ended(child: Child) -> Answer {
    let waiting = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output: Output = within_patience("hongyanctl", waiting).await.expect("a thread").expect("an end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Answer { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
