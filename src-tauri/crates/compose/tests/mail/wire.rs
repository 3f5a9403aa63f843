//! The bytes of a mail, read back by another parser.

use hongyan_compose::{BuildFault, MailHead, Merged, Source, build};
use hongyan_domain::Sender;
use mail_parser::{Message, MessageParser, MimeHeaders};

use crate::samples::{address, contact, head, mail, markdown, merged};

fn read(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).expect("a mail")
}

fn built(head: &MailHead, subject: &str) -> Vec<u8> {
    let source = Source { subject: subject.to_owned(), ..markdown("Hello") };
    build(head, &merged(&source, &contact("", &[])).expect("a mail")).expect("a mail").bytes
}

#[test]
fn a_whole_mail_looks_like_this() {
    let source = Source {
        subject: "{{ name }}，您好".to_owned(),
        preheader: "本月新闻".to_owned(),
        ..markdown("# Hello {{ name }}\n\nSee [our news](https://example.cn/news).")
    };
    let mail = mail(&source, &contact("Li", &[]));
    insta::assert_snapshot!(String::from_utf8(mail.bytes).expect("ASCII").replace("\r\n", "\n"));
}

#[test]
fn subjects_come_back_exactly() {
    for subject in [
        "Plain news",
        "您好，世界",
        "Mixed 中文 and English, 100% = ok?",
        "🎉🎉 Party 👨‍👩‍👧‍👦 time",
        "مرحبا بالعالم",
        "שלום 123 עולם",
        "=?utf-8?Q?looks_encoded?=",
        "x =? y ?= z",
        &"很长的主题".repeat(40),
        "word ".repeat(100).trim_end(),
        &"x".repeat(900),
        "",
    ] {
        let bytes = built(&head(), subject);
        assert_eq!(read(&bytes).subject().unwrap_or_default(), subject);
    }
}

#[test]
fn names_come_back_exactly() {
    for name in [
        "王丽",
        "欧阳 娜娜",
        "Ada Lovelace",
        "O'Neil, \"Jim\" (VIP) <x@y.z>; a\\b",
        "Łukasz 🎈",
        "علي",
        "=?utf-8?b?eA==?=",
        "a@b.cn",
    ] {
        let head = MailHead {
            to_name: name.to_owned(),
            from: Sender::new(name, address("news@example.cn")),
            ..head()
        };
        let bytes = built(&head, "x");
        let message = read(&bytes);
        for header in [message.to(), message.from()] {
            let mailboxes: Vec<_> = header.expect("a header").iter().collect();
            assert_eq!(mailboxes.len(), 1, "{name}");
            assert_eq!(mailboxes[0].name(), Some(name));
        }
    }
}

#[test]
fn a_head_has_what_it_should_and_nothing_else() {
    let head = MailHead {
        reply_to: Some(address("office@example.cn")),
        list_id: Some("customers.example.cn".to_owned()),
        ..head()
    };
    let bytes = built(&head, "News");
    let message = read(&bytes);
    let names: Vec<&str> = message.headers_raw().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "Date",
            "From",
            "Reply-To",
            "To",
            "Subject",
            "Message-ID",
            "List-Unsubscribe",
            "List-ID",
            "X-Hongyan-Ref",
            "MIME-Version",
            "Content-Type"
        ]
    );
    let raw = |name: &str| message.header_raw(name).expect("a header").trim().to_owned();
    assert_eq!(raw("Date"), "Tue, 14 Nov 2023 22:13:20 +0000");
    assert_eq!(raw("Reply-To"), "office@example.cn");
    assert_eq!(raw("Message-ID"), "<r-1@example.cn>");
    assert_eq!(raw("List-Unsubscribe"), "<mailto:news@example.cn?subject=unsubscribe%20r-1>");
    assert_eq!(raw("List-ID"), "<customers.example.cn>");
    assert_eq!(raw("X-Hongyan-Ref"), "r-1");
}

#[test]
fn line_breaks_in_names_and_subjects_forge_no_header() {
    for evil in
        ["x\r\nBcc: evil@example.com", "x\nBcc: y", "x\rBcc: y", "x\0y", "x\u{2028}Bcc: y", "\r\n\r\nbody"]
    {
        let head = MailHead {
            to_name: evil.to_owned(),
            from: Sender { name: evil.to_owned(), address: address("news@example.cn") },
            ..head()
        };
        let bytes = built(&head, evil);
        let message = read(&bytes);
        assert!(message.bcc().is_none());
        assert_eq!(message.headers_raw().count(), 9);
        assert_eq!(message.text_body_count(), 1);
    }
}

#[test]
fn content_made_by_hand_forges_no_header_and_no_bare_line_end() {
    let merged = Merged {
        subject: "x\r\nBcc: evil@example.com".to_owned(),
        preheader: String::new(),
        html: "a\rb\r\nc\n\n.\n".to_owned(),
        text: "\r\r\n.\r--=_hongyan_alternative--".to_owned(),
    };
    let bytes = build(&head(), &merged).expect("a mail").bytes;
    let message = read(&bytes);
    assert_eq!((message.headers_raw().count(), message.bcc().is_none()), (9, true));
    assert_eq!(message.body_html(0).expect("a part"), "a\r\nb\r\nc\r\n\r\n.\r\n");
    assert_eq!(message.body_text(0).expect("a part"), "\r\n\r\n.\r\n--=_hongyan_alternative--");
    let text = String::from_utf8(bytes).expect("ASCII").replace("\r\n", "");
    assert!(!text.contains(['\r', '\n']));
}

#[test]
fn a_malformed_head_is_refused() {
    let merged = merged(&markdown("x"), &contact("", &[])).expect("a mail");
    for id in ["", "x", "@", "a@", "a@b c", "a@b>\r\nBcc: x", "é@b", "a@b@c"] {
        let head = MailHead { message_id: id.to_owned(), ..head() };
        assert_eq!(build(&head, &merged), Err(BuildFault::MessageId), "{id:?}");
    }
    for reference in ["", "a b", "a\r\nBcc: x", "é"] {
        let head = MailHead { reference: reference.to_owned(), ..head() };
        assert_eq!(build(&head, &merged), Err(BuildFault::Reference), "{reference:?}");
    }
    for list_id in ["", "x", "a..b", "a.b>\r\nBcc: x"] {
        let head = MailHead { list_id: Some(list_id.to_owned()), ..head() };
        assert_eq!(build(&head, &merged), Err(BuildFault::ListId), "{list_id:?}");
    }
}

#[test]
fn both_parts_come_back_exactly() {
    for body in
        ["Plain text with a = sign and trailing space \n\nNext", "鸿雁传书，一封一人。\n\n🎉", "Café déjà vu"]
    {
        let source = Source { text: Some(format!("{body}\n{{{{ unsubscribe_url }}}}")), ..markdown(body) };
        let merged = merged(&source, &contact("", &[])).expect("a mail");
        let bytes = build(&head(), &merged).expect("a mail").bytes;
        let message = read(&bytes);
        let with_lf = |text: Option<std::borrow::Cow<'_, str>>| text.expect("a part").replace("\r\n", "\n");
        assert_eq!(with_lf(message.body_text(0)), merged.text);
        assert_eq!(with_lf(message.body_html(0)), merged.html);
        assert_eq!(message.attachment_count(), 0);
        let types: Vec<_> = message
            .parts
            .iter()
            .filter_map(|part| part.content_type()?.subtype().map(str::to_owned))
            .collect();
        assert_eq!(types, ["alternative", "plain", "html"]);
    }
}

#[test]
fn a_local_part_in_chinese_needs_smtputf8() {
    let merged = merged(&markdown("x"), &contact("", &[])).expect("a mail");
    assert!(!build(&head(), &merged).expect("a mail").needs_smtputf8);
    let head = MailHead { to: address("王丽@例子.中国"), ..head() };
    let mail = build(&head, &merged).expect("a mail");
    assert!(mail.needs_smtputf8);
    let message = read(&mail.bytes);
    let to = message.to().expect("a To").first().expect("a mailbox");
    assert_eq!(to.address(), Some("王丽@xn--fsqu00a.xn--fiqs8s"));
}

#[test]
fn odd_dates_are_kept_in_range() {
    for (date_unix_s, year) in [(i64::MIN, "1970"), (-1, "1970"), (i64::MAX, "9999")] {
        let bytes = built(&MailHead { date_unix_s, ..head() }, "x");
        assert!(read(&bytes).header_raw("Date").expect("a date").contains(year));
    }
}

#[test]
fn the_unsubscribe_header_is_written_in_one_place() {
    let mut naming = Vec::new();
    files_naming("\"List-Unsubscribe\"", concat!(env!("CARGO_MANIFEST_DIR"), "/src").as_ref(), &mut naming);
    naming.sort();
    // The signer names what it signs.
    assert_eq!(naming, ["head.rs", "signer.rs"]);
}

fn files_naming(text: &str, folder: &std::path::Path, naming: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            files_naming(text, &path, naming);
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let matches = std::fs::read_to_string(&path).expect("a text").matches(text).count();
        naming.extend(std::iter::repeat_n(name, matches));
    }
}
