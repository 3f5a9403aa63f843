//! The first characters of a value, masked: enough to find it in the file, too little to know a person by.

const MAX_CHARS: usize = 40;

/// Cuts every run of letters and digits to its first character and keeps all other characters, so that the shape of
/// the value (two `@`, a space, a bracket) stays visible: `wang li@@example.cn` → `w*** l***@@e***.c***`.
pub(crate) fn masked(value: &str) -> String {
    let mut excerpt = String::new();
    let mut in_word = false;
    for c in value.chars().take(MAX_CHARS) {
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        match (c.is_alphanumeric(), in_word) {
            (true, false) => excerpt.extend([c, '*', '*', '*']),
            (true, true) => {}
            (false, _) => excerpt.push(c),
        }
        in_word = c.is_alphanumeric();
    }
    if value.chars().nth(MAX_CHARS).is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_the_shape_and_hides_the_person() {
        assert_eq!(masked("wang li@@example.cn"), "w*** l***@@e***.c***");
        assert_eq!(masked("王小丽\r\n<x>"), "王***  <x***>");
        assert_eq!(masked(&"a".repeat(1000)), "a***…");
        assert_eq!(masked(""), "");
    }
}
