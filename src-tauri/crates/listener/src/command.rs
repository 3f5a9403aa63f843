//! What a client asks for.

use std::fmt;

use secrecy::SecretString;

/// A command. `Debug` tells only its verb: the rest may hold addresses and secrets.
#[derive(Clone)]
pub enum Command {
    /// No command: the client has connected and the greeting is due.
    Connect,
    /// EHLO with a name.
    Ehlo(String),
    /// HELO with a name.
    Helo(String),
    /// STARTTLS.
    StartTls,
    /// AUTH with a mechanism in capitals; what follows is told by [`Command::Login`].
    Auth {
        /// `PLAIN`, `LOGIN` …
        mechanism: String,
        /// The initial response, still in base64.
        initial: Option<String>,
    },
    /// No command: the client has told who it is, and the outcome of AUTH is due.
    Login {
        /// The user.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// MAIL FROM.
    Mail {
        /// As written between the angle brackets; empty for `<>`.
        from: String,
        /// The parameters as written: `SIZE=1000`, `SMTPUTF8` …
        parameters: Vec<String>,
    },
    /// RCPT TO.
    Rcpt {
        /// As written between the angle brackets.
        to: String,
        /// The parameters as written.
        parameters: Vec<String>,
    },
    /// DATA.
    Data,
    /// BDAT: so many octets follow.
    Bdat {
        /// Octets of this chunk.
        octets: usize,
        /// Whether it is the mail's last.
        last: bool,
    },
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// VRFY.
    Vrfy,
    /// QUIT.
    Quit,
    /// A known verb with wrong arguments.
    Malformed,
    /// A verb that is not known here.
    Unknown,
}

impl Command {
    /// Reads a line without its CR LF.
    pub(crate) fn parse(line: &[u8]) -> Self {
        let Ok(line) = std::str::from_utf8(line) else { return Self::Malformed };
        // A bare CR or LF in a command is how a second one is smuggled past somebody.
        if line.contains(['\r', '\n', '\0']) {
            return Self::Malformed;
        }
        let line = line.trim_end();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" if !rest.is_empty() => Self::Ehlo(rest.to_owned()),
            "HELO" if !rest.is_empty() => Self::Helo(rest.to_owned()),
            "STARTTLS" if rest.is_empty() => Self::StartTls,
            "AUTH" => Self::auth(rest),
            "MAIL" => path_behind("FROM:", rest)
                .map_or(Self::Malformed, |(from, parameters)| Self::Mail { from, parameters }),
            "RCPT" => path_behind("TO:", rest)
                .filter(|(to, _)| !to.is_empty())
                .map_or(Self::Malformed, |(to, parameters)| Self::Rcpt { to, parameters }),
            "DATA" if rest.is_empty() => Self::Data,
            "BDAT" => Self::bdat(rest),
            "RSET" => Self::Rset,
            "NOOP" => Self::Noop,
            "VRFY" => Self::Vrfy,
            "QUIT" => Self::Quit,
            "EHLO" | "HELO" | "STARTTLS" | "DATA" => Self::Malformed,
            _ => Self::Unknown,
        }
    }

    /// The verb.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Connect => "(connect)",
            Self::Ehlo(_) => "EHLO",
            Self::Helo(_) => "HELO",
            Self::StartTls => "STARTTLS",
            Self::Auth { .. } => "AUTH",
            Self::Login { .. } => "(login)",
            Self::Mail { .. } => "MAIL",
            Self::Rcpt { .. } => "RCPT",
            Self::Data => "DATA",
            Self::Bdat { .. } => "BDAT",
            Self::Rset => "RSET",
            Self::Noop => "NOOP",
            Self::Vrfy => "VRFY",
            Self::Quit => "QUIT",
            Self::Malformed => "(malformed)",
            Self::Unknown => "(unknown)",
        }
    }

    fn auth(rest: &str) -> Self {
        let mut words = rest.split_ascii_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(mechanism), initial, None) => {
                Self::Auth { mechanism: mechanism.to_ascii_uppercase(), initial: initial.map(str::to_owned) }
            }
            _ => Self::Malformed,
        }
    }

    fn bdat(rest: &str) -> Self {
        let (size, mark) = rest.split_once(' ').unwrap_or((rest, ""));
        match (size.parse(), mark.trim().to_ascii_uppercase().as_str()) {
            (Ok(octets), "") => Self::Bdat { octets, last: false },
            (Ok(octets), "LAST") => Self::Bdat { octets, last: true },
            _ => Self::Malformed,
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb())
    }
}

/// Reads `FROM:<a@b> X=1 Y` behind the verb; a space behind the colon is common and forgiven.
fn path_behind(word: &str, rest: &str) -> Option<(String, Vec<String>)> {
    let head = rest.get(..word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    let path = rest.get(word.len()..)?.trim_start().strip_prefix('<')?;
    let (address, parameters) = path.split_once('>')?;
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return None;
    }
    Some((address.to_owned(), parameters.split_ascii_whitespace().map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_without_case() {
        assert!(matches!(Command::parse(b"ehlo desk"), Command::Ehlo(name) if name == "desk"));
        assert!(matches!(
            Command::parse(b"Mail From:<a@b.cn> SIZE=10 SMTPUTF8"),
            Command::Mail { from, parameters } if from == "a@b.cn" && parameters == ["SIZE=10", "SMTPUTF8"]
        ));
        assert!(matches!(Command::parse(b"MAIL FROM: <>"), Command::Mail { from, .. } if from.is_empty()));
        assert!(matches!(Command::parse(b"bdat 12 last"), Command::Bdat { octets: 12, last: true }));
        assert!(
            matches!(Command::parse(b"AUTH plain AGEAYg=="), Command::Auth { mechanism, initial: Some(_) } if mechanism == "PLAIN")
        );
        assert!(matches!(Command::parse(b"QUIT "), Command::Quit));
    }

    #[test]
    fn what_is_wrong_is_not_guessed() {
        for bad in [
            &b"MAIL a@b.cn"[..],
            b"MAIL FROM:a@b.cn",
            b"RCPT TO:<>",
            b"RCPT TO:<a@b.cn>X",
            b"RCPT TO:<a@b.cn",
            b"BDAT -1",
            b"EHLO",
            b"DATA now",
            b"NOOP\nQUIT",
            b"\xff\xfe",
        ] {
            assert!(matches!(Command::parse(bad), Command::Malformed), "{}", bad.escape_ascii());
        }
        assert!(matches!(Command::parse(b"WIZ"), Command::Unknown));
        assert!(matches!(Command::parse(b""), Command::Unknown));
    }
}
