//! Whom a mail is from and to, and the commands that say so.
//!
//! One mail has one recipient: everybody sees only their own address, and every reply belongs to one person.

use std::fmt::Write as _;

use hongyan_domain::EmailAddress;

use crate::{Capabilities, Cause, Utf8Need};

/// What a server must know before the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go.
    pub from: EmailAddress,
    /// The one recipient.
    pub to: EmailAddress,
    /// Octets of the mail, [`crate::WireBody::size`].
    pub size: usize,
    /// Whether the headers need SMTPUTF8 (raw UTF-8 in them); addresses are looked at by themselves.
    pub utf8: bool,
    /// A token that comes back in delivery status notifications (RFC 3461 ENVID), at most 100 characters. Where DSN is
    /// announced, it asks for a notification of failure with the headers alone; a list of thousands would fill the
    /// mailbox with whole mails and with news of mere delays otherwise.
    pub envid: Option<String>,
}

impl Envelope {
    /// Why this server cannot take it, known without asking.
    pub(crate) fn refused_by(&self, server: &Capabilities) -> Option<Cause> {
        if let Some(limit) = server.max_size
            && self.size as u64 > limit
        {
            return Some(Cause::TooLarge { limit });
        }
        self.utf8_need().filter(|_| !server.smtp_utf8).map(Cause::NeedsUtf8)
    }

    fn utf8_need(&self) -> Option<Utf8Need> {
        if self.from.needs_smtputf8() {
            Some(Utf8Need::Sender)
        } else if self.to.needs_smtputf8() {
            Some(Utf8Need::Recipient)
        } else {
            self.utf8.then_some(Utf8Need::Headers)
        }
    }

    /// Appends the MAIL command with the parameters this server knows.
    pub(crate) fn write_mail(&self, server: &Capabilities, out: &mut String) {
        let _ = write!(out, "MAIL FROM:<{}@{}>", self.from.local_part(), self.from.domain());
        if server.size {
            let _ = write!(out, " SIZE={}", self.size);
        }
        if server.eight_bit_mime {
            out.push_str(" BODY=8BITMIME");
        }
        if self.utf8_need().is_some() {
            out.push_str(" SMTPUTF8");
        }
        if let Some(envid) = self.envid.as_deref().filter(|_| server.dsn) {
            out.push_str(" RET=HDRS ENVID=");
            write_xtext(envid, 100, out);
        }
        out.push_str("\r\n");
    }

    /// Appends the RCPT command with the parameters this server knows.
    pub(crate) fn write_rcpt(&self, server: &Capabilities, out: &mut String) {
        let (local_part, domain) = (self.to.local_part(), self.to.domain());
        let _ = write!(out, "RCPT TO:<{local_part}@{domain}>");
        if server.dsn && self.envid.is_some() {
            out.push_str(" NOTIFY=FAILURE");
            // A forwarded mail's notification names another address; this one comes back beside it (RFC 3461 §4.2).
            if !self.to.needs_smtputf8() {
                out.push_str(" ORCPT=rfc822;");
                write_xtext(&format!("{local_part}@{domain}"), 400, out);
            }
        }
        out.push_str("\r\n");
    }
}

/// RFC 3461 §4: everything but printable ASCII, `+` and `=` as `+` and two hexadecimal digits.
fn write_xtext(text: &str, limit: usize, out: &mut String) {
    for byte in text.bytes().take(limit) {
        if byte.is_ascii_graphic() && byte != b'+' && byte != b'=' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "+{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(to: &str) -> Envelope {
        let parse = |text| EmailAddress::parse(text).expect("a good address");
        Envelope {
            from: parse("me@example.cn"),
            to: parse(to),
            size: 1_234,
            utf8: false,
            envid: Some("a+b c\r\n".into()),
        }
    }

    #[test]
    fn only_announced_parameters_are_used() {
        let mut out = String::new();
        let known = Capabilities { size: true, dsn: true, eight_bit_mime: true, ..Capabilities::default() };
        envelope("li@example.cn").write_mail(&known, &mut out);
        envelope("li+a@例子.中国").write_rcpt(&known, &mut out);
        assert_eq!(
            out,
            "MAIL FROM:<me@example.cn> SIZE=1234 BODY=8BITMIME RET=HDRS ENVID=a+2Bb+20c+0D+0A\r\n\
             RCPT TO:<li+a@xn--fsqu00a.xn--fiqs8s> NOTIFY=FAILURE ORCPT=rfc822;li+2Ba@xn--fsqu00a.xn--fiqs8s\r\n"
        );
        let mut bare = String::new();
        envelope("li@example.cn").write_mail(&Capabilities::default(), &mut bare);
        envelope("li@example.cn").write_rcpt(&Capabilities::default(), &mut bare);
        assert_eq!(bare, "MAIL FROM:<me@example.cn>\r\nRCPT TO:<li@example.cn>\r\n");
    }

    #[test]
    fn what_the_server_cannot_take_is_known_before() {
        let plain = Capabilities::default();
        assert_eq!(envelope("li@example.cn").refused_by(&plain), None);
        assert_eq!(envelope("丽@example.cn").refused_by(&plain), Some(Cause::NeedsUtf8(Utf8Need::Recipient)));
        let small = Capabilities { max_size: Some(1_000), ..plain };
        assert_eq!(envelope("li@example.cn").refused_by(&small), Some(Cause::TooLarge { limit: 1_000 }));
    }
}
