//! A server on loopback that answers every line as a function says.
//!
//! For what a well-behaved server never says, such as the middle of a login.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Dialogue {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Dialogue {
    /// Greets whoever comes, one after the other, and answers each line; an empty answer closes the connection.
    pub async fn start(answer: impl FnMut(&str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, Arc::clone(&heard), answer));
        Self { port, heard, task }
    }

    /// The port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Every line heard so far, without its end.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no test panics while it holds the record").clone()
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    heard: Arc<Mutex<Vec<String>>>,
    mut answer: impl FnMut(&str) -> String,
) {
    while let Ok((client, _)) = listener.accept().await {
        // A client that hangs up ends its own conversation, nothing else.
        let _ = talk(client, &heard, &mut answer).await;
    }
}

async fn talk(
    client: TcpStream,
    heard: &Mutex<Vec<String>>,
    answer: &mut impl FnMut(&str) -> String,
) -> std::io::Result<()> {
    let (reader, mut writer) = client.into_split();
    writer.write_all(b"220 dialogue\r\n").await?;
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        heard.lock().expect("no test panics while it holds the record").push(line.clone());
        let answer = answer(&line);
        if answer.is_empty() {
            break;
        }
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
