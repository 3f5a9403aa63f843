//! The usual answer to every command: what RFC 5321 and the extensions demand, and our limits.

use crate::conversation::Conversation;
use crate::{Answer, Command, Handler, Tls};

impl<H: Handler> Conversation<H> {
    /// The answer if the handler leaves it to us. Has no effect.
    pub(crate) fn usual_answer(&self, command: &Command) -> Answer {
        let (code, text) = match command {
            Command::Connect => return Answer::new(220, format!("{} ESMTP Hongyan", self.options.host_name)),
            Command::Ehlo(_) => return Answer::new(250, self.announcement()),
            Command::Helo(_) => return Answer::new(250, self.options.host_name.as_str()),
            Command::StartTls => self.start_tls_answer(),
            Command::Auth { mechanism, .. } => self.auth_answer(mechanism),
            Command::Login { .. } => (235, "2.7.0 Welcome"),
            Command::Mail { from, parameters } => self.mail_answer(from, parameters),
            Command::Rcpt { to, .. } => self.rcpt_answer(to),
            Command::Data => self.data_answer(),
            // Answered when its octets are here.
            Command::Bdat { .. } | Command::Rset | Command::Noop => (250, "2.0.0 Ok"),
            Command::Vrfy => (252, "2.5.0 Send a mail and see"),
            Command::Quit => (221, "2.0.0 Bye"),
            Command::Malformed => (501, "5.5.2 Syntax error"),
            Command::Unknown => (500, "5.5.1 Unknown command"),
        };
        Answer::new(code, text)
    }

    fn announcement(&self) -> String {
        let on = &self.options.extensions;
        let mut lines = vec![self.options.host_name.clone()];
        let mut announce = |is_on: bool, line: &str| {
            if is_on {
                lines.push(line.to_owned());
            }
        };
        announce(on.pipelining, "PIPELINING");
        announce(on.chunking, "CHUNKING");
        announce(on.eight_bit_mime, "8BITMIME");
        announce(on.smtp_utf8, "SMTPUTF8");
        announce(on.size, &format!("SIZE {}", self.options.limits.message_octets));
        announce(on.dsn, "DSN");
        announce(self.can_start_tls(), "STARTTLS");
        announce(!on.auth.is_empty(), &format!("AUTH {}", on.auth.join(" ")));
        announce(true, "ENHANCEDSTATUSCODES");
        lines.join("\n")
    }

    fn can_start_tls(&self) -> bool {
        matches!(self.options.tls, Some(Tls::StartTls(_))) && !self.info.tls
    }

    fn start_tls_answer(&self) -> (u16, &'static str) {
        if self.can_start_tls() { (220, "2.0.0 Go ahead") } else { (502, "5.5.1 Not here") }
    }

    fn auth_answer(&self, mechanism: &str) -> (u16, &'static str) {
        let is_announced = self.options.extensions.auth.iter().any(|known| known == mechanism);
        if self.info.user.is_some() {
            (503, "5.5.1 Already logged in")
        } else if is_announced && matches!(mechanism, "PLAIN" | "LOGIN") {
            (334, "")
        } else {
            (504, "5.5.4 Unknown mechanism")
        }
    }

    fn mail_answer(&self, from: &str, parameters: &[String]) -> (u16, &'static str) {
        let too_large = parameters
            .iter()
            .filter_map(|parameter| {
                parameter.to_ascii_uppercase().strip_prefix("SIZE=")?.parse::<usize>().ok()
            })
            .any(|octets| octets > self.options.limits.message_octets);
        if self.info.hello.is_none() {
            (503, "5.5.1 Say hello first")
        } else if self.options.login_required && self.info.user.is_none() {
            (530, "5.7.0 Log in first")
        } else if self.transaction.is_some() {
            (503, "5.5.1 There is a mail under way")
        } else if too_large {
            (552, "5.3.4 The mail is too large")
        } else if !(from.is_ascii() || self.options.extensions.smtp_utf8) {
            (553, "5.6.7 Only ASCII addresses here")
        } else {
            (250, "2.1.0 Ok")
        }
    }

    fn rcpt_answer(&self, to: &str) -> (u16, &'static str) {
        match &self.transaction {
            None => (503, "5.5.1 MAIL first"),
            Some(mail) if mail.to.len() >= self.options.limits.recipients => {
                (452, "4.5.3 Too many recipients")
            }
            Some(_) if !(to.is_ascii() || self.options.extensions.smtp_utf8) => {
                (553, "5.6.7 Only ASCII addresses here")
            }
            Some(_) => (250, "2.1.5 Ok"),
        }
    }

    fn data_answer(&self) -> (u16, &'static str) {
        match &self.transaction {
            None => (503, "5.5.1 MAIL first"),
            Some(mail) if mail.has_chunks => (503, "5.5.1 This mail comes by BDAT"),
            Some(mail) if mail.to.is_empty() => (554, "5.5.1 No valid recipients"),
            Some(_) => (354, "End with CR LF . CR LF"),
        }
    }
}
