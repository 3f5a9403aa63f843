//! The text part of a mail, derived from its HTML.
//!
//! Reads the HTML from left to right, so that every `{% if %}` stays around what it decides, also around table rows.
//! Links are written out: a reader of the text part sees where they lead.

use crate::entities::decoded;
use crate::markup::{Node, Tag, nodes};
use crate::tags::{Stretch, TagKind, Tokenised};

/// Elements whose inside is never read.
const UNREAD: &[&str] = &["head", "title", "template", "select", "textarea", "svg", "noscript"];
/// Elements with an empty line around.
const PARAGRAPHS: &[&str] =
    &["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "hr"];
/// Elements that start on a line of their own.
const LINES: &[&str] = &[
    "div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "center", "address", "figure",
    "tbody", "thead", "form",
];

/// The text of an HTML text with tokens; the tokens stay.
pub(crate) fn from_html(html: &str, tokens: &Tokenised) -> String {
    let mut writer = Writer::new(tokens);
    for node in nodes(html) {
        writer.node(&node);
    }
    writer.out.trim().to_owned()
}

struct Writer<'t> {
    tokens: &'t Tokenised,
    out: String,
    /// White space that is due before the next word.
    due: Due,
    has_words: bool,
    /// Whether a space was written before a statement and no word since.
    has_space: bool,
    /// What was due where each open `{% if %}` began.
    branches: Vec<Due>,
    /// The element that is being skipped, and how deep inside itself.
    unread: Option<(String, usize)>,
    in_outlook_only: bool,
    in_pre: usize,
    /// For each open list the number of its last item, if it is numbered.
    lists: Vec<Option<u64>>,
    /// Targets of the open links, and where their texts begin.
    links: Vec<(String, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Nothing,
    Space,
    Line,
    EmptyLine,
}

impl<'t> Writer<'t> {
    fn new(tokens: &'t Tokenised) -> Self {
        Self {
            tokens,
            out: String::new(),
            due: Due::Nothing,
            has_words: false,
            has_space: false,
            branches: Vec::new(),
            unread: None,
            in_outlook_only: false,
            in_pre: 0,
            lists: Vec::new(),
            links: Vec::new(),
        }
    }

    fn node(&mut self, node: &Node<'_>) {
        match node {
            Node::Declaration(raw) if raw.contains("[endif]") => self.in_outlook_only = false,
            Node::Declaration(raw) if raw.starts_with("<!--[if") => {
                self.in_outlook_only = raw.ends_with("]>")
            }
            _ if self.in_outlook_only => {}
            Node::Tag(tag) => self.tag(tag),
            _ if self.unread.is_some() => {}
            Node::Text(text) => self.text(text),
            Node::Comment(comment) => {
                let inside = comment.trim_start_matches("<!--").trim_end_matches("-->");
                if self.tokens.is_statements_only(inside) {
                    self.text(inside);
                }
            }
            Node::Code(_) | Node::Declaration(_) => {}
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        let name = tag.name.to_ascii_lowercase();
        if self.skips(tag, &name) {
            return;
        }
        let is_list = name == "ul" || name == "ol";
        let is_inner_list = is_list && self.lists.len() > usize::from(tag.is_end);
        if LINES.contains(&name.as_str()) || is_inner_list {
            self.demand(Due::Line);
        } else if PARAGRAPHS.contains(&name.as_str()) {
            self.demand(Due::EmptyLine);
        }
        match (name.as_str(), tag.is_end) {
            ("br", _) => self.line_break(),
            ("hr", false) => self.word("--------"),
            ("hr", true) => {}
            ("pre", false) => self.in_pre += 1,
            ("pre", true) => self.in_pre = self.in_pre.saturating_sub(1),
            ("ul", false) => self.lists.push(None),
            ("ol", false) => {
                let first = tag.attribute("start").and_then(|start| start.parse().ok()).unwrap_or(1_u64);
                self.lists.push(Some(first.saturating_sub(1)));
            }
            ("ul" | "ol", true) => drop(self.lists.pop()),
            ("li", false) => self.item(),
            ("td" | "th", false) => self.cell(),
            ("img", false) => self.image(tag),
            ("a", false) => {
                let target = decoded(tag.attribute("href").unwrap_or_default().trim());
                self.links.push((target, self.out.len()));
            }
            ("a", true) => self.link_end(),
            _ => {}
        }
        // An <hr> has no end tag to demand the line behind it.
        if name == "hr" {
            self.demand(Due::EmptyLine);
        }
    }

    /// Whether a tag is part of something that is not read.
    fn skips(&mut self, tag: &Tag<'_>, name: &str) -> bool {
        match &mut self.unread {
            Some((unread, depth)) => {
                if unread.as_str() == name {
                    *depth = if tag.is_end { depth.saturating_sub(1) } else { *depth + 1 };
                    if *depth == 0 {
                        self.unread = None;
                    }
                }
                true
            }
            None if !tag.is_end && (UNREAD.contains(&name) || is_hidden(tag)) && !is_void(name) => {
                self.unread = Some((name.to_owned(), 1));
                true
            }
            None => false,
        }
    }

    fn text(&mut self, text: &str) {
        let tokens = self.tokens;
        for stretch in tokens.stretches(text) {
            match stretch {
                Stretch::Tag(tag, token) if tag.kind == TagKind::Statement => {
                    self.statement(tag.word(), token)
                }
                Stretch::Tag(_, token) => self.word(token),
                Stretch::Text(words) if self.in_pre > 0 => self.verbatim(&decoded(words)),
                Stretch::Text(words) => self.words(&decoded(words)),
            }
        }
    }

    fn words(&mut self, text: &str) {
        if text.starts_with(is_blank) {
            self.demand(Due::Space);
        }
        for (index, word) in text.split(is_blank).filter(|word| !word.is_empty()).enumerate() {
            if index > 0 {
                self.demand(Due::Space);
            }
            self.word(word);
        }
        if text.ends_with(is_blank) {
            self.demand(Due::Space);
        }
    }

    fn verbatim(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.line_break();
            }
            self.word(line);
        }
    }

    /// Writes a word and the white space that was due before it.
    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if self.due >= Due::Line {
            self.out.truncate(self.out.trim_end().len());
        }
        if self.has_words {
            self.out.push_str(match self.due {
                Due::Nothing => "",
                Due::Space => " ",
                Due::Line => "\n",
                Due::EmptyLine => "\n\n",
            });
        }
        self.due = Due::Nothing;
        self.has_space = false;
        self.has_words = true;
        self.out.push_str(word);
    }

    /// A statement takes no room: lines that are due wait for the next word, in the branch and behind it alike.
    fn statement(&mut self, word: &str, token: &str) {
        if self.due == Due::Space {
            self.out.push(' ');
            self.due = Due::Nothing;
            self.has_space = true;
        }
        match word {
            "if" => self.branches.push(self.due),
            "elif" | "else" => self.due = self.behind_branch(self.branches.last().copied()),
            "endif" => {
                let before = self.branches.pop();
                self.due = self.behind_branch(before);
            }
            _ => {}
        }
        self.out.push_str(token);
    }

    /// What is due behind a branch: its own end counts if it ends a line, else also what was due before it.
    fn behind_branch(&self, before: Option<Due>) -> Due {
        if self.due >= Due::Line { self.due } else { self.due.max(before.unwrap_or(Due::Nothing)) }
    }

    fn demand(&mut self, due: Due) {
        let is_idle = due == Due::Space && (self.has_space || self.out.ends_with('\n'));
        if !is_idle {
            self.due = self.due.max(due);
        }
    }

    fn line_break(&mut self) {
        if self.due >= Due::Line || !self.has_words {
            self.due = self.due.max(Due::Line);
            return;
        }
        self.due = Due::Nothing;
        self.out.push('\n');
    }

    fn item(&mut self) {
        let depth = self.lists.len().saturating_sub(1);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{number}. ")
            }
            _ => "- ".to_owned(),
        };
        self.word(&format!("{}{mark}", "  ".repeat(depth)));
    }

    fn cell(&mut self) {
        if self.due < Due::Line && self.has_words && !self.out.ends_with('\n') {
            self.due = Due::Nothing;
            self.out.push_str(" | ");
        }
    }

    fn image(&mut self, tag: &Tag<'_>) {
        let alt = decoded(tag.attribute("alt").unwrap_or_default().trim());
        if !alt.is_empty() {
            self.words(&format!("[{alt}]"));
        }
    }

    fn link_end(&mut self) {
        let Some((target, start)) = self.links.pop() else { return };
        let shown = self.out.get(start..).unwrap_or_default().trim();
        let bare = target.strip_prefix("mailto:").unwrap_or(&target);
        if target.is_empty() || target.starts_with('#') || shown == target || shown == bare {
            return;
        }
        if !shown.is_empty() {
            self.demand(Due::Space);
        }
        self.word(&format!("<{target}>"));
    }
}

fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace()
}

fn is_void(name: &str) -> bool {
    ["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr"].contains(&name)
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    let style = tag.attribute("style").unwrap_or_default().to_ascii_lowercase();
    let style: String = style.split_whitespace().collect();
    style.contains("display:none")
}
