//! The talk with one client.
//!
//! For every command the usual answer is found first, without any effect; the handler may put another in its place; and
//! only a positive answer carries the command out.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use crate::body::Transaction;
use crate::wire::{End, Wire};
use crate::{Answer, Command, Handler, Options, Reaction, SessionInfo, Tls};

pub(crate) struct Conversation<H> {
    pub(crate) handler: Arc<H>,
    pub(crate) options: Arc<Options>,
    pub(crate) wire: Wire,
    pub(crate) info: SessionInfo,
    pub(crate) transaction: Option<Transaction>,
}

impl<H: Handler> Conversation<H> {
    pub(crate) async fn run(mut self) {
        if let Err(end) = self.talk().await {
            self.part(end).await;
        }
    }

    /// Goes on until the end.
    async fn talk(&mut self) -> Result<(), End> {
        if let Some(Tls::Implicit(config)) = self.options.tls.clone() {
            self.start_tls(config).await?;
        }
        self.carry_out(Command::Connect).await?;
        let mut line = Vec::new();
        loop {
            self.wire.read_line(&mut line, self.options.limits.line_octets).await?;
            self.info.more_waiting = self.wire.has_waiting();
            self.carry_out(Command::parse(&line)).await?;
        }
    }

    async fn start_tls(&mut self, config: Arc<ServerConfig>) -> Result<(), End> {
        self.wire.start_tls(TlsAcceptor::from(config)).await?;
        self.info.tls = true;
        // Nothing that was said in the clear counts (RFC 3207 §4.2).
        (self.info.hello, self.info.user, self.transaction) = (None, None, None);
        Ok(())
    }

    async fn part(mut self, end: End) {
        let farewell = match end {
            End::Idle => Some(Answer::new(421, "4.4.2 Idle for too long")),
            End::ShutDown => Some(Answer::new(421, "4.3.2 Shutting down")),
            End::LineTooLong => Some(Answer::new(500, "5.5.2 Line too long")),
            End::Gone | End::Done => None,
        };
        if let Some(farewell) = farewell {
            self.wire.answer(&farewell);
        }
        self.wire.close().await;
    }

    async fn carry_out(&mut self, command: Command) -> Result<(), End> {
        let usual = self.usual_answer(&command);
        let decision = self.handler.on_command(&self.info, &command);
        let reaction = self.wire.while_waiting_for(decision).await?;
        match command {
            Command::Bdat { octets, last } if matches!(reaction, Reaction::Usual) => {
                return self.receive_chunk(octets, last).await;
            }
            Command::Bdat { octets, .. } => self.wire.read_octets(octets, None).await?,
            // A usual 334 is asked by `ask_for_login`, with the question of its mechanism.
            Command::Auth { mechanism, initial }
                if usual.code == 334 && matches!(reaction, Reaction::Usual) =>
            {
                return self.log_in(&mechanism, initial).await;
            }
            _ => {}
        }
        if self.react(reaction, usual).await? {
            self.take_effect(command).await?;
        }
        Ok(())
    }

    /// Gives the answer; says whether the command is to be carried out.
    pub(crate) async fn react(&mut self, reaction: Reaction, usual: Answer) -> Result<bool, End> {
        match reaction {
            Reaction::Usual => {
                self.wire.answer(&usual);
                Ok(usual.is_positive())
            }
            Reaction::Answer(answer) => {
                self.wire.answer(&answer);
                Ok(answer.is_positive())
            }
            Reaction::AnswerAndClose(answer) => {
                self.wire.answer(&answer);
                Err(End::Done)
            }
            Reaction::Raw(bytes) => {
                self.wire.raw(&bytes);
                Ok(usual.is_positive())
            }
            Reaction::Silence => Err(self.wire.until_client_leaves().await),
            Reaction::Close => Err(End::Done),
        }
    }

    async fn take_effect(&mut self, command: Command) -> Result<(), End> {
        match command {
            Command::Ehlo(name) | Command::Helo(name) => {
                self.info.hello = Some(name);
                self.transaction = None;
            }
            Command::StartTls => {
                if let Some(Tls::StartTls(config)) = self.options.tls.clone() {
                    self.start_tls(config).await?;
                }
            }
            Command::Login { user, .. } => self.info.user = Some(user),
            Command::Mail { from, .. } => {
                self.transaction = Some(Transaction { from, ..Transaction::default() })
            }
            Command::Rcpt { to, .. } => {
                if let Some(mail) = &mut self.transaction {
                    mail.to.push(to);
                }
            }
            Command::Data => self.receive_data().await?,
            Command::Rset => self.transaction = None,
            Command::Quit => return Err(End::Done),
            Command::Connect
            | Command::Auth { .. }
            | Command::Bdat { .. }
            | Command::Noop
            | Command::Vrfy
            | Command::Malformed
            | Command::Unknown => {}
        }
        Ok(())
    }

    async fn log_in(&mut self, mechanism: &str, initial: Option<String>) -> Result<(), End> {
        let Some(login) = self.ask_for_login(mechanism, initial).await? else { return Ok(()) };
        let usual = self.usual_answer(&login);
        let decision = self.handler.on_command(&self.info, &login);
        let reaction = self.wire.while_waiting_for(decision).await?;
        if self.react(reaction, usual).await?
            && let Command::Login { user, .. } = login
        {
            self.info.user = Some(user);
        }
        Ok(())
    }
}
