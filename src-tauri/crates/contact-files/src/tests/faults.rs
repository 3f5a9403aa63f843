//! Files that are wrong, in whole or in part.

use super::*;

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
fn a_line_refused_for_its_length_takes_no_other_with_it() {
    for line_end in ["\r", "\r\n", "\n"] {
        // Lengths around a multiple of what is read at once, so that the CR is the last character at hand.
        for spare in 11..15 {
            let long = "x".repeat((2 << 20) - spare);
            let sample = file(["email,name", &long, "a@b.cn,Ann", "b@b.cn,Bob"].join(line_end));
            let expected = ["2 line_too_long", "3 a@b.cn|Ann", "4 b@b.cn|Bob"];
            assert_eq!(told(&read(&sample, &["email", "name"])), expected, "{line_end:?} {spare}");
        }
    }
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
fn a_row_without_a_contact_comes_whole_and_one_with_a_contact_only_once() {
    let long = "x".repeat(5_000);
    let sample = file(format!("email,name,note\na@b.cn,Ann,1\nno-at,\"O, \"\"B\"\"\",'=1+1\n,{long},y\n"));
    let rows = read(&sample, &["email", "name", "skip"]);
    let raw: Vec<&[String]> = rows.iter().map(|row| row.raw.0.as_slice()).collect();
    assert_eq!(raw[0], [""; 0]);
    assert_eq!(raw[1], ["no-at", "O, \"B\"", "=1+1"]);
    assert_eq!((raw[2].len(), raw[2][1].len()), (3, 2_000), "within bounds");
    assert_eq!(format!("{:?}", rows[1].raw), "RawRow(3 values)");
}
