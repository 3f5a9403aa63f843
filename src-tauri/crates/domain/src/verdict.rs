//! What an attempt means for the recipient and for the account.

use crate::words;

words! {
    /// How far an attempt came. Everything before [`Stage::Body`] can be repeated freely.
    Stage, "stage", {
        /// Name look-up, TCP connection, proxy.
        Connect = "connect",
        /// The server's first line.
        Greeting = "greeting",
        /// EHLO or HELO.
        Ehlo = "ehlo",
        /// STARTTLS and the TLS handshake.
        Tls = "tls",
        /// AUTH.
        Auth = "auth",
        /// MAIL FROM.
        Mail = "mail",
        /// RCPT TO.
        Rcpt = "rcpt",
        /// DATA, up to its 354.
        Data = "data",
        /// The content, from its first byte up to the byte before the end of the final dot.
        Body = "body",
        /// The final dot is out (or its last byte may be); the reply is awaited.
        FinalReply = "final_reply",
    }
}

words! {
    /// A problem of the sending account. It never marks a contact.
    AccountProblem, "account problem", {
        /// The day's, hour's or minute's allowance is used up.
        Quota = "quota",
        /// The server asks for fewer mails or connections.
        SlowDown = "slow_down",
        /// User, password or authorisation code are refused, or login is required.
        Login = "login",
        /// No TLS, or a certificate that cannot be trusted.
        Tls = "tls",
        /// The server refuses this sender, address or IP because of its reputation or its DNS records.
        Reputation = "reputation",
        /// The server does not let this login use this From address.
        Sender = "sender",
        /// The account's proxy refuses its login or this server, or is no proxy.
        Proxy = "proxy",
        /// The key that signs its mails is not in the keyring or vault any more.
        SigningKey = "signing_key",
    }
}

/// What an attempt means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The server took responsibility for the mail.
    Accepted,
    /// Try this recipient again later.
    TryLater,
    /// This recipient never takes mail: unknown user, unknown domain.
    RecipientUnknown,
    /// The mailbox exists but does not take this mail: full, blocked, disabled.
    RecipientRefused,
    /// The content is refused.
    ContentRefused,
    /// The account has a problem.
    Account(AccountProblem),
    /// The server could not be reached, or the connection broke before the body began.
    NetworkDown,
    /// The body had begun and no answer was seen: nobody can know.
    InDoubt,
}

impl Verdict {
    /// The word of this verdict in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::TryLater => "try_later",
            Self::RecipientUnknown => "recipient_unknown",
            Self::RecipientRefused => "recipient_refused",
            Self::ContentRefused => "content_refused",
            Self::Account(AccountProblem::Quota) => "account_quota",
            Self::Account(AccountProblem::SlowDown) => "account_slow_down",
            Self::Account(AccountProblem::Login) => "account_login",
            Self::Account(AccountProblem::Tls) => "account_tls",
            Self::Account(AccountProblem::Reputation) => "account_reputation",
            Self::Account(AccountProblem::Sender) => "account_sender",
            Self::Account(AccountProblem::Proxy) => "account_proxy",
            Self::Account(AccountProblem::SigningKey) => "account_signing_key",
            Self::NetworkDown => "network_down",
            Self::InDoubt => "in_doubt",
        }
    }
}
