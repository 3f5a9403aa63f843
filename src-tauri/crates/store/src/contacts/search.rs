//! What a contact is found by, and how a search text is looked up.
//!
//! The index knows pieces of three characters. That finds any text from three characters on, but nothing shorter, and
//! a Chinese name has two or three. So every character beyond ASCII stands in the index once more as two pieces that
//! end in a mark: alone (`王••`) and with its neighbour (`王丽•`). One or two ASCII characters are too few to search
//! for; they are taken for the start of an address or a name.

use hongyan_domain::{clean_line, truncate_chars};

/// Ends the pieces made for short searches; a private-use character, so no text has it.
const MARK: char = '\u{e000}';

/// Longer search texts are cut: nobody types one, and each character costs work.
const MAX_CHARS: usize = 100;

/// The text that a contact is found by: address, shown name and all values, lower-case, one a line.
pub(crate) fn search_text<'a>(
    address: &str,
    display_name: &'a str,
    values: impl Iterator<Item = &'a str>,
) -> String {
    let mut text = address.to_lowercase();
    for part in std::iter::once(display_name).chain(values) {
        if !part.is_empty() {
            text.push('\n');
            text.push_str(&part.to_lowercase());
        }
    }
    if !text.is_ascii() {
        let pieces = short_pieces(&text);
        text.push('\n');
        text.push_str(&pieces);
    }
    text
}

/// For `王丽`: `王••王丽••`, whose runs of three have `王••`, `王丽•` and `丽••` among them.
fn short_pieces(text: &str) -> String {
    let mut pieces = String::new();
    let mut before = None;
    for c in text.chars() {
        if is_wide(c) {
            pieces.extend(before);
            pieces.extend([c, MARK, MARK]);
            before = Some(c);
        } else {
            before = None;
        }
    }
    pieces
}

/// Whether a character is worth a search of its own.
fn is_wide(c: char) -> bool {
    !c.is_ascii() && c.is_alphanumeric()
}

/// How a search text is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Search {
    /// In the index of pieces.
    Pieces {
        /// The index's own expression.
        matching: String,
        /// How to test a row without the index: needed as pieces may match without standing side by side. Missing for
        /// letters whose case SQLite does not fold; then all pieces of the text are asked for, which comes close.
        test: Option<RowTest>,
    },
    /// The start of an address or a name, ASCII, lower-case.
    Prefix {
        /// From this on.
        from: String,
        /// Up to, not including this.
        until: String,
    },
}

/// `like` patterns (escape character `\`) that a matching row fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowTest {
    /// For address, name and a field's value.
    pub(crate) value: String,
    /// For the JSON of all fields, where some characters are escaped.
    pub(crate) json: String,
    /// Some field's name has the text as well, so a hit in the JSON may be the name and not a value.
    pub(crate) is_in_field_name: bool,
}

impl Search {
    /// Reads what the user typed; `None` where it is blank. `field_names` are all there are.
    pub(crate) fn parse(typed: &str, field_names: &[String]) -> Option<Self> {
        let text = clean_line(typed).to_lowercase();
        let text = truncate_chars(&text, MAX_CHARS);
        let chars: Vec<char> = text.chars().collect();
        let test = chars.iter().all(|c| is_caseless(*c)).then(|| RowTest::new(text, field_names));
        let pieces = match chars.as_slice() {
            [] => return None,
            [a] if is_wide(*a) => vec![[*a, MARK, MARK]],
            [a, b] if is_wide(*a) && is_wide(*b) => vec![[*a, *b, MARK]],
            [a, _] | [_, a] if is_wide(*a) => vec![[*a, MARK, MARK]],
            [_] | [_, _] => {
                return Some(Self::Prefix { from: text.to_owned(), until: format!("{text}{}", char::MAX) });
            }
            long => pieces_of(long, if test.is_some() { 2 } else { 1 }),
        };
        let quoted: Vec<String> = pieces
            .iter()
            .map(|piece| format!("\"{}\"", piece.iter().collect::<String>().replace('"', "\"\"")))
            .collect();
        Some(Self::Pieces { matching: quoted.join(" AND "), test })
    }
}

/// Pieces that cover the text, one every `step` characters. Of two, each still binds its neighbours together, at half
/// the work.
fn pieces_of(chars: &[char], step: usize) -> Vec<[char; 3]> {
    let all: Vec<[char; 3]> = chars.windows(3).filter_map(|piece| piece.try_into().ok()).collect();
    let last = all.len().saturating_sub(1);
    all.into_iter()
        .enumerate()
        .filter(|(at, _)| at % step == 0 || *at == last)
        .map(|(_, piece)| piece)
        .collect()
}

/// Whether `like` finds the character in the case it is written in: it folds ASCII letters only.
fn is_caseless(c: char) -> bool {
    c.is_ascii() || c.to_uppercase().eq(std::iter::once(c))
}

impl RowTest {
    fn new(text: &str, field_names: &[String]) -> Self {
        let json = serde_json::Value::from(text).to_string();
        let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(&json);
        let is_in_field_name = field_names.iter().any(|name| name.contains(text));
        Self { value: contains(text), json: contains(json), is_in_field_name }
    }
}

fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(text: &str) -> String {
        match Search::parse(text, &[]) {
            Some(Search::Pieces { matching, .. }) => matching.replace(MARK, "•"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn wide_characters_stand_in_the_index_alone_and_in_pairs() {
        let text = search_text("Li@Example.cn", "王小丽", ["北京 A"].into_iter());
        let text = text.replace(MARK, "•");
        assert_eq!(text, "li@example.cn\n王小丽\n北京 a\n王••王小••小丽••北••北京••");
    }

    #[test]
    fn ascii_text_has_no_pieces_of_its_own() {
        assert_eq!(search_text("A@b.cn", "", ["", "X"].into_iter()), "a@b.cn\nx");
    }

    #[test]
    fn searches_ask_for_pieces_that_cover_the_text() {
        assert_eq!(matching("abc"), "\"abc\"");
        assert_eq!(matching(" ABCDE "), "\"abc\" AND \"cde\"");
        assert_eq!(matching("abcdef"), "\"abc\" AND \"cde\" AND \"def\"");
        assert_eq!(matching("a\"c"), "\"a\"\"c\"");
        assert_eq!(matching("王"), "\"王••\"");
        assert_eq!(matching("王丽"), "\"王丽•\"");
        assert_eq!(matching("a王"), "\"王••\"");
        assert_eq!(matching("王小丽"), "\"王小丽\"");
        assert_eq!(matching("émile"), "\"émi\" AND \"mil\" AND \"ile\"");
    }

    #[test]
    fn one_or_two_ascii_characters_are_a_start() {
        assert_eq!(
            Search::parse("Li", &[]),
            Some(Search::Prefix { from: "li".into(), until: "li\u{10ffff}".into() })
        );
        assert_eq!(Search::parse("  \n ", &[]), None);
    }

    #[test]
    fn signs_of_patterns_and_of_json_are_meant_literally() {
        let Some(Search::Pieces { test: Some(test), .. }) = Search::parse("50%_\"x", &[]) else {
            panic!("no test");
        };
        assert_eq!(test.value, "%50\\%\\_\"x%");
        assert_eq!(test.json, "%50\\%\\_\\\\\"x%");
    }
}
