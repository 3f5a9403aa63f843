//! Tells Postfix whether a login is right, by the protocol that Dovecot's auth service speaks.
//!
//! Postfix knows no passwords itself. This is the smallest service it can ask, so that no further package is needed.
//! The protocol: <https://doc.dovecot.org/main/developers/design/auth_protocol.html>.

use std::sync::Arc;

use base64::Engine as _;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running service; it stops when dropped.
pub struct LoginServer {
    port: u16,
    task: JoinHandle<()>,
}

impl LoginServer {
    /// Starts one that takes one login, by AUTH PLAIN.
    pub async fn start(user: &str, password: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let right: Arc<str> = format!("\0{user}\0{password}").into();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(talk(client, Arc::clone(&right)));
            }
        });
        Self { port, task }
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for LoginServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client that hangs up in the middle ends the conversation, nothing else.
async fn talk(client: TcpStream, right: Arc<str>) -> std::io::Result<()> {
    let (reader, mut writer) = client.into_split();
    let hello = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n";
    writer.write_all(hello.as_bytes()).await?;
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        let words: Vec<&str> = line.split('\t').collect();
        if words[0] != "AUTH" {
            continue;
        }
        let said = words.iter().find_map(|word| word.strip_prefix("resp=")).unwrap_or_default();
        let said = base64::prelude::BASE64_STANDARD.decode(said).unwrap_or_default();
        let answer = match said == right.as_bytes() {
            true => format!("OK\t{}\tuser=shop\n", words[1]),
            false => format!("FAIL\t{}\n", words[1]),
        };
        writer.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
