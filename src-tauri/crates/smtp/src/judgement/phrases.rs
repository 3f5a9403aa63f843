//! Words by which servers say what they mean, where their codes do not.
//!
//! All in lower case. What needs no phrase, because its code already says it, has none.

use Topic::{
    AccountBlocked, AllowanceUsedUp, BadContent, Distrust, LoginNeeded, RecipientRefuses, RecipientTooBusy,
    RecipientUnknown, SessionFull, Spam, TencentTooFast, TlsNeeded, TooFast, UnknownSender, WrongSender,
};

/// What a reply is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// The allowance of a day or hour.
    AllowanceUsedUp,
    /// Too many mails or connections at once.
    TooFast,
    /// Tencent's way to say the same.
    TencentTooFast,
    /// Enough mails on one connection.
    SessionFull,
    /// Nobody logged in, or not well enough.
    LoginNeeded,
    /// The connection must be protected.
    TlsNeeded,
    /// This login may not use this From address.
    WrongSender,
    /// The From address or its domain is not found.
    UnknownSender,
    /// The provider has stopped this account.
    AccountBlocked,
    /// IP, domain or their DNS records are not trusted.
    Distrust,
    /// The recipient's own rate limit.
    RecipientTooBusy,
    /// There is no such mailbox or domain.
    RecipientUnknown,
    /// The mailbox exists and does not take it.
    RecipientRefuses,
    /// Spam: the mail's content or its sender, depending on when it is said.
    Spam,
    /// What the mail carries or weighs.
    BadContent,
}

/// The words of a reply, ready to be searched.
pub(super) struct Phrases(String);

impl Phrases {
    /// Addresses are left out: somebody may be called quota@ or spam@.
    pub(super) fn of(text: &str) -> Self {
        let words = text.split_whitespace().filter(|word| !word.contains('@'));
        Self(words.collect::<Vec<_>>().join(" ").to_lowercase())
    }

    pub(super) fn are_about(&self, topic: Topic) -> bool {
        phrases_of(topic).iter().any(|phrase| self.0.contains(phrase))
    }
}

#[rustfmt::skip]
const fn phrases_of(topic: Topic) -> &'static [&'static str] {
    match topic {
        // How many mails there were, in whatever time, as against how many at once.
        AllowanceUsedUp => &[
            "ip frequency limited", "domain frequency limited", "sender frequency limited", "too many messages",
            "too many mails",
            "daily message quota", "daily user sending", "daily smtp relay", "daily sending", "daily limit",
            "sending limit exceeded", "sending quota", "submissionquota", "number of rcpt attempts is achieved", "hourly limit",
        ],
        TooFast => &[
            "frequency limited", "rate limit", "sending rate", "throttl", "too fast", "unusual rate",
            "peak smtp relay limit", "excessive volume", "unexpected volume", "too many connections",
            "too many concurrent", "concurrent connections", "concurrent server connections", "too much mail",
            "too many recipients", "too many same size", "total of rcpts is achieved", "behaviour spam",
            "unusual sending activity", "user complaints", "spam/bounce attacks", "bounce attacks",
            // NetEase's codes.
            "hl:icc", "hl:ifc", "mi:sfq", "mi:cel", "mi:ccl", "rp:cel", "rp:ccl",
        ],
        SessionFull => &[
            "message per connection", "messages per connection", "messages in this connection",
            "messages in one connection", "messages in this session", "too many messages sent",
            // NetEase's codes.
            "mi:dmc", "rp:drc",
        ],
        TencentTooFast => &["mailbox unavailable or access"],
        LoginNeeded => &[
            "authentication required", "not authenticated", "basic authentication", "fail authentication",
            "relay access denied", "relaying denied", "relay not permitted", "mail relay denied", "unable to relay",
            "not authorized to perform", "auth error", "cannot authenticate",
        ],
        TlsNeeded => &["issue a starttls", "starttls command first", "encryption required",
            "without ssl/tls encryption"],
        WrongSender => &[
            "mail from must equal authorized user", "must be same as authorization user", "not owned by user",
            "send as this sender", "sendasdenied", "send as denied", "is not verified", "conform with authentication",
            "is non-local account", "local user only", "remote ip check error", "relaying disallowed",
        ],
        UnknownSender => &[
            "sender address rejected", "sender verify failed", "mail from invalid", "denies the sender",
            "sender is unvalidated", "fake sender",
        ],
        AccountBlocked => &[
            "bad outbound sender", "outgoing blocked", "outboundspam", "tenant has exceeded", "traffic not accepted",
            "isn't allowed to send", "sender address blocked", "wm:blu",
        ],
        Distrust => &[
            "spamhaus", "block list", "blocklist", "blacklist", "dnsbl", "rbl deny", "black ip", "blocked using",
            "reputation", "spf ", "dkim", "dmarc", "unauthenticated", "reverse dns", "client host rejected",
            "helo command rejected", "suspected spam sender", "suspected spam ip", "connection denied", "connections will not be accepted",
            "not in whitelist", "hl:rep", "hl:mep", "dt:rbl", "wm:bli",
        ],
        RecipientTooBusy => &["receiving mail too quickly", "receiving mail at a rate", "recipient thread limit",
            "frequency of receiving messages"],
        RecipientUnknown => &[
            "user unknown", "unknown user", "no such user", "no such recipient", "user not found", "user not exist",
            "does not exist", "doesn't exist", "dosn't exist", "mailbox not found", "recipientnotfound",
            "recipient not found", "no mailbox here", "unrouteable address", "invalid recipient",
            "doesn't have a", "bad address syntax", "domain not found", "addressee unknown", "unknown recipient",
            "isn't a local account",
        ],
        RecipientRefuses => &[
            "mailbox is full", "mailbox full", "over quota", "quota exceed", "user suspended", "user is locked",
            "account is disabled", "deactivated mailbox", "rejected by recipient", "isn't allowed to receive",
            "rejected by destination domain",
        ],
        Spam => &["spam", "unsolicited", "dt:spm"],
        BadContent => &[
            "virus", "mail content denied", "too large", "too long", "message size", "data content is achieved",
            "length of attach", "number of attachments", "security issue", "malformed", "local policy",
        ],
    }
}
