//! The text part that is derived from a body.

use hongyan_compose::Source;
use hongyan_domain::TemplateFormat;

use crate::samples::{contact, html, markdown, merged};

/// The derived text without the unsubscribe line.
#[track_caller]
fn assert_text(source: &Source, fields: &[(&str, &str)], expected: &str) {
    let text = merged(source, &contact("", fields)).expect("a mail").text;
    let (text, _) = text.split_once("\n\n--------\nNo longer").expect("the unsubscribe line");
    assert_eq!(text, expected);
}

#[test]
fn markdown_becomes_readable_text() {
    let body = "# Title\n\nHello **you**\nnext line.\n\n- one\n- two\n  1. in\n\n3. three\n\n> quote\n\n\
                ```\ncode  x\n  y\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n---\n\n![Logo](x.png) end";
    assert_text(
        &markdown(body),
        &[],
        "Title\n\nHello you\nnext line.\n\n- one\n- two\n  1. in\n\n3. three\n\nquote\n\n\
         code  x\n  y\n\na | b\n1 | 2\n\n--------\n\n[Logo] end",
    );
}

#[test]
fn links_are_written_out() {
    assert_text(
        &markdown("See [our news](https://x.cn/?a=1&b=2), <https://y.cn> or <office@x.cn>."),
        &[],
        "See our news <https://x.cn/?a=1&b=2>, https://y.cn or office@x.cn.",
    );
    assert_text(&markdown("[go]({{ url }})"), &[("url", "https://x.cn")], "go <https://x.cn>");
}

#[test]
fn html_is_read_without_what_is_not_shown() {
    assert_text(
        &html(
            "<!doctype html><html><head><title>T</title><style>p{}</style></head><body>\
             <div style=\"display: none\">hidden<div>too</div></div><!-- no -->\
             <!--[if mso]><p>Outlook</p><![endif]--><!--[if !mso]><!--><p>Others</p><!--<![endif]-->\
             <script>x</script><h1>Caf&eacute;&nbsp;&amp; &lt;Bar&gt; &#x9e3f;</h1><p>a\n   b<br>c</p></body></html>",
        ),
        &[],
        "Others\n\nCafé & <Bar> 鸿\n\na b\nc",
    );
}

#[test]
fn conditions_stay_around_what_they_decide() {
    let table =
        "<table>{% if a %}<tr><td>A</td><td>{{ a }}</td></tr>{% endif %}<tr><td>B</td></tr></table><p>C</p>";
    assert_text(&html(table), &[("a", "1")], "A | 1\nB\n\nC");
    assert_text(&html(table), &[], "B\n\nC");
    let bare = "<p>A</p>{% if a %}B{% endif %}<span>C</span>";
    assert_text(&html(bare), &[("a", "1")], "A\n\nB\n\nC");
    assert_text(&html(bare), &[], "A\n\nC");
    let inline = "Hello {% if a %}dear {{ a }}{% else %}friend{% endif %}, bye";
    for source in [markdown(inline), html(inline)] {
        assert_text(&source, &[("a", "Ada")], "Hello dear Ada, bye");
        assert_text(&source, &[], "Hello friend, bye");
    }
    let blocks = "One\n\n{% if a %}\n\nTwo\n\n{% else %}\n\nThree\n\n{% endif %}\n\nFour";
    assert_text(&markdown(blocks), &[("a", "x")], "One\n\nTwo\n\nFour");
    assert_text(&markdown(blocks), &[], "One\n\nThree\n\nFour");
}

#[test]
fn values_are_not_escaped_in_text() {
    assert_text(&markdown("{{ a }}"), &[("a", "Tom & \"Jerry\" <x>")], "Tom & \"Jerry\" <x>");
}

#[test]
fn the_users_own_text_wins() {
    for format in [TemplateFormat::Markdown, TemplateFormat::Html] {
        let source = Source { format, text: Some("Own {{ a }}\n".to_owned()), ..markdown("# Other") };
        assert_text(&source, &[("a", "&")], "Own &");
    }
}
