//! Finds the merge tags in a text and stands tokens in for them.
//!
//! Markdown and HTML are parsed with the tokens in place of the tags: a parser would tear `{% if a > b %}` apart, take
//! `[x]({{ url }})` for no link, and read a contact's value as markup. Tokens are plain ASCII letters and digits, so
//! they pass every parser unchanged; behind it the tags come back with delimiters that no text can hold.

use crate::language::{BLOCK_CLOSE, BLOCK_OPEN, VALUE_CLOSE, VALUE_OPEN};
use crate::tag_reader::{Piece, split};

/// One merge tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergeTag {
    pub(crate) kind: TagKind,
    /// What stands between the delimiters, without white space control, with straight quotes.
    pub(crate) inner: String,
    /// `-`, `+` or nothing at each end (white space control).
    pub(crate) trim: (&'static str, &'static str),
    /// Where it stands in the part as written, from 1.
    pub(crate) line: usize,
}

/// What a merge tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagKind {
    /// `{{ … }}` prints.
    Value,
    /// `{% … %}` decides.
    Statement,
}

/// A tag that is opened and never closed, with its line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unclosed {
    pub(crate) line: usize,
}

/// A text with its tags taken out.
#[derive(Debug)]
pub(crate) struct Tokenised {
    /// The text with a token for each tag.
    pub(crate) skeleton: String,
    /// The text with straight quotes in its tags and without comments, for the parser; line by line as written.
    pub(crate) straight: String,
    prefix: String,
    tags: Vec<MergeTag>,
}

/// A stretch of a text with tokens.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stretch<'a> {
    Text(&'a str),
    /// A tag and the token that stands for it.
    Tag(&'a MergeTag, &'a str),
}

/// The longest inside of a tag.
const MAX_TAG_BYTES: usize = 1000;
/// The most `{% elif %}` in one part.
const MAX_ELIFS: usize = 100;
const TOKEN_END: char = 'x';

impl MergeTag {
    /// The tag for the template engine, its value sent through a filter, if one is given.
    pub(crate) fn compiled(&self, filter: Option<&str>) -> String {
        let ((left, right), inner) = (self.trim, &self.inner);
        match (self.kind, filter) {
            (TagKind::Statement, _) => format!("{BLOCK_OPEN}{left}{inner}{right}{BLOCK_CLOSE}"),
            (TagKind::Value, None) => format!("{VALUE_OPEN}{left}{inner}{right}{VALUE_CLOSE}"),
            (TagKind::Value, Some(filter)) => {
                format!("{VALUE_OPEN}{left} ({inner}) | {filter} {right}{VALUE_CLOSE}")
            }
        }
    }

    /// The first word: `if`, `else`, `endif` of a statement.
    pub(crate) fn word(&self) -> &str {
        self.inner.split_whitespace().next().unwrap_or_default()
    }

    fn straight(&self) -> String {
        let ((left, right), inner) = (self.trim, &self.inner);
        match self.kind {
            TagKind::Value => format!("{{{{{left}{inner}{right}}}}}"),
            TagKind::Statement => format!("{{%{left}{inner}{right}%}}"),
        }
    }
}

impl Tokenised {
    /// Takes the tags out of a text.
    pub(crate) fn new(text: &str) -> Result<Self, Unclosed> {
        let pieces = split(text)?;
        let mut prefix = String::from("hytag");
        while text.contains(&prefix) {
            prefix.push('q');
        }
        let mut tokenised = Self {
            skeleton: String::with_capacity(text.len()),
            straight: String::new(),
            prefix,
            tags: Vec::new(),
        };
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => {
                    tokenised.skeleton.push_str(literal);
                    tokenised.straight.push_str(literal);
                }
                Piece::Comment(comment) => tokenised.straight.extend(comment.matches('\n')),
                Piece::Tag(tag) => {
                    tokenised.skeleton.push_str(&format!(
                        "{}{}{TOKEN_END}",
                        tokenised.prefix,
                        tokenised.tags.len()
                    ));
                    tokenised.straight.push_str(&tag.straight());
                    tokenised.tags.push(tag);
                }
            }
        }
        Ok(tokenised)
    }

    /// The first tag that is too long, or one `elif` too many: parsers go as deep as those are long.
    pub(crate) fn oversized(&self) -> Option<&MergeTag> {
        let long = self.tags.iter().find(|tag| tag.inner.len() > MAX_TAG_BYTES);
        long.or_else(|| self.tags.iter().filter(|tag| tag.word() == "elif").nth(MAX_ELIFS))
    }

    /// Cuts a text, such as the skeleton or what a parser made of it, into its texts and tags.
    pub(crate) fn stretches<'a>(&'a self, text: &'a str) -> Vec<Stretch<'a>> {
        let mut stretches = Vec::new();
        let mut rest = text;
        while let Some((before, tag, token)) = self.next_tag(rest) {
            if !before.is_empty() {
                stretches.push(Stretch::Text(before));
            }
            stretches.push(Stretch::Tag(tag, token));
            rest = rest.get(before.len() + token.len()..).unwrap_or_default();
        }
        if !rest.is_empty() {
            stretches.push(Stretch::Text(rest));
        }
        stretches
    }

    /// Whether a text consists of white space and statements, at least one.
    pub(crate) fn is_statements_only(&self, text: &str) -> bool {
        let stretches = self.stretches(text);
        stretches.iter().any(|stretch| matches!(stretch, Stretch::Tag(..)))
            && stretches.iter().all(|stretch| match stretch {
                Stretch::Text(text) => text.trim().is_empty(),
                Stretch::Tag(tag, _) => tag.kind == TagKind::Statement,
            })
    }

    /// The text with its tags as they are compiled, unfiltered.
    pub(crate) fn restore(&self, text: &str) -> String {
        self.stretches(text)
            .iter()
            .map(|stretch| match stretch {
                Stretch::Text(text) => (*text).to_owned(),
                Stretch::Tag(tag, _) => tag.compiled(None),
            })
            .collect()
    }

    /// The text before the next token, its tag, and the token.
    fn next_tag<'a>(&'a self, text: &'a str) -> Option<(&'a str, &'a MergeTag, &'a str)> {
        for (start, prefix) in text.match_indices(&self.prefix) {
            let (before, token) = text.split_at(start);
            let number = token.get(prefix.len()..).unwrap_or_default();
            let number =
                number.get(..number.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or_default();
            let token = token.get(..prefix.len() + number.len() + 1).unwrap_or_default();
            let tag = number.parse::<usize>().ok().and_then(|index| self.tags.get(index));
            if let Some(tag) = tag
                && token.ends_with(TOKEN_END)
            {
                return Some((before, tag, token));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokenised(text: &str) -> Tokenised {
        Tokenised::new(text).expect("closed tags")
    }

    #[test]
    fn tags_become_tokens_and_come_back() {
        let text = tokenised("Hello {{ name }},{% if vip %} dear{% endif %}!");
        assert_eq!(text.skeleton, "Hello hytag0x,hytag1x dearhytag2x!");
        assert_eq!(text.straight, "Hello {{ name }},{% if vip %} dear{% endif %}!");
        assert_eq!(
            text.restore(&text.skeleton),
            format!(
                "Hello {VALUE_OPEN} name {VALUE_CLOSE},{BLOCK_OPEN} if vip {BLOCK_CLOSE} dear{BLOCK_OPEN} endif {BLOCK_CLOSE}!"
            )
        );
    }

    #[test]
    fn a_closing_brace_in_a_string_closes_nothing() {
        let text = tokenised(r#"{{ a | default("}}") }}{{ b | default('\'}}') }}"#);
        assert_eq!(text.skeleton, "hytag0xhytag1x");
    }

    #[test]
    fn quotes_and_brackets_of_a_chinese_keyboard_are_understood() {
        let text = tokenised("{{ 称呼　｜ default（“朋\"友”） }}{{ b | default(‘it’) }}");
        assert_eq!(text.straight, "{{ 称呼 | default(\"朋\\\"友\") }}{{ b | default('it') }}");
    }

    #[test]
    fn a_text_that_looks_like_a_token_is_none() {
        let text = tokenised("hytag0x {{ a }} hytagq");
        assert_eq!(text.skeleton, "hytag0x hytagqq0x hytagq");
        assert_eq!(text.stretches(&text.skeleton).len(), 3);
    }

    #[test]
    fn an_open_tag_tells_its_line() {
        assert_eq!(Tokenised::new("a\nb {{ name }\n").map(|_| ()), Err(Unclosed { line: 2 }));
        assert_eq!(Tokenised::new("{% if a }\n").map(|_| ()), Err(Unclosed { line: 1 }));
    }

    #[test]
    fn comments_vanish_and_style_sheets_stay() {
        let text = tokenised("a{# b\n #}c@media print{#head{display:none}}");
        assert_eq!(text.skeleton, "ac@media print{#head{display:none}}");
        assert_eq!(text.straight, "a\nc@media print{#head{display:none}}");
    }
}
