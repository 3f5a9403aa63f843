//! The engine that renders compiled templates, with the few filters that a mail needs.
//!
//! An absent field is undefined and stays so through every filter but `default`; printing it is an error, so that
//! nobody is greeted with "Dear ,". No filter makes a text longer than its input by more than a fixed factor, and fuel
//! bounds work and memory.

use std::borrow::Cow;
use std::fmt::Write as _;

use minijinja::value::{Rest, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use crate::language::compiled_syntax;

/// The filters that a user may write.
pub(crate) const ALLOWED: &[&str] =
    &["default", "d", "upper", "lower", "title", "capitalize", "trim", "urlencode"];

/// Makes a value safe as a whole link.
pub(crate) const WHOLE_LINK: &str = "__link";
/// Makes a value safe behind a part of a link that could still become a scheme.
pub(crate) const LINK_REST: &str = "__link_rest";
/// Makes a value safe in a style attribute.
pub(crate) const STYLE_WORD: &str = "__style_word";

/// The template whose values are escaped for HTML; all others are plain text.
pub(crate) const HTML: &str = "html";

/// Instructions, and 64 bytes each, that the render of one part may take: some 12 MB and a few milliseconds.
const FUEL: u64 = 200_000;

/// Whether a filter stands in for an absent field.
pub(crate) fn is_default(filter: &str) -> bool {
    matches!(filter, "default" | "d")
}

/// An environment without templates.
pub(crate) fn environment() -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_syntax(compiled_syntax());
    // An absent field may be compared; printing it is refused by `print_value`.
    env.set_undefined_behavior(UndefinedBehavior::Lenient);
    env.set_fuel(Some(FUEL));
    env.set_auto_escape_callback(|name| if name == HTML { AutoEscape::Html } else { AutoEscape::None });
    env.set_formatter(print_value);
    env.add_filter("default", default_filter);
    env.add_filter("d", default_filter);
    env.add_filter("upper", |value: Value| on_text(value, str::to_uppercase));
    env.add_filter("lower", |value: Value| on_text(value, str::to_lowercase));
    env.add_filter("title", |value: Value| on_text(value, title));
    env.add_filter("capitalize", |value: Value| on_text(value, capitalize));
    env.add_filter("trim", |value: Value| on_text(value, |text| text.trim().to_owned()));
    env.add_filter("urlencode", |value: Value| on_text(value, percent_encoded));
    env.add_filter(WHOLE_LINK, |value: Value| on_text(value, whole_link));
    env.add_filter(LINK_REST, |value: Value| on_text(value, |text| text.replace(':', "%3A")));
    env.add_filter(STYLE_WORD, |value: Value| on_text(value, style_word));
    env.add_test("defined", |value: Value| !value.is_undefined());
    env.add_test("undefined", |value: Value| value.is_undefined());
    env
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Escapes a text for HTML, inside and outside of quoted attributes.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let entity = |c: char| match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        _ => "&#39;",
    };
    let mut rest = text;
    let mut out = String::new();
    while let Some((before, found)) =
        rest.find(['&', '<', '>', '"', '\'']).and_then(|at| Some((rest.get(..at)?, rest.get(at..)?)))
    {
        let mut chars = found.chars();
        out.push_str(before);
        out.push_str(chars.next().map(entity).unwrap_or_default());
        rest = chars.as_str();
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn print_value(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let text = value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed);
    if matches!(state.auto_escape(), AutoEscape::Html) {
        Ok(out.write_str(&escaped(&text))?)
    } else {
        Ok(out.write_str(&text)?)
    }
}

/// What stands in may itself be absent, and then stays so. A second argument, Jinja's "also for empty values", is
/// always true here.
fn default_filter(value: Value, arguments: Rest<Value>) -> Value {
    let is_absent = value.is_undefined() || value.as_str().is_some_and(|text| text.trim().is_empty());
    if is_absent { arguments.first().cloned().unwrap_or_else(|| Value::from("")) } else { value }
}

fn on_text(value: Value, change: impl Fn(&str) -> String) -> Value {
    match value.as_str() {
        Some(text) => Value::from(change(text)),
        None => value,
    }
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect())
        .unwrap_or_default()
}

fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        in_word = c.is_alphanumeric() || c == '\'';
    }
    titled
}

/// A link whose scheme a mail may have; anything else, such as `javascript:`, becomes `#`.
fn whole_link(text: &str) -> String {
    let link = text.trim();
    let scheme =
        link.split(['/', '?', '#']).next().and_then(|start| start.split_once(':')).map(|(scheme, _)| scheme);
    let is_safe = scheme.is_none_or(|scheme| {
        ["http", "https", "mailto", "tel", "sms", "cid"].contains(&scheme.to_ascii_lowercase().as_str())
    });
    if is_safe { link.to_owned() } else { "#".to_owned() }
}

/// Colours, lengths and plain words pass; whatever could end the declaration or load something does not.
fn style_word(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || "#.,%- ".contains(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_pass_as_a_link() {
        for good in
            ["https://x.cn/a?b:c", "HTTP://X.CN", "mailto:a@b.cn", "tel:+86-10", "/a:b", "www.x.cn", "?a:b"]
        {
            assert_eq!(whole_link(good), good);
        }
        for bad in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "file:///etc/passwd",
        ] {
            assert_eq!(whole_link(bad), "#", "{bad:?}");
        }
    }

    #[test]
    fn escaping_keeps_slashes() {
        assert_eq!(escaped("a/b 'c' \"d\" <e> & f"), "a/b &#39;c&#39; &quot;d&quot; &lt;e&gt; &amp; f");
        assert_eq!(escaped("鸿雁"), "鸿雁");
    }

    #[test]
    fn words_are_cased() {
        assert_eq!(title("ada o'neil-lovelace"), "Ada O'neil-Lovelace");
        assert_eq!(capitalize("éCOLE"), "École");
    }
}
