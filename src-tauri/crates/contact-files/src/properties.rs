//! What must hold for any file at all.

use std::fs;
use std::io::{self, Read};

use encoding_rs::UTF_8;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::guard::{guarded, unguarded};
use crate::records::{Records, Step};
use crate::text::DecodedText;
use crate::{ContactReader, CsvOptions, Mapping, Row, Target, TextEncoding, preview};

fn mapping() -> Mapping {
    let targets = ["email", "name", "notes"].map(|word| Target::parse(word).expect("a target"));
    Mapping::new(targets.into()).expect("a good mapping")
}

fn read(content: &[u8], options: &CsvOptions) -> Option<Vec<Row>> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("contacts.csv");
    fs::write(&path, content).expect("written");
    let previewed = preview(&path, options, 5).is_ok();
    let mut reader = ContactReader::open(&path, options, &mapping()).ok()?;
    let rows = reader.next_batch(usize::MAX).expect("read");
    assert!(previewed || rows.is_empty(), "what can be read can be previewed");
    assert!(rows.windows(2).all(|pair| pair[0].number < pair[1].number));
    assert!(reader.next_batch(1).expect("read").is_empty(), "the end stays the end");
    Some(rows)
}

/// Bytes with many of those that mean something in a CSV.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(&b"\"\"',;\t|\r\n\n @a"[..]),
        2 => any::<u8>(),
        1 => prop::sample::select(&b"\x00\xef\xbb\xbf\xff\xfe\x81\x30"[..]),
    ];
    vec(byte, 0..400)
}

fn options() -> impl Strategy<Value = CsvOptions> {
    let encoding = prop::sample::select(TextEncoding::CHOICES).prop_map(TextEncoding::by_label);
    let encoding = prop_oneof![Just(None), encoding];
    let delimiter = prop::option::of(prop::sample::select(&b",;\t|"[..]));
    (encoding, delimiter, any::<Option<bool>>()).prop_map(|(encoding, delimiter, has_header)| CsvOptions {
        encoding,
        delimiter,
        has_header,
    })
}

/// Gives its bytes in pieces of a few.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(self.1);
        self.0.read(&mut buffer[..len])
    }
}

fn all_records(input: impl Read) -> Vec<(u64, String, Vec<String>)> {
    let mut records = Records::new(DecodedText::new(input, UTF_8), b',');
    let mut all = Vec::new();
    while let Some(step) = records.advance().expect("read") {
        let cells = match &step {
            Step::Broken { .. } => Vec::new(),
            _ => records.record().values().map(|value| value.into_owned()).collect(),
        };
        all.push((records.number(), format!("{step:?}"), cells));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_at_all_make_it_panic(content in bytes(), options in options()) {
        read(&content, &options);
    }

    #[test]
    fn records_do_not_depend_on_the_pieces_they_come_in(content in bytes(), piece in 1_usize..9) {
        prop_assert_eq!(all_records(&content[..]), all_records(Drip(&content, piece)));
    }

    #[test]
    fn every_good_row_is_kept_whatever_stands_between(
        notes in vec("[a-z,;\"'\n=+雁 ]{0,12}", 1..20),
        noise in vec("[a-z,;@雁 \u{0}]{0,20}", 20),
        delimiter in prop::sample::select(&b",;\t|"[..]),
        quote_all in any::<bool>(),
        line_end in prop::sample::select(&["\n", "\r\n", "\r"][..]),
    ) {
        let style = if quote_all { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut content = String::new();
        for (number, (notes, noise)) in notes.iter().zip(&noise).enumerate() {
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).quote_style(style).from_writer(Vec::new());
            writer.write_record([&format!("u{number}@example.cn"), "Ann", &guarded(notes)]).expect("written");
            let record = String::from_utf8(writer.into_inner().expect("written")).expect("UTF-8");
            content.extend([record.trim_end_matches('\n'), line_end, noise, line_end]);
        }
        // Told, as noise with many NULs looks like UTF-16.
        let encoding = TextEncoding::by_label("utf-8");
        let options = CsvOptions { encoding, delimiter: Some(delimiter), has_header: Some(false) };
        // Few rows with much noise may look like no text at all, which is told and not swallowed.
        let Some(rows) = read(content.as_bytes(), &options) else { return Ok(()) };
        let kept: Vec<_> = rows.into_iter().filter_map(|row| row.result.ok()).filter(|contact| contact.name == "Ann").collect();
        prop_assert_eq!(kept.len(), notes.len());
        for (contact, notes) in kept.iter().zip(&notes) {
            prop_assert_eq!(&contact.values[0], notes.trim());
        }
    }

    #[test]
    fn a_row_with_an_open_quote_takes_no_good_row_with_it(
        before in 0_usize..4,
        open in "([a-z ]{0,8},)?\"[a-z ]{1,8}",
        names in vec("[a-z雁]{1,8}", 1..6),
        quoted in any::<bool>(),
    ) {
        let mut lines: Vec<String> = names
            .iter()
            .zip(0..)
            .map(|(name, number)| if quoted { format!("\"u{number}@b.cn\",\"{name}\"") } else { format!("u{number}@b.cn,{name}") })
            .collect();
        lines.insert(before.min(names.len()), open);
        let options = CsvOptions { delimiter: Some(b','), has_header: Some(false), ..CsvOptions::default() };
        let rows = read(lines.join("\n").as_bytes(), &options).expect("text");
        let kept: Vec<String> = rows.into_iter().filter_map(|row| row.result.ok()).map(|contact| contact.name).collect();
        prop_assert_eq!(kept, names);
    }

    #[test]
    fn a_guard_comes_off_exactly_as_it_went_on(value in "['=+@＝\\-\t\r\n 0-9a雁.]{0,12}") {
        let written = guarded(&value);
        prop_assert_eq!(unguarded(&written), value.as_str());
    }
}
