//! HTML entities to characters: all numeric ones, and the named ones that occur in mails.

/// The names and their characters. The blanks that do not break become plain ones.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("times", '×'),
    ("deg", '°'),
    ("sect", '§'),
    ("larr", '←'),
    ("rarr", '→'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("ccedil", 'ç'),
];
/// The longest inside of an entity, in bytes.
const LONGEST: usize = 8;
/// The names of characters that show nothing.
const INVISIBLE: &[&str] = &["shy", "zwnj", "zwj"];

/// The text with its entities decoded: the ones that occur in mails, and all numeric ones.
pub(crate) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let end = behind.bytes().take(LONGEST + 1).position(|b| b == b';');
        let entity = end.and_then(|end| Some((behind.get(..end)?, behind.get(end + 1..)?)));
        match entity.and_then(|(name, behind)| Some((entity_char(name)?, behind))) {
            Some((c, behind)) => {
                out.extend(c.filter(|c| !c.is_control() || *c == '\n'));
                rest = behind;
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character of an entity; `Some(None)` for one that shows nothing.
fn entity_char(name: &str) -> Option<Option<char>> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some(char::from_u32(code));
    }
    if INVISIBLE.contains(&name) {
        return Some(None);
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| Some(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_become_characters() {
        assert_eq!(decoded("&lt;a&gt; &amp;amp; &#40511;&#X96c1; soft&shy;ly"), "<a> &amp; 鸿雁 softly");
    }

    #[test]
    fn what_is_no_entity_stays() {
        assert_eq!(decoded("a & b &nope; &#xzz; &;"), "a & b &nope; &#xzz; &;");
    }

    #[test]
    fn no_control_character_comes_out() {
        assert_eq!(decoded("a&#1;&#13;&#0;&#10;b"), "a\nb");
    }
}
