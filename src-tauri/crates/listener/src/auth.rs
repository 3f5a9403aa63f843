//! AUTH PLAIN and AUTH LOGIN (RFC 4954), as far as learning who it is.
//!
//! Whether the password is right is the handler's to say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::conversation::Conversation;
use crate::wire::End;
use crate::{Answer, Command, Handler};

impl<H: Handler> Conversation<H> {
    /// Asks for what is missing; `None` if the client gave up or wrote nonsense, which is answered here.
    pub(crate) async fn ask_for_login(
        &mut self,
        mechanism: &str,
        initial: Option<String>,
    ) -> Result<Option<Command>, End> {
        let login = if mechanism == "PLAIN" {
            let message = match initial {
                Some(initial) => decode(initial.as_bytes()),
                None => self.ask("").await?,
            };
            message.and_then(|message| {
                let mut fields = message.split('\0').skip(1).map(str::to_owned);
                Some((fields.next()?, fields.next()?))
            })
        } else {
            let user = match initial {
                Some(initial) => decode(initial.as_bytes()),
                None => self.ask("VXNlcm5hbWU6").await?,
            };
            match user {
                Some(user) => self.ask("UGFzc3dvcmQ6").await?.map(|password| (user, password)),
                None => None,
            }
        };
        if login.is_none() {
            self.wire.answer(&Answer::new(501, "5.5.2 That cannot be decoded"));
        }
        Ok(login.map(|(user, password)| Command::Login { user, password: password.into() }))
    }

    async fn ask(&mut self, question: &str) -> Result<Option<String>, End> {
        self.wire.answer(&Answer::new(334, question));
        let mut line = Vec::new();
        self.wire.read_line(&mut line, self.options.limits.line_octets).await?;
        Ok(decode(&line))
    }
}

fn decode(coded: &[u8]) -> Option<String> {
    // "=" stands for an empty initial response.
    let coded = if coded == b"=" { b"" } else { coded };
    String::from_utf8(STANDARD.decode(coded).ok()?).ok()
}
