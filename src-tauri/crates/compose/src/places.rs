//! Puts the merge tags back into HTML, each value made safe for the place where it stands.
//!
//! A contact's field is hostile text. Escaping makes it safe between tags and in quoted attributes; a link can still
//! be `javascript:`, so values in links pass a filter of their own; and in scripts, style sheets, event attributes, names
//! and unquoted attributes nothing is safe, so no value may stand there.

use crate::filters::{LINK_REST, STYLE_WORD, WHOLE_LINK};
use crate::markup::{Node, Tag, TagPiece, nodes};
use crate::tags::{MergeTag, Stretch, TagKind, Tokenised};
use crate::{Part, TemplateFault, TemplateFaultKind};

/// Attributes that a mail program follows or loads.
const LINKS: &[&str] = &[
    "href",
    "src",
    "action",
    "formaction",
    "background",
    "poster",
    "cite",
    "longdesc",
    "srcset",
    "data",
    "xlink:href",
];

/// Restores the tags in an HTML text with tokens.
pub(crate) fn restore(html: &str, tokens: &Tokenised) -> Result<String, TemplateFault> {
    let mut restored = String::with_capacity(html.len() * 2);
    for node in nodes(html) {
        match node {
            Node::Tag(tag) => restore_tag(&tag, tokens, &mut restored)?,
            Node::Code(code) => restore_with(code, tokens, &mut restored, |_| Err("code"))?,
            Node::Comment(comment) => {
                // Statements alone on a line went through Markdown as comments.
                let inside = comment.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
                let text = inside.filter(|inside| tokens.is_statements_only(inside)).unwrap_or(comment);
                restore_with(text, tokens, &mut restored, |_| Ok(None))?;
            }
            Node::Text(text) | Node::Declaration(text) => {
                restore_with(text, tokens, &mut restored, |_| Ok(None))?;
            }
        }
    }
    Ok(restored)
}

fn restore_tag(tag: &Tag<'_>, tokens: &Tokenised, restored: &mut String) -> Result<(), TemplateFault> {
    for piece in tag.pieces() {
        match piece {
            TagPiece::Frame(frame) => restore_with(frame, tokens, restored, |_| Err("tag"))?,
            TagPiece::Value { value, is_quoted: false, .. } => {
                restore_with(value, tokens, restored, |_| Err("unquoted attribute"))?;
            }
            TagPiece::Value { attribute, value, .. } => {
                let attribute = attribute.to_ascii_lowercase();
                if attribute.starts_with("on") {
                    restore_with(value, tokens, restored, |_| Err("event attribute"))?;
                } else if attribute == "srcdoc" {
                    // A page of its own: what is escaped once is markup there.
                    restore_with(value, tokens, restored, |_| Err("page in an attribute"))?;
                } else if attribute == "style" {
                    restore_with(value, tokens, restored, |_| Ok(Some(STYLE_WORD)))?;
                } else if LINKS.contains(&attribute.as_str()) {
                    let mut link = Link::default();
                    restore_with(value, tokens, restored, |stretch| link.filter(stretch))?;
                } else {
                    restore_with(value, tokens, restored, |_| Ok(None))?;
                }
            }
        }
    }
    Ok(())
}

/// How far a link has come, read from left to right.
#[derive(Debug, Default)]
struct Link {
    literal: String,
    has_value: bool,
}

impl Link {
    /// The filter for the value that comes next.
    fn filter(&mut self, stretch: &Stretch<'_>) -> Result<Option<&'static str>, &'static str> {
        if let Stretch::Text(text) = stretch {
            // A scheme shows early; a link may be long.
            if self.literal.len() <= 100 {
                self.literal.push_str(text);
            }
            return Ok(None);
        }
        let start = self.literal.trim_start().to_ascii_lowercase();
        if ["javascript:", "vbscript:", "data:"].iter().any(|scheme| start.starts_with(scheme)) {
            return Err("script link");
        }
        let is_first = start.is_empty() && !self.has_value;
        self.has_value = true;
        Ok(if is_first {
            Some(WHOLE_LINK)
        } else if start.contains([':', '/', '?', '#']) {
            None
        } else {
            Some(LINK_REST)
        })
    }
}

/// Restores the tags of one stretch of HTML. `place` is asked about each text and each value in turn; it gives the
/// filter for the value, or the name of the place if no value may stand there.
fn restore_with(
    text: &str,
    tokens: &Tokenised,
    restored: &mut String,
    mut place: impl FnMut(&Stretch<'_>) -> Result<Option<&'static str>, &'static str>,
) -> Result<(), TemplateFault> {
    for stretch in tokens.stretches(text) {
        match &stretch {
            Stretch::Tag(tag, _) if tag.kind == TagKind::Value => {
                let filter = place(&stretch).map_err(|place| unsafe_place(tag, place))?;
                restored.push_str(&tag.compiled(filter));
            }
            Stretch::Tag(tag, _) => restored.push_str(&tag.compiled(None)),
            Stretch::Text(text) => {
                // What a place says about text does not matter, only what it learns from it.
                let _ = place(&stretch);
                restored.push_str(text);
            }
        }
    }
    Ok(())
}

fn unsafe_place(tag: &MergeTag, place: &str) -> TemplateFault {
    TemplateFault {
        part: Part::Body,
        line: Some(tag.line),
        kind: TemplateFaultKind::UnsafePlace,
        detail: place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restored(html: &str) -> Result<String, TemplateFault> {
        let tokens = Tokenised::new(html).expect("closed tags");
        let html = restore(&tokens.skeleton, &tokens)?;
        Ok(html.replace('\u{1}', ""))
    }

    #[test]
    fn values_in_links_pass_a_filter() {
        assert_eq!(restored(r#"<a href="{{ u }}">"#), Ok(r#"<a href="{ ( u ) | __link }">"#.to_owned()));
        assert_eq!(
            restored(r#"<a href=" {{ a }}{{ b }}">"#),
            Ok(r#"<a href=" { ( a ) | __link }{ ( b ) | __link_rest }">"#.to_owned())
        );
        assert_eq!(
            restored(r#"<a href="java{{ a }}">"#),
            Ok(r#"<a href="java{ ( a ) | __link_rest }">"#.to_owned())
        );
        assert_eq!(
            restored(r#"<img src='https://x.cn/{{ a }}.png'>"#),
            Ok(r#"<img src='https://x.cn/{ a }.png'>"#.to_owned())
        );
    }

    #[test]
    fn values_may_not_stand_where_nothing_is_safe() {
        for (html, place) in [
            ("<script>{{ a }}</script>", "code"),
            ("<style>p{color:{{ a }}}</style>", "code"),
            ("<p onclick=\"f('{{ a }}')\">", "event attribute"),
            ("<iframe srcdoc=\"{{ a }}\">", "page in an attribute"),
            ("<p class={{ a }}>", "unquoted attribute"),
            ("<p {{ a }}>", "tag"),
            ("<h{{ a }}>", "tag"),
            ("<a href=\"javascript:f('{{ a }}')\">", "script link"),
        ] {
            let fault = restored(html).map_err(|fault| (fault.kind, fault.detail));
            assert_eq!(fault, Err((TemplateFaultKind::UnsafePlace, place.to_owned())), "{html}");
        }
    }

    #[test]
    fn statements_may_stand_anywhere() {
        let html =
            "<td {% if a %}class=\"x\"{% endif %}><style>{% if a %}p{}{% endif %}</style><!--{% if b %}-->";
        assert_eq!(
            restored(html),
            Ok("<td % if a %class=\"x\"% endif %><style>% if a %p{}% endif %</style>% if b %".to_owned())
        );
    }
}
