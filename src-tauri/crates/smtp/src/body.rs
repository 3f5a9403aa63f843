//! The bytes of one mail in the one form that no server can misread.
//!
//! A mail that holds a bare LF or CR can end early at a server that takes those for line ends, and what follows would
//! be commands ("SMTP smuggling"). So every line end becomes CR LF before the dots are stuffed: then every line break
//! that any server may see is one at which we stuffed (RFC 5321 §4.5.2).

/// A mail ready for DATA: lines end with CR LF, leading dots doubled, the final `.` CR LF included.
#[derive(Clone, PartialEq, Eq)]
pub struct WireBody {
    bytes: Vec<u8>,
    stuffed_dots: usize,
}

/// Why some bytes cannot be sent as a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// A line over 998 octets (RFC 5321 §4.5.3.1.6). Cutting it here would break signatures and encodings; whoever
    /// built the mail must choose an encoding that folds.
    #[error("line {line} of the mail has more than 998 octets")]
    LineTooLong {
        /// Counted from 1.
        line: usize,
    },
    /// A NUL, at which some servers cut the mail off.
    #[error("line {line} of the mail has a NUL")]
    Nul {
        /// Counted from 1.
        line: usize,
    },
}

const MAX_LINE: usize = 998;
const END: &[u8] = b".\r\n";

impl WireBody {
    /// Makes the wire form of a mail; CR LF, LF and CR all end a line. One that comes as a `Vec` is rarely copied.
    pub fn new(mail: impl AsRef<[u8]> + Into<Vec<u8>>) -> Result<Self, BodyFault> {
        if !is_wire_form(mail.as_ref()) {
            return Self::from_any(mail.as_ref());
        }
        let mut bytes = mail.into();
        bytes.extend_from_slice(END);
        Ok(Self { bytes, stuffed_dots: 0 })
    }

    fn from_any(mail: &[u8]) -> Result<Self, BodyFault> {
        let mut bytes = Vec::with_capacity(mail.len() + mail.len() / 32 + 16);
        let mut stuffed_dots = 0;
        let mut rest = mail;
        let mut line = 0;
        while !rest.is_empty() {
            line += 1;
            let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            let (content, behind) = rest.split_at(end);
            if content.len() > MAX_LINE {
                return Err(BodyFault::LineTooLong { line });
            }
            if memchr::memchr(0, content).is_some() {
                return Err(BodyFault::Nul { line });
            }
            if content.first() == Some(&b'.') {
                bytes.push(b'.');
                stuffed_dots += 1;
            }
            bytes.extend_from_slice(content);
            bytes.extend_from_slice(b"\r\n");
            rest = behind
                .strip_prefix(b"\r\n")
                .or_else(|| behind.split_first().map(|(_, behind)| behind))
                .unwrap_or_default();
        }
        bytes.extend_from_slice(END);
        Ok(Self { bytes, stuffed_dots })
    }

    /// Octets of the mail as the server counts them for SIZE: without stuffed dots and the final dot (RFC 1870 §3).
    pub fn size(&self) -> usize {
        self.bytes.len() - self.stuffed_dots - END.len()
    }

    /// What goes on the wire behind the 354.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The mail as BDAT sends it: its length is told before, so no dot is stuffed and none ends it (RFC 3030 §2).
    pub(crate) fn into_chunk(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len_before_dot());
        if self.stuffed_dots == 0 {
            return self.bytes;
        }
        let mut chunk = Vec::with_capacity(self.bytes.len());
        let mut rest = self.bytes.as_slice();
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, behind) = rest.split_at(end);
            chunk.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            rest = behind;
        }
        chunk
    }

    /// How many octets stand before the final dot.
    pub(crate) fn len_before_dot(&self) -> usize {
        self.bytes.len() - END.len()
    }
}

/// Whether a mail only lacks the final dot: CR LF at every line's end and nowhere else half of it, no dot to stuff and
/// nothing to refuse. So are nearly all mails, and to see that takes a fraction of making it so.
fn is_wire_form(mail: &[u8]) -> bool {
    let mut start = 0;
    let are_lines_plain = memchr::memchr_iter(b'\n', mail).all(|end| {
        let line = mail.get(start..end).unwrap_or_default();
        start = end + 1;
        line.last() == Some(&b'\r') && line.len() <= MAX_LINE + 1 && line.first() != Some(&b'.')
    });
    are_lines_plain
        && start == mail.len()
        && memchr::memchr_iter(b'\r', mail).count() == memchr::memchr_iter(b'\n', mail).count()
        && memchr::memchr(0, mail).is_none()
}

impl std::fmt::Debug for WireBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WireBody({} octets)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wire(mail: &str) -> String {
        let body = WireBody::new(mail.as_bytes()).expect("a good mail");
        String::from_utf8(body.as_bytes().to_vec()).expect("text")
    }

    #[test]
    fn lines_end_with_crlf_and_dots_are_stuffed() {
        assert_eq!(wire("a\nb\rc\r\nd"), "a\r\nb\r\nc\r\nd\r\n.\r\n");
        assert_eq!(wire(".\n..\n.a\nb."), "..\r\n...\r\n..a\r\nb.\r\n.\r\n");
        assert_eq!(wire("a\n.\r\nMAIL FROM:<x@y.zz>\r\n"), "a\r\n..\r\nMAIL FROM:<x@y.zz>\r\n.\r\n");
        assert_eq!(wire("a\r\r\nb\n\rc"), "a\r\n\r\nb\r\n\r\nc\r\n.\r\n");
        assert_eq!(wire(""), ".\r\n");
    }

    #[test]
    fn the_size_is_that_of_the_mail() {
        assert_eq!(WireBody::new(b"a\r\n.b\r\n").expect("good").size(), 7);
        assert_eq!(WireBody::new(b"a\n.b").expect("good").size(), 7);
        assert_eq!(WireBody::new(b"").expect("good").size(), 0);
    }

    #[test]
    fn what_no_server_must_take_is_refused() {
        let long = format!("a\r\n{}\r\n", "b".repeat(999));
        assert_eq!(WireBody::new(long.as_bytes()), Err(BodyFault::LineTooLong { line: 2 }));
        assert_eq!(WireBody::new(b"a\0b"), Err(BodyFault::Nul { line: 1 }));
        assert!(WireBody::new("b".repeat(998).as_bytes()).is_ok());
    }

    /// Reads mails the way a careless server does: CR LF, LF and CR all end a line.
    fn careless_mails(wire: &[u8]) -> Vec<Vec<u8>> {
        let text = wire.to_vec();
        let mut mails = Vec::new();
        let mut mail = Vec::new();
        let unified: Vec<u8> =
            String::from_utf8_lossy(&text).replace("\r\n", "\n").replace('\r', "\n").into_bytes();
        for line in unified.strip_suffix(b"\n").unwrap_or(&unified).split(|&b| b == b'\n') {
            if line == b"." {
                mails.push(std::mem::take(&mut mail));
                continue;
            }
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            mail.extend_from_slice(b"\r\n");
        }
        if !mail.is_empty() {
            mails.push(mail);
        }
        mails
    }

    /// Mails made of the pieces that smuggling is made of.
    fn nasty_mail() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "\r",
            "\n",
            "\r\n",
            ".",
            "a",
            " ",
            "\r\n.\r\n",
            "\n.\n",
            "\r.\r",
            "QUIT",
        ]);
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
    }

    #[test]
    fn a_chunk_is_the_mail_as_it_was_meant() {
        for (mail, chunk) in [
            ("a\nb.", "a\r\nb.\r\n"),
            (".\n..\n.a\n", ".\r\n..\r\n.a\r\n"),
            ("a\r\n.\r\nQUIT", "a\r\n.\r\nQUIT\r\n"),
            ("", ""),
        ] {
            let body = WireBody::new(mail.as_bytes()).expect("a good mail");
            let size = body.size();
            let sent = body.into_chunk();
            assert_eq!((sent.as_slice(), sent.len()), (chunk.as_bytes(), size));
        }
    }

    proptest! {
        #[test]
        fn one_mail_is_always_exactly_one_mail(mail in nasty_mail()) {
            let body = WireBody::new(mail.as_slice()).expect("short lines");
            let mails = careless_mails(body.as_bytes());
            prop_assert_eq!(mails.len(), 1);
            prop_assert_eq!(mails[0].len(), body.size());
        }

        #[test]
        fn a_mail_that_is_in_wire_form_already_comes_out_as_any_other(mail in nasty_mail(), long in 990_usize..1005) {
            let folded = String::from_utf8_lossy(&mail).replace("QUIT", &"Q".repeat(long)).replace("\r\n", "\n")
                .replace('\r', "\n").replace('\n', "\r\n");
            for mail in [mail.as_slice(), folded.as_bytes(), format!("{folded}\0\r\n").as_bytes(), format!("{folded}a\r\n").as_bytes()] {
                prop_assert_eq!(WireBody::new(mail), WireBody::from_any(mail));
            }
        }

        #[test]
        fn no_bare_line_end_is_left(mail in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(body) = WireBody::new(mail.as_slice()) {
                let bytes = body.as_bytes();
                for (at, &byte) in bytes.iter().enumerate() {
                    prop_assert!(byte != b'\r' || bytes.get(at + 1) == Some(&b'\n'));
                    prop_assert!(byte != b'\n' || (at > 0 && bytes[at - 1] == b'\r'));
                }
                prop_assert!(bytes.ends_with(b".\r\n"));
            }
        }
    }
}
