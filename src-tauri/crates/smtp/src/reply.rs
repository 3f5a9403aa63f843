//! What a server answered, made harmless and readable.
//!
//! A reply is outside text: it is decoded, cleaned and cut here once, so that nobody behind needs to fear it. It often
//! quotes the recipient's address, so `Debug` leaves the words out.

use std::fmt;

use hongyan_domain::{clean_text, truncate_chars};

/// A server's answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits, 200–599.
    pub code: u16,
    /// The enhanced status code (RFC 3463): class, subject, detail.
    pub enhanced: Option<(u8, u16, u16)>,
    /// The words of all lines, joined by line feeds: without the codes, without control characters, at most
    /// 2,000 characters.
    pub text: String,
}

/// The server took responsibility for a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its answer to the final dot.
    pub reply: Reply,
    /// The name it gave the mail, by which its administrator finds it again.
    pub queue_id: Option<String>,
}

impl Accepted {
    pub(crate) fn new(reply: Reply) -> Self {
        Self { queue_id: queue_id(&reply.text), reply }
    }
}

const MAX_CHARS: usize = 2_000;

impl Reply {
    /// The same with what the server said before it; cleaned and cut like any reply.
    pub(crate) fn with_explanation(mut self, words: &[u8]) -> Self {
        let said = Self::decode(self.code, words).text;
        self.text = truncate_chars(&format!("{}\n{said}", self.text), MAX_CHARS).to_owned();
        self
    }

    /// Reads the words of a reply: lines without their code, joined by `\n`, in UTF-8 or, failing that, GB18030.
    pub(crate) fn decode(code: u16, words: &[u8]) -> Self {
        let text = match std::str::from_utf8(words) {
            Ok(text) => text.into(),
            Err(_) => encoding_rs::GB18030.decode_without_bom_handling(words).0,
        };
        let mut enhanced = None;
        let mut clean = String::with_capacity(text.len());
        for (n, line) in text.lines().enumerate() {
            let (found, rest) = split_enhanced(line);
            enhanced = enhanced.or(found);
            if n > 0 {
                clean.push('\n');
            }
            clean.push_str(rest);
        }
        let clean = clean_text(&clean);
        let enhanced = enhanced.or_else(|| bracketed_enhanced(&clean));
        Self { code, enhanced, text: truncate_chars(clean.trim(), MAX_CHARS).to_owned() }
    }

    /// Whether it is a refusal for now (4xx).
    pub const fn is_temporary(&self) -> bool {
        self.code / 100 == 4
    }

    /// The enhanced status code as text: `5.1.1`.
    pub fn enhanced_text(&self) -> Option<String> {
        self.enhanced.map(|(class, subject, detail)| format!("{class}.{subject}.{detail}"))
    }
}

impl fmt::Display for Reply {
    /// Code, enhanced code and words, for people: `550 5.1.1 No such user`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced_text() {
            write!(f, " {enhanced}")?;
        }
        write!(f, " {}", self.text)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.enhanced_text().map_or(Ok(()), |enhanced| write!(f, " {enhanced}"))
    }
}

/// Splits `5.1.1 words` or `#5.1.1 words`. `5.6.7.8 is blocked` has no enhanced code.
fn split_enhanced(line: &str) -> (Option<(u8, u16, u16)>, &str) {
    let line = line.trim();
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    match parse_enhanced(first.strip_prefix('#').unwrap_or(first)) {
        Some(code) => (Some(code), rest.trim_start()),
        None => (None, line),
    }
}

/// Finds `(#5.1.1)`, which qmail and its children write at the end.
fn bracketed_enhanced(text: &str) -> Option<(u8, u16, u16)> {
    let (_, behind) = text.split_once("(#")?;
    parse_enhanced(behind.split_once(')')?.0)
}

fn parse_enhanced(text: &str) -> Option<(u8, u16, u16)> {
    let mut numbers = text.split('.');
    let mut number = || {
        let digits = numbers.next().filter(|d| d.len() <= 3 && d.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<u16>().ok()
    };
    let (class, subject, detail) = (number()?, number()?, number()?);
    let class = u8::try_from(class).ok().filter(|class| matches!(class, 2 | 4 | 5))?;
    numbers.next().is_none().then_some((class, subject, detail))
}

/// Finds the server's name for the mail: `queued as X` (Postfix, Tencent, NetEase), `id=X` (Exim),
/// `<X> [InternalId=` (Exchange), `X - gsmtp` (Google), `Ok X` (SES), `X Message accepted` (sendmail).
fn queue_id(text: &str) -> Option<String> {
    let word_behind = |mark: &str| {
        let at = text.find(mark)? + mark.len();
        text.get(at..)?.split([' ', '\n', ',']).next()
    };
    let found = word_behind("queued as ")
        .or_else(|| word_behind("id="))
        .or_else(|| text.split_once("> [InternalId").and_then(|(before, _)| before.rsplit('<').next()))
        .or_else(|| text.split_once(" - gsmtp").and_then(|(before, _)| before.split(' ').next_back()))
        .or_else(|| {
            text.split_once(" Message accepted").and_then(|(before, _)| before.split(' ').next_back())
        })
        .or_else(|| text.strip_prefix("Ok ").filter(|rest| !rest.contains(' ')))?;
    let id = found.trim_matches(['<', '>', '.', ';', ')']);
    let is_id = (4..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    is_id.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enhanced_code_is_found_and_taken_out() {
        for (words, enhanced, text) in [
            ("5.1.1 No such user", Some((5, 1, 1)), "No such user"),
            ("5.7.1 first\n5.7.1 second", Some((5, 7, 1)), "first\nsecond"),
            ("#5.1.0 Address rejected.", Some((5, 1, 0)), "Address rejected."),
            ("sorry, no mailbox here (#5.1.1)", Some((5, 1, 1)), "sorry, no mailbox here (#5.1.1)"),
            ("5.6.7.8 is blocked", None, "5.6.7.8 is blocked"),
            ("1.2.3 is no class", None, "1.2.3 is no class"),
            ("", None, ""),
        ] {
            let reply = Reply::decode(550, words.as_bytes());
            assert_eq!((reply.enhanced, reply.text.as_str()), (enhanced, text));
        }
    }

    #[test]
    fn chinese_replies_are_read_in_utf8_and_in_gb18030() {
        let (gb, _, _) = encoding_rs::GB18030.encode("用户不存在");
        assert_eq!(Reply::decode(550, &gb).text, "用户不存在");
        assert_eq!(Reply::decode(550, "用户不存在".as_bytes()).text, "用户不存在");
    }

    #[test]
    fn a_reply_is_clean_and_short_and_its_words_stay_out_of_logs() {
        let reply = Reply::decode(550, format!("a\u{7}\u{0}b\u{202e} {}", "很".repeat(9_000)).as_bytes());
        assert!(reply.text.starts_with("ab "));
        assert_eq!(reply.text.chars().count(), MAX_CHARS);
        let reply = Reply::decode(550, b"5.1.1 <li@example.cn> unknown");
        assert_eq!(format!("{reply:?}"), "550 5.1.1");
        assert_eq!(reply.to_string(), "550 5.1.1 <li@example.cn> unknown");
    }

    #[test]
    fn the_queue_id_is_found() {
        for (text, id) in [
            ("Ok: queued as 4Zx1Yb2Q3dz9", Some("4Zx1Yb2Q3dz9")),
            ("OK id=1qRsTu-0001Ab-2C", Some("1qRsTu-0001Ab-2C")),
            ("OK  1700000000 a1b2c3-20020a.12 - gsmtp", Some("a1b2c3-20020a.12")),
            ("<4f0@x.cn> [InternalId=123, Hostname=h] 9 bytes Queued mail for delivery", Some("4f0@x.cn")),
            ("Mail OK queued as gzga-smtp-mtada-g1-2,_____wD3", Some("gzga-smtp-mtada-g1-2")),
            ("Ok 0102018d5b3c-9a-000000", Some("0102018d5b3c-9a-000000")),
            ("48A0Bcde012345 Message accepted for delivery", Some("48A0Bcde012345")),
            ("OK: queued as.", None),
            ("Message accepted", None),
        ] {
            assert_eq!(queue_id(text).as_deref(), id, "{text}");
        }
    }
}
