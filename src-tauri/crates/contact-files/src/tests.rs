//! Whole files in, contacts and faults out.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use encoding_rs::GBK;
use hongyan_domain::{AddressFault, EmailAddress, FieldName};
use tempfile::TempDir;

use crate::{
    ContactReader, ContactWriter, CsvOptions, FileFault, FileKind, MAX_VALUE_CHARS, Mapping, Preview, Row,
    RowFault, RowFaultKind, Target, TextEncoding, preview,
};

struct Sample {
    _dir: TempDir,
    path: PathBuf,
}

fn file(content: impl AsRef<[u8]>) -> Sample {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("contacts.csv");
    fs::write(&path, content).expect("written");
    Sample { _dir: dir, path }
}

fn mapping(words: &[&str]) -> Mapping {
    let targets = words.iter().map(|word| Target::parse(word).expect("a target")).collect();
    Mapping::new(targets).expect("a good mapping")
}

fn shown(sample: &Sample) -> Preview {
    preview(&sample.path, &CsvOptions::default(), 10).expect("a preview")
}

fn reader(sample: &Sample, words: &[&str]) -> ContactReader {
    ContactReader::open(&sample.path, &CsvOptions::default(), &mapping(words)).expect("opened")
}

fn read(sample: &Sample, words: &[&str]) -> Vec<Row> {
    let mut reader = reader(sample, words);
    let mut rows = Vec::new();
    loop {
        // A size that divides nothing, so that batches end in the middle of things.
        let batch = reader.next_batch(7).expect("read");
        if batch.is_empty() {
            return rows;
        }
        rows.extend(batch);
    }
}

/// Each row as `number address|name|values…` or `number fault@column`.
fn told(rows: &[Row]) -> Vec<String> {
    let line = |row: &Row| match &row.result {
        Ok(contact) => {
            let mut parts = vec![contact.address.as_str(), &contact.name];
            parts.extend(contact.values.iter().map(String::as_str));
            format!("{} {}", row.number, parts.join("|"))
        }
        Err(RowFault { kind, column, .. }) => match column {
            Some(column) => format!("{} {}@{column}", row.number, kind.as_str()),
            None => format!("{} {}", row.number, kind.as_str()),
        },
    };
    rows.iter().map(line).collect()
}

fn faults(sample: &Sample, words: &[&str]) -> Vec<RowFaultKind> {
    read(sample, words).into_iter().filter_map(|row| row.result.err()).map(|fault| fault.kind).collect()
}

#[test]
fn a_plain_file_is_previewed_and_read() {
    let sample = file(
        "E-mail,Name,Company Name,Plan\r\na@b.cn,Ann,Acme,gold\r\n,,,\r\nc@d.cn,王 丽,\"Öko, GmbH\",\r\n",
    );
    let preview = shown(&sample);
    assert_eq!((preview.encoding, preview.delimiter, preview.has_header), ("UTF-8", ',', true));
    let suggestions: Vec<String> =
        preview.columns.iter().map(|column| column.suggestion.to_string()).collect();
    assert_eq!(suggestions, ["email", "name", "company", "plan"]);
    assert_eq!(preview.columns[2].head, "Company Name");
    assert_eq!(preview.columns[3].samples, ["gold"]);
    assert_eq!(preview.rows[1], ["c@d.cn", "王 丽", "Öko, GmbH", ""]);
    assert_eq!(preview.total_bytes, fs::metadata(&sample.path).expect("a file").len());

    let rows = read(&sample, &["email", "name", "company", "plan"]);
    assert_eq!(told(&rows), ["2 a@b.cn|Ann|Acme|gold", "4 c@d.cn|王 丽|Öko, GmbH|"]);
    let mut reader = reader(&sample, &["email", "name", "company", "plan"]);
    let batch = reader.next_batch(10).expect("read");
    assert_eq!((reader.blank_rows(), reader.bytes_read()), (1, reader.total_bytes()));
    let contact = batch[1].result.clone().expect("a contact");
    let named: Vec<_> =
        contact.named_values(reader.fields()).map(|(name, value)| (name.as_str(), value)).collect();
    assert_eq!(named, [("company", "Öko, GmbH")]);
    assert_eq!(contact.into_contact(reader.fields()).fields.len(), 1);
}

#[test]
fn every_usual_delimiter_is_found() {
    for (delimiter, text) in [
        (',', "a@b.cn,Ann,\"1;2;3\"\nb@b.cn,Bob,\"4;5;6\"\n"),
        (';', "mail;price\na@b.de;1,5\nb@b.de;2,5\n"),
        ('\t', "a@b.cn\tWang, Li\tx\nb@b.cn\tLi; Bo\ty\n"),
        ('|', "a@b.cn|Ann\nb@b.cn|Bob\n"),
        (',', "a@b.cn\nb@b.cn\n"),
        (';', "name;city\nAnn;Bonn\n"),
        (';', "\"a;b\nc\";x@y.de\n\"d\";z@y.de"),
    ] {
        assert_eq!(shown(&file(text)).delimiter, delimiter, "{text:?}");
    }
}

#[test]
fn a_first_row_with_an_address_is_no_header() {
    for (text, has_header) in [
        ("email,name\na@b.cn,Ann\n", true),
        ("\n\n邮箱\na@b.cn\n", true),
        ("a@b.cn,Ann\n", false),
        ("a@@b.cn,Ann\nb@b.cn,Bob\n", false),
        ("Mail (x @ y),name\na@b.cn,Ann\n", true),
    ] {
        assert_eq!(shown(&file(text)).has_header, has_header, "{text:?}");
    }
    let rows = read(&file("a@b.cn,Ann\nb@b.cn,Bob\n"), &["email", "name"]);
    assert_eq!(told(&rows), ["1 a@b.cn|Ann", "2 b@b.cn|Bob"]);
}

#[test]
fn chinese_names_come_right_from_every_encoding() {
    let text =
        "邮箱,姓名,公司\r\nli@qq.com,王小丽,北京华信科技有限公司\r\nbo@163.com,欧阳博,上海远洋贸易\r\n";
    let (gbk, _, _) = GBK.encode(text);
    let utf_16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        [mark.to_vec(), text.encode_utf16().flat_map(bytes).collect()].concat()
    };
    for (name, bytes) in [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("GBK", gbk.into_owned()),
        ("UTF-16LE", utf_16(b"\xff\xfe", u16::to_le_bytes)),
        ("UTF-16BE", utf_16(b"\xfe\xff", u16::to_be_bytes)),
        ("UTF-16LE", utf_16(b"", u16::to_le_bytes)),
        ("UTF-16BE", utf_16(b"", u16::to_be_bytes)),
    ] {
        let sample = file(bytes);
        let preview = shown(&sample);
        assert_eq!((preview.encoding, preview.columns[0].head.as_str()), (name, "邮箱"));
        let rows = read(&sample, &["email", "name", "company"]);
        assert_eq!(
            told(&rows),
            ["2 li@qq.com|王小丽|北京华信科技有限公司", "3 bo@163.com|欧阳博|上海远洋贸易"],
            "{name}"
        );
    }
}

#[test]
fn european_names_come_right_from_an_old_encoding() {
    let sample = file(b"email;name\nj@example.de;J\xfcrgen M\xfcller\nz@example.fr;Zo\xe9 Lef\xe8vre\n");
    assert_eq!(shown(&sample).encoding, "windows-1252");
    assert_eq!(told(&read(&sample, &["email", "name"]))[1], "3 z@example.fr|Zoé Lefèvre");
}

#[test]
fn an_encoding_shows_itself_behind_a_long_stretch_of_ascii() {
    let mut bytes = b"email,name\n".to_vec();
    for number in 0..40_000 {
        bytes.extend_from_slice(format!("user{number}@qq.com,plain\n").as_bytes());
    }
    bytes.extend_from_slice(&GBK.encode("last@qq.com,王小丽\n").0);
    let sample = file(bytes);
    assert_eq!(shown(&sample).encoding, "GBK");
    assert_eq!(told(&read(&sample, &["email", "name"]).split_off(40_000)), ["40002 last@qq.com|王小丽"]);
}

#[test]
fn one_broken_byte_costs_its_row_and_not_the_file() {
    let mut bytes = Vec::new();
    for number in 0..30 {
        bytes.extend_from_slice(format!("u{number}@qq.com,王丽,北京\n").as_bytes());
    }
    bytes.extend_from_slice(b"broken@qq.com,\xe7\x8e,x\nskipped@qq.com,y,\xff\nlast@qq.com,z,x\n");
    let sample = file(bytes);
    assert_eq!(shown(&sample).encoding, "UTF-8");
    let rows = told(&read(&sample, &["email", "name", "skip"]));
    assert_eq!(
        rows[29..],
        ["30 u29@qq.com|王丽", "31 bad_encoding@1", "32 skipped@qq.com|y", "33 last@qq.com|z"]
    );
}

#[test]
fn what_was_found_out_can_be_overruled() {
    let sample = file(b"x@y.de;J\xfcrgen\n");
    let options = CsvOptions {
        encoding: TextEncoding::by_label("windows-1252"),
        delimiter: Some(b'|'),
        has_header: Some(true),
    };
    let preview = preview(&sample.path, &options, 10).expect("a preview");
    assert_eq!((preview.encoding, preview.delimiter, preview.has_header), ("windows-1252", '|', true));
    assert_eq!(preview.columns[0].head, "x@y.de;Jürgen");
    assert!(
        TextEncoding::CHOICES
            .iter()
            .all(|name| TextEncoding::by_label(name).is_some_and(|e| e.name() == *name))
    );
    assert_eq!(TextEncoding::by_label("iso-2022-kr"), None);
    assert_eq!(TextEncoding::by_label("klingon"), None);
}

#[test]
fn files_that_are_no_csv_are_named() {
    let mut noise = vec![0_u8; 4096];
    noise.iter_mut().zip(0_u32..).for_each(|(byte, n)| *byte = (n.wrapping_mul(2_654_435_761) >> 24) as u8);
    for (content, kind) in [
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml".to_vec(), FileKind::Xlsx),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), FileKind::Image),
        (vec![0; 4096], FileKind::Binary),
        (noise, FileKind::Binary),
    ] {
        let sample = file(content);
        let previewed = preview(&sample.path, &CsvOptions::default(), 10);
        assert!(matches!(previewed, Err(FileFault::NotText { looks_like }) if looks_like == kind), "{kind}");
        let opened = ContactReader::open(&sample.path, &CsvOptions::default(), &mapping(&["email"]));
        assert!(matches!(opened, Err(FileFault::NotText { .. })), "{kind}");
    }
}

#[test]
fn a_file_without_a_row_is_empty() {
    for content in ["", "\u{feff}", "\n\r\n  \n", ",,,\n"] {
        let sample = file(content);
        let previewed = preview(&sample.path, &CsvOptions::default(), 10);
        assert!(matches!(previewed, Err(FileFault::Empty)), "{content:?}");
    }
    let gone = preview(&PathBuf::from("/nowhere/at/all.csv"), &CsvOptions::default(), 10);
    assert!(matches!(gone, Err(FileFault::Io(_))));
}

#[test]
fn a_file_without_addresses_gets_no_suggestion_for_one() {
    let preview = shown(&file("email,name\nnone,Ann\n-,Bob\n"));
    assert!(preview.columns.iter().all(|column| column.suggestion != Target::Email));
    let only_heads = shown(&file("email,name\n"));
    assert_eq!(only_heads.columns[0].suggestion, Target::Email);
}

#[test]
fn bad_addresses_say_why_and_are_not_repeated() {
    let sample = file(
        "email\n\"a@b.cn\r\nBcc: x@y.cn\"\na@@b.cn\n\" good@b.cn \n\"\nwang li@b.cn\nx@localhost\nwangli.example.cn\n",
    );
    let rows = read(&sample, &["email"]);
    let bad = |fault| format!("bad_address {}", AddressFault::as_str(fault));
    let told: Vec<String> = rows
        .iter()
        .map(|row| match &row.result {
            Ok(contact) => contact.address.as_str().to_owned(),
            Err(RowFault { kind: RowFaultKind::BadAddress(why), excerpt, .. }) => {
                assert!(!excerpt.contains("wangli") && !excerpt.contains("b.cn"), "{excerpt}");
                bad(*why)
            }
            Err(other) => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            bad(AddressFault::BadCharacter),
            bad(AddressFault::ManyAts),
            "good@b.cn".to_owned(),
            bad(AddressFault::BadCharacter),
            bad(AddressFault::BadDomain),
            bad(AddressFault::NoAt),
        ]
    );
}

#[test]
fn a_row_may_lack_values_at_its_end_but_have_none_too_many() {
    let sample = file("email,name,city\na@b.cn\nb@b.cn,Bob,Bonn,,\nc@b.cn,Acme, Inc.,Bonn\n,Dora,Bonn\n");
    assert_eq!(
        told(&read(&sample, &["email", "name", "city"])),
        ["2 a@b.cn||", "3 b@b.cn|Bob|Bonn", "4 too_many_columns@3", "5 empty_address@0"]
    );
    assert_eq!(shown(&sample).columns.len(), 3);
    let wide = file(format!("a@b.cn{}\nb@b.cn,Bob\n", ",x".repeat(3000)));
    assert_eq!(told(&read(&wide, &["email", "name"])), ["1 too_many_columns", "2 b@b.cn|Bob"]);
}

#[test]
fn names_are_one_line_and_fields_keep_their_lines() {
    let sample = file("email,name,notes\na@b.cn,\" 王\r\nBcc: x@y.z\u{0}\t丽 \",\"one\r\n  two\u{7} \"\n");
    let rows = read(&sample, &["email", "name", "notes"]);
    assert_eq!(told(&rows), ["2 a@b.cn|王 Bcc: x@y.z 丽|one\n  two"]);
}

#[test]
fn a_header_that_cannot_be_read_is_told_and_not_swallowed() {
    let sample = file("email,\"name\nemail,name\na@b.cn,Ann\n");
    assert_eq!(shown(&sample).columns[1].suggestion, Target::Name);
    assert_eq!(told(&read(&sample, &["email", "name"])), ["1 unclosed_quote", "3 a@b.cn|Ann"]);
}

#[test]
fn a_value_over_the_limit_costs_its_row_only() {
    let at_limit = "雁".repeat(MAX_VALUE_CHARS);
    let sample = file(format!("email,notes\na@b.cn,{at_limit}\nb@b.cn,{at_limit}雁\nc@b.cn,x\n"));
    let rows = read(&sample, &["email", "notes"]);
    assert_eq!(rows[0].result.as_ref().expect("a contact").values, [at_limit]);
    assert_eq!(told(&rows[1..]), ["3 value_too_long@1", "4 c@b.cn||x"]);
    assert_eq!(told(&read(&sample, &["email", "skip"])).len(), 3);
}

#[test]
fn an_unclosed_quote_costs_its_row_only() {
    for (text, expected) in [
        (
            "email,name\na@b.cn,\"Ann\nb@b.cn,Bob\nc@b.cn,Cid\n",
            ["2 unclosed_quote", "3 b@b.cn|Bob", "4 c@b.cn|Cid"],
        ),
        (
            "email,name\na@b.cn,\"Ann\nb@b.cn,\"Bob\"\nc@b.cn,Cid\n",
            ["2 unclosed_quote", "3 b@b.cn|Bob", "4 c@b.cn|Cid"],
        ),
        (
            "email,name\n\"a@b.cn,Ann\n\"b@b.cn\",Bob\nc@b.cn,Cid\n",
            ["2 unclosed_quote", "3 b@b.cn|Bob", "4 c@b.cn|Cid"],
        ),
    ] {
        assert_eq!(told(&read(&file(text), &["email", "name"])), expected, "{text:?}");
    }
}

#[test]
fn a_quote_left_open_over_a_megabyte_gives_up_the_row_and_not_the_rest() {
    let mut text = "email,name\na@b.cn,\"Ann\n".to_owned();
    for number in 0..60_000 {
        text.push_str(&format!("user{number}@example.cn,Someone\n"));
    }
    let rows = read(&file(&text), &["email", "name"]);
    assert_eq!(told(&rows[..2]), ["2 unclosed_quote", "3 user0@example.cn|Someone"]);
    assert_eq!((rows.len(), rows.iter().filter(|row| row.result.is_err()).count()), (60_001, 1));
}

#[test]
fn a_line_without_end_is_refused_in_bounded_memory() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("contacts.csv");
    let mut out = fs::File::create(&path).expect("a file");
    out.write_all(b"email,name\na@b.cn,Ann\n").expect("written");
    let line = vec![b'x'; 1 << 20];
    for _ in 0..50 {
        out.write_all(&line).expect("written");
    }
    out.write_all(b"\r\nb@b.cn,Bob\n").expect("written");
    drop(out);
    let sample = Sample { _dir: dir, path };

    let mut reader = reader(&sample, &["email", "name"]);
    let mut rows = Vec::new();
    let mut most = 0;
    while let [row] = &reader.next_batch(1).expect("read")[..] {
        rows.push(row.clone());
        most = most.max(reader.held_bytes());
    }
    assert_eq!(told(&rows), ["2 a@b.cn|Ann", "3 line_too_long", "4 b@b.cn|Bob"]);
    assert!(most < 8 << 20, "{most} bytes held");
}

#[test]
fn a_sparse_gigabyte_of_nothing_is_not_read_into_memory() {
    let sample = file("email,name\na@b.cn,Ann\n");
    let mut out = fs::OpenOptions::new().append(true).open(&sample.path).expect("a file");
    out.set_len(1 << 30).expect("grown");
    out.seek(SeekFrom::End(0)).expect("at the end");
    assert!(matches!(
        preview(&sample.path, &CsvOptions::default(), 10),
        Err(FileFault::NotText { looks_like: FileKind::Binary })
    ));
}

#[test]
fn a_stray_nul_costs_no_more_than_its_row() {
    let mut text = String::from("email,name\n");
    for number in 0..50 {
        text.push_str(&format!("user{number}@example.cn,Someone\n"));
    }
    text.push_str("a\u{0}b@b.cn,Ann\n");
    let sample = file(&text);
    assert_eq!(faults(&sample, &["email", "name"]), [RowFaultKind::BadAddress(AddressFault::BadCharacter)]);
}

#[test]
fn what_we_export_is_read_back_unchanged_and_runs_nowhere() {
    let fields: Vec<FieldName> =
        ["公司", "notes", "phone"].map(|name| FieldName::parse(name).expect("a name")).into();
    let contact = |address: &str, name: &str, values: [&str; 3]| hongyan_domain::Contact {
        address: EmailAddress::parse(address).expect("an address"),
        name: name.to_owned(),
        fields: fields
            .iter()
            .cloned()
            .zip(values.map(str::to_owned))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
    };
    let contacts = [
        contact(
            "+tag@b.cn",
            "=HYPERLINK(\"http://x\",\"y\")",
            ["@SUM(A1)", "one\n=two\n'=three\n 'four'", "+86 138"],
        ),
        contact("'=o@b.cn", "O'Neil, \"Ann\"", ["＝x", "-12.5", ""]),
        contact("王@例子.中国", "-王丽", ["'quoted'", "''=x", "-1 234"]),
    ];
    let mut writer = ContactWriter::new(Vec::new(), fields.clone()).expect("started");
    for contact in &contacts {
        writer.contact(contact).expect("written");
    }
    let bytes = writer.finish().expect("finished");
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    assert!(text.starts_with("\u{feff}email,name,公司,notes,phone\r\n'+tag@b.cn,\"'=HYPERLINK("), "{text}");

    let sample = file(bytes);
    let mut reader = reader(&sample, &["email", "name", "公司", "notes", "phone"]);
    let rows = reader.next_batch(10).expect("read");
    let read: Vec<_> =
        rows.into_iter().map(|row| row.result.expect("a contact").into_contact(&fields)).collect();
    assert_eq!(read, contacts);
}
