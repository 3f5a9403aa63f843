//! Files in every encoding that lists of contacts come in.

use super::*;

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
fn a_few_chinese_names_are_told_by_the_providers_of_their_addresses() {
    for text in [
        "email,name\nli@qq.com,王丽\n",
        "email,name\nli@b.cn,丽\n",
        "email,name\na@163.com,李强\nb@163.com,芳\n",
    ] {
        let sample = file(GBK.encode(text).0);
        assert_eq!(shown(&sample).encoding, "GBK", "{text:?}");
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
