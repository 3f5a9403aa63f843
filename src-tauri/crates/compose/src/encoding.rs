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
    // To split text at a character is a search by the word, to split bytes by a test is one by the byte.
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\r\n");
        }
        append_quoted_line(line.as_bytes(), out);
    }
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

/// Appends bytes that stand for themselves, with soft breaks; gives the column behind them.
fn append_literal(mut literal: &[u8], mut column: usize, out: &mut Vec<u8>) -> usize {
    while column + literal.len() > SOFT_LIMIT {
        let (fitting, behind) = literal.split_at(SOFT_LIMIT - column);
        out.extend_from_slice(fitting);
        out.extend_from_slice(b"=\r\n");
        literal = behind;
        column = 0;
    }
    out.extend_from_slice(literal);
    column + literal.len()
}

/// How many of the first bytes stand for themselves. To ask that of a chunk at once is several times as fast as to stop at
/// the first that does not, as the compiler makes vector instructions of it.
fn literal_run(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<32>();
    let is_whole = |chunk: &&[u8; 32]| chunk.iter().fold(true, |all, b| all & is_literal(*b));
    let whole = 32 * chunks.iter().take_while(is_whole).count();
    let behind = bytes.get(whole..).unwrap_or_default();
    whole + behind.iter().take_while(|b| is_literal(**b)).count()
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
    fn every_escaped_byte_is_counted() {
        assert_eq!(count_escaped(&"雁a\n".repeat(1000)), 3000);
    }

    #[test]
    fn the_shorter_encoding_is_chosen() {
        assert_eq!(Transfer::shorter_for("Dear friend, here is café news."), Transfer::QuotedPrintable);
        assert_eq!(Transfer::shorter_for("鸿雁传书，一封一人。"), Transfer::Base64);
    }
}
