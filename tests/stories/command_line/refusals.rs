//! What the command line refuses, and in which form.

use hongyan_testkit::ScriptedServer;

use super::Ctl;
use crate::people::csv_of;

#[tokio::test]
async fn what_is_not_there_is_named() {
    let ctl = Ctl::new();
    for (arguments, what) in [
        (&["account", "test", "Nobody"][..], "account"),
        (&["contacts", "list", "--list", "Nobody"], "list"),
        (&["template", "preview", "Nobody"], "template"),
        (&["campaign", "start", "Nobody"], "campaign"),
        (&["campaign", "report", "Nobody"], "campaign"),
    ] {
        let error = ctl.run(arguments).await.error();
        assert_eq!(
            (error["code"].as_str(), error["params"]["what"].as_str()),
            (Some("not_found"), Some(what))
        );
        assert_eq!(error["params"]["name"], "Nobody");
    }
}

#[tokio::test]
async fn a_campaign_with_errors_is_checked_with_status_one_and_not_started() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(4, &server, 1).await;
    let letter = ctl.file("typo.md", "{{ nmae }}");
    let letter = letter.to_string_lossy();
    ctl.run(&["template", "add", &letter, "--name", "Typo", "--subject", "Hi"]).await.json();
    let plan = ["--name", "June", "--list", "People", "--template", "Typo", "--account", "Shop"];
    ctl.run(&[["campaign", "create"].as_slice(), &plan].concat()).await.json();

    let check = ctl.run(&["campaign", "check", "June"]).await;
    assert_eq!((check.code, check.err.as_str()), (Some(1), ""), "{check:?}");
    let check: serde_json::Value = serde_json::from_str(&check.out).unwrap();
    let finding = &check["findings"][0];
    assert_eq!((finding["code"].as_str(), finding["count"].as_i64()), (Some("unknown_field"), Some(4)));
    assert_eq!(finding["params"]["field"], "nmae");
    assert_eq!(finding["examples"].as_array().unwrap().len(), 4);

    let started = ctl.run(&["campaign", "start", "June", "--wait"]).await;
    assert_eq!(started.error_code(), "campaign_not_ready");
    assert_eq!(started.error()["findings"][0]["code"], "unknown_field");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn files_that_are_no_contacts_are_refused_by_code() {
    let ctl = Ctl::new();
    let import = async |name: &str, content: &[u8]| {
        let file = ctl.file(name, content);
        ctl.run(&["contacts", "import", &file.to_string_lossy(), "--list", "L"]).await.error_code()
    };
    assert_eq!(import("empty.csv", b"").await, "file_empty");
    assert_eq!(import("book.csv", b"PK\x03\x04[Content_Types].xml xl/workbook.xml").await, "file_not_text");
    assert_eq!(import("cities.csv", b"city\nBern\n").await, "mapping_without_email");
    let missing = ctl.run(&["contacts", "import", "/nowhere/people.csv", "--list", "L"]).await;
    assert_eq!(missing.error_code(), "file_unreadable");
}

#[tokio::test]
async fn what_cannot_be_understood_has_status_two_and_is_json_too() {
    let ctl = Ctl::new();
    for arguments in [&["campaign", "begin", "May"][..], &["account", "add", "--name", "S"], &["nonsense"]] {
        let answer = ctl.run(arguments).await;
        assert_eq!(answer.code, Some(2), "{answer:?}");
        let error: serde_json::Value = serde_json::from_str(&answer.err).unwrap();
        assert_eq!(error["error"]["code"], "bad_request");
    }
}

#[tokio::test]
async fn a_name_is_given_once() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(2, &server, 1).await;
    let letter = ctl.file("again.md", "Hi");
    let letter = letter.to_string_lossy();
    let again = ctl.run(&["template", "add", &letter, "--name", "HELLO", "--subject", "Hi"]).await;
    assert_eq!(
        (again.error_code().as_str(), again.error()["params"]["name"].as_str()),
        ("name_taken", Some("HELLO"))
    );
    let plan = ["--name", "may", "--list", "People", "--template", "Hello", "--account", "Shop"];
    let campaign = ctl.run(&[["campaign", "create"].as_slice(), &plan].concat()).await;
    assert_eq!(campaign.error_code(), "name_taken");
}

#[tokio::test]
async fn the_log_of_the_program_holds_no_address() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(6, &server, 1).await;
    let file = ctl.file("more.csv", csv_of(3) + "bad@@people.example,x,y\n");
    ctl.run(&["contacts", "import", &file.to_string_lossy(), "--list", "More"]).await.json();
    ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    let logs = std::fs::read_dir(ctl.folder().join("logs")).expect("a folder of logs");
    let log: String = logs.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(log.contains("campaign started"), "{log}");
    assert!(!log.contains('@') && !log.contains("people.example"), "{log}");
}
