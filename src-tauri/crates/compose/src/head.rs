//! The head of one mail: who writes to whom, and the header lines that say so.
//!
//! Names and subjects come from files of contacts, so they are reduced to one clean line before lettre sees them: a
//! line break in a name would make its builder panic, and in a header it would forge another one.

use std::time::{Duration, UNIX_EPOCH};

use email_encoding::headers::{rfc2047, writer::EmailWriter};
use hongyan_domain::{EmailAddress, Sender, clean_line, truncate_chars};
use lettre::Address;
use lettre::message::header::{
    Date, From, Header as _, HeaderName, HeaderValue, Headers, ReplyTo, Subject, To,
};
use lettre::message::{Mailbox, Mailboxes};

use crate::unsubscribe::is_token;
use crate::{BuildFault, Unsubscribe};

/// Everything of a mail but its content.
///
/// The unsubscribe link is no option: a mail without it cannot be built.
///
/// ```compile_fail
/// # use hongyan_compose::{MailHead, Unsubscribe};
/// # fn head(head: MailHead) -> MailHead {
/// MailHead { unsubscribe: None, ..head }
/// # }
/// ```
///
/// ```compile_fail
/// let forged = hongyan_compose::Unsubscribe { link: String::new() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailHead {
    /// From.
    pub from: Sender,
    /// Where replies go, if not to the sender.
    pub reply_to: Option<EmailAddress>,
    /// The recipient's name, or empty. Longer names are cut at 100 characters.
    pub to_name: String,
    /// The one recipient.
    pub to: EmailAddress,
    /// The Message-ID without angle brackets, the same on every retry; see [`message_id`].
    pub message_id: String,
    /// The token by which a copy, a bounce or a reply is recognised: goes into `X-Hongyan-Ref`, as some relays rewrite
    /// the Message-ID. 1 to 100 letters, digits, `-`, `_` or `.`.
    pub reference: String,
    /// The List-Id without angle brackets, `label.domain` (RFC 2919), if the mail goes to a list with a stable name.
    pub list_id: Option<String>,
    /// When the mail is written, Unix seconds.
    pub date_unix_s: i64,
    /// The way out.
    pub unsubscribe: Unsubscribe,
}

/// The Message-ID of a delivery: its reference at the sender's ASCII domain.
pub fn message_id(reference: &str, domain: &str) -> String {
    format!("{reference}@{domain}")
}

const MAX_NAME_CHARS: usize = 100;
/// The last second of the year 9999; a `Date` has four digits for the year.
const LAST_SECOND: i64 = 253_402_300_799;

impl MailHead {
    /// The header lines of the head, CRLF behind each.
    pub(crate) fn header_lines(&self, subject: &str) -> Result<String, BuildFault> {
        let mut headers = Headers::with_capacity(9);
        headers.set(date(self.date_unix_s));
        headers.set(From::from(Mailboxes::from(mailbox(&self.from.name, &self.from.address))));
        if let Some(reply_to) = &self.reply_to {
            headers.set(ReplyTo::from(Mailboxes::from(mailbox("", reply_to))));
        }
        headers.set(To::from(Mailboxes::from(mailbox(&self.to_name, &self.to))));
        headers.insert_raw(subject_value(subject));
        headers.insert_raw(literal("Message-ID", format!("<{}>", checked_message_id(&self.message_id)?)));
        headers.insert_raw(literal("List-Unsubscribe", format!("<{}>", self.unsubscribe.link())));
        if let Some(list_id) = &self.list_id {
            headers.insert_raw(literal("List-Id", format!("<{}>", checked_list_id(list_id)?)));
        }
        if !is_token(&self.reference) {
            return Err(BuildFault::Reference);
        }
        headers.insert_raw(literal("X-Hongyan-Ref", self.reference.clone()));
        Ok(headers.to_string())
    }

    /// Whether a header holds an address that only SMTPUTF8 can carry (RFC 6531).
    pub(crate) fn needs_smtputf8(&self) -> bool {
        self.to.needs_smtputf8()
            || self.from.address.needs_smtputf8()
            || self.reply_to.as_ref().is_some_and(EmailAddress::needs_smtputf8)
    }
}

fn date(unix_s: i64) -> Date {
    let seconds = u64::try_from(unix_s.clamp(0, LAST_SECOND)).unwrap_or_default();
    Date::new(UNIX_EPOCH + Duration::from_secs(seconds))
}

fn mailbox(name: &str, address: &EmailAddress) -> Mailbox {
    let name = clean_line(truncate_chars(&clean_line(name), MAX_NAME_CHARS));
    // EmailAddress is stricter than lettre's own check, which refuses some addresses that RFC 6531 allows.
    let address = Address::new_dangerous(address.local_part(), address.domain());
    Mailbox::new((!name.is_empty()).then_some(name), address)
}

/// The subject as one line; whatever is not plain ASCII, or looks like an encoded word already, becomes RFC 2047.
fn subject_value(subject: &str) -> HeaderValue {
    let subject = clean_line(subject);
    let is_plain = subject.bytes().all(|b| (b' '..=b'~').contains(&b))
        && !subject.contains("=?")
        && subject.split(' ').all(|word| word.len() <= 60);
    if is_plain {
        return HeaderValue::new(Subject::name(), subject);
    }
    let mut encoded = String::with_capacity(subject.len() * 2);
    let mut writer = EmailWriter::new(&mut encoded, "Subject: ".len(), 0, false);
    // Writing to a String cannot fail.
    let _ = rfc2047::encode(&subject, &mut writer);
    drop(writer);
    HeaderValue::dangerous_new_pre_encoded(Subject::name(), subject, encoded)
}

/// A header whose value is already checked to be short printable ASCII.
fn literal(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

fn checked_message_id(id: &str) -> Result<&str, BuildFault> {
    let is_good = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@()[]\\,;:\"".contains(&b))
    };
    match id.split_once('@') {
        Some((left, right)) if id.len() <= 400 && is_good(left) && is_good(right) => Ok(id),
        _ => Err(BuildFault::MessageId),
    }
}

fn checked_list_id(id: &str) -> Result<&str, BuildFault> {
    let label_ok = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let is_good = id.len() <= 255 && id.contains('.') && id.split('.').all(label_ok);
    if is_good { Ok(id) } else { Err(BuildFault::ListId) }
}
