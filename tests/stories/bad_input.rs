//! Files as they really come, and worse: the bad rows stay out, the good ones get their mail, and no mail is forged.

use hongyan_engine::{Error, FileFault, Import, Purpose, RejectWords};
use hongyan_testkit::ScriptedServer;

use crate::desk::Desk;
use crate::inbox::{mailbox, nobody_got_two, parsed, raw_header};

/// Imports a file and sends its people a mail with their name in subject and body.
async fn sent_to(file: &[u8]) -> (Import, ScriptedServer) {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let import = desk.import("People", file).await.expect("some rows are good");
    let template = desk.template("致 {{ name | default(\"你\") }}", "{{ story | default(\"\") }} 你好").await;
    let account = desk.account_at(&server, 2).await;
    let campaign = desk.draft(import.record.list_id.unwrap(), template, account).await;
    desk.run(campaign).await;
    assert_eq!(nobody_got_two(&server).len() as i64, import.record.new);
    (import, server)
}

fn problems(import: &Import) -> Vec<(i64, &str)> {
    import.problems.iter().map(|problem| (problem.row, problem.code.as_str())).collect()
}

#[tokio::test]
async fn what_is_no_csv_is_refused_with_what_it_looks_like() {
    let desk = Desk::new().await;
    let zip = b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml xl/workbook.xml";
    let refused = desk.import("People", zip).await;
    let Err(Error::File(FileFault::NotText { looks_like })) = refused else { panic!("{refused:?}") };
    assert_eq!(looks_like.as_str(), "xlsx");
    let picture = desk.import("People", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").await;
    assert!(matches!(picture, Err(Error::File(FileFault::NotText { .. }))), "{picture:?}");
    assert!(desk.engine.list_lists().await.unwrap().is_empty(), "nothing was made");
}

#[tokio::test]
async fn an_empty_file_and_one_without_addresses_are_refused() {
    let desk = Desk::new().await;
    let empty = desk.import("People", b"").await;
    assert!(matches!(empty, Err(Error::File(FileFault::Empty))), "{empty:?}");
    let blank = desk.import("People", b"\r\n \r\n").await;
    assert!(matches!(blank, Err(Error::File(FileFault::Empty))), "{blank:?}");
    let no_address = desk.import("People", b"city,job\nBern,cook\n").await;
    assert!(matches!(no_address, Err(Error::Mapping(_))), "{no_address:?}");
}

#[tokio::test]
async fn the_rows_left_out_come_back_whole_with_the_reason_in_the_users_words_and_run_nothing() {
    let desk = Desk::new().await;
    let file =
        "email,姓名,note\nli@people.example,李,\nno-at.example,\"王, 丽\",=HYPERLINK(\"x\")\n,空,+86 10\n";
    let import = desk.import("People", file.as_bytes()).await.expect("one row is good");
    assert_eq!((import.record.new, import.record.invalid), (1, 2));

    let target = desk.folder().join("rejects.csv");
    let handle = desk.engine.files().register(target.clone(), Purpose::Write);
    let words = RejectWords {
        row: "行".into(),
        column: "列".into(),
        reason: "原因".into(),
        reasons: [("address_no_at".to_owned(), "缺少 @".to_owned())].into(),
    };
    let count = desk.engine.export_rejects(import.record.id, &handle, words).await.unwrap();
    assert_eq!(count, 2);
    let text = std::fs::read_to_string(&target).unwrap();
    let expected = [
        "\u{feff}email,姓名,note,行,列,原因",
        "no-at.example,\"王, 丽\",\"'=HYPERLINK(\"\"x\"\")\",3,email,缺少 @",
        ",空,'+86 10,4,email,address_empty",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);

    // Put right, the file goes in again as it is.
    let mended =
        text.replace("no-at.example", "wang@people.example").replace("\r\n,空", "\r\nkong@people.example,空");
    let again = desk.import("People", mended.as_bytes()).await.expect("a good file");
    assert_eq!((again.record.new, again.record.invalid), (2, 0));
}

#[tokio::test]
async fn a_file_from_a_chinese_spreadsheet_is_read_in_its_encoding() {
    // GBK, as Excel in Chinese writes it: 邮箱,姓名 / li@people.example,李雷.
    let gbk = [
        b"\xd3\xca\xcf\xe4,\xd0\xd5\xc3\xfb\r\n".as_slice(),
        b"li@people.example,\xc0\xee\xc0\xd7\r\n",
        b"han@people.example,\xba\xab\xc3\xb7\xc3\xb7\r\n",
    ]
    .concat();
    let (import, server) = sent_to(&gbk).await;
    assert_eq!((import.record.new, import.record.invalid), (2, 0));
    let mut names: Vec<String> =
        server.received().iter().map(|mail| mailbox(parsed(&mail.bytes).to()).0.to_owned()).collect();
    names.sort();
    assert_eq!(names, ["李雷", "韩梅梅"]);
}

/// The names in the mails that the people of a file get, sorted.
async fn names_from(file: &[u8]) -> Vec<String> {
    let (import, server) = sent_to(file).await;
    assert_eq!(import.record.invalid, 0, "{:?}", import.problems);
    let name_in = |mail: &hongyan_testkit::Received| mailbox(parsed(&mail.bytes).to()).0.to_owned();
    let mut names: Vec<String> = server.received().iter().map(name_in).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_in_utf_16_is_read_with_its_mark_in_either_order_and_without() {
    let text = "email\tname\r\nli@people.example\t李雷\r\nkim@people.example\t김😀\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for file in [[b"\xff\xfe", little.as_slice()].concat(), [b"\xfe\xff", big.as_slice()].concat(), little] {
        assert_eq!(names_from(&file).await, ["李雷", "김😀"]);
    }
}

#[tokio::test]
async fn a_file_in_gb18030_is_read_with_the_characters_that_gbk_lacks() {
    // 邮箱,姓名 / li@people.example,李雷 / ji@people.example,𠮷野: the first of these takes four bytes.
    let file = [
        b"\xd3\xca\xcf\xe4,\xd0\xd5\xc3\xfb\r\n".as_slice(),
        b"li@people.example,\xc0\xee\xc0\xd7\r\n",
        b"ji@people.example,\x954\xb25\xd2\xb0\r\n",
    ]
    .concat();
    assert_eq!(names_from(&file).await, ["李雷", "𠮷野"]);
}

#[tokio::test]
async fn a_row_with_a_byte_that_means_nothing_is_kept_out_and_no_other() {
    let file = [
        "email,name\nli@people.example,李雷\nhan@people.example,韩梅梅\n".as_bytes(),
        "wild@people.example,鸿雁传书，鸿雁传书，鸿雁传书，鸿雁传书，鸿雁传书，鸿雁传书，鸿雁传书\n"
            .as_bytes(),
        b"bad@people.example,\xff\n",
        b"bo@people.example,Bo\n",
    ]
    .concat();
    let (import, server) = sent_to(&file).await;
    assert_eq!(problems(&import).last(), Some(&(5, "bad_encoding")));
    assert!(nobody_got_two(&server).contains(&"bo@people.example".to_owned()));
}

#[tokio::test]
async fn addresses_that_are_none_are_kept_out_with_row_and_reason() {
    let file = "email,name\n\
        good@people.example,Good\n\
        two@@people.example,Two\n\
        one@more@people.example,More\n\
        \"crlf@people.example\r\nRCPT TO:<victim@people.example>\",Smuggler\n\
        nowhere,None\n\
        ,Empty\n\
        spa ce@people.example,Space\n\
        also.good@people.example,Also\n";
    let (import, server) = sent_to(file.as_bytes()).await;
    assert_eq!((import.record.new, import.record.invalid), (2, 6));
    let codes: Vec<&str> = problems(&import).into_iter().map(|(_, code)| code).collect();
    let wanted = [
        "address_many_ats",
        "address_many_ats",
        "address_bad_character",
        "address_no_at",
        "address_empty",
        "address_bad_character",
    ];
    assert_eq!(codes, wanted);
    assert_eq!(problems(&import)[0].0, 3, "as a spreadsheet counts");
    let all: Vec<String> = server.received().into_iter().flat_map(|mail| mail.to).collect();
    assert!(all.iter().all(|to| !to.contains("victim")), "{all:?}");
}

#[tokio::test]
async fn a_name_with_line_breaks_forges_no_header() {
    let file = "email,name\n\
        one@people.example,\"Eve\r\nBcc: victim@people.example\"\n\
        two@people.example,\"Mallory\n\nHello, I am the body\"\n\
        three@people.example,\"Nul\0, quote \"\" and <angle@people.example>\"\n";
    let (import, server) = sent_to(file.as_bytes()).await;
    assert_eq!(import.record.new, 3, "{:?}", import.problems);
    for mail in server.received() {
        let message = parsed(&mail.bytes);
        assert_eq!(mail.to.len(), 1);
        assert!(raw_header(&mail.bytes, "Bcc").is_empty());
        assert_eq!(mailbox(message.to()).1, mail.to[0]);
        assert!(!message.subject().unwrap().contains(['\r', '\n', '\0']));
        assert_eq!(message.text_body_count(), 1);
        assert!(!message.body_text(0).unwrap().contains("I am the body"), "a name became a body");
    }
}

#[tokio::test]
async fn a_value_of_ten_thousand_characters_is_sent_and_a_longer_one_kept_out() {
    let (longest, longer) = ("雁".repeat(10_000), "雁".repeat(10_001));
    let file = format!("email,name,story\none@people.example,A,{longest}\ntwo@people.example,B,{longer}\n");
    let (import, server) = sent_to(file.as_bytes()).await;
    assert_eq!(problems(&import), [(3, "value_too_long")]);
    let mail = &server.received()[0];
    assert!(mail.bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
    let message = parsed(&mail.bytes);
    let text: String = message.body_text(0).unwrap().chars().filter(|c| *c == '雁').collect();
    assert_eq!(text.chars().count(), 10_000);
}

#[tokio::test]
async fn a_name_of_ten_thousand_characters_breaks_no_mail() {
    let file = format!("email,name\none@people.example,{}\n", "李".repeat(10_000));
    let (import, server) = sent_to_or_skipped(file.as_bytes()).await;
    assert_eq!(import.record.rows, 1);
    for mail in server.received() {
        assert!(mail.bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
    }
}

/// As [`sent_to`], where people may be left out for a reason.
async fn sent_to_or_skipped(file: &[u8]) -> (Import, ScriptedServer) {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let import = desk.import("People", file).await.expect("some rows are good");
    let template = desk.template("你好", "你好").await;
    let account = desk.account_at(&server, 1).await;
    let campaign = desk.draft(import.record.list_id.unwrap(), template, account).await;
    desk.run(campaign).await;
    (import, server)
}
