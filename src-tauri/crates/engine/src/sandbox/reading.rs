//! Takes a caught mail apart for showing.

use hongyan_domain::{clean_line, truncate_chars};
use hongyan_store::{CaughtMail, CaughtMailLine};
use mail_parser::{Addr, Address, HeaderValue, Message, MessageParser, PartType};

/// How much of the source is shown, in bytes.
const SHOWN_SOURCE: usize = 512 * 1024;
const MAX_HEADER_CHARS: usize = 10_000;
/// What begins a word that is not written as it reads (RFC 2047). All else reads best as it came.
const ENCODED_WORD: &str = "=?";

/// A caught mail, taken apart. All of it is foreign text.
#[derive(Debug, Clone)]
pub struct CaughtMailView {
    /// What the list shows.
    pub line: CaughtMailLine,
    /// Header fields by name, decoded, in their order.
    pub headers: Vec<(String, String)>,
    /// HTML part.
    pub html: Option<String>,
    /// Text part.
    pub text: Option<String>,
    /// The mail as it came, its beginning.
    pub source: String,
}

impl CaughtMailView {
    pub(super) fn of(mail: CaughtMail) -> Self {
        let shown = mail.source.get(..SHOWN_SOURCE).unwrap_or(&mail.source);
        let source = String::from_utf8_lossy(shown).into_owned();
        let Some(message) = MessageParser::default().parse(&mail.source) else {
            return Self { line: mail.line, headers: Vec::new(), html: None, text: None, source };
        };
        let html = message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.to_string()),
            _ => None,
        });
        let text = message.text_bodies().find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        });
        Self { headers: headers_of(&message), html, text, source, line: mail.line }
    }
}

fn headers_of(message: &Message<'_>) -> Vec<(String, String)> {
    message
        .headers()
        .iter()
        .zip(message.headers_raw())
        .map(|(header, (name, raw))| {
            let value = decoded(&header.value).filter(|_| raw.contains(ENCODED_WORD));
            let value = value.unwrap_or_else(|| raw.to_owned());
            (name.to_owned(), truncate_chars(&clean_line(&value), MAX_HEADER_CHARS).to_owned())
        })
        .collect()
}

/// The value where it is a text or addresses.
fn decoded(value: &HeaderValue<'_>) -> Option<String> {
    match value {
        HeaderValue::Text(text) => Some(text.to_string()),
        HeaderValue::TextList(texts) => Some(texts.join(", ")),
        HeaderValue::Address(Address::List(list)) => Some(addresses(list)),
        HeaderValue::Address(Address::Group(groups)) => {
            Some(groups.iter().map(|group| addresses(&group.addresses)).collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

fn addresses(list: &[Addr<'_>]) -> String {
    let written = list.iter().map(|addr| {
        let address = addr.address.as_deref().unwrap_or_default();
        match addr.name.as_deref() {
            Some(name) => format!("{name} <{address}>"),
            None => address.to_owned(),
        }
    });
    written.collect::<Vec<_>>().join(", ")
}
