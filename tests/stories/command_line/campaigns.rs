//! A campaign on the command line, from the plan to the report.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use hongyan_testkit::{At, Gate, Rule, ScriptedServer};

use super::Ctl;
use super::ctl::ended;
use crate::ground::within_patience;
use crate::inbox::nobody_got_two;
use crate::people::{csv_of, person};

#[tokio::test]
async fn a_campaign_runs_from_the_plan_to_the_report() {
    let rule = Rule::at(At::Rcpt).for_recipient("p7@people.example").answers(550, "5.1.1 No such user");
    let server = ScriptedServer::builder().rule(rule).start().await;
    let ctl = Ctl::new();
    ctl.campaign_for(25, &server, 2).await;
    let check = ctl.run(&["campaign", "check", "May"]).await.json();
    assert_eq!(
        (check["audience"]["sendable"].as_i64(), check["findings"].as_array().unwrap().len()),
        (Some(25), 0)
    );

    let ended = ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!((ended["state"].as_str(), ended["counts"]["sent"].as_i64()), (Some("finished"), Some(24)));
    let counts = ctl.counts().await;
    let all = ["queued", "armed", "sent", "deferred", "failed", "in_doubt", "skipped"]
        .map(|state| counts.of(state));
    assert_eq!(all, [0, 0, 24, 0, 1, 0, 0]);
    assert_eq!(nobody_got_two(&server).len(), 24);

    let report = ctl.run(&["campaign", "report", "May", "--recipients"]).await.json();
    let recipients = report["recipients"].as_array().unwrap();
    assert_eq!((recipients.len(), report["counts"]["failed"].as_i64()), (25, Some(1)));
    let failed = recipients.iter().find(|row| row["state"] == "failed").expect("the one that failed");
    assert_eq!(
        (failed["address"].as_str(), failed["replyCode"].as_i64()),
        (Some("p7@people.example"), Some(550))
    );
    assert_eq!(failed["serverSays"], "550 5.1.1 No such user");
}

#[tokio::test]
async fn the_sandbox_catches_a_campaign_and_shows_it() {
    let ctl = Ctl::new();
    let people = ctl.file("people.csv", csv_of(8));
    ctl.run(&["contacts", "import", &people.to_string_lossy(), "--list", "People"]).await.json();
    let letter = ctl.file("hello.md", "{{ name }}，来自{{ city }}");
    let letter = letter.to_string_lossy();
    ctl.run(&["template", "add", &letter, "--name", "Hello", "--subject", "{{ name }}，你好"]).await.json();
    let plan = ["--name", "May", "--list", "People", "--template", "Hello", "--account", "Sandbox"];
    ctl.run(&[["campaign", "create"].as_slice(), &plan].concat()).await.json();
    ctl.run(&["campaign", "start", "May", "--wait"]).await.json();

    let caught = ctl.run(&["sandbox", "list"]).await.json();
    let rows = caught["rows"].as_array().unwrap();
    assert_eq!((rows.len(), caught["total"].as_i64()), (8, Some(8)));
    let row = rows.iter().find(|row| row["to"] == person(3).address.as_str()).expect("the third person's");
    assert_eq!(row["subject"], format!("{}，你好", person(3).name));
    let mail = ctl.run(&["sandbox", "show", &row["id"].to_string()]).await.json();
    assert!(mail["text"].as_str().unwrap().contains(&person(3).city), "{mail}");
    assert!(mail["html"].as_str().unwrap().contains("</p>"), "{mail}");
    let has_way_out = |header: &serde_json::Value| header["name"] == "List-Unsubscribe";
    assert!(mail["headers"].as_array().unwrap().iter().any(has_way_out));
    let headers = mail["headers"].as_array().unwrap();
    let value =
        |name: &str| headers.iter().find(|header| header["name"] == name).expect(name)["value"].clone();
    assert!(value("Message-ID").as_str().unwrap().starts_with('<'), "{mail}");
    assert_eq!(value("To"), format!("{} <{}>", person(3).name, person(3).address));
}

#[tokio::test]
async fn how_long_is_tried_again_is_chosen_with_the_plan_and_three_days_else() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(1, &server, 1).await;
    let plan = ["--list", "People", "--template", "Hello", "--account", "Shop"];
    for (name, more, hours) in [("Slow", &["--retry-for", "336"][..], 336), ("Usual", &[], 72)] {
        let made = ctl.run(&[&["campaign", "create", "--name", name], &plan[..], more].concat()).await.json();
        assert_eq!(made["plan"]["retryHours"], hours);
    }
    let refused = [&["campaign", "create", "--name", "No"], &plan[..], &["--retry-for", "337"]].concat();
    assert_eq!(ctl.run(&refused).await.code, Some(2));
}

#[tokio::test]
async fn a_second_process_cannot_send_and_says_who_does() {
    let gate = Gate::new();
    let rule = Rule::at(At::Dot).nth(3).waits_for(&gate);
    let server = ScriptedServer::builder().rule(rule).start().await;
    let ctl = Ctl::new();
    ctl.campaign_for(10, &server, 1).await;
    let first = ctl.command(&["campaign", "start", "May", "--wait"]).spawn().unwrap();
    let pid = first.id();
    within_patience("the third mail", gate.reached()).await;

    let second = ctl.run(&["campaign", "start", "May", "--wait"]).await;
    assert_eq!(second.error_code(), "sending_elsewhere");
    let params = second.error()["params"].clone();
    assert_eq!(
        (params["program"].as_str(), params["pid"].as_str()),
        (Some("hongyanctl"), Some(pid.to_string().as_str()))
    );
    let served = first_line(&mut ctl.serve()).await;
    assert_eq!(served["sentBy"]["pid"], pid, "{served}");

    gate.open();
    assert_eq!(ended(first).await.json()["counts"]["sent"], 10);
    assert_eq!(nobody_got_two(&server).len(), 10);
}

#[tokio::test]
async fn another_process_pauses_resumes_and_cancels() {
    let (first_gate, second_gate) = (Gate::new(), Gate::new());
    let server = ScriptedServer::builder()
        .rule(Rule::at(At::Dot).nth(3).waits_for(&first_gate))
        .rule(Rule::at(At::Dot).nth(6).waits_for(&second_gate))
        .start()
        .await;
    let ctl = Ctl::new();
    ctl.campaign_for(20, &server, 1).await;
    let sender = ctl.command(&["campaign", "start", "May", "--wait"]).spawn().unwrap();
    within_patience("the third mail", first_gate.reached()).await;
    assert_eq!(ctl.run(&["campaign", "pause", "May"]).await.json()["campaign"]["state"], "paused");
    first_gate.open();
    // `start --wait` waits for an end, and a pause is one: it tells the counts and that it is not finished.
    let paused = ended(sender).await;
    assert_eq!(paused.code, Some(1), "{paused:?}");
    assert_eq!(ctl.counts().await.of("sent"), 3);

    ctl.run(&["campaign", "resume", "May"]).await.json();
    let sender = ctl.command(&["campaign", "start", "May", "--wait"]).spawn().unwrap();
    within_patience("the sixth mail", second_gate.reached()).await;
    assert_eq!(ctl.run(&["campaign", "cancel", "May"]).await.json()["campaign"]["state"], "cancelled");
    second_gate.open();
    assert_eq!(ended(sender).await.code, Some(1));
    let counts = ctl.counts().await;
    assert_eq!((counts.of("sent"), counts.of("skipped")), (6, 14));
    assert_eq!(nobody_got_two(&server).len(), 6);
}

#[cfg(unix)]
#[tokio::test]
async fn a_campaign_asked_to_end_leaves_nothing_in_doubt_and_goes_on_later() {
    let gate = Gate::new();
    let server = ScriptedServer::builder().rule(Rule::at(At::Dot).nth(5).waits_for(&gate)).start().await;
    let ctl = Ctl::new();
    ctl.campaign_for(12, &server, 1).await;
    let sender = ctl.command(&["campaign", "start", "May", "--wait"]).spawn().unwrap();
    within_patience("the fifth mail", gate.reached()).await;
    let pid = sender.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    gate.open();
    assert_eq!(ended(sender).await.code, Some(130));
    let counts = ctl.counts().await;
    assert_eq!((counts.of("armed"), counts.of("in_doubt")), (0, 0));
    assert_eq!(counts.of("sent"), server.received().len() as i64);
    ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!(ctl.counts().await.of("sent"), 12);
    assert_eq!(nobody_got_two(&server).len(), 12);
}

#[tokio::test]
async fn a_campaign_is_given_its_time() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.campaign_for(3, &server, 1).await;
    let plan = ["campaign", "create", "--list", "People", "--template", "Hello", "--account", "Shop"];
    let later = ["--name", "Later", "--at", "2099-05-01T09:00:00+08:00"];
    let made = ctl.run(&[plan.as_slice(), &later].concat()).await.json();
    assert_eq!(
        (made["campaign"]["state"].as_str(), made["campaign"]["atMs"].as_i64()),
        (Some("scheduled"), Some(4_081_280_400_000))
    );
    let past =
        ctl.run(&[plan.as_slice(), &["--name", "Past", "--at", "2001-05-01T09:00:00Z"]].concat()).await;
    assert_eq!(past.error_code(), "time_in_past");
}

#[tokio::test]
async fn a_campaign_that_cannot_be_given_its_time_leaves_nothing_behind() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::builder().login("shop", "geheim").start().await);
    ctl.account_at(&server, 1, Some("geheim")).await;
    ctl.campaign_through_account(3).await;
    let plan = ["campaign", "create", "--name", "Later", "--list", "People", "--template", "Hello"];
    let later = [plan.as_slice(), &["--account", "Shop", "--at", "2099-05-01T09:00:00+08:00"]].concat();
    let mut locked = ctl.command(&later);
    locked.env_remove("HONGYAN_VAULT_PASSPHRASE");
    assert_eq!(ended(locked.spawn().unwrap()).await.error_code(), "secrets_locked");
    assert_eq!(ctl.run(&later).await.json()["campaign"]["state"], "scheduled");
}

#[tokio::test]
async fn after_a_run_it_is_sent_again_to_whom_the_command_line_says() {
    let failing =
        Rule::at(At::Rcpt).for_recipient("p2@people.example").first(1).answers(550, "5.7.1 Not today");
    let doubtful = Rule::at(At::Dot).for_recipient("p4@people.example").first(1).keeps_and_closes();
    let server = ScriptedServer::builder().rule(failing).rule(doubtful).start().await;
    let ctl = Ctl::new();
    ctl.campaign_for(6, &server, 1).await;
    assert_eq!(ctl.run(&["campaign", "start", "May", "--wait"]).await.code, Some(0));
    let counts = ctl.counts().await;
    assert_eq!((counts.of("sent"), counts.of("failed"), counts.of("in_doubt")), (4, 1, 1));

    let unknown = ctl.run(&["campaign", "resolve", "May", "p3@people.example", "sent"]).await;
    assert_eq!(unknown.error_code(), "not_found", "it is not in doubt");
    ctl.run(&["campaign", "resolve", "May", "P4@people.example", "sent"]).await.json();
    assert_eq!(ctl.run(&["campaign", "resend", "May", "--failed"]).await.json()["count"], 1);
    assert_eq!(ctl.run(&["campaign", "resend", "May", "--in-doubt"]).await.json()["count"], 0);
    assert_eq!(ctl.run(&["campaign", "resend", "May"]).await.code, Some(2), "to whom?");
    ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!(ctl.counts().await.of("sent"), 6);
    assert_eq!(nobody_got_two(&server).len(), 6);

    let more = ctl.file("more.csv", csv_of(8));
    ctl.run(&["contacts", "import", &more.to_string_lossy(), "--list", "People"]).await.json();
    assert_eq!(ctl.run(&["campaign", "resend", "May", "--new"]).await.json()["count"], 2);
    ctl.run(&["campaign", "start", "May", "--wait"]).await.json();
    assert_eq!(nobody_got_two(&server).len(), 8);
}

/// What a program says first that does not end by itself.
async fn first_line(command: &mut Command) -> serde_json::Value {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("hongyanctl runs");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let reading = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        out.read_line(&mut line).map(|_| line)
    });
    let line = within_patience("its first line", reading).await.expect("a thread").expect("a line");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    serde_json::from_str(&line).expect("JSON")
}
