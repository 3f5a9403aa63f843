//! Outside text made harmless for one line or for a text.

/// Makes one line of outside text: control characters, line separators and direction overrides become a space,
/// runs of white space become one, the ends are trimmed.
///
/// A name with CR, LF or NUL would otherwise forge headers or break a mail builder.
pub fn clean_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if is_harmful(c) || c.is_whitespace() { ' ' } else { c };
        if !(c == ' ' && (line.is_empty() || line.ends_with(' '))) {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Makes a text of outside text: keeps line feeds and tabs, drops other control characters; CR LF and CR become LF.
pub fn clean_text(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| matches!(c, '\n' | '\t') || !is_harmful(*c))
        .collect()
}

/// The first `limit` characters.
pub fn truncate_chars(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_line_breaks_left() {
        assert_eq!(clean_line("  王\r\nBcc: x@y.z\u{0}\t丽 "), "王 Bcc: x@y.z 丽");
        assert_eq!(clean_line("\u{feff}a\u{202e}b\u{2028}c"), "a b c");
    }

    #[test]
    fn a_text_keeps_its_lines() {
        assert_eq!(clean_text("a\r\nb\rc\td\u{7}"), "a\nb\nc\td");
    }

    #[test]
    fn truncation_counts_characters() {
        assert_eq!(truncate_chars("鸿雁传书", 2), "鸿雁");
        assert_eq!(truncate_chars("鸿雁", 9), "鸿雁");
    }
}
