//! Bytes from the server become replies, however they are cut and whatever they are.
//!
//! The limits are far above what honest servers send and far below what hurts; a server over them is given up.

use crate::{ProtocolFault, Reply};

/// RFC 5321 §4.5.3.1.5 allows 512 octets a line; real servers send a little more.
const MAX_LINE: usize = 4_096;
const MAX_LINES: usize = 256;
/// Unread bytes that may wait; a window of replies is a few hundred.
const MAX_WAITING: usize = 64 * 1024;

/// What has arrived and was not read yet, and the reply being read.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    /// Where the unread bytes begin.
    start: usize,
    /// Up to where no line feed was found.
    searched: usize,
    code: Option<u16>,
    words: Vec<u8>,
    lines: usize,
}

impl Inbox {
    /// Takes bytes from the socket.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), ProtocolFault> {
        if self.bytes.len() - self.start + bytes.len() > MAX_WAITING {
            return Err(ProtocolFault::TooMuch);
        }
        if self.start == self.bytes.len() {
            self.bytes.clear();
            (self.start, self.searched) = (0, 0);
        } else if self.start > MAX_WAITING {
            // Half a reply has waited behind all of them.
            self.bytes.drain(..self.start);
            (self.start, self.searched) = (0, self.searched - self.start);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Whether nothing waits to be read, not even the rest of a reply.
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.bytes.len() && self.code.is_none()
    }

    /// The code of the next whole reply, if it is there; its words are in [`Inbox::reply`] until the next call.
    pub(crate) fn next_reply(&mut self) -> Result<Option<u16>, ProtocolFault> {
        while let Some((from, to)) = self.next_line()? {
            if self.code.is_none() {
                self.words.clear();
                self.lines = 0;
            }
            let line = self.bytes.get(from..to).unwrap_or_default();
            let (code, is_last, words) = split_line(line).ok_or(ProtocolFault::NotAReply)?;
            // RFC 5321 §4.2.1: all lines have the same code. A mixture would mean different things to different readers.
            if self.code.is_some_and(|earlier| earlier != code) {
                return Err(ProtocolFault::NotAReply);
            }
            self.lines += 1;
            if self.lines > MAX_LINES {
                return Err(ProtocolFault::TooMuch);
            }
            if self.lines > 1 {
                self.words.push(b'\n');
            }
            self.words.extend_from_slice(words);
            self.code = (!is_last).then_some(code);
            if is_last {
                return Ok(Some(code));
            }
        }
        Ok(None)
    }

    /// The reply that [`Inbox::next_reply`] found last.
    pub(crate) fn reply(&self, code: u16) -> Reply {
        Reply::decode(code, &self.words)
    }

    /// The lines of that reply as they came.
    pub(crate) fn words(&self) -> &[u8] {
        &self.words
    }

    /// Where the next line begins and ends, without its line end.
    fn next_line(&mut self) -> Result<Option<(usize, usize)>, ProtocolFault> {
        let unread = self.bytes.get(self.searched..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'\n', unread) else {
            self.searched = self.bytes.len();
            let too_long = self.bytes.len() - self.start > MAX_LINE;
            return if too_long { Err(ProtocolFault::TooMuch) } else { Ok(None) };
        };
        let end = self.searched + found;
        let from = self.start;
        self.start = end + 1;
        self.searched = end + 1;
        if end - from > MAX_LINE {
            return Err(ProtocolFault::TooMuch);
        }
        let has_cr = end > from && self.bytes.get(end - 1) == Some(&b'\r');
        Ok(Some((from, end - usize::from(has_cr))))
    }
}

/// Splits `250-words`: code, whether it is the last line, words.
fn split_line(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    let code = std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    let code = code.parse::<u16>().ok().filter(|code| (200..600).contains(code))?;
    match rest.split_first() {
        None => Some((code, true, rest)),
        Some((b' ', words)) => Some((code, true, words)),
        Some((b'-', words)) => Some((code, false, words)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replies(parts: &[&[u8]]) -> Result<Vec<Reply>, ProtocolFault> {
        let mut inbox = Inbox::default();
        let mut found = Vec::new();
        for part in parts {
            inbox.push(part)?;
            while let Some(code) = inbox.next_reply()? {
                found.push(inbox.reply(code));
            }
        }
        Ok(found)
    }

    #[test]
    fn replies_are_found_in_any_pieces() {
        let whole = b"250-first\r\n250-second\r\n250 third\r\n354 go\n550\r\n";
        let bytewise: Vec<&[u8]> = whole.chunks(1).collect();
        let found = replies(&bytewise).expect("good replies");
        assert_eq!(found, replies(&[whole]).expect("good replies"));
        assert_eq!(found.iter().map(|r| r.code).collect::<Vec<_>>(), [250, 354, 550]);
        assert_eq!(found[0].text, "first\nsecond\nthird");
    }

    #[test]
    fn what_was_read_is_let_go_of_even_if_half_a_reply_always_waits() {
        let mut inbox = Inbox::default();
        inbox.push(b"25").expect("little");
        for _ in 0..100_000 {
            inbox.push(b"0 ok\r\n25").expect("little");
            assert_eq!(inbox.next_reply(), Ok(Some(250)));
        }
        assert!(inbox.bytes.len() < 2 * MAX_WAITING, "{} bytes are held", inbox.bytes.len());
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for bad in [
            "",
            "25",
            "2x0 a",
            "999 a",
            "100 a",
            "250_a",
            "HTTP/1.1 400 Bad Request",
            "250-a\r\n550 b",
            "١٢٣ a",
        ] {
            let found = replies(&[format!("{bad}\r\n").as_bytes()]);
            assert_eq!(found, Err(ProtocolFault::NotAReply), "{bad:?}");
        }
    }

    #[test]
    fn too_much_is_refused() {
        let long = [b'a'; MAX_LINE + 1];
        assert_eq!(replies(&[&long]), Err(ProtocolFault::TooMuch));
        assert_eq!(replies(&["250-a\r\n".repeat(MAX_LINES + 1).as_bytes()]), Err(ProtocolFault::TooMuch));
        assert_eq!(Inbox::default().push(&vec![b'a'; MAX_WAITING + 1]), Err(ProtocolFault::TooMuch));
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20)) {
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            if let Ok(found) = replies(&parts) {
                for reply in found {
                    prop_assert!((200..600).contains(&reply.code));
                    prop_assert!(reply.text.chars().count() <= 2_000);
                    prop_assert!(!reply.text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
                }
            }
        }

        #[test]
        fn the_cutting_never_matters(cuts in prop::collection::vec(1..9usize, 1..40)) {
            let whole = "220 mail.example.cn ESMTP\r\n250-mail\r\n250-SIZE 1000\r\n250 HELP\r\n451 4.3.0 later\r\n".as_bytes();
            let mut parts = Vec::new();
            let mut rest = whole;
            for cut in cuts {
                let (part, behind) = rest.split_at(cut.min(rest.len()));
                parts.push(part);
                rest = behind;
            }
            parts.push(rest);
            prop_assert_eq!(replies(&parts), replies(&[whole]));
        }
    }
}
