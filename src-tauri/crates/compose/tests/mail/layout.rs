//! The frame of a mail: preview line, unsubscribe line, language.

use hongyan_compose::{Language, Source};

use crate::samples::{contact, html, markdown, merged};

const LINK: &str = "mailto:news@example.cn?subject=unsubscribe%20r-1";

#[test]
fn every_mail_shows_the_way_out_once() {
    for source in [
        markdown("x"),
        html("<html><body>x</body></html>"),
        html("x"),
        markdown("[out]({{ unsubscribe_url }})"),
        html("<a href=\"{{ unsubscribe_url }}\">out</a>"),
        Source { text: Some("own".to_owned()), ..markdown("x") },
        Source { text: Some("own {{ unsubscribe_url }}".to_owned()), ..markdown("x") },
    ] {
        let merged = merged(&source, &contact("", &[])).expect("a mail");
        assert_eq!(merged.html.matches(&format!("href=\"{LINK}\"")).count(), 1, "{}", merged.html);
        assert_eq!(merged.text.matches(LINK).count(), 1, "{}", merged.text);
    }
}

#[test]
fn the_preview_line_is_hidden_at_the_top_and_merged() {
    let with = |preheader: &str, source: Source| {
        let source = Source { preheader: preheader.to_owned(), ..source };
        merged(&source, &contact("", &[("a", "<b>")])).expect("a mail")
    };
    for source in [markdown("BODY"), html("<html><body>BODY</body></html>"), html("BODY")] {
        let merged = with("For {{ a }} & you", source);
        assert_eq!(merged.preheader, "For <b> & you");
        let (before, _) = merged.html.split_once("BODY").expect("the body");
        assert!(
            before.contains("display:none") && before.contains("For &lt;b&gt; &amp; you</div>"),
            "{before}"
        );
        assert!(!merged.text.contains("For"), "{}", merged.text);
    }
    assert!(!with("", markdown("x")).html.contains("display:none"));
    assert!(!with("{{ nothing | default('') }}", markdown("x")).html.contains("display:none"));
}

#[test]
fn what_the_app_adds_speaks_the_mails_language() {
    let in_language = |language| {
        let source = Source { language, ..markdown("x") };
        merged(&source, &contact("", &[])).expect("a mail")
    };
    let chinese = in_language(Language::ZhCn);
    assert!(chinese.html.contains("<html lang=\"zh-CN\">") && chinese.html.contains("退订"));
    assert!(chinese.text.contains("退订"));
    let english = in_language(Language::En);
    assert!(english.html.contains("<html lang=\"en\">") && english.html.contains("Unsubscribe"));
}

#[test]
fn the_users_html_stays_as_it_is() {
    let own = "<!DOCTYPE html>\n<BODY bgcolor=red>\n<p  class = \"a\">1 < 2 &copy;\n<style>p{color:red}</style></p></BODY>";
    let source = Source { preheader: String::new(), ..html(own) };
    let html = merged(&source, &contact("", &[])).expect("a mail").html;
    let start = own.strip_suffix("</BODY>").expect("the end");
    assert!(html.starts_with(start) && html.ends_with("</BODY>"), "{html}");
}

#[test]
fn subjects_are_one_clean_line() {
    let source = Source { subject: "Hi\n{{ a }}  !".to_owned(), ..markdown("x") };
    let merged = merged(&source, &contact("", &[("a", "x\r\nBcc: y\u{202e}")])).expect("a mail");
    assert_eq!(merged.subject, "Hi x Bcc: y !");
}
