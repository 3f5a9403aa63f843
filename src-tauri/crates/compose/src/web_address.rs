//! Finds bare web addresses in a text.

/// The first bare web address in a text, with what stands before and behind it. It ends at a space, at a character
/// that is no ASCII (Chinese text follows without a space), and before the punctuation of the sentence.
pub(crate) fn next_web_address(text: &str) -> Option<(&str, &str, &str)> {
    let is_start = |at: &usize| {
        let before = text.get(..*at).unwrap_or_default();
        let from_start = text.get(*at..).unwrap_or_default();
        !before.ends_with(|c: char| c.is_ascii_alphanumeric())
            && ["http://", "https://"].iter().any(|scheme| from_start.starts_with(scheme))
    };
    let starts = text.match_indices("http").map(|(at, _)| at).filter(is_start);
    for start in starts {
        let (before, from_start) = text.split_at(start);
        let len = from_start
            .find(|c: char| !c.is_ascii_graphic() || "<>\"`".contains(c))
            .unwrap_or(from_start.len());
        let mut address = from_start.get(..len).unwrap_or_default();
        address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ']', '*', '_', '~']);
        if !address.contains('(') {
            address = address.trim_end_matches([')', '.', ',']);
        }
        let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        if host.is_some_and(|host| !host.is_empty()) {
            return Some((before, address, from_start.get(address.len()..).unwrap_or_default()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        for (text, address) in [
            ("见https://x.cn/a_b?c=1。再见", "https://x.cn/a_b?c=1"),
            ("(see http://x.cn/a).", "http://x.cn/a"),
            ("http://x.cn/a_(b), and", "http://x.cn/a_(b)"),
            ("<https://x.cn/?a='b'>", "https://x.cn/?a='b"),
        ] {
            assert_eq!(next_web_address(text).map(|(_, found, _)| found), Some(address), "{text}");
        }
    }

    #[test]
    fn half_an_address_is_none() {
        for text in ["http and https://", "xhttp://x.cn", "https:/x.cn"] {
            assert_eq!(next_web_address(text), None, "{text}");
        }
    }
}
