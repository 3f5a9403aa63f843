//! Contacts, templates and accounts on the command line.

use hongyan_testkit::ScriptedServer;

use super::Ctl;
use crate::people::{csv_of, person};

/// Long enough to be found nowhere by chance.
const PASSWORD: &str = "right-7Kq2xW";

#[tokio::test]
async fn contacts_go_in_and_come_out_again() {
    let ctl = Ctl::new();
    let again = csv_of(1).lines().nth(1).expect("a row under the heads").to_owned();
    let file = ctl.file("people.csv", csv_of(30) + "bad@@people.example,Bad,Nowhere\n" + &again);
    let file = file.to_string_lossy();
    let report = ctl.run(&["contacts", "import", &file, "--list", "Friends"]).await.json();
    let numbers =
        ["rows", "new", "updated", "unchanged", "duplicates", "invalid"].map(|key| report[key].as_i64());
    assert_eq!(numbers, [32, 30, 0, 0, 1, 1].map(Some), "{report}");
    assert_eq!(report["problems"][0]["code"], "address_many_ats");
    assert_eq!(report["problems"][0]["row"], 32);

    let again = ctl.run(&["contacts", "import", &file, "--list", "Friends"]).await.json();
    assert_eq!((again["new"].as_i64(), again["unchanged"].as_i64()), (Some(0), Some(30)));
    assert_eq!(ctl.run(&["contacts", "count", "--list", "Friends"]).await.json()["count"], 30);
    assert_eq!(ctl.run(&["contacts", "count", "--search", "p17@"]).await.json()["count"], 1);
    let found = ctl.run(&["contacts", "list", "--search", "p17@"]).await.json();
    assert_eq!(found["rows"][0]["name"], person(17).name);
    assert_eq!(found["rows"][0]["fields"]["city"], person(17).city);
    assert_eq!(found["rows"][0]["lists"][0]["name"], "Friends");
    assert_eq!(found["total"], 1);

    let out = ctl.folder().join("out.csv");
    let count = ctl
        .run(&["contacts", "export", "--list", "Friends", "--output", &out.to_string_lossy()])
        .await
        .json();
    assert_eq!(count["count"], 30);
    let exported = std::fs::read_to_string(&out).unwrap();
    assert_eq!(exported.lines().count(), 31);
    assert!(exported.contains(&person(17).address) && exported.contains(&person(17).city));

    let all = ctl.run(&["contacts", "export", "--list", "Friends"]).await.json();
    let rows = all["rows"].as_array().expect("rows");
    assert_eq!((rows.len(), all["total"].as_i64()), (30, Some(30)));
    assert!(rows.iter().any(|row| row["fields"]["city"] == person(17).city), "{all}");
}

#[tokio::test]
async fn columns_go_where_the_command_line_says() {
    let ctl = Ctl::new();
    let file = ctl.file("people.csv", "Wo;Wer;Wohin\nBern;Ada;ada@people.example\n");
    let file = file.to_string_lossy();
    let map = ["--map", "Wohin=email", "--map", "2=name", "--map", "Wo=city"];
    ctl.run(&[["contacts", "import", &file, "--list", "L"].as_slice(), &map].concat()).await.json();
    let row = ctl.run(&["contacts", "list"]).await.json()["rows"][0].clone();
    assert_eq!((row["address"].as_str(), row["name"].as_str()), (Some("ada@people.example"), Some("Ada")));
    assert_eq!(row["fields"]["city"], "Bern");

    let unknown = ctl.run(&["contacts", "import", &file, "--list", "L", "--map", "Nowhere=email"]).await;
    assert_ne!(unknown.code, Some(0));
    assert!(serde_json::from_str::<serde_json::Value>(&unknown.err).is_ok(), "{unknown:?}");
}

#[tokio::test]
async fn a_template_is_shown_as_one_contact_would_get_it() {
    let ctl = Ctl::new();
    let people = ctl.file("people.csv", csv_of(3));
    ctl.run(&["contacts", "import", &people.to_string_lossy(), "--list", "Friends"]).await.json();
    let letter = ctl.file("hello.md", "**{{ name }}**, {{ city }}");
    let added =
        ["template", "add", &letter.to_string_lossy(), "--name", "Hello", "--subject", "Hi {{ name }}"];
    assert_eq!(ctl.run(&added).await.json()["template"]["format"], "markdown");
    let address = person(2).address;
    let mail = ctl.run(&["template", "preview", "Hello", "--contact", &address]).await.json();
    assert_eq!(mail["subject"], format!("Hi {}", person(2).name));
    assert!(mail["text"].as_str().unwrap().contains(&person(2).city));
    assert!(mail["html"].as_str().unwrap().contains("<strong>"));
    assert_eq!(mail["problems"].as_array().unwrap().len(), 0);

    let page = ctl.file("hello.html", "<p>{{ name }}</p>");
    let added = ["template", "add", &page.to_string_lossy(), "--name", "Page", "--subject", "Hi"];
    assert_eq!(ctl.run(&added).await.json()["template"]["format"], "html");
}

#[tokio::test]
async fn an_account_is_added_with_its_password_in_the_vault_and_tested() {
    let server = ScriptedServer::builder().login("shop", PASSWORD).start().await;
    let ctl = Ctl::new();
    let port = server.port().to_string();
    let add = [
        "account",
        "add",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--tls",
        "none",
        "--from",
        "Shop <a@shop.example>",
    ];
    let login = ["--user", "shop", "--password-stdin", "--name"];
    let added =
        ctl.run_with(&format!("{PASSWORD}\n"), &[add.as_slice(), &login, &["Shop"]].concat()).await.json();
    assert_eq!((added["hasPassword"].as_bool(), added["tls"].as_str()), (Some(true), Some("none")));
    let tested = ctl.run(&["account", "test", "Shop"]).await.json();
    assert_eq!((tested["ok"].as_bool(), server.logins()), (Some(true), 1));

    ctl.run_with("wrong\n", &[add.as_slice(), &login, &["Wrong"]].concat()).await.json();
    let refused = ctl.run(&["account", "test", "Wrong"]).await;
    assert_eq!(refused.error_code(), "smtp_failed");
    assert_eq!(refused.error()["params"]["verdict"], "account_login");
    assert!(refused.error()["detail"].as_str().unwrap().starts_with("535 "));

    for entry in std::fs::read_dir(ctl.folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
    {
        let bytes = std::fs::read(&entry).unwrap();
        let is_in_there = bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes());
        assert!(!is_in_there, "the password is in {}", entry.display());
    }
}
