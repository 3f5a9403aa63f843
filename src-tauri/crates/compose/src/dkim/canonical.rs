//! The form of a mail that is signed: "relaxed", in which white space that relays touch does not count (RFC 6376 §3.4).

use memchr::memchr2;

/// A header field as it stands in the mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    name: &'a [u8],
    /// What stands behind the colon, folds included, without the last line end.
    value: &'a [u8],
}

/// A line ends otherwise than with CR LF, so a server would change it after it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BareLineEnd;

/// Takes a mail apart: its fields from top to bottom, and its body.
pub(super) fn split(mail: &[u8]) -> Result<(Vec<Field<'_>>, &[u8]), BareLineEnd> {
    let mut fields = Vec::with_capacity(16);
    let mut rest = mail;
    while !rest.is_empty() {
        let (line, behind) = next_line(rest)?;
        if line.is_empty() {
            return Ok((fields, behind));
        }
        let mut end = line.len();
        let mut behind_field = behind;
        while behind_field.first().is_some_and(is_blank) {
            let (more, behind) = next_line(behind_field)?;
            end += 2 + more.len();
            behind_field = behind;
        }
        if let Some(field) = rest.get(..end).and_then(Field::new) {
            fields.push(field);
        }
        rest = behind_field;
    }
    Ok((fields, &[]))
}

impl<'a> Field<'a> {
    /// A field without the line end behind it; `None` where there is no colon.
    pub(super) fn new(text: &'a [u8]) -> Option<Self> {
        let colon = memchr::memchr(b':', text)?;
        let (name, value) = text.split_at_checked(colon)?;
        Some(Self { name: name.trim_ascii_end(), value: value.get(1..)? })
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Appends the field in its relaxed form (§3.4.2), without a line end.
    pub(super) fn append_relaxed(&self, out: &mut Vec<u8>) {
        out.extend(self.name.iter().map(u8::to_ascii_lowercase));
        out.push(b':');
        let start = out.len();
        let words = self.value.split(|byte| is_blank(byte) || matches!(byte, b'\r' | b'\n'));
        for word in words.filter(|word| !word.is_empty()) {
            if out.len() > start {
                out.push(b' ');
            }
            out.extend_from_slice(word);
        }
    }
}

/// The body in its relaxed form (§3.4.4): empty where it has nothing but empty lines.
pub(super) fn relaxed_body(body: &[u8]) -> Result<Vec<u8>, BareLineEnd> {
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut empty_lines = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let (line, behind) = next_line(rest)?;
        rest = behind;
        let line = without_blanks_behind(line);
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            out.extend_from_slice(b"\r\n");
        }
        append_relaxed_line(line, &mut out);
        out.extend_from_slice(b"\r\n");
    }
    Ok(out)
}

fn append_relaxed_line(line: &[u8], out: &mut Vec<u8>) {
    if is_relaxed(line) {
        out.extend_from_slice(line);
        return;
    }
    let mut rest = line;
    while let Some((word, behind)) = memchr2(b' ', b'\t', rest).and_then(|at| rest.split_at_checked(at)) {
        out.extend_from_slice(word);
        out.push(b' ');
        let blanks = behind.iter().take_while(|byte| is_blank(byte)).count();
        rest = behind.get(blanks..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// Whether a line has single spaces only. Most have, and to ask that of all bytes at once is much faster than to look for
/// every space, as the compiler makes vector instructions of it.
fn is_relaxed(line: &[u8]) -> bool {
    let pairs = line.iter().zip(line.iter().skip(1));
    let has_double = pairs.fold(false, |any, (one, next)| any | ((*one == b' ') & (*next == b' ')));
    let has_tab = line.iter().fold(false, |any, byte| any | (*byte == b'\t'));
    !has_double & !has_tab
}

/// The first line without its end, and what follows; the last line may have no end.
fn next_line(bytes: &[u8]) -> Result<(&[u8], &[u8]), BareLineEnd> {
    let Some(at) = memchr2(b'\r', b'\n', bytes) else { return Ok((bytes, &[])) };
    let (line, behind) = bytes.split_at_checked(at).ok_or(BareLineEnd)?;
    Ok((line, behind.strip_prefix(b"\r\n").ok_or(BareLineEnd)?))
}

fn without_blanks_behind(line: &[u8]) -> &[u8] {
    let blanks = line.iter().rev().take_while(|byte| is_blank(byte)).count();
    line.get(..line.len() - blanks).unwrap_or(line)
}

const fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        String::from_utf8(relaxed_body(text.as_bytes()).expect("canonical")).expect("text")
    }

    fn fields(mail: &str) -> Vec<String> {
        let relaxed = |field: &Field<'_>| {
            let mut out = Vec::new();
            field.append_relaxed(&mut out);
            String::from_utf8(out).expect("text")
        };
        split(mail.as_bytes()).expect("canonical").0.iter().map(relaxed).collect()
    }

    #[test]
    fn the_example_of_the_standard_comes_out_as_it_says() {
        // RFC 6376 §3.4.5.
        let mail = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(fields(mail), ["a:X", "b:Y Z"]);
        assert_eq!(split(mail.as_bytes()).expect("canonical").1, b" C \r\nD \t E\r\n\r\n\r\n");
        assert_eq!(body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
    }

    #[test]
    fn empty_lines_count_inside_a_body_and_not_at_its_end() {
        for (written, relaxed) in [
            ("", ""),
            ("\r\n", ""),
            ("\r\n\r\n \t\r\n", ""),
            ("a", "a\r\n"),
            ("a\r\n", "a\r\n"),
            ("a\r\n \r\n\t\r\n", "a\r\n"),
            ("\r\na\r\n \r\nb", "\r\na\r\n\r\nb\r\n"),
            ("a  \t b\r\n\tc\t\r\n", "a b\r\n c\r\n"),
            (".\r\n..a\r\n", ".\r\n..a\r\n"),
        ] {
            assert_eq!(body(written), relaxed, "{written:?}");
        }
    }

    #[test]
    fn a_head_may_have_empty_values_folds_and_no_body() {
        assert_eq!(fields("To:\r\nX-Y:  \r\n \r\n z\r\n"), ["to:", "x-y:z"]);
        assert_eq!(fields("SUBJECT:a:b\r\n\tc"), ["subject:a:b c"]);
        assert_eq!(fields("\r\nFrom: x\r\n"), Vec::<String>::new());
    }

    #[test]
    fn a_mail_that_a_server_would_change_is_not_signed() {
        for mail in ["A: b\nC: d\r\n\r\n", "A: b\r\n c\rd\r\n\r\n"] {
            assert_eq!(split(mail.as_bytes()).map(|_| ()), Err(BareLineEnd), "{mail:?}");
        }
        for text in ["a\nb\r\n", "a\r\nb\rc\r\n", "a\r"] {
            assert_eq!(relaxed_body(text.as_bytes()), Err(BareLineEnd), "{text:?}");
        }
    }
}
