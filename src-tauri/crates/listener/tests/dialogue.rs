//! The listener spoken to byte by byte, as no well-behaved client would.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hongyan_listener::{Answer, Command, Handler, Limits, Listener, Message, Options, Reaction, SessionInfo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Keeps every mail; refuses one recipient.
#[derive(Default)]
struct Keeper {
    mails: Mutex<Vec<Message>>,
}

impl Handler for Keeper {
    async fn on_command(&self, _: &SessionInfo, command: &Command) -> Reaction {
        match command {
            Command::Rcpt { to, .. } if to == "nobody@example.cn" => {
                Reaction::answer(550, "5.1.1 No such user")
            }
            _ => Reaction::Usual,
        }
    }

    async fn on_message(&self, _: &SessionInfo, message: Message) -> Reaction {
        self.mails.lock().expect("no panic").push(message);
        Reaction::Usual
    }
}

struct Stage {
    listener: Listener,
    keeper: Arc<Keeper>,
}

impl Stage {
    async fn with(options: Options) -> Self {
        let keeper = Arc::new(Keeper::default());
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0).into(), options, Arc::clone(&keeper)).await;
        Self { listener: listener.expect("a port"), keeper }
    }

    async fn with_limits(change: impl FnOnce(&mut Limits)) -> Self {
        let mut options = Options::default();
        change(&mut options.limits);
        Self::with(options).await
    }

    async fn client(&self) -> TcpStream {
        TcpStream::connect(self.listener.local_addr()).await.expect("a connection")
    }

    /// Says all of it at once and hears everything until the server closes.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut client = self.client().await;
        client.write_all(bytes).await.expect("sent");
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.expect("heard");
        heard
    }

    /// The codes of the last lines of all replies.
    async fn codes(&self, bytes: &[u8]) -> Vec<u16> {
        let heard = self.say(bytes).await;
        let last_lines = heard.lines().filter(|line| line.as_bytes().get(3) == Some(&b' '));
        last_lines.filter_map(|line| line.get(..3)?.parse().ok()).collect()
    }

    fn mails(&self) -> Vec<Message> {
        self.keeper.mails.lock().expect("no panic").clone()
    }
}

const ENVELOPE: &str = "EHLO x\r\nMAIL FROM:<a@example.cn>\r\nRCPT TO:<b@example.cn>\r\n";

#[tokio::test]
async fn a_pipelined_dialogue_is_answered_in_order() {
    let stage = Stage::with(Options::default()).await;
    let talk = format!(
        "{ENVELOPE}DATA\r\nhello\r\n..dot\r\n.\r\nMAIL FROM:<a@example.cn>\r\nRCPT TO:<nobody@example.cn>\r\n\
         DATA\r\nRSET\r\nNOOP\r\nVRFY b\r\nWIZ\r\nMAIL FROM\r\nQUIT\r\n"
    );
    assert_eq!(
        stage.codes(talk.as_bytes()).await,
        [220, 250, 250, 250, 354, 250, 250, 550, 554, 250, 250, 252, 500, 501, 221]
    );
    let mails = stage.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].bytes, b"hello\r\n.dot\r\n");
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("a@example.cn", &["b@example.cn".to_owned()][..])
    );
}

#[tokio::test]
async fn only_crlf_dot_crlf_ends_a_mail() {
    for trick in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n"] {
        let stage = Stage::with(Options::default()).await;
        let smuggled = "MAIL FROM:<x@example.cn>\r\nRCPT TO:<y@example.cn>\r\nDATA\r\nforged\r\n.\r\n";
        stage.say(format!("{ENVELOPE}DATA\r\nreal{trick}{smuggled}QUIT\r\n").as_bytes()).await;
        let mails = stage.mails();
        assert_eq!(mails.len(), 1, "{trick:?}");
        assert_eq!(mails[0].from, "a@example.cn");
        assert!(String::from_utf8_lossy(&mails[0].bytes).contains("forged"));
    }
}

#[tokio::test]
async fn a_bare_line_feed_ends_no_command() {
    let stage = Stage::with(Options::default()).await;
    assert_eq!(stage.codes(b"EHLO x\nMAIL FROM:<a@example.cn>\r\nQUIT\r\n").await, [220, 501, 221]);
}

#[tokio::test]
async fn chunks_become_one_mail_and_refused_ones_are_swallowed() {
    let stage = Stage::with(Options::default()).await;
    let talk = format!("{ENVELOPE}BDAT 8\r\n.\r\n.\r\n..BDAT 3 LAST\r\nbye{ENVELOPE}QUIT\r\n");
    assert_eq!(stage.codes(talk.as_bytes()).await, [220, 250, 250, 250, 250, 250, 250, 250, 250, 221]);
    assert_eq!(stage.mails()[0].bytes, b".\r\n.\r\n..bye");

    let talk = "EHLO x\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\nQUIT\r\n";
    assert_eq!(stage.codes(talk.as_bytes()).await, [220, 250, 554, 250, 221]);
}

#[tokio::test]
async fn limits_are_kept() {
    let stage = Stage::with_limits(|limits| {
        (limits.message_octets, limits.recipients, limits.line_octets) = (100, 1, 200);
    })
    .await;
    let large = "x".repeat(90) + "\r\n" + &"y".repeat(90);
    let talk = format!("{ENVELOPE}RCPT TO:<c@example.cn>\r\nDATA\r\n{large}\r\n.\r\nQUIT\r\n");
    assert_eq!(stage.codes(talk.as_bytes()).await, [220, 250, 250, 250, 452, 354, 552, 221]);
    assert_eq!(
        stage.codes(b"EHLO x\r\nMAIL FROM:<a@example.cn> SIZE=101\r\nQUIT\r\n").await,
        [220, 250, 552, 221]
    );
    let talk = format!("{ENVELOPE}BDAT 101 LAST\r\n{}QUIT\r\n", "z".repeat(101));
    assert_eq!(stage.codes(talk.as_bytes()).await, [220, 250, 250, 250, 552, 221]);
    let talk = format!("NOOP {}\r\n", "x".repeat(300));
    assert_eq!(stage.codes(talk.as_bytes()).await, [220, 500]);
    assert_eq!(stage.mails().len(), 0);
}

#[tokio::test]
async fn connections_over_the_limit_are_sent_away() {
    let stage = Stage::with_limits(|limits| limits.connections = 1).await;
    let mut first = stage.client().await;
    let mut greeting = [0; 4];
    first.read_exact(&mut greeting).await.expect("a greeting");
    assert_eq!(stage.codes(b"").await, [421]);
}

#[tokio::test]
async fn an_idle_client_is_told_and_left() {
    let stage = Stage::with_limits(|limits| limits.idle = Duration::from_millis(50)).await;
    assert_eq!(stage.codes(b"EHLO x\r\n").await, [220, 250, 421]);
}

#[tokio::test]
async fn shutting_down_says_good_bye() {
    let stage = Stage::with(Options::default()).await;
    let mut client = stage.client().await;
    let mut greeting = [0; 4];
    client.read_exact(&mut greeting).await.expect("a greeting");
    stage.listener.shutdown().await;
    let mut heard = String::new();
    client.read_to_string(&mut heard).await.expect("heard");
    assert!(heard.ends_with("421 4.3.2 Shutting down\r\n"));
}

#[tokio::test]
async fn mail_needs_hello_and_a_login_where_it_is_required() {
    let stage = Stage::with(Options { login_required: true, ..Options::default() }).await;
    let talk = "MAIL FROM:<a@example.cn>\r\nEHLO x\r\nMAIL FROM:<a@example.cn>\r\nAUTH CRAM-MD5\r\nAUTH PLAIN ***\r\n\
                AUTH LOGIN\r\nbGk=\r\nc2VjcmV0\r\nMAIL FROM:<a@example.cn>\r\nQUIT\r\n";
    assert_eq!(stage.codes(talk.as_bytes()).await, [220, 503, 250, 530, 504, 501, 334, 334, 235, 250, 221]);
}

/// Answers as told, once connected.
struct Stubborn(Reaction);

impl Handler for Stubborn {
    async fn on_command(&self, _: &SessionInfo, command: &Command) -> Reaction {
        if matches!(command, Command::Mail { .. }) { self.0.clone() } else { Reaction::Usual }
    }

    async fn on_message(&self, _: &SessionInfo, _: Message) -> Reaction {
        Reaction::Usual
    }
}

#[tokio::test]
async fn a_handler_can_refuse_garble_and_close() {
    for (reaction, expected) in [
        (
            Reaction::answer(451, "4.3.0 Later"),
            "451 4.3.0 Later\r\n503 5.5.1 MAIL first\r\n221 2.0.0 Bye\r\n",
        ),
        (Reaction::Raw(b"250 ok\r\n".to_vec()), "250 ok\r\n250 2.1.5 Ok\r\n221 2.0.0 Bye\r\n"),
        (Reaction::AnswerAndClose(Answer::new(421, "4.7.0 Bye")), "421 4.7.0 Bye\r\n"),
        (Reaction::Close, ""),
    ] {
        let handler = Arc::new(Stubborn(reaction));
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0).into(), Options::default(), handler).await;
        let listener = listener.expect("a port");
        let mut client = TcpStream::connect(listener.local_addr()).await.expect("a connection");
        client.write_all(b"HELO x\r\nMAIL FROM:<a@example.cn>\r\n").await.expect("sent");
        let _ = client.write_all(b"RCPT TO:<b@example.cn>\r\nQUIT\r\n").await;
        let mut heard = Vec::new();
        let _ = client.read_to_end(&mut heard).await;
        let heard = String::from_utf8(heard).expect("text");
        let tail = heard.strip_prefix("220 localhost ESMTP Hongyan\r\n250 localhost\r\n");
        assert_eq!(tail, Some(expected));
    }
}
