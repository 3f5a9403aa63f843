//! What arrived: mails as servers took them, read back by a parser that is not ours.

use std::collections::BTreeMap;

use hongyan_testkit::{Received, ScriptedServer};
use mail_parser::{Address, HeaderValue, Message, MessageParser};

/// How many mails each address got.
pub fn mails_by_recipient(received: &[Received]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for mail in received {
        let [to] = mail.to.as_slice() else { panic!("a mail for {} recipients", mail.to.len()) };
        *count.entry(to.clone()).or_default() += 1;
    }
    count
}

/// Asserts that nobody got two, and gives everybody who got one.
#[track_caller]
pub fn nobody_got_two(server: &ScriptedServer) -> Vec<String> {
    nobody_got_two_of(&server.received())
}

/// The same for mails of several servers.
#[track_caller]
pub fn nobody_got_two_of(received: &[Received]) -> Vec<String> {
    let count = mails_by_recipient(received);
    let twice: Vec<&String> = count.iter().filter(|(_, mails)| **mails > 1).map(|(to, _)| to).collect();
    assert!(twice.is_empty(), "got more than one mail: {twice:?}");
    count.into_keys().collect()
}

/// Reads a mail.
pub fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).expect("a mail that can be parsed")
}

/// The one mailbox of a header: name and address.
#[track_caller]
pub fn mailbox<'a>(header: Option<&'a Address<'a>>) -> (&'a str, &'a str) {
    let Some(Address::List(list)) = header else { panic!("no mailbox: {header:?}") };
    let [one] = list.as_slice() else { panic!("{} mailboxes", list.len()) };
    (one.name.as_deref().unwrap_or_default(), one.address.as_deref().unwrap_or_default())
}

/// The text of a header that is one line of text.
#[track_caller]
pub fn text_header<'a>(mail: &'a Message<'a>, name: &str) -> &'a str {
    let found: Vec<&HeaderValue<'_>> = mail.header_values(name.to_owned()).collect();
    let [value] = found.as_slice() else { panic!("{} headers {name}", found.len()) };
    value.as_text().unwrap_or_else(|| panic!("{name} is no text: {value:?}"))
}

/// Every header line as it came, unfolded, for what must stand in there literally.
pub fn raw_header(bytes: &[u8], name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
    let wanted = format!("{}:", name.to_lowercase());
    head.lines()
        .filter(|line| line.to_lowercase().starts_with(&wanted))
        .map(|line| line.split_once(':').map_or("", |(_, value)| value).trim().to_owned())
        .collect()
}
