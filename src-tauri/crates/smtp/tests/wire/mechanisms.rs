//! The ways to log in that prove something: what is said on the wire, and what a wrong answer leads to.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use hongyan_smtp::{
    Cause, Failure, Login, LoginKind, LoginMechanism, ProtocolFault, Server, Session, Stage, Timeouts,
    TlsMode, TlsTrust,
};
use hongyan_testkit::Dialogue;

use crate::cast::{AMPLE, assert_refused, reply_code};

const QUESTION: &str = "<1896.697170952@postoffice.reston.mci.net>";

/// A server that announces one way to log in and answers what comes behind it.
async fn server(
    announced: &'static str,
    mut answer: impl FnMut(&str) -> String + Send + 'static,
) -> Dialogue {
    Dialogue::start(move |line| match line.split(' ').next() {
        Some("EHLO") => format!("250-dialogue\r\n250 AUTH {announced}"),
        Some("QUIT") => "221 Bye".to_owned(),
        _ => answer(line),
    })
    .await
}

async fn log_in(server: &Dialogue, kind: LoginKind, user: &str, secret: &str) -> Result<Session, Failure> {
    let mechanism = LoginMechanism::Automatic;
    let login = Login { user: user.to_owned(), kind, mechanism, secret: secret.into() };
    log_in_as(server, login).await
}

async fn log_in_as(server: &Dialogue, login: Login) -> Result<Session, Failure> {
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port: server.port(),
        tls: TlsMode::None,
        login: Some(login),
        ehlo_name: "desk.example.cn".to_owned(),
        trust: TlsTrust::System,
        trusted_certificate: None,
        proxy: None,
        timeouts: Timeouts::all(AMPLE),
        pipelining: true,
    };
    Session::connect(&server).await
}

/// What the client said behind EHLO, base64 undone where it is some.
fn said(server: &Dialogue) -> Vec<String> {
    let plain = |line: &String| {
        let (before, coded) = line.rsplit_once(' ').map_or(("", line.as_str()), |(a, b)| (a, b));
        match BASE64.decode(coded).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(text) if !coded.is_empty() => format!("{before} {text}").trim().to_owned(),
            _ => line.clone(),
        }
    };
    server.heard().iter().skip(1).map(plain).collect()
}

#[tokio::test]
async fn cram_md5_tells_a_keyed_hash_in_place_of_the_password() {
    let server = server("PLAIN CRAM-MD5", |line| match line {
        "AUTH CRAM-MD5" => format!("334 {}", BASE64.encode(QUESTION)),
        _ => "235 Welcome".to_owned(),
    })
    .await;
    log_in(&server, LoginKind::Password, "tim", "tanstaaftanstaaf").await.expect("logged in");
    assert_eq!(said(&server)[1], "tim b913a602c7eda7a495b4e6e7334d3890");
}

#[tokio::test]
async fn a_token_is_said_as_each_way_wants_it() {
    let accepts = |_: &str| "235 Welcome".to_owned();
    let first = server("PLAIN XOAUTH2 OAUTHBEARER", accepts).await;
    log_in(&first, LoginKind::Token, "li@example.cn", "ya29.a-b_c~d+e/f==").await.expect("logged in");
    let wanted = "user=li@example.cn\u{1}auth=Bearer ya29.a-b_c~d+e/f==\u{1}\u{1}";
    assert_eq!(said(&first), [format!("AUTH XOAUTH2 {wanted}")]);

    let second = server("PLAIN OAUTHBEARER", accepts).await;
    log_in(&second, LoginKind::Token, "li,=@example.cn", "abc").await.expect("logged in");
    let place = format!("host=127.0.0.1\u{1}port={}", second.port());
    let wanted = format!("n,a=li=2C=3D@example.cn,\u{1}{place}\u{1}auth=Bearer abc\u{1}\u{1}");
    assert_eq!(said(&second), [format!("AUTH OAUTHBEARER {wanted}")]);
}

#[tokio::test]
async fn why_a_token_is_refused_is_kept_with_the_refusal() {
    for (announced, acknowledgement) in [("XOAUTH2", ""), ("OAUTHBEARER", "\u{1}")] {
        let why = r#"{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}"#;
        let server = server(announced, move |line| match line.starts_with("AUTH") {
            true => format!("334 {}", BASE64.encode(why)),
            false => "535 5.7.8 Username and Password not accepted".to_owned(),
        })
        .await;
        let failure = log_in(&server, LoginKind::Token, "li@example.cn", "old").await.expect_err("refused");
        assert_refused(&failure, Stage::Auth, 535);
        let Cause::Reply(reply) = failure.cause else { panic!("no reply") };
        assert_eq!(reply.text, format!("Username and Password not accepted\n{why}"));
        assert_eq!(said(&server).last().map(String::as_str), Some(acknowledgement));
    }
}

#[tokio::test]
async fn a_token_that_would_end_its_field_early_is_not_said() {
    for (user, token) in [("li", "a\u{1}auth=x"), ("li\u{1}x", "abc"), ("li", "a b"), ("li", "密")] {
        let server = server("XOAUTH2 OAUTHBEARER", |_| "235 Welcome".to_owned()).await;
        let failure = log_in(&server, LoginKind::Token, user, token).await.expect_err("unusable");
        assert_eq!((failure.stage, failure.cause), (Stage::Auth, Cause::UnusableLogin));
        assert_eq!(said(&server), [""; 0]);
    }
}

#[tokio::test]
async fn a_token_has_no_way_where_only_passwords_are_taken() {
    let server = server("PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256", |_| "235 Welcome".to_owned()).await;
    let failure = log_in(&server, LoginKind::Token, "li", "abc").await.expect_err("no way");
    assert_eq!(failure.cause, Cause::NoAuthOffered);
    assert_eq!(said(&server), [""; 0]);
}

/// Asks the question of SCRAM, and then says this.
async fn scram_server(then: &'static str) -> Dialogue {
    server("PLAIN SCRAM-SHA-256", move |line| match line.strip_prefix("AUTH SCRAM-SHA-256 ") {
        Some(first) => {
            let first = String::from_utf8(BASE64.decode(first).expect("base64")).expect("text");
            let nonce = first.rsplit_once("r=").expect("a nonce").1;
            format!("334 {}", BASE64.encode(format!("r={nonce}more,s=c2FsdA==,i=4096")))
        }
        None if line.is_empty() => "535 5.7.8 Authentication failed".to_owned(),
        None => then.to_owned(),
    })
    .await
}

#[tokio::test]
async fn scram_is_preferred_and_never_tells_the_password() {
    let server = scram_server("535 5.7.8 Authentication failed").await;
    let failure = log_in(&server, LoginKind::Password, "li", "pencil").await.expect_err("refused");
    assert_refused(&failure, Stage::Auth, 535);
    let said = said(&server);
    assert!(said[0].starts_with("AUTH SCRAM-SHA-256 n,,n=li,r="), "{said:?}");
    assert!(said[1].starts_with("c=biws,r="), "{said:?}");
    // Refused, it is not tried again in a weaker way.
    assert!(!said.iter().any(|line| line.contains("pencil") || line.contains("PLAIN")), "{said:?}");
}

#[tokio::test]
async fn a_server_that_says_welcome_without_proving_that_it_knows_the_password_is_left() {
    for welcome in
        ["235 2.7.0 Welcome", "334 dj1yNnJpVFJCaTIzV3BSUi93dHVwK21NaFVaVW4vZEI1bkxUSlJzamw5NUc0PQ=="]
    {
        let server = scram_server(welcome).await;
        let failure = log_in(&server, LoginKind::Password, "li", "pencil").await.expect_err("an impostor");
        let wanted = (Stage::Auth, Cause::Protocol(ProtocolFault::LoginUnproven));
        assert_eq!((failure.stage, failure.cause), wanted);
    }
}

#[tokio::test]
async fn what_scram_gives_as_the_reason_is_kept_with_the_refusal() {
    // e=unknown-user
    let server = scram_server("334 ZT11bmtub3duLXVzZXI=").await;
    let failure = log_in(&server, LoginKind::Password, "li", "pencil").await.expect_err("refused");
    assert_eq!(reply_code(&failure), 535);
    let Cause::Reply(reply) = failure.cause else { panic!("no reply") };
    assert_eq!(reply.text, "Authentication failed\ne=unknown-user");
}

#[tokio::test]
async fn where_the_server_does_not_know_a_way_after_all_the_next_one_is_taken() {
    let answers = |unknown: &'static str| {
        move |line: &str| match line {
            line if line.starts_with(unknown) => "504 5.5.4 Unrecognized authentication type".to_owned(),
            line if line.starts_with("AUTH PLAIN") => "235 Welcome".to_owned(),
            _ => "535 5.7.8 no".to_owned(),
        }
    };
    let second = server("CRAM-MD5 PLAIN", answers("AUTH CRAM-MD5")).await;
    log_in(&second, LoginKind::Password, "li", "geheim").await.expect("logged in");
    assert_eq!(said(&second), ["AUTH CRAM-MD5", "AUTH PLAIN \0li\0geheim"]);

    // When it knows none of them, that is what it said.
    let none = server("CRAM-MD5 PLAIN", answers("AUTH")).await;
    let failure = log_in(&none, LoginKind::Password, "li", "geheim").await.expect_err("no way");
    assert_eq!((failure.stage, reply_code(&failure)), (Stage::Auth, 504));
}

#[tokio::test]
async fn a_refused_password_is_not_told_again_in_another_way() {
    let refuses = server("CRAM-MD5 PLAIN LOGIN", |line| match line {
        "AUTH CRAM-MD5" => format!("334 {}", BASE64.encode(QUESTION)),
        _ => "535 5.7.8 no".to_owned(),
    })
    .await;
    let failure = log_in(&refuses, LoginKind::Password, "tim", "wrong").await.expect_err("refused");
    assert_eq!(reply_code(&failure), 535);
    assert!(!said(&refuses).iter().any(|line| line.starts_with("AUTH PLAIN")), "{:?}", said(&refuses));
}

#[tokio::test]
async fn the_way_that_the_user_chose_is_the_only_one() {
    let login = |mechanism| Login {
        user: "li".to_owned(),
        kind: LoginKind::Password,
        mechanism,
        secret: "geheim".into(),
    };
    let accepts = |line: &str| match line {
        line if line.starts_with("AUTH PLAIN") => "235 Welcome".to_owned(),
        _ => "504 5.5.4 no".to_owned(),
    };
    let first = server("SCRAM-SHA-256 LOGIN PLAIN", accepts).await;
    log_in_as(&first, login(LoginMechanism::Plain)).await.expect("logged in");
    assert_eq!(said(&first), ["AUTH PLAIN \0li\0geheim"]);
    let second = server("PLAIN LOGIN", accepts).await;
    log_in_as(&second, login(LoginMechanism::Login)).await.expect_err("it does not know it");
    assert_eq!(said(&second)[0], "AUTH LOGIN");
}
