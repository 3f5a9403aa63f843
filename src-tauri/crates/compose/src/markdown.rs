//! Markdown to the inside of a mail.
//!
//! Mail programs drop style sheets, so every element carries its own style. Line breaks stay line breaks, as people
//! expect of a letter, and bare web addresses become links. No text colour is set: dark mode sets it.

use pulldown_cmark::{
    Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream,
};

use crate::filters::escaped;
use crate::tags::Tokenised;
use crate::web_address::next_web_address;

const P: &str = "margin:0 0 16px";
const H1: &str = "margin:0 0 16px;font-size:26px;line-height:1.35;font-weight:600";
const H2: &str = "margin:28px 0 12px;font-size:21px;line-height:1.4;font-weight:600";
const H3: &str = "margin:24px 0 8px;font-size:17px;line-height:1.5;font-weight:600";
const A: &str = "color:#1f6feb;text-decoration:underline";
const LIST: &str = "margin:0 0 16px;padding-left:24px";
const ITEM: &str = "margin:0 0 4px";
const QUOTE: &str = "margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #c8ccd1";
const CODE: &str = "font-family:Consolas,Menlo,monospace;font-size:14px";
const PRE: &str = "margin:0 0 16px;padding:12px;border:1px solid #c8ccd1;font-family:Consolas,Menlo,monospace;\
                   font-size:14px;line-height:1.5;white-space:pre-wrap";
const TABLE: &str = "margin:0 0 16px;border-collapse:collapse";
const CELL: &str = "padding:6px 12px;border:1px solid #c8ccd1";
const IMG: &str = "max-width:100%;height:auto;border:0";
const HR: &str = "margin:24px 0;border:0;border-top:1px solid #c8ccd1";

/// The HTML of a Markdown text with tokens; the tokens stay.
pub(crate) fn to_html(markdown: &str, tokens: &Tokenised) -> String {
    let markdown = with_statements_as_comments(markdown, tokens);
    let parser = Parser::new_ext(&markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut writer = Writer::default();
    for event in TextMergeStream::new(parser) {
        writer.event(event);
    }
    // A numeric entity may have made a control character, which could open a merge tag of our own.
    writer.out.retain(|c| !c.is_control() || c == '\n' || c == '\t');
    writer.out
}

/// Statements alone on a line become comments, so that Markdown makes no paragraphs of them.
fn with_statements_as_comments(markdown: &str, tokens: &Tokenised) -> String {
    let mut out = String::with_capacity(markdown.len());
    for line in markdown.split_inclusive('\n') {
        if tokens.is_statements_only(line) {
            let end = if line.ends_with('\n') { "\n" } else { "" };
            out.push_str(&format!("<!--{}-->{end}", line.trim()));
        } else {
            out.push_str(line);
        }
    }
    out
}

#[derive(Debug, Default)]
struct Writer {
    out: String,
    /// The alignments of the table being written, and the column of its next cell.
    alignments: Vec<Alignment>,
    column: usize,
    in_table_head: bool,
    /// Inside of how many links.
    links: usize,
    /// The images being written: their opening, and their alternative text so far.
    images: Vec<(String, String)>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        if let Some((_, alt)) = self.images.last_mut() {
            // Inside an image everything is alternative text.
            match &event {
                Event::Text(text) | Event::Code(text) => {
                    alt.push_str(text);
                    return;
                }
                Event::SoftBreak | Event::HardBreak => {
                    alt.push(' ');
                    return;
                }
                Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
                _ => return,
            }
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.push(&format!("<code style=\"{CODE}\">{}</code>", escaped(&code))),
            Event::Html(html) | Event::InlineHtml(html) => self.push(&html),
            Event::SoftBreak | Event::HardBreak => self.push("<br>\n"),
            Event::Rule => self.push(&format!("<hr style=\"{HR}\">\n")),
            // Only with options that are off.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.text(&text)
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.open("p", P),
            Tag::Heading { level, .. } => {
                let (name, style) = heading(level);
                self.open(name, style);
            }
            Tag::BlockQuote(_) => self.open("blockquote", QUOTE),
            Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => self.open("pre", PRE),
            Tag::List(None) => self.open("ul", LIST),
            Tag::List(Some(1)) => self.open("ol", LIST),
            Tag::List(Some(first)) => self.push(&format!("<ol start=\"{first}\" style=\"{LIST}\">")),
            Tag::Item => self.open("li", ITEM),
            Tag::Table(alignments) => {
                self.alignments = alignments;
                self.push(&format!("<table cellpadding=\"0\" cellspacing=\"0\" style=\"{TABLE}\">\n"));
            }
            Tag::TableHead => {
                (self.in_table_head, self.column) = (true, 0);
                self.push("<tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.push("<tr>");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.push("<em>"),
            Tag::Strong => self.push("<strong>"),
            Tag::Strikethrough => self.push("<del>"),
            Tag::Link { link_type, dest_url, title, .. } => self.link(link_type, &dest_url, &title),
            Tag::Image { dest_url, title, .. } => {
                let opening = format!("<img src=\"{}\"{}", escaped(&dest_url), title_attribute(&title));
                self.images.push((opening, String::new()));
            }
            // Raw HTML, and what only comes with options that are off.
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.push("</p>\n"),
            TagEnd::Heading(level) => self.push(&format!("</{}>\n", heading(level).0)),
            TagEnd::BlockQuote(_) => self.push("</blockquote>\n"),
            TagEnd::CodeBlock => self.push("</pre>\n"),
            TagEnd::List(true) => self.push("</ol>\n"),
            TagEnd::List(false) => self.push("</ul>\n"),
            TagEnd::Item => self.push("</li>\n"),
            TagEnd::Table => self.push("</table>\n"),
            TagEnd::TableHead => {
                self.in_table_head = false;
                self.push("</tr>\n");
            }
            TagEnd::TableRow => self.push("</tr>\n"),
            TagEnd::TableCell => self.push(if self.in_table_head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.push("</em>"),
            TagEnd::Strong => self.push("</strong>"),
            TagEnd::Strikethrough => self.push("</del>"),
            TagEnd::Link => {
                self.links = self.links.saturating_sub(1);
                self.push("</a>");
            }
            TagEnd::Image => self.image_end(),
            _ => {}
        }
    }

    fn open(&mut self, name: &str, style: &str) {
        self.push(&format!("<{name} style=\"{style}\">"));
    }

    fn link(&mut self, kind: LinkType, target: &str, title: &str) {
        self.links += 1;
        let scheme = if kind == LinkType::Email { "mailto:" } else { "" };
        let (target, title) = (escaped(target), title_attribute(title));
        self.push(&format!("<a href=\"{scheme}{target}\"{title} style=\"{A}\">"));
    }

    fn cell(&mut self) {
        let align = match self.alignments.get(self.column) {
            Some(Alignment::Center) => "center",
            Some(Alignment::Right) => "right",
            _ => "left",
        };
        self.column += 1;
        let name = if self.in_table_head { "th" } else { "td" };
        self.push(&format!("<{name} align=\"{align}\" style=\"{CELL};text-align:{align}\">"));
    }

    fn image_end(&mut self) {
        let Some((opening, alt)) = self.images.pop() else { return };
        match self.images.last_mut() {
            Some((_, outer)) => outer.push_str(&alt),
            None => self.push(&format!("{opening} alt=\"{}\" style=\"{IMG}\">", escaped(&alt))),
        }
    }

    fn text(&mut self, text: &str) {
        if self.links > 0 {
            self.push(&escaped(text));
            return;
        }
        let mut rest = text;
        while let Some((before, address, behind)) = next_web_address(rest) {
            let address = escaped(address);
            self.push(&escaped(before));
            self.push(&format!("<a href=\"{address}\" style=\"{A}\">{address}</a>"));
            rest = behind;
        }
        self.push(&escaped(rest));
    }

    fn push(&mut self, html: &str) {
        self.out.push_str(html);
    }
}

const fn heading(level: HeadingLevel) -> (&'static str, &'static str) {
    match level {
        HeadingLevel::H1 => ("h1", H1),
        HeadingLevel::H2 => ("h2", H2),
        HeadingLevel::H3 => ("h3", H3),
        HeadingLevel::H4 => ("h4", H3),
        HeadingLevel::H5 => ("h5", H3),
        HeadingLevel::H6 => ("h6", H3),
    }
}

fn title_attribute(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(title)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        let tokens = Tokenised::new(markdown).expect("closed tags");
        to_html(&tokens.skeleton, &tokens)
    }

    /// Without styles.
    fn bare(markdown: &str) -> String {
        let mut bare = String::new();
        for (index, piece) in html(markdown).split(" style=\"").enumerate() {
            bare.push_str(if index == 0 {
                piece
            } else {
                piece.split_once('"').map_or("", |(_, rest)| rest)
            });
        }
        bare
    }

    #[test]
    fn every_element_has_its_style() {
        assert_eq!(html("a"), format!("<p style=\"{P}\">a</p>\n"));
        assert_eq!(bare("# a\n\n- b\n- c"), "<h1>a</h1>\n<ul><li>b</li>\n<li>c</li>\n</ul>\n");
    }

    #[test]
    fn line_breaks_stay() {
        assert_eq!(bare("您好\n再见"), "<p>您好<br>\n再见</p>\n");
    }

    #[test]
    fn tables_and_images_are_written() {
        assert_eq!(
            bare("|a|b|\n|-|-:|\n|1|2|"),
            "<table cellpadding=\"0\" cellspacing=\"0\">\n<tr><th align=\"left\">a</th><th align=\"right\">b</th></tr>\n\
             <tr><td align=\"left\">1</td><td align=\"right\">2</td></tr>\n</table>\n"
        );
        assert_eq!(bare("![a **b** \"c\"](x.png)"), "<p><img src=\"x.png\" alt=\"a b &quot;c&quot;\"></p>\n");
    }

    #[test]
    fn bare_web_addresses_become_links() {
        assert_eq!(
            bare("见https://x.cn/a_b?c=1。再见"),
            "<p>见<a href=\"https://x.cn/a_b?c=1\">https://x.cn/a_b?c=1</a>。再见</p>\n"
        );
        assert_eq!(bare("(http://x.cn/a)."), "<p>(<a href=\"http://x.cn/a\">http://x.cn/a</a>).</p>\n");
        assert_eq!(bare("[http://x.cn](http://y.cn)"), "<p><a href=\"http://y.cn\">http://x.cn</a></p>\n");
        assert_eq!(bare("http and https://"), "<p>http and https://</p>\n");
    }

    #[test]
    fn addresses_in_brackets_become_links() {
        assert_eq!(bare("<a@b.cn>"), "<p><a href=\"mailto:a@b.cn\">a@b.cn</a></p>\n");
        assert_eq!(bare("<https://b.cn>"), "<p><a href=\"https://b.cn\">https://b.cn</a></p>\n");
        assert_eq!(bare("见https://b.cn。"), "<p>见<a href=\"https://b.cn\">https://b.cn</a>。</p>\n");
        assert_eq!(bare("[http://a.cn](http://b.cn)"), "<p><a href=\"http://b.cn\">http://a.cn</a></p>\n");
    }

    #[test]
    fn tags_survive_in_text_links_and_tables() {
        assert_eq!(
            bare("**{{ a }}** [x]({{ b }}) `{{ c | d(\"*\") }}`"),
            "<p><strong>hytag0x</strong> <a href=\"hytag1x\">x</a> <code>hytag2x</code></p>\n"
        );
        assert_eq!(
            bare("|a|\n|-|\n|{{ a }}{% if b > \"|\" %}c{% endif %}|"),
            "<table cellpadding=\"0\" cellspacing=\"0\">\n<tr><th align=\"left\">a</th></tr>\n\
             <tr><td align=\"left\">hytag0xhytag1xchytag2x</td></tr>\n</table>\n"
        );
    }

    #[test]
    fn statements_on_a_line_of_their_own_make_no_paragraph() {
        assert_eq!(
            bare("a\n\n{% if b %}\n\nb\n\n{% endif %}\n\nc"),
            "<p>a</p>\n<!--hytag0x-->\n<p>b</p>\n<!--hytag1x-->\n<p>c</p>\n"
        );
        assert_eq!(
            bare("a\n{% if b %}\nb\n{% endif %}"),
            "<p>a</p>\n<!--hytag0x-->\n<p>b</p>\n<!--hytag1x-->"
        );
    }

    #[test]
    fn an_entity_makes_no_control_character() {
        assert_eq!(bare("&#1;&#123; a &#125;&#1;"), "<p>{ a }</p>\n");
    }
}
