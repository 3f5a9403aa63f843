//! A burst against any pattern of answers and any cut: what is called sent was taken, what was taken is never free.

use std::collections::BTreeSet;
use std::io;

use hongyan_smtp::{Accepted, Envelope, Failure, Server, Session, Timeouts, TlsMode, TlsTrust};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::cast::{AMPLE, SHORT, body, to};

/// What a server does with a command: mostly yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Take,
    Later,
    Never,
    Leave,
}

/// How a server behaves.
#[derive(Debug, Clone)]
struct Plan {
    /// For each command in turn; then all are taken.
    acts: Vec<Act>,
    /// It ends the connection when it has read so many octets, or written so many.
    reads: usize,
    writes: usize,
    /// Whether a failed BDAT leaves the transaction open, so that the next MAIL is out of order.
    stays_open: bool,
    /// Whether it answers to each command at once or when nothing waits.
    hasty: bool,
}

/// What a client does: the window, and the size of each mail.
#[derive(Debug, Clone)]
struct Task {
    window: usize,
    sizes: Vec<usize>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let act = prop_oneof![12 => Just(Act::Take), 1 => Just(Act::Later), 1 => Just(Act::Never), 1 => Just(Act::Leave)];
    let end = prop_oneof![1 => Just(usize::MAX), 1 => 0..60_000_usize];
    let answers_end = prop_oneof![2 => Just(usize::MAX), 1 => 0..2_000_usize];
    (prop::collection::vec(act, 0..100), end, answers_end, any::<bool>(), any::<bool>())
        .prop_map(|(acts, reads, writes, stays_open, hasty)| Plan { acts, reads, writes, stays_open, hasty })
}

fn task() -> impl Strategy<Value = Task> {
    let size = prop_oneof![4 => 0..3_000_usize, 1 => Just(100_000_usize)];
    (1..33_usize, prop::collection::vec(size, 1..40)).prop_map(|(window, sizes)| Task { window, sizes })
}

/// A server that follows a plan; gives whom it has taken a mail for, noted before it says so.
async fn serve(socket: TcpStream, plan: Plan) -> BTreeSet<String> {
    let mut talk = Talk { socket, plan, inbox: Vec::new(), out: Vec::new(), taken: BTreeSet::new() };
    let _ = talk.run().await;
    talk.taken
}

struct Talk {
    socket: TcpStream,
    plan: Plan,
    inbox: Vec<u8>,
    out: Vec<u8>,
    taken: BTreeSet<String>,
}

impl Talk {
    async fn run(&mut self) -> io::Result<()> {
        self.socket.write_all(b"220 hello\r\n").await?;
        let mut greeting = [0; 512];
        let _ = self.socket.read(&mut greeting).await?;
        self.socket.write_all(b"250-here\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE\r\n").await?;
        let (mut sender, mut recipient) = (false, None);
        let mut acts = std::mem::take(&mut self.plan.acts).into_iter();
        loop {
            let line = self.line().await?;
            let verb = line.get(..4).unwrap_or_default().to_owned();
            let octets =
                line.strip_prefix("BDAT ").and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
            if let Some(octets) = octets {
                self.octets(octets).await?;
            }
            let in_order = match verb.as_str() {
                "MAIL" => !sender,
                "RCPT" => sender,
                "BDAT" => recipient.is_some(),
                _ => true,
            };
            let act = match acts.next().unwrap_or(Act::Take) {
                // RFC 5321 §4.1.1.5 knows no other answer to RSET; a server that keeps the last mail's recipient in spite
                // of it would send them the next mail, and nothing can be done about that.
                Act::Later | Act::Never if verb == "RSET" => Act::Take,
                act => act,
            };
            let code = match act {
                Act::Take if verb == "QUIT" => 221,
                Act::Take if in_order => 250,
                Act::Take => 503,
                Act::Later => 451,
                Act::Never => 550,
                Act::Leave => 421,
            };
            match (verb.as_str(), code) {
                ("MAIL", 250) => sender = true,
                ("RCPT", 250) => recipient = line.split(['<', '>']).nth(1).map(str::to_owned),
                ("BDAT", 250) => {
                    self.taken.extend(recipient.take());
                    sender = false;
                }
                ("BDAT", _) if !self.plan.stays_open => (sender, recipient) = (false, None),
                ("RSET", 250) => (sender, recipient) = (false, None),
                _ => {}
            }
            self.out.extend_from_slice(format!("{code} 2.0.0 words for {verb}\r\n").as_bytes());
            if self.plan.hasty {
                self.flush().await?;
            }
            if code == 421 || code == 221 {
                return self.flush().await;
            }
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.inbox.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.inbox.drain(..end + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            self.fill().await?;
        }
    }

    async fn octets(&mut self, count: usize) -> io::Result<()> {
        while self.inbox.len() < count {
            self.fill().await?;
        }
        self.inbox.drain(..count);
        Ok(())
    }

    async fn fill(&mut self) -> io::Result<()> {
        self.flush().await?;
        let mut buffer = vec![0; 8_192.min(self.plan.reads)];
        let read = if buffer.is_empty() { 0 } else { self.socket.read(&mut buffer).await? };
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.plan.reads -= read;
        self.inbox.extend_from_slice(&buffer[..read]);
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        let out = std::mem::take(&mut self.out);
        let most = out.len().min(self.plan.writes);
        self.plan.writes -= most;
        self.socket.write_all(&out[..most]).await?;
        if most < out.len() { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }
}

/// What the client made of it.
struct Report {
    outcomes: Vec<Result<Accepted, Failure>>,
    retracted: usize,
    pushed: usize,
    most_in_flight: usize,
}

fn envelope(n: usize) -> Envelope {
    to(&format!("u{n}@example.cn"))
}

/// Sends the mails of a task, a window at a time, until they are through or the connection ends.
async fn send_all(port: u16, task: &Task) -> Report {
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        tls: TlsMode::None,
        login: None,
        ehlo_name: "desk".to_owned(),
        trust: TlsTrust::Roots(Vec::new()),
        trusted_certificate: None,
        proxy: None,
        timeouts: Timeouts { quit: SHORT, ..Timeouts::all(AMPLE) },
        pipelining: true,
    };
    let mut session = Session::connect(&server).await.expect("the greeting is never cut");
    let mut report = Report { outcomes: Vec::new(), retracted: 0, pushed: 0, most_in_flight: 0 };
    let mut burst = session.burst().expect("both are announced");
    loop {
        while burst.under_way() < task.window && report.pushed < task.sizes.len() && !burst.is_ending() {
            let text = format!(".{}\n", "a".repeat(70)).repeat(task.sizes[report.pushed] / 72);
            burst.push(&envelope(report.pushed), body(&text));
            report.pushed += 1;
        }
        report.most_in_flight = report.most_in_flight.max(burst.under_way());
        if burst.under_way() == 0 {
            break;
        }
        burst.settle(&mut report.outcomes).await;
        if burst.is_ending() {
            report.retracted += burst.retract();
        }
    }
    burst.end();
    session.quit().await;
    report
}

async fn meet(task: &Task, plan: Plan) -> (Report, BTreeSet<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = async {
        let (socket, _) = listener.accept().await.expect("a client");
        serve(socket, plan).await
    };
    tokio::join!(send_all(port, task), server)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_server_answers_and_wherever_it_cuts_the_burst_tells_the_truth(task in task(), plan in plan()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (report, taken) = runtime.block_on(meet(&task, plan));
        prop_assert_eq!(report.outcomes.len() + report.retracted, report.pushed, "one outcome for each");
        let mut in_doubt = 0;
        for (n, outcome) in report.outcomes.iter().enumerate() {
            let was_taken = taken.contains(envelope(n).to.as_str());
            match outcome {
                Ok(_) => prop_assert!(was_taken, "mail {} is called sent and was not taken", n),
                Err(failure) if failure.body_may_have_been_taken() => in_doubt += 1,
                Err(failure) => prop_assert!(!was_taken, "mail {} was taken and is called free: {}", n, failure),
            }
        }
        for n in report.outcomes.len()..report.pushed {
            prop_assert!(!taken.contains(envelope(n).to.as_str()), "mail {} was taken back and taken", n);
        }
        prop_assert!(in_doubt <= task.window, "{} in doubt of {}", in_doubt, task.window);
        prop_assert!(report.most_in_flight <= task.window);
    }
}
