//! Signatures on the command line: a key made or brought along, its record, and a key that is none.

use std::path::{Path, PathBuf};
use std::process::Command;

use hongyan_testkit::ScriptedServer;
use serde_json::Value;

use super::Ctl;

const NAME: &str = "hongyan._domainkey.shop.example";

/// Runs OpenSSL, as somebody who brings a key along would have.
fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).output().expect("openssl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn key_file(ctl: &Ctl, name: &str, arguments: &[&str]) -> PathBuf {
    ctl.file(name, openssl(arguments))
}

async fn with_account() -> (Ctl, ScriptedServer) {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    ctl.account_at(&server, 1, None).await;
    (ctl, server)
}

#[tokio::test]
async fn a_new_key_tells_its_record_and_can_be_taken_away() {
    let (ctl, _server) = with_account().await;
    assert_eq!(ctl.run(&["account", "dkim", "Shop"]).await.json(), Value::Null);
    for (kind, length) in [("rsa", 392), ("ed25519", 44)] {
        let changed = ctl.run(&["account", "set", "Shop", "--dkim-generate", kind]).await.json();
        let record = ctl.run(&["account", "dkim", "Shop"]).await.json();
        assert_eq!(changed["dkim"], record);
        assert_eq!((record["recordName"].as_str(), record["aligned"].as_bool()), (Some(NAME), Some(true)));
        let value = record["recordValue"].as_str().unwrap();
        let key = value.strip_prefix(&format!("v=DKIM1; k={kind}; p=")).unwrap();
        assert_eq!(key.len(), length, "{value}");
        let strings = record["recordStrings"].as_str().unwrap();
        assert_eq!(strings.replace("\" \"", "").trim_matches('"'), value);
        assert!(strings.split("\" \"").all(|part| part.trim_matches('"').len() <= 255), "{strings}");
    }
    let elsewhere = ["account", "set", "Shop", "--dkim-domain", "other.example", "--dkim-selector", "s2"];
    let changed = ctl.run(&elsewhere).await.json();
    assert_eq!(changed["dkim"]["recordName"], "s2._domainkey.other.example");
    assert_eq!(changed["dkim"]["aligned"], false);
    let changed = ctl.run(&["account", "set", "Shop", "--no-dkim"]).await.json();
    assert_eq!(changed["dkim"], Value::Null);
}

#[tokio::test]
async fn keys_of_every_usual_form_are_taken_and_stay_out_of_the_database_and_the_log() {
    let (ctl, _server) = with_account().await;
    let rsa = key_file(&ctl, "rsa.pem", &["genrsa", "-traditional", "2048"]);
    let path = rsa.to_string_lossy().into_owned();
    let converted = ["pkcs8", "-topk8", "-nocrypt", "-in", &path];
    let public = ["pkey", "-in", &path, "-pubout", "-outform", "DER"];
    let public = base64(&openssl(&public));
    for file in [rsa, key_file(&ctl, "pkcs8.pem", &converted)] {
        let file = file.to_string_lossy().into_owned();
        let changed = ctl.run(&["account", "set", "Shop", "--dkim-key-file", &file]).await.json();
        assert_eq!(changed["dkim"]["recordValue"], format!("v=DKIM1; k=rsa; p={public}"));
    }
    let curve = key_file(&ctl, "curve.pem", &["genpkey", "-algorithm", "ed25519"]);
    let path = curve.to_string_lossy().into_owned();
    let der = openssl(&["pkey", "-in", &path, "-pubout", "-outform", "DER"]);
    let changed = ctl.run(&["account", "set", "Shop", "--dkim-key-file", &path]).await.json();
    let bare = base64(&der[der.len() - 32..]);
    assert_eq!(changed["dkim"]["recordValue"], format!("v=DKIM1; k=ed25519; p={bare}"));

    let private = openssl(&["pkey", "-in", &path, "-outform", "DER"]);
    let seed = private[private.len() - 32..].to_vec();
    let pasted = base64(&private).into_bytes();
    std::fs::remove_file(curve).unwrap();
    for trace in [base64(&seed).into_bytes(), pasted, seed] {
        assert_eq!(files_with(&trace, ctl.folder()), Vec::<PathBuf>::new());
    }
}

fn files_with(trace: &[u8], folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let has_trace = |path: &Path| std::fs::read(path).unwrap().windows(trace.len()).any(|part| part == trace);
    paths
        .flat_map(|path| match path.is_dir() {
            true => files_with(trace, &path),
            false => Vec::from_iter(has_trace(&path).then_some(path)),
        })
        .collect()
}

#[tokio::test]
async fn a_file_that_is_no_usable_key_is_refused_by_its_reason() {
    let (ctl, _server) = with_account().await;
    ctl.run(&["account", "set", "Shop", "--dkim-generate", "ed25519"]).await.json();
    let before = ctl.run(&["account", "dkim", "Shop"]).await.json();
    let rsa = key_file(&ctl, "rsa.pem", &["genrsa", "2048"]);
    let rsa = rsa.to_string_lossy().into_owned();
    let locked = ["pkcs8", "-topk8", "-in", &rsa, "-passout", "pass:geheim"];
    for (file, reason) in [
        (ctl.file("text.txt", "nothing"), "not_a_key"),
        (ctl.file("large.txt", vec![b'-'; 100_000]), "not_a_key"),
        (ctl.file("binary.der", openssl(&["pkey", "-in", &rsa, "-outform", "DER"])), "not_a_key"),
        (key_file(&ctl, "public.pem", &["pkey", "-in", &rsa, "-pubout"]), "public"),
        (key_file(&ctl, "locked.pem", &locked), "encrypted"),
        (key_file(&ctl, "short.pem", &["genrsa", "1024"]), "too_short"),
        (key_file(&ctl, "curve.pem", &["ecparam", "-name", "prime256v1", "-genkey"]), "other_kind"),
    ] {
        let file = file.to_string_lossy().into_owned();
        let error = ctl.run(&["account", "set", "Shop", "--dkim-key-file", &file]).await.error();
        let found = (error["code"].as_str(), error["params"]["reason"].as_str());
        assert_eq!(found, (Some("dkim_key_invalid"), Some(reason)), "{file}");
    }
    let missing = ctl.run(&["account", "set", "Shop", "--dkim-key-file", "/nowhere/key.pem"]).await;
    assert_eq!(missing.error_code(), "file_unreadable");
    assert_eq!(ctl.run(&["account", "dkim", "Shop"]).await.json(), before);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
