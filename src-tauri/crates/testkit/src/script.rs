//! The handler of a scripted server: finds the rule that acts, and records everything.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use hongyan_listener::{Command, Handler, Message, Reaction, SessionInfo};
use secrecy::ExposeSecret as _;
use tokio::sync::watch;

use crate::rule::Act;
use crate::{At, Heard, Received, Rule};

#[derive(Debug)]
pub(crate) struct Script {
    login: Option<(String, String)>,
    state: Mutex<State>,
    /// How many mails were taken.
    pub(crate) received: watch::Sender<usize>,
    /// How many commands were heard.
    pub(crate) heard: watch::Sender<usize>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) rules: Vec<Rule>,
    pub(crate) heard: Vec<Heard>,
    pub(crate) received: Vec<Received>,
    pub(crate) connections: usize,
    pub(crate) logins: usize,
    /// The last recipient named on each connection.
    recipients: HashMap<u64, String>,
    /// The body octets seen so far in the present mail of each connection.
    body_seen: HashMap<u64, usize>,
}

impl Script {
    pub(crate) fn new(rules: Vec<Rule>, login: Option<(String, String)>) -> Self {
        let state = Mutex::new(State { rules, ..State::default() });
        Self { login, state, received: watch::Sender::new(0), heard: watch::Sender::new(0) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the record")
    }

    fn act(&self, at: At, session: &SessionInfo) -> Option<Act> {
        let mut state = self.state();
        let recipient = state.recipients.get(&session.connection).cloned();
        let mut found = None;
        for rule in &mut state.rules {
            if rule.acts(at, session, recipient.as_deref()) && found.is_none() {
                found = Some(rule.act.clone());
            }
        }
        found
    }

    async fn react(&self, at: At, session: &SessionInfo) -> Reaction {
        match self.act(at, session) {
            None => Reaction::Usual,
            Some(Act::React(reaction)) => reaction,
            Some(Act::AnswerAndClose(answer)) => Reaction::AnswerAndClose(answer),
            Some(Act::KeepAndClose) => Reaction::Close,
            Some(Act::Wait(gate)) => {
                gate.pass().await;
                Reaction::Usual
            }
        }
    }

    fn record(&self, session: &SessionInfo, command: &Command) {
        let mut state = self.state();
        state.connections += usize::from(matches!(command, Command::Connect));
        if let Command::Rcpt { to, .. } = command {
            state.recipients.insert(session.connection, to.clone());
        }
        state.body_seen.remove(&session.connection);
        state.heard.push(Heard {
            connection: session.connection,
            command: command.clone(),
            more_waiting: session.more_waiting,
            tls: session.tls,
        });
        self.heard.send_modify(|count| *count += 1);
    }

    fn keep(&self, session: &SessionInfo, message: Message) {
        let Message { from, to, bytes } = message;
        self.state().received.push(Received { connection: session.connection, from, to, bytes });
        self.received.send_modify(|count| *count += 1);
    }

    fn check_login(&self, command: &Command) -> Option<Reaction> {
        let Command::Login { user, password } = command else { return None };
        let is_right = self
            .login
            .as_ref()
            .is_none_or(|(right, secret)| right == user && secret == password.expose_secret());
        if !is_right {
            return Some(Reaction::answer(535, "5.7.8 Authentication failed"));
        }
        self.state().logins += 1;
        None
    }
}

impl Handler for Script {
    async fn on_command(&self, session: &SessionInfo, command: &Command) -> Reaction {
        self.record(session, command);
        if let Some(at) = point_of(command) {
            let reaction = self.react(at, session).await;
            if reaction != Reaction::Usual {
                return reaction;
            }
        }
        self.check_login(command).unwrap_or(Reaction::Usual)
    }

    async fn on_body(&self, session: &SessionInfo, octets: usize) -> Reaction {
        let before = self.state().body_seen.insert(session.connection, octets).unwrap_or(0);
        let points: Vec<usize> = self.state().rules.iter().filter_map(Rule::body_octets).collect();
        for point in points {
            // A rule for 0 octets acts at the first line.
            if (before < point || before == 0) && octets >= point {
                let reaction = self.react(At::Body(point), session).await;
                if reaction != Reaction::Usual {
                    return reaction;
                }
            }
        }
        Reaction::Usual
    }

    async fn on_message(&self, session: &SessionInfo, message: Message) -> Reaction {
        let act = self.act(At::Dot, session);
        let (is_kept, reaction) = match act {
            None => (true, Reaction::Usual),
            Some(Act::KeepAndClose) => (true, Reaction::Close),
            Some(Act::AnswerAndClose(answer)) => (answer.is_positive(), Reaction::AnswerAndClose(answer)),
            Some(Act::Wait(gate)) => {
                gate.pass().await;
                (true, Reaction::Usual)
            }
            Some(Act::React(reaction)) => {
                let is_kept = match &reaction {
                    Reaction::Answer(answer) => answer.is_positive(),
                    Reaction::Usual | Reaction::Raw(_) => true,
                    _ => false,
                };
                (is_kept, reaction)
            }
        };
        if is_kept {
            self.keep(session, message);
        }
        reaction
    }
}

const fn point_of(command: &Command) -> Option<At> {
    Some(match command {
        Command::Connect => At::Greeting,
        Command::Ehlo(_) => At::Ehlo,
        Command::Helo(_) => At::Helo,
        Command::StartTls => At::StartTls,
        Command::Auth { .. } => At::Auth,
        Command::Login { .. } => At::Login,
        Command::Mail { .. } => At::Mail,
        Command::Rcpt { .. } => At::Rcpt,
        Command::Data => At::Data,
        Command::Bdat { .. } => At::Bdat,
        Command::Rset => At::Rset,
        Command::Noop => At::Noop,
        Command::Quit => At::Quit,
        Command::Vrfy | Command::Malformed | Command::Unknown => return None,
    })
}
