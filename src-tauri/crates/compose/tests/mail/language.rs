//! The merge language: fields, defaults, conditions, and what it refuses.

use hongyan_compose::{MergeFault, Part, Source, TemplateFaultKind, prepare};

use crate::samples::{Fault, contact, html_of, markdown, merged};

#[track_caller]
fn assert_prints(body: &str, fields: &[(&str, &str)], expected: &str) {
    assert_eq!(html_of(body, &contact("", fields)), Ok(expected.to_owned()), "{body}");
}

#[track_caller]
fn assert_missing(body: &str, fields: &[(&str, &str)], field: &str) {
    let missing = Fault::Merge(MergeFault::MissingField { field: field.to_owned() });
    assert_eq!(html_of(body, &contact("", fields)), Err(missing), "{body}");
}

#[track_caller]
fn assert_refused(body: &str, kind: TemplateFaultKind, detail: &str) {
    match prepare(&markdown(body)) {
        Err(fault) => assert_eq!((fault.kind, fault.detail.as_str()), (kind, detail), "{body}"),
        Ok(_) => panic!("taken: {body}"),
    }
}

fn fields(body: &str) -> Vec<(String, bool)> {
    let prepared = prepare(&markdown(body)).expect("a good template");
    prepared.fields().iter().map(|field| (field.name.clone(), field.has_default)).collect()
}

#[test]
fn fields_are_printed() {
    assert_prints("Hi {{ first_name }}!", &[("first_name", "Ada")], "Hi Ada!");
    assert_prints(
        "{{ 公司 }}，{{公司名称}}",
        &[("公司", "鸿雁"), ("公司名称", "鸿雁传书")],
        "鸿雁，鸿雁传书",
    );
    assert_prints("{{ email }}", &[], "li@example.cn");
    assert_prints("{{ name }}", &[("first_name", "丽"), ("last_name", "王")], "王丽");
    assert_prints("{{ unsubscribe_url }}", &[], "mailto:news@example.cn?subject=unsubscribe%20r-1");
}

#[test]
fn an_absent_field_is_missing_by_its_name() {
    assert_missing("Hi {{ fist_name }}!", &[("first_name", "Ada")], "fist_name");
    assert_missing("{{ a }}{{ b }}", &[("a", "x")], "b");
    assert_missing("{{ name }}", &[], "name");
    assert_missing("{{ a | upper }}", &[], "a");
    assert_missing("{{ a | default(b) }}", &[], "b");
    assert_missing("{{ c | default('x') }}{{ a }}", &[], "a");
}

#[test]
fn an_empty_field_counts_as_absent() {
    for empty in ["", "  ", "\t\n", "\u{0}"] {
        assert_missing("{{ a }}", &[("a", empty)], "a");
        assert_prints("{{ a | default('friend') }}", &[("a", empty)], "friend");
        assert_prints("{% if a %}x{% else %}y{% endif %}", &[("a", empty)], "y");
        assert_prints("{% if a is defined %}x{% else %}y{% endif %}", &[("a", empty)], "y");
    }
}

#[test]
fn defaults_stand_in() {
    assert_prints("{{ a | default(\"friend\") }}", &[], "friend");
    assert_prints("{{ a | default(\"friend\") }}", &[("a", "Ada")], "Ada");
    assert_prints("{{ a | upper | default('x', true) }}", &[], "x");
    assert_prints("{{ a | default(b) | upper }}", &[("b", "x")], "X");
    assert_prints("{{ a or 'x' }}{{ a | default('') }}{{ a | d }}", &[], "x");
    assert_prints("{{ a｜default（“朋友”） }}", &[], "朋友");
}

#[test]
fn conditions_decide() {
    let body = "{% if city == '北京' and vip %}A{% elif not vip %}B{% else %}C{% endif %}";
    assert_prints(body, &[("city", "北京"), ("vip", "1")], "A");
    assert_prints(body, &[("city", "北京")], "B");
    assert_prints(body, &[("vip", "1")], "C");
    assert_prints("{{ a if a else 'you' }}", &[], "you");
    assert_prints("{{ a if a else 'you' }}", &[("a", "Ada")], "Ada");
    assert_prints("{% if a != 'x' %}y{% endif %}", &[], "y");
}

#[test]
fn filters_change_text() {
    assert_prints("{{ a | upper }} {{ a | lower }} {{ a | title }}", &[("a", "aDA b")], "ADA B ada b Ada B");
    assert_prints("{{ a | trim }}|{{ a | trim | capitalize }}", &[("a", " x y ")], "x y|X y");
    assert_prints("?q={{ a | urlencode }}", &[("a", "a&b 丽")], "?q=a%26b%20%E4%B8%BD");
}

#[test]
fn fields_tell_whether_a_contact_needs_them() {
    assert_eq!(fields("{{ a }} {{ b | default('x') }}"), [("a".to_owned(), false), ("b".to_owned(), true)]);
    for guarded in [
        "{% if a %}{{ a }}{% endif %}",
        "{% if not a %}x{% else %}{{ a }}{% endif %}",
        "{% if a is defined and b == 'x' %}{{ a }}{{ b }}{% endif %}",
        "{% if a == 'x' or a == 'y' %}{{ a }}{% endif %}",
        "{{ a if a else 'x' }}",
        "{{ a or 'x' }}",
        "{{ 'x' if a is undefined else a }}",
    ] {
        assert!(fields(guarded).iter().all(|(_, has_default)| *has_default), "{guarded}");
        assert!(html_of(guarded, &contact("", &[])).is_ok(), "{guarded}");
    }
    for needed in [
        "{{ a | default('x') }}{{ a }}",
        "{% if b %}{{ a }}{% endif %}",
        "{% if a or b %}{{ a }}{% endif %}",
        "{% if a %}{% else %}{{ a }}{% endif %}",
        "{{ b | default(a) }}",
    ] {
        assert!(fields(needed).contains(&("a".to_owned(), false)), "{needed}");
    }
}

#[test]
fn fields_of_every_part_are_listed_once_without_what_is_always_there() {
    let source = Source {
        subject: "{{ s }}".to_owned(),
        preheader: "{{ p | default('x') }}".to_owned(),
        text: Some("{{ t }}{{ s }}".to_owned()),
        ..markdown("{{ b }} {{ email }} {{ unsubscribe_url }} {{ preheader }} {{ name }}")
    };
    let prepared = prepare(&source).expect("a good template");
    let names: Vec<&str> = prepared.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["b", "name", "p", "s", "t"]);
}

#[test]
fn what_a_mail_does_not_need_is_refused() {
    use TemplateFaultKind::*;
    assert_refused("{{ a | replace('x', 'y') }}", UnknownFilter, "replace");
    assert_refused("{% if a | join %}{% endif %}", UnknownFilter, "join");
    assert_refused("{{ a | __link }}", UnknownFilter, "__link");
    assert_refused("{{ range(9) }}", UnknownFunction, "range");
    assert_refused("{{ a | default(env('HOME')) }}", UnknownFunction, "env");
    assert_refused("{% if a is odd %}{% endif %}", UnknownTest, "odd");
    assert_refused("{% for x in a %}{{ x }}{% endfor %}", NotAllowed, "for");
    assert_refused("{% set a = a ~ a %}", NotAllowed, "set");
    assert_refused("{{ a * 1000000 }}", NotAllowed, "operator");
    assert_refused("{{ 'Dear ' ~ a }}", NotAllowed, "operator");
    assert_refused("{{ 'x' if a }}", NotAllowed, "if without else");
    assert_refused("{{ a + b }}", NotAllowed, "operator");
    assert_refused("{% if a > '5' %}{% endif %}", NotAllowed, "operator");
    assert_refused("{% if a == '' %}{% endif %}", Comparison, "");
    assert_refused("{% if a != 5 %}{% endif %}", Comparison, "");
    for not_allowed in ["{{ a.b }}", "{{ a[0] }}", "{{ [1] }}", "{{ {'a': 1} }}", "{{ -a }}", "{{ a[1:] }}"] {
        assert!(
            prepare(&markdown(not_allowed)).is_err_and(|fault| fault.kind == NotAllowed),
            "{not_allowed}"
        );
    }
    for unknown in [
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro x() %}{% endmacro %}",
        "{% block x %}{% endblock %}",
        "{{ a | }}",
        "{{ first name }}",
        "{{ }}",
        "{% endif %}",
        "{% if a %}",
    ] {
        assert!(prepare(&markdown(unknown)).is_err_and(|fault| fault.kind == Syntax), "{unknown}");
    }
}

#[test]
fn a_fault_tells_part_and_line() {
    let source = Source { text: Some("a\n{# b\n #}\n\n{{ c | nope }}".to_owned()), ..markdown("x") };
    let fault = prepare(&source).expect_err("a fault");
    assert_eq!((fault.part, fault.line, fault.kind), (Part::Text, Some(5), TemplateFaultKind::UnknownFilter));

    let source = Source { subject: "{{ a".to_owned(), ..markdown("x") };
    let fault = prepare(&source).expect_err("a fault");
    assert_eq!((fault.part, fault.line, fault.kind), (Part::Subject, Some(1), TemplateFaultKind::Syntax));

    let fault = prepare(&markdown("a\n\n<p {{ b }}>")).expect_err("a fault");
    assert_eq!((fault.part, fault.line, fault.kind), (Part::Body, Some(3), TemplateFaultKind::UnsafePlace));

    let fault = prepare(&markdown(&"x".repeat(Source::MAX_BODY_BYTES + 1))).expect_err("a fault");
    assert_eq!((fault.part, fault.kind), (Part::Body, TemplateFaultKind::TooLarge));
}

#[test]
fn merge_tags_survive_markdown() {
    let contact = contact("", &[("url", "https://x.cn/?a=1&b=2"), ("a", "*x* [y](z) `c` # | <b>")]);
    let html = merged(&markdown("**{{ a }}** [here]({{ url }})"), &contact).expect("a mail").html;
    assert!(html.contains("<strong>*x* [y](z) `c` # | &lt;b&gt;</strong>"), "{html}");
    assert!(html.contains("<a href=\"https://x.cn/?a=1&amp;b=2\""), "{html}");
}
