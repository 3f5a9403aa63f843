//! Text to lines that every mail server passes on unchanged: quoted-printable or base64, whichever is shorter.
//!
//! Latin text stays readable in quoted-printable; Chinese text would triple there. Both come out as lines of at most
//! 76 characters with CRLF, so nothing in a body can be too long, end the mail early, or start a line with a space
//! that gets lost. Kept apart from the headers, so that constant parts of a template can be encoded ahead of time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes behind which a line is broken softly: 76 of RFC 2045 less the `=`.
const SOFT_LIMIT: usize = 75;
/// Bytes that make one base64 line of 76 characters.
const BASE64_CHUNK: usize = 57;

/// A content transfer encoding (RFC 2045 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    QuotedPrintable,
    Base64,
}

impl Transfer {
    /// The shorter one for a text with LF line ends.
    pub(crate) fn shorter_for(text: &str) -> Self {
        let quoted = (text.len() + 2 * count_escaped(text)) * 78 / 75;
        let base64 = text.len().div_ceil(3) * 4 * 78 / 76;
        if quoted <= base64 { Self::QuotedPrintable } else { Self::Base64 }
    }

    /// The word in `Content-Transfer-Encoding`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::QuotedPrintable => "quoted-printable",
            Self::Base64 => "base64",
        }
    }

    /// Appends a text with LF line ends; the decoded text has CRLF line ends.
    pub(crate) fn append(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::QuotedPrintable => append_quoted_printable(text, out),
            Self::Base64 => append_base64(text, out),
        }
    }
}

fn append_quoted_printable(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + text.len() / 8);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
        append_quoted_line(text.as_bytes().get(start..end).unwrap_or_default(), out);
        out.extend_from_slice(b"\r\n");
        start = end + 1;
    }
    append_quoted_line(text.as_bytes().get(start..).unwrap_or_default(), out);
}

fn append_quoted_line(line: &[u8], out: &mut Vec<u8>) {
    let (mut rest, last_blank) = match line.split_last() {
        Some((last @ (b' ' | b'\t'), start)) => (start, Some(*last)),
        _ => (line, None),
    };
    let mut column = 0;
    while !rest.is_empty() {
        let (literal, behind) = rest.split_at(literal_run(rest));
        column = append_literal(literal, column, out);
        rest = behind;
        if let Some((byte, behind)) = rest.split_first() {
            if column + 3 > SOFT_LIMIT {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            append_escaped(*byte, out);
            column += 3;
            rest = behind;
        }
    }
    if let Some(blank) = last_blank {
        if column + 3 > SOFT_LIMIT {
            out.extend_from_slice(b"=\r\n");
        }
        append_escaped(blank, out);
    }
}

/// Appends bytes that stand for themselves, with soft breaks; gives the column behind them. A dot at the start of a line
/// is escaped: then no dot is to be stuffed in the mail, and none can be taken for its end.
fn append_literal(mut literal: &[u8], mut column: usize, out: &mut Vec<u8>) -> usize {
    loop {
        if column == 0
            && let Some((b'.', behind)) = literal.split_first()
        {
            append_escaped(b'.', out);
            literal = behind;
            column = 3;
        }
        let (fitting, behind) = literal.split_at(literal.len().min(SOFT_LIMIT - column));
        // To copy as many bytes as the compiler knows of is several times as fast.
        match fitting.first_chunk::<SOFT_LIMIT>() {
            Some(whole_line) => out.extend_from_slice(whole_line),
            None => out.extend_from_slice(fitting),
        }
        if behind.is_empty() {
            return column + fitting.len();
        }
        out.extend_from_slice(b"=\r\n");
        literal = behind;
        column = 0;
    }
}

/// How many of the first bytes stand for themselves. To ask that of a chunk at once is several times as fast as to stop at
/// the first that does not, as the compiler makes vector instructions of it; that one is then found by the word.
fn literal_run(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<32>();
    let is_whole = |chunk: &&[u8; 32]| chunk.iter().fold(true, |all, b| all & is_literal(*b));
    let mut run = 32 * chunks.iter().take_while(is_whole).count();
    let (words, behind) = bytes.get(run..).unwrap_or_default().as_chunks::<8>();
    for word in words {
        match marks_of_escaped(u64::from_le_bytes(*word)) {
            0 => run += 8,
            marks => return run + marks.trailing_zeros() as usize / 8,
        }
    }
    run + behind.iter().take_while(|b| is_literal(**b)).count()
}

/// Sets the highest bit of every byte of a word that does not stand for itself, and no other bit.
const fn marks_of_escaped(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x80 * ONES;
    // Without their highest bits, no sum reaches the next byte.
    let low = word & !HIGHEST;
    let from_blank = low + (0x80 - b' ' as u64) * ONES;
    let not_tab = (low ^ (b'\t' as u64 * ONES)) + 0x7f * ONES;
    let not_equals_sign = (low ^ (b'=' as u64 * ONES)) + 0x7f * ONES;
    let is_del = low + ONES;
    (word | (!from_blank & not_tab) | !not_equals_sign | is_del) & HIGHEST
}

fn append_escaped(byte: u8, out: &mut Vec<u8>) {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'A' + value - 10 };
    out.extend_from_slice(&[b'=', digit(byte >> 4), digit(byte & 15)]);
}

/// Printable ASCII but `=`, and the blanks (which are escaped at a line's end only).
const fn is_literal(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'<' | b'>'..=b'~')
}

/// How many bytes of a text quoted-printable escapes, but for control characters and blanks at the end of a line, which
/// are few. Counts in bytes by the chunk, which the compiler turns into vector instructions: every mail pays for it twice.
fn count_escaped(text: &str) -> usize {
    let count =
        |chunk: &[u8]| chunk.iter().map(|b| u8::from(!b.is_ascii()) | u8::from(*b == b'=')).sum::<u8>();
    text.as_bytes().chunks(usize::from(u8::MAX)).map(|chunk| usize::from(count(chunk))).sum()
}

fn append_base64(text: &str, out: &mut Vec<u8>) {
    let canonical = text.replace('\n', "\r\n");
    out.reserve(canonical.len() * 3 / 2);
    let mut line = String::with_capacity(78);
    for (index, chunk) in canonical.as_bytes().chunks(BASE64_CHUNK).enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\r\n");
        }
        line.clear();
        STANDARD.encode_string(chunk, &mut line);
        out.extend_from_slice(line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        let mut out = Vec::new();
        append_quoted_printable(text, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(quoted("Hello, world!\nBye."), "Hello, world!\r\nBye.");
    }

    #[test]
    fn what_a_server_could_change_is_escaped() {
        assert_eq!(quoted("a=b é \n\u{7f}\t"), "a=3Db =C3=A9=20\r\n=7F=09");
    }

    #[test]
    fn long_lines_are_broken_softly() {
        let text = "x".repeat(75);
        assert_eq!(quoted(&text), text);
        assert_eq!(quoted(&format!("{text}yz")), format!("{text}=\r\nyz"));
        assert_eq!(quoted(&format!("{} ", "x".repeat(75))), format!("{text}=\r\n=20"));
        for line in quoted(&"雁".repeat(1000)).split("\r\n") {
            assert!(line.len() <= 76, "{line}");
        }
    }

    #[test]
    fn no_line_begins_with_a_dot() {
        assert_eq!(quoted(".\n..a\n a.b"), "=2E\r\n=2E.a\r\n a.b");
        let text = "x".repeat(75);
        assert_eq!(quoted(&format!("{text}.{text}.")), format!("{text}=\r\n=2E{}=\r\nxxx.", "x".repeat(72)));
        assert_eq!(quoted(&format!("{text}.=")), format!("{text}=\r\n=2E=3D"));
    }

    #[test]
    fn what_stands_for_itself_ends_at_the_first_byte_that_does_not() {
        for byte in 0..=u8::MAX {
            for at in 0..50 {
                let mut bytes = [b'x'; 50];
                bytes[at] = byte;
                assert_eq!(literal_run(&bytes), if is_literal(byte) { 50 } else { at }, "{byte:#x} at {at}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_quoted_reads_as_before(text in "([ -~]|[.=\t \n]|[é雁\u{0}\u{7f}]){0,400}") {
            let lines = quoted(&text);
            for line in lines.split("\r\n") {
                proptest::prop_assert!(line.len() <= 76 && !line.starts_with('.') && !line.contains(['\r', '\n']));
                proptest::prop_assert!(!line.ends_with([' ', '\t']));
            }
            let mail = format!("Content-Transfer-Encoding: quoted-printable\r\n\r\n{lines}");
            let mail = mail_parser::MessageParser::default().parse(&mail).unwrap();
            proptest::prop_assert_eq!(mail.body_text(0).unwrap(), text.replace('\n', "\r\n"));
        }
    }

    #[test]
    fn every_escaped_byte_is_counted() {
        assert_eq!(count_escaped(&"雁a\n".repeat(1000)), 3000);
    }

    #[test]
    fn the_shorter_encoding_is_chosen() {
        assert_eq!(Transfer::shorter_for("Dear friend, here is café news."), Transfer::QuotedPrintable);
        assert_eq!(Transfer::shorter_for("鸿雁传书，一封一人。"), Transfer::Base64);
    }
}
