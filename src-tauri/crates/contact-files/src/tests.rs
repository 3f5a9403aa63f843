//! Whole files in, contacts and faults out.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use encoding_rs::GBK;
use hongyan_domain::{AddressFault, Contact, EmailAddress, FieldName};
use tempfile::TempDir;

use crate::{
    ContactReader, ContactWriter, CsvOptions, FileFault, FileKind, MAX_VALUE_CHARS, Mapping, ParsedContact,
    Preview, Row, RowFault, RowFaultKind, Target, TextEncoding, preview,
};

mod encodings;
mod faults;

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

/// The contact with its fields by name.
fn contact_of(parsed: ParsedContact, fields: &[FieldName]) -> Contact {
    let named = fields.iter().cloned().zip(parsed.values);
    let fields = named.filter(|(_, value)| !value.is_empty()).collect();
    Contact { address: parsed.address, name: parsed.name, fields }
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
    assert_eq!(reader.bytes_read(), reader.total_bytes());
    let contact = contact_of(batch[1].result.clone().expect("a contact"), reader.fields());
    let named: Vec<_> = contact.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(named, [("company", "Öko, GmbH")]);
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
fn a_file_without_addresses_gets_no_suggestion_for_one() {
    let preview = shown(&file("email,name\nnone,Ann\n-,Bob\n"));
    assert!(preview.columns.iter().all(|column| column.suggestion != Target::Email));
    let only_heads = shown(&file("email,name\n"));
    assert_eq!(only_heads.columns[0].suggestion, Target::Email);
}

#[test]
fn names_are_one_line_and_fields_keep_their_lines() {
    let sample = file("email,name,notes\na@b.cn,\" 王\r\nBcc: x@y.z\u{0}\t丽 \",\"one\r\n  two\u{7} \"\n");
    let rows = read(&sample, &["email", "name", "notes"]);
    assert_eq!(told(&rows), ["2 a@b.cn|王 Bcc: x@y.z 丽|one\n  two"]);
}

#[test]
fn what_we_export_is_read_back_unchanged_and_runs_nowhere() {
    let fields: Vec<FieldName> =
        ["公司", "notes", "phone"].map(|name| FieldName::parse(name).expect("a name")).into();
    let contact = |address: &str, name: &str, values: [&str; 3]| Contact {
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
        rows.into_iter().map(|row| contact_of(row.result.expect("a contact"), &fields)).collect();
    assert_eq!(read, contacts);
}
