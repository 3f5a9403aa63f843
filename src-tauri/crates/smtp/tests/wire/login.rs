//! Logging in.

use hongyan_smtp::{Cause, Server, Session, Stage, Timeouts};
use hongyan_testkit::{At, Command, Rule, ScriptedServer, ServerBuilder};

use crate::cast::{SHORT, assert_refused, login, plain};

fn wants_login() -> ServerBuilder {
    ScriptedServer::builder().login("li@example.cn", "授权码 1")
}

fn with_login(server: &ScriptedServer, user: &str, password: &str) -> Server {
    Server { login: Some(login(user, password)), ..plain(server) }
}

#[tokio::test]
async fn plain_is_preferred_and_login_used_where_it_is_all_there_is() {
    for (offered, used) in [(vec!["LOGIN", "PLAIN"], "PLAIN"), (vec!["XOAUTH2", "LOGIN"], "LOGIN")] {
        let offered = offered.into_iter().map(str::to_owned).collect();
        let server = wants_login().extensions(|on| on.auth = offered).start().await;
        Session::connect(&with_login(&server, "li@example.cn", "授权码 1")).await.expect("logged in");
        assert_eq!(server.logins(), 1);
        let heard = server.heard();
        assert!(
            heard
                .iter()
                .any(|heard| matches!(&heard.command, Command::Auth { mechanism, .. } if mechanism == used))
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_the_servers_no_and_is_said_in_no_other_way() {
    for offered in [["PLAIN"].as_slice(), &["LOGIN"], &["LOGIN", "PLAIN"]] {
        let offered = offered.iter().map(|way| (*way).to_owned()).collect();
        let server = wants_login().extensions(|on| on.auth = offered).start().await;
        let failure = Session::connect(&with_login(&server, "li@example.cn", "wrong")).await.expect_err("no");
        assert_refused(&failure, Stage::Auth, 535);
        assert_eq!(server.logins(), 0);
        assert_eq!(server.verbs().iter().filter(|verb| **verb == "AUTH").count(), 1);
    }
}

#[tokio::test]
async fn silence_and_hanging_up_are_told_as_such() {
    let server = wants_login().rule(Rule::at(At::Login).is_silent()).start().await;
    let timeouts = Timeouts { auth: SHORT, ..plain(&server).timeouts };
    let patient = Server { timeouts, ..with_login(&server, "li@example.cn", "授权码 1") };
    let failure = Session::connect(&patient).await.expect_err("silence");
    assert_eq!((failure.stage, failure.cause), (Stage::Auth, Cause::Timeout));

    let server = wants_login().rule(Rule::at(At::Auth).closes()).start().await;
    let failure = Session::connect(&with_login(&server, "li@example.cn", "x")).await.expect_err("closed");
    assert_eq!((failure.stage, failure.cause), (Stage::Auth, Cause::Closed));
}

#[tokio::test]
async fn a_login_that_cannot_be_said_is_not_said() {
    let server = wants_login().extensions(|on| on.auth = vec!["XOAUTH2".to_owned()]).start().await;
    let failure = Session::connect(&with_login(&server, "li@example.cn", "x")).await.expect_err("no way");
    assert_eq!((failure.stage, failure.cause), (Stage::Auth, Cause::NoAuthOffered));

    let server = wants_login().start().await;
    for (user, password) in [("", "x"), ("li", ""), ("li\0admin", "x"), ("li", "x\0y")] {
        let failure = Session::connect(&with_login(&server, user, password)).await.expect_err("unusable");
        assert_eq!((failure.stage, failure.cause), (Stage::Auth, Cause::UnusableLogin));
    }
    assert!(!server.verbs().contains(&"AUTH"));
}

#[test]
fn neither_user_nor_password_is_printed() {
    let printed = format!("{:?}", login("li@example.cn", "secret"));
    assert!(!printed.contains("li@") && !printed.contains("secret"));
}
