//! Cuts HTML into tags, texts and comments, each a slice of the original.
//!
//! A linear reader, no tree: putting the slices together gives back the user's HTML byte for byte, and merge tags stay
//! where they stand. A tree builder would move text out of tables and close what the user left open.

/// One piece of an HTML text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    /// Text between tags, entities not decoded.
    Text(&'a str),
    /// The inside of `<script>` or `<style>`.
    Code(&'a str),
    /// `<!-- … -->`.
    Comment(&'a str),
    /// `<!doctype …>`, `<?…?>`, `<![endif]-->` and the opening line of a conditional comment, whose inside is read
    /// as markup, since Outlook does.
    Declaration(&'a str),
    /// A start or end tag.
    Tag(Tag<'a>),
}

/// A start or end tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// All of it, `<` to `>`.
    pub(crate) raw: &'a str,
    /// The name as written.
    pub(crate) name: &'a str,
    /// Whether it is an end tag.
    pub(crate) is_end: bool,
}

/// One piece of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagPiece<'a> {
    /// Everything that is no attribute value: names, spaces, `=`, quotes.
    Frame(&'a str),
    /// An attribute's value, without its quotes, entities not decoded.
    Value { attribute: &'a str, value: &'a str, is_quoted: bool },
}

impl<'a> Node<'a> {
    /// The slice of the original.
    pub(crate) fn raw(&self) -> &'a str {
        match self {
            Self::Text(raw) | Self::Code(raw) | Self::Comment(raw) | Self::Declaration(raw) => raw,
            Self::Tag(tag) => tag.raw,
        }
    }

    /// Whether it is this start or end tag; the name in lower case.
    pub(crate) fn is_tag(&self, name: &str, is_end: bool) -> bool {
        matches!(self, Self::Tag(tag) if tag.is_end == is_end && tag.name.eq_ignore_ascii_case(name))
    }
}

impl<'a> Tag<'a> {
    /// The tag cut into frame and attribute values.
    pub(crate) fn pieces(&self) -> Vec<TagPiece<'a>> {
        let is_space = |c: char| c.is_ascii_whitespace();
        let mut pieces = Vec::new();
        let mut rest = self.raw;
        let head_len = 1 + usize::from(self.is_end) + self.name.len();
        take(&mut rest, head_len, &mut pieces);
        while !rest.is_empty() {
            let name_start = rest.find(|c: char| !is_space(c) && c != '/').unwrap_or(rest.len());
            take(&mut rest, name_start, &mut pieces);
            let name_len = rest.find(|c: char| is_space(c) || "=/>".contains(c)).unwrap_or(rest.len());
            // A stray `=` or the closing `>` is one byte of frame.
            let attribute = take(&mut rest, name_len.max(1), &mut pieces);
            let Some(value_start) = rest.trim_start_matches(is_space).strip_prefix('=') else { continue };
            if name_len == 0 {
                continue;
            }
            let gap = rest.len() - value_start.trim_start_matches(is_space).len();
            take(&mut rest, gap, &mut pieces);
            let quote = rest.chars().next().filter(|c| ['"', '\''].contains(c));
            let value_len = match quote {
                Some(quote) => {
                    take(&mut rest, 1, &mut pieces);
                    rest.find(quote)
                }
                None => rest.find(|c: char| is_space(c) || c == '>'),
            };
            let (value, behind) = rest.split_at(value_len.unwrap_or(rest.len()));
            pieces.push(TagPiece::Value { attribute, value, is_quoted: quote.is_some() });
            rest = behind;
            if quote.is_some() {
                take(&mut rest, 1, &mut pieces);
            }
        }
        pieces
    }

    /// The value of an attribute; the name in lower case.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.pieces().into_iter().find_map(|piece| match piece {
            TagPiece::Value { attribute, value, .. } if attribute.eq_ignore_ascii_case(name) => Some(value),
            _ => None,
        })
    }
}

/// Moves the first `len` bytes of `rest` into the frame.
fn take<'a>(rest: &mut &'a str, len: usize, pieces: &mut Vec<TagPiece<'a>>) -> &'a str {
    let (taken, behind) = rest.split_at_checked(len).unwrap_or((rest, ""));
    if !taken.is_empty() {
        pieces.push(TagPiece::Frame(taken));
    }
    *rest = behind;
    taken
}

/// Cuts an HTML text into its nodes.
pub(crate) fn nodes(html: &str) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let (node, behind) = next_node(rest);
        nodes.push(node);
        rest = behind;
        if let Node::Tag(tag) = node
            && !tag.is_end
            && ["script", "style"].iter().any(|name| tag.name.eq_ignore_ascii_case(name))
        {
            let (code, behind) = rest.split_at(end_tag_of(tag.name, rest));
            if !code.is_empty() {
                nodes.push(Node::Code(code));
            }
            rest = behind;
        }
    }
    nodes
}

fn next_node(rest: &str) -> (Node<'_>, &str) {
    let cut = |len: usize| rest.split_at_checked(len).unwrap_or((rest, ""));
    let up_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    if rest.starts_with("<!--[if") {
        let (raw, behind) = cut(up_to("]>"));
        // `<!--[if !mso]><!-->` opens a stretch for everybody but Outlook.
        let revealed =
            ["<!-->", "-->"].iter().find(|mark| behind.starts_with(**mark)).map_or(0, |mark| mark.len());
        let (raw, behind) = cut(raw.len() + revealed);
        (Node::Declaration(raw), behind)
    } else if rest.starts_with("<!--<![endif]-->") {
        let (raw, behind) = cut("<!--<![endif]-->".len());
        (Node::Declaration(raw), behind)
    } else if rest.starts_with("<!--") {
        let (raw, behind) = cut(up_to("-->"));
        (Node::Comment(raw), behind)
    } else if rest.starts_with("<!") || rest.starts_with("<?") {
        let (raw, behind) = cut(up_to(">"));
        (Node::Declaration(raw), behind)
    } else if let Some(name) = tag_name(rest) {
        let (raw, behind) = cut(tag_len(rest));
        (Node::Tag(Tag { raw, name, is_end: raw.starts_with("</") }), behind)
    } else {
        let text_len = rest.char_indices().skip(1).find(|(_, c)| *c == '<').map_or(rest.len(), |(at, _)| at);
        let (raw, behind) = cut(text_len);
        (Node::Text(raw), behind)
    }
}

/// The name of the tag that a text starts with.
fn tag_name(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('<')?;
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let len = inside.find(|c: char| c.is_ascii_whitespace() || "/<>".contains(c)).unwrap_or(inside.len());
    inside.get(..len)
}

/// The length of the tag that a text starts with; a `>` in a quoted value does not end it.
fn tag_len(text: &str) -> usize {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if c == '>' => return at + 1,
            None if (c == '"' || c == '\'') && before == '=' => quote = Some(c),
            None => {}
        }
        if !c.is_ascii_whitespace() {
            before = c;
        }
    }
    text.len()
}

/// Where the code of a `<script>` or `<style>` ends.
fn end_tag_of(name: &str, text: &str) -> usize {
    text.match_indices("</")
        .find(|(at, _)| {
            tag_name(text.get(*at..).unwrap_or_default()).is_some_and(|end| end.eq_ignore_ascii_case(name))
        })
        .map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(html: &str) -> String {
        let kind = |node: &Node<'_>| match node {
            Node::Text(_) => 'x',
            Node::Code(_) => 'c',
            Node::Comment(_) => '-',
            Node::Declaration(_) => '!',
            Node::Tag(tag) if tag.is_end => '>',
            Node::Tag(_) => '<',
        };
        nodes(html).iter().map(kind).collect()
    }

    #[test]
    fn the_slices_are_the_whole() {
        for html in [
            "<!doctype html><p class=\"a>b\">1 < 2 <b>x</b><br/></p>",
            "<a href='x",
            "<style>a>b{}</style><script>\"</p>\"</script>",
            "<!--[if mso]><p>o</p><![endif]--><!-- c --><",
            "< p><//><p =\"x\" = y>",
            "",
        ] {
            let whole: String = nodes(html).iter().map(Node::raw).collect();
            assert_eq!(whole, html);
            for node in nodes(html) {
                if let Node::Tag(tag) = node {
                    let raw = |piece: &TagPiece<'_>| match piece {
                        TagPiece::Frame(raw) | TagPiece::Value { value: raw, .. } => (*raw).to_owned(),
                    };
                    assert_eq!(tag.pieces().iter().map(raw).collect::<String>(), tag.raw);
                }
            }
        }
    }

    #[test]
    fn nodes_are_told_apart() {
        assert_eq!(kinds("<!doctype html><p>a</p><!-- <p> -->b"), "!<x>-x");
        assert_eq!(kinds("<STYLE>p>a{}</Style>x"), "<c>x");
        assert_eq!(kinds("<!--[if mso]><p>a</p><![endif]-->"), "!<x>!");
        assert_eq!(kinds("<!--[if !mso]><!--><p>a</p><!--<![endif]-->"), "!<x>!");
        assert_eq!(kinds("a < b"), "xx");
    }

    #[test]
    fn attribute_values_are_found() {
        let Some(Node::Tag(tag)) = nodes("<a href = \"x>y\" title=z data-a disabled>").first().copied()
        else {
            panic!("no tag")
        };
        assert_eq!(tag.attribute("href"), Some("x>y"));
        assert_eq!(tag.attribute("title"), Some("z"));
        assert_eq!(tag.attribute("disabled"), None);
        assert!(tag.pieces().contains(&TagPiece::Value { attribute: "title", value: "z", is_quoted: false }));
    }
}
