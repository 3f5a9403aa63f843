//! Reads merge tags as people type them.
//!
//! A tag is found the way the template engine finds it, strings and all. Chinese input methods and word processors
//! write curly quotes and full-width brackets; inside a tag these mean their ASCII forms.

use crate::tags::{MergeTag, TagKind, Unclosed};

/// A stretch of a text as written.
pub(crate) enum Piece<'a> {
    Literal(&'a str),
    Tag(MergeTag),
    Comment(&'a str),
}

/// Cuts a text into literal text, tags and comments.
pub(crate) fn split(text: &str) -> Result<Vec<Piece<'_>>, Unclosed> {
    let mut pieces = Vec::new();
    // Looked up once: a style sheet may have many `{#`.
    let last_comment_end = text.rfind("#}");
    let (mut literal_start, mut at, mut line) = (0, 0, 1);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
        let start = at + found;
        let from_start = text.get(start..).unwrap_or_default();
        line += text.get(at..start).unwrap_or_default().matches('\n').count();
        let (piece, len) = match from_start.as_bytes().get(1) {
            Some(b'{') => read_tag(from_start, TagKind::Value, line)?,
            Some(b'%') => read_tag(from_start, TagKind::Statement, line)?,
            // `{#` opens a comment only if it is closed: style sheets have `{#id`.
            Some(b'#') if last_comment_end.is_some_and(|end| end >= start + 2) => {
                let len = from_start.find("#}").map_or(from_start.len(), |end| end + 2);
                (Piece::Comment(from_start.get(..len).unwrap_or_default()), len)
            }
            _ => {
                at = start + 1;
                continue;
            }
        };
        pieces.push(Piece::Literal(text.get(literal_start..start).unwrap_or_default()));
        pieces.push(piece);
        line += from_start.get(..len).unwrap_or_default().matches('\n').count();
        at = start + len;
        literal_start = at;
    }
    pieces.push(Piece::Literal(text.get(literal_start..).unwrap_or_default()));
    Ok(pieces)
}

/// Reads the tag that a text starts with; gives its length in bytes too.
fn read_tag(text: &str, kind: TagKind, line: usize) -> Result<(Piece<'_>, usize), Unclosed> {
    let close = if kind == TagKind::Value { "}}" } else { "%}" };
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(2);
    let mut quote: Option<char> = None;
    while let Some((index, c)) = chars.next() {
        match quote {
            None if text.get(index..).is_some_and(|rest| rest.starts_with(close)) => {
                let (trim, inner) = without_trim_marks(&inner);
                return Ok((Piece::Tag(MergeTag { kind, inner, trim, line }), index + close.len()));
            }
            None => {
                quote = closing_quote(c);
                inner.push(straight(c));
            }
            Some(_) if c == '\\' => {
                inner.push(c);
                inner.extend(chars.next().map(|(_, escaped)| escaped));
            }
            Some(end) if closes(c, end) => {
                quote = None;
                inner.push(straight(c));
            }
            Some(end) if c == straight(end) => inner.extend(['\\', c]),
            Some(_) => inner.push(c),
        }
    }
    Err(Unclosed { line })
}

/// What ends a string that this character opens. Chinese input methods write curly quotes, so these open one too.
const fn closing_quote(c: char) -> Option<char> {
    match c {
        '"' | '\'' => Some(c),
        '“' | '”' => Some('”'),
        '‘' | '’' => Some('’'),
        _ => None,
    }
}

const fn closes(c: char, end: char) -> bool {
    c == end || (end == '”' && c == '“') || (end == '’' && c == '‘')
}

/// The ASCII form of what Chinese input methods and word processors write inside a tag.
const fn straight(c: char) -> char {
    match c {
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '（' => '(',
        '）' => ')',
        '，' => ',',
        '｜' => '|',
        '\u{a0}' | '\u{3000}' => ' ',
        _ => c,
    }
}

fn without_trim_marks(inner: &str) -> ((&'static str, &'static str), String) {
    let mark = |c: Option<char>| match c {
        Some('-') => "-",
        Some('+') => "+",
        _ => "",
    };
    let left = mark(inner.chars().next());
    let rest = inner.strip_prefix(left).unwrap_or(inner);
    let right = mark(rest.chars().next_back());
    ((left, right), rest.strip_suffix(right).unwrap_or(rest).to_owned())
}
