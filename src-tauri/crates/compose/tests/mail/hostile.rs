//! Contacts and templates that mean harm.

use std::time::Instant;

use hongyan_compose::{MergeExtras, MergeFault, Part, Source, build, prepare};
use hongyan_domain::Contact;
use proptest::prelude::*;

use crate::samples::{Fault, contact, head, html, html_of, markdown, merged, unsubscribe};

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</td></table><iframe src=//evil>",
    "--><script>alert(1)</script><!--",
    "{{ email }}{% if a %}",
    "\u{1}{ email }\u{1}\u{1}% if a %\u{1}",
    "]]></style><svg/onload=alert(1)>",
    "&lt;script&gt;",
];

#[test]
fn no_payload_becomes_markup() {
    for payload in PAYLOADS {
        let contact = contact(payload, &[("a", payload)]);
        for body in [
            "<p>{{ a }} {{ name }}</p>",
            "<p title=\"{{ a }}\">x</p>",
            "<p title='{{ a }}'>x</p>",
            "<a href=\"{{ a }}\">x</a>",
            "<a href='https://x.cn/?q={{ a }}'>x</a>",
            "<p style=\"color:{{ a }}\">x</p>",
            "<!-- {{ a }} --><p>x</p>",
            "<title>{{ a }}</title><textarea>{{ a }}</textarea>",
        ] {
            let out = html_of(body, &contact).expect("a mail");
            let tags = |html: &str| html.matches(['<', '>']).count();
            assert_eq!(tags(&out), tags(body), "{body} with {payload} gave {out}");
            let quotes = |html: &str| html.matches(['"', '\'']).count();
            assert_eq!(quotes(&out), quotes(body), "{body} with {payload} gave {out}");
        }
        let markdown =
            merged(&markdown("{{ a }}\n\n# {{ a }}\n\n- `{{ a }}`"), &contact).expect("a mail").html;
        assert!(
            !markdown.contains("<script") && !markdown.contains("<img") && !markdown.contains("<svg"),
            "{markdown}"
        );
        assert!(!markdown.contains("li@example.cn"), "a value was read as a merge tag: {markdown}");
    }
}

#[test]
fn a_field_cannot_make_a_script_link() {
    for payload in
        ["javascript:alert(1)", " JAVASCRIPT:alert(1)", "java\nscript:x", "data:text/html,x", "vbscript:x"]
    {
        let contact = contact("", &[("a", payload), ("b", "https://x.cn")]);
        let link = |body| html_of(body, &contact).expect("a mail");
        assert_eq!(link("<a href=\"{{ a }}\">"), "<a href=\"#\">");
        assert_eq!(link("<a href=\"{{ b }}\">"), "<a href=\"https://x.cn\">");
        assert_eq!(link("<a href=\"{{ a | upper }}\">"), "<a href=\"#\">");
        assert_eq!(link("<a href=\"{% if b %}{{ a }}{% endif %}\">"), "<a href=\"#\">");
        let markdown =
            merged(&markdown("[x]({{ a }}) ![y]({{ a }}) [z][1]\n\n[1]: {{ a }}"), &contact).expect("a mail");
        assert!(!markdown.html.to_lowercase().contains("script:"), "{}", markdown.html);
        assert_eq!(markdown.html.matches("=\"#\"").count(), 3, "{}", markdown.html);
    }
    let halves = contact("", &[("a", "java"), ("b", "script:alert(1)")]);
    assert_eq!(
        html_of("<a href=\"{{ a }}{{ b }}\">", &halves),
        Ok("<a href=\"javascript%3Aalert(1)\">".to_owned())
    );
    assert_eq!(
        html_of("<a href=\"java{{ b }}\">", &halves),
        Ok("<a href=\"javascript%3Aalert(1)\">".to_owned())
    );
}

#[test]
fn a_style_takes_plain_words_only() {
    let contact = contact("", &[("a", "red;background:url(https://evil/x)"), ("b", "#ff0000")]);
    assert_eq!(
        html_of("<p style=\"color:{{ a }}\"><p style=\"color:{{ b }}\">", &contact),
        Ok("<p style=\"color:redbackgroundurlhttpsevilx\"><p style=\"color:#ff0000\">".to_owned())
    );
}

#[test]
fn a_template_cannot_smuggle_tags_past_the_check() {
    let contact = contact("", &[("a", "x")]);
    for body in [
        "&#123;&#123; nope() &#125;&#125;",
        "\\{\\{ nope() \\}\\}",
        "{{# #}{ nope() }}",
        "&#1;{ nope() }&#1;",
    ] {
        let html = merged(&markdown(body), &contact).map(|merged| merged.html);
        match html {
            Ok(html) => assert!(html.contains("nope()"), "{html}"),
            Err(fault) => assert!(matches!(fault, Fault::Template(_)), "{fault:?}"),
        }
    }
}

#[test]
fn a_bomb_is_stopped_before_it_grows() {
    let started = Instant::now();
    let long = "x".repeat(10_000);
    let contact = contact("", &[("a", &long)]);
    let printed_often = "{{ a }}".repeat(20_000);
    let chained = format!("{{{{ a{} }}}}", " or a".repeat(20_000));
    let defaults = format!("{{{{ a{} }}}}", " | upper".repeat(20_000));
    let nested = format!("{{{{ {}a{} }}}}", "(".repeat(5_000), ")".repeat(5_000));
    let at_the_limit = ["{{ a".to_owned(), " or a".repeat(190), " }}".to_owned()].concat();
    let filtered = ["{{ a".to_owned(), "|d".repeat(490), " }}".to_owned()].concat();
    let branches = ["{% if a %}".to_owned(), "{% elif a %}".repeat(5_000), "{% endif %}".to_owned()].concat();
    let ifs = "{% if a %}".repeat(5_000);
    for bomb in [printed_often, chained, defaults, nested, at_the_limit, filtered, branches, ifs] {
        match merged(&html(&bomb), &contact) {
            Ok(merged) => assert!(merged.html.len() <= 1024 * 1024),
            Err(Fault::Merge(fault)) => assert!(
                matches!(fault, MergeFault::OutOfFuel { .. } | MergeFault::TooLarge { .. }),
                "{fault:?}"
            ),
            Err(Fault::Template(_)) => {}
        }
    }
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}

#[test]
fn a_long_field_fits_in_a_body_but_not_in_a_subject() {
    let long = "鸿".repeat(10_000);
    let contact = contact("", &[("a", &long)]);
    let merged_body = merged(&markdown("{{ a }}"), &contact).expect("a mail");
    assert!(merged_body.html.contains(&long) && merged_body.text.contains(&long));
    let source = Source { subject: "{{ a }}".to_owned(), ..markdown("x") };
    assert_eq!(merged(&source, &contact), Err(Fault::Merge(MergeFault::TooLarge { part: Part::Subject })));
}

#[test]
fn deep_markdown_does_not_overflow() {
    for deep in [
        "> ".repeat(20_000),
        "- ".repeat(20_000),
        "[".repeat(20_000),
        "*".repeat(20_000),
        "<b>".repeat(20_000),
    ] {
        match merged(&markdown(&deep), &contact("", &[])) {
            Ok(_) | Err(Fault::Merge(MergeFault::TooLarge { part: Part::Body })) => {}
            Err(fault) => panic!("{fault:?}"),
        }
    }
}

#[test]
fn a_large_template_takes_no_more_than_its_share_of_time() {
    let started = Instant::now();
    for pattern in [
        "{#",
        "http://.",
        "http:/",
        "&",
        "&#",
        "<",
        "<!--",
        "<!--[if",
        "<a href=\"x",
        "<p x=",
        "</",
        "<style>",
        "{",
        "hytag0x",
        "[a](",
        "|a",
    ] {
        let body = pattern.repeat(100_000 / pattern.len());
        for source in [markdown(&body), html(&body)] {
            let _ = merged(&source, &contact("", &[]));
        }
    }
    let link = format!("<a href=\"{}\">", "a{{ a }}".repeat(10_000));
    let _ = prepare(&html(&link));
    assert!(started.elapsed().as_secs() < 30, "took {:?}", started.elapsed());
}

/// Any contact whose address is good.
fn any_contact() -> impl Strategy<Value = (Contact, String)> {
    (any::<String>(), any::<String>(), any::<String>())
        .prop_map(|(name, a, b)| (contact(&name, &[("a", &a), ("b", &b)]), name))
}

/// The header lines of a mail, unfolded.
fn header_lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
    let head = text.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ").replace("\r\n\t", " ");
    head.split("\r\n").map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn any_contact_gives_a_sound_mail_or_a_fault((contact, name) in any_contact()) {
        let source = Source {
            subject: "{{ a | default('s') }}{{ b | default('t') }}".to_owned(),
            preheader: "{{ a | default('p') }}".to_owned(),
            ..markdown("{{ a | default('x') }} [l]({{ b | default('y') }}) <p title=\"{{ a }}{{ name }}\">")
        };
        let prepared = prepare(&source).expect("a good template");
        let Ok(merged) = prepared.merge(&contact, &MergeExtras::from(&unsubscribe())) else { return Ok(()) };
        let mail = build(&hongyan_compose::MailHead { to_name: name, ..head() }, &merged).expect("a mail");
        assert_sound(&mail.bytes);
        let lines = header_lines(&mail.bytes);
        prop_assert_eq!(lines.len(), 9, "{:?}", lines);
        for name in ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "X-Hongyan-Ref"] {
            let count = lines.iter().filter(|line| line.starts_with(&format!("{name}: "))).count();
            prop_assert_eq!(count, 1, "{}", name);
        }
    }

    #[test]
    fn any_template_is_taken_or_refused_without_a_panic(body in "\\PC{0,200}", inner in "[a-z{}%|()'\" <>&#.=!-]{0,40}") {
        for source in [markdown(&format!("{body}{{{{{inner}}}}}{inner}")), html(&format!("<a href=\"{inner}\">{{{{ {inner} }}}}{body}"))] {
            if let Ok(prepared) = prepare(&source) {
                let _ = prepared.merge(&contact("n", &[("a", "x")]), &MergeExtras::from(&unsubscribe()));
            }
        }
    }
}

/// Canonical lines: CRLF only, none too long, no NUL, an end.
fn assert_sound(bytes: &[u8]) {
    let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
    assert!(text.is_ascii() && text.ends_with("\r\n"));
    for line in text.split("\r\n") {
        assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{line:?}");
    }
}
