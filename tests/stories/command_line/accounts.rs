//! Accounts on the command line: changing one, asking how it is, trusting a certificate.

use hongyan_testkit::{ScriptedServer, TestProxy};

use super::{Ctl, ended};

#[tokio::test]
async fn what_is_not_given_stays_as_it_was() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::builder().login("shop", "geheim").start().await);
    ctl.account_at(&server, 3, Some("geheim")).await;
    let before = ctl.run(&["account", "state", "Shop"]).await.json();
    let changed = ctl.run(&["account", "set", "shop", "--name", "Store", "--limit", "hour=200"]).await.json();
    assert_eq!(changed["name"], "Store");
    let mut expected = before.clone();
    expected["name"] = "Store".into();
    // How it is goes beyond what it is.
    for beyond in ["state", "untilMs", "limits", "used", "connections", "mostConnections"] {
        expected.as_object_mut().unwrap().remove(beyond).expect(beyond);
    }
    assert_eq!(changed, expected);
    assert_eq!(ctl.run(&["account", "test", "Store"]).await.json()["ok"], true);
    assert_eq!(server.logins(), 1);

    let changed = ctl.run(&["account", "set", "Store", "--log-in-by", "login"]).await.json();
    assert_eq!(
        (before["mechanism"].as_str(), changed["mechanism"].as_str()),
        (Some("automatic"), Some("login"))
    );
    assert_eq!(ctl.run(&["account", "test", "Store"]).await.json()["ok"], true);

    let refused = ctl.run(&["account", "set", "Store", "--host", "localhost"]).await;
    assert_eq!(
        (refused.error_code(), &refused.error()["field"]),
        ("password_again".into(), &"password".into())
    );

    let changed = ctl.run(&["account", "set", "Store", "--user", "none", "--reply-to", "a@b.example"]).await;
    assert_eq!(changed.json()["mechanism"], "login");
    let changed = ctl.run(&["account", "set", "Store", "--log-in-by", "automatic"]).await;
    assert_eq!(changed.json()["user"], serde_json::Value::Null);
    let refused = ctl.run(&["account", "set", "Store", "--proxy", "nonsense"]).await;
    assert_eq!(refused.error_code(), "value_invalid");
}

#[tokio::test]
async fn a_known_providers_limits_count_until_the_user_gives_own_ones() {
    let ctl = Ctl::new();
    let added = ctl
        .run(
            &[
                "account",
                "add",
                "--name",
                "Mine",
                "--host",
                "smtp.gmail.com",
                "--port",
                "465",
                "--tls",
                "implicit",
            ]
            .into_iter()
            .chain(["--from", "li@gmail.com"])
            .collect::<Vec<_>>(),
        )
        .await
        .json();
    let of = |state: &serde_json::Value| {
        let limits = &state["limits"];
        let count = |span: &str| limits["limits"][span].as_i64();
        (limits["own"].as_bool(), limits["provider"].clone(), count("perDay"), count("perHour"))
    };
    let gmail = serde_json::Value::from("Gmail");
    assert_eq!(of(&added), (Some(false), gmail.clone(), Some(500), None));
    assert_eq!((added["state"].as_str(), added["used"]["day"].as_i64()), (Some("ready"), Some(0)));

    let changed = async |flags: &[&str]| {
        ctl.run(&[&["account", "set", "Mine"], flags].concat()).await.json();
        ctl.run(&["account", "state", "Mine"]).await.json()
    };
    let own = changed(&["--limit", "hour=100"]).await;
    assert_eq!(of(&own), (Some(true), gmail.clone(), Some(500), Some(100)));
    let higher = changed(&["--limit", "day=900", "--limit", "hour=none"]).await;
    assert_eq!(of(&higher), (Some(true), gmail.clone(), Some(900), None), "what the user set stays");
    // At a host that nobody knows, only what the user set is left.
    let moved = changed(&["--host", "smtp.example.cn"]).await;
    assert_eq!(of(&moved), (Some(true), serde_json::Value::Null, Some(900), None));
    let back = changed(&["--host", "smtp.gmail.com", "--default-limits"]).await;
    assert_eq!(of(&back), (Some(false), gmail, Some(500), None));

    let pause =
        changed(&["--per-session", "20", "--session-pause", "1.5", "--domain-limit", "QQ.com:minute=30"])
            .await;
    let limits = &pause["limits"]["limits"];
    assert_eq!((limits["perSession"].as_i64(), limits["sessionPauseMs"].as_i64()), (Some(20), Some(1500)));
    assert_eq!(
        limits["domains"],
        serde_json::json!([{"domain": "qq.com", "perMinute": 30, "perHour": null}])
    );
    let refused = ctl.run(&["account", "set", "Mine", "--domain-limit", "a b:minute=3"]).await;
    assert_eq!(refused.error()["field"], "domains");
}

#[tokio::test]
async fn a_proxy_is_set_and_taken_away_and_its_failure_is_its_own() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::start().await);
    let proxy = TestProxy::socks5().login("li", "right").start().await;
    ctl.account_at(&server, 1, None).await;
    let way = |password: &str| format!("socks5://li:{password}@127.0.0.1:{}", proxy.port());
    ctl.run(&["account", "set", "Shop", "--proxy", &way("wrong")]).await.json();
    let tried = ctl.run(&["account", "test", "Shop"]).await;
    let error: serde_json::Value = serde_json::from_str(&tried.err).unwrap();
    assert_eq!(error["error"]["params"]["cause"], "proxy_login");
    let changed = ctl.run(&["account", "set", "Shop", "--proxy", &way("right")]).await.json();
    assert_eq!(changed["proxy"], format!("socks5://li@127.0.0.1:{}", proxy.port()));
    assert_eq!(ctl.run(&["account", "test", "Shop"]).await.json()["ok"], true);
    assert_eq!(proxy.asked(), [format!("127.0.0.1:{}", server.port())]);
    let changed = ctl.run(&["account", "set", "Shop", "--proxy", "none"]).await.json();
    assert_eq!(changed["proxy"], serde_json::Value::Null);
    assert_eq!(ctl.run(&["account", "test", "Shop"]).await.json()["ok"], true);
    assert_eq!(proxy.asked().len(), 1);
}

#[tokio::test]
async fn the_fingerprint_that_a_test_shows_can_be_trusted() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::builder().implicit_tls().start().await);
    ctl.account_at(&server, 1, None).await;
    ctl.run(&["account", "set", "Shop", "--tls", "implicit"]).await.json();
    let tried = ctl.run(&["account", "test", "Shop"]).await;
    assert_eq!(tried.code, Some(1));
    let error: serde_json::Value = serde_json::from_str(&tried.err).unwrap();
    let found = &error["error"]["params"];
    assert_eq!(
        (found["verdict"].as_str(), found["fault"].as_str()),
        (Some("account_tls"), Some("self_signed"))
    );
    let fingerprint = found["fingerprint"].as_str().expect("a fingerprint");
    ctl.run(&["account", "trust", "Shop", "--fingerprint", fingerprint]).await.json();
    assert_eq!(ctl.run(&["account", "test", "Shop"]).await.json()["ok"], true);
    ctl.run(&["account", "trust", "Shop", "--none"]).await.json();
    assert_eq!(ctl.run(&["account", "test", "Shop"]).await.code, Some(1));
}

#[tokio::test]
async fn what_touches_no_secret_asks_for_no_passphrase() {
    let (ctl, server) = (Ctl::new(), ScriptedServer::builder().login("shop", "geheim").start().await);
    ctl.account_at(&server, 3, Some("geheim")).await;
    let locked = async |arguments: &[&str]| {
        let mut command = ctl.command(arguments);
        command.env_remove("HONGYAN_VAULT_PASSPHRASE");
        ended(command.spawn().expect("hongyanctl runs")).await
    };
    let proxy = ["account", "set", "Shop", "--max-connections", "2", "--proxy", "http://127.0.0.1:3128"];
    assert_eq!(locked(&proxy).await.json()["maxConnections"], 2);
    assert_eq!(
        locked(&["account", "set", "Shop", "--proxy", "http://li:x@h:1"]).await.error_code(),
        "secrets_locked"
    );
    assert_eq!(locked(&["account", "test", "Shop"]).await.error_code(), "secrets_locked");
}
