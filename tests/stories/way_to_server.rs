//! The way to a server: proxies, certificates that nobody vouches for, tokens; and where their secrets end up.

use hongyan_domain::{AccountId, CampaignState, DeliveryState, Fingerprint, LoginKind, TlsMode};
use hongyan_engine::{AccountDraft, Error};
use hongyan_testkit::{ScriptedServer, TestProxy};
use secrecy::SecretString;

use crate::desk::{Desk, account_draft};
use crate::inbox::nobody_got_two;

const PEOPLE: usize = 5;

/// An account that goes through a proxy.
fn through(server: &ScriptedServer, proxy: &str) -> AccountDraft {
    AccountDraft { proxy: Some(SecretString::from(proxy)), ..account_draft(server.port(), 1) }
}

async fn campaign(desk: &Desk, account: AccountId) -> hongyan_domain::CampaignId {
    let list = desk.list_of(PEOPLE).await;
    let template = desk.template("你好", "{{ name }}").await;
    desk.draft(list, template, account).await
}

/// Whether a text stands in any file of the data folder.
fn is_kept_in_a_file(desk: &Desk, text: &str) -> bool {
    let entries = std::fs::read_dir(desk.folder()).expect("the data folder");
    let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
    files
        .map(|file| std::fs::read(file).expect("a file"))
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test]
async fn a_campaign_goes_through_the_proxy_and_its_password_is_kept_in_no_file() {
    for (scheme, proxy) in [("socks5", TestProxy::socks5()), ("http", TestProxy::http())] {
        let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
        let proxy = proxy.login("li", "proxy-secret").start().await;
        let place = format!("127.0.0.1:{}", proxy.port());
        let account = desk.account(through(&server, &format!("{scheme}://li:proxy-secret@{place}"))).await;
        let kept = desk.engine.load_account(account).await.unwrap().record.values.proxy.expect("a proxy");
        assert_eq!(kept.to_string(), format!("{scheme}://li@{place}"));
        // What a form sends that shows no password.
        desk.engine.update_account(account, through(&server, &kept.to_string())).await.unwrap();

        let campaign = campaign(&desk, account).await;
        desk.run(campaign).await;
        assert_eq!(nobody_got_two(&server).len(), PEOPLE);
        assert_eq!(proxy.asked().len(), server.connections());
        desk.close().await;
        assert!(is_kept_in_a_file(&desk, &place), "the rest is kept there");
        assert!(!is_kept_in_a_file(&desk, "proxy-secret"));
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_the_login_holds_the_account_and_marks_nobody() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let proxy = TestProxy::socks5().login("li", "right").start().await;
    let wrong = format!("socks5://li:wrong@127.0.0.1:{}", proxy.port());
    let account = desk.account(through(&server, &wrong)).await;
    let problem = desk.engine.test_account(account).await.unwrap().problem.expect("refused");
    assert_eq!((problem.verdict.as_str(), problem.cause), ("account_proxy", "proxy_login"));

    let campaign = campaign(&desk, account).await;
    desk.start(campaign).await;
    desk.in_state(campaign, CampaignState::Paused).await;
    let hold = desk.engine.load_account(account).await.unwrap().record.hold.expect("a hold");
    assert_eq!((hold.verdict.as_str(), hold.until_ms), ("account_proxy", None));
    assert_eq!(desk.count(campaign, DeliveryState::Queued).await, PEOPLE as i64);
    assert_eq!(server.connections(), 0);

    let right = format!("socks5://li:right@127.0.0.1:{}", proxy.port());
    desk.engine.update_account(account, through(&server, &right)).await.unwrap();
    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);
}

#[tokio::test]
async fn a_new_proxy_does_not_get_the_password_of_the_old_one() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let old = TestProxy::socks5().login("li", "secret").start().await;
    let new = TestProxy::socks5().login("li", "secret").start().await;
    let account =
        desk.account(through(&server, &format!("socks5://li:secret@127.0.0.1:{}", old.port()))).await;
    let moved = through(&server, &format!("socks5://li@127.0.0.1:{}", new.port()));
    let tried = desk.engine.test_account_draft(moved.clone(), Some(account)).await.unwrap();
    assert_eq!(tried.problem.expect("refused").cause, "proxy_login");
    desk.engine.update_account(account, moved).await.unwrap();
    let tried = desk.engine.test_account(account).await.unwrap();
    assert_eq!(tried.problem.expect("refused").cause, "proxy_login");
}

#[tokio::test]
async fn a_kept_password_is_told_to_no_other_server_and_under_no_other_name() {
    let desk = Desk::new().await;
    let server = ScriptedServer::builder().login("shop", "secret").start().await;
    let login = |user: &str, password: Option<&str>| AccountDraft {
        user: Some(user.to_owned()),
        password: password.map(SecretString::from),
        ..account_draft(server.port(), 1)
    };
    let account = desk.account(login("shop", Some("secret"))).await;
    let elsewhere = AccountDraft { host: "localhost".to_owned(), ..login("shop", None) };
    for moved in [elsewhere.clone(), login("boss", None)] {
        let tried = desk.engine.test_account_draft(moved.clone(), Some(account)).await;
        assert!(matches!(tried, Err(Error::PasswordAgain)));
        let changed = desk.engine.update_account(account, moved).await;
        assert!(matches!(changed, Err(Error::PasswordAgain)));
    }
    assert_eq!(server.connections(), 0);
    // Nor by a way round: first without a login, then with the one from before.
    let nobody = AccountDraft { user: None, ..elsewhere.clone() };
    desk.engine.update_account(account, nobody).await.unwrap();
    assert!(matches!(desk.engine.update_account(account, elsewhere).await, Err(Error::PasswordAgain)));

    let given = AccountDraft { host: "localhost".to_owned(), ..login("shop", Some("secret")) };
    desk.engine.update_account(account, given).await.unwrap();
    assert!(desk.engine.test_account(account).await.unwrap().problem.is_none());
}

/// The server would take the mails without a login too.
#[tokio::test]
async fn an_account_whose_password_got_lost_is_held_and_never_sends_without_a_login() {
    let server = ScriptedServer::start().await;
    let before = Desk::new().await;
    let login = |password: Option<&str>| AccountDraft {
        user: Some("shop".to_owned()),
        password: password.map(SecretString::from),
        ..account_draft(server.port(), 1)
    };
    let account = before.account(login(Some("secret"))).await;
    let campaign = before.draft_for(3, &server, 1).await;
    before.close().await;
    // Secrets that are in memory only are gone in a new process.
    let desk = Desk::builder().at(before.folder()).open().await;
    assert!(matches!(desk.engine.test_account(account).await, Err(Error::PasswordMissing)));
    desk.start(campaign).await;
    desk.in_state(campaign, CampaignState::Paused).await;
    let hold = desk.engine.load_account(account).await.unwrap().record.hold.expect("a hold");
    assert_eq!((hold.verdict.as_str(), hold.until_ms), ("account_login", None));
    assert_eq!(server.connections(), 0);

    desk.engine.update_account(account, login(Some("secret"))).await.unwrap();
    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!((server.logins(), nobody_got_two(&server).len()), (1, 3));
}

#[tokio::test]
async fn a_certificate_the_user_trusts_is_enough_until_the_server_has_another() {
    let desk = Desk::new().await;
    let server = ScriptedServer::builder().implicit_tls().start().await;
    let port = server.port();
    let draft = AccountDraft { tls: TlsMode::Implicit, ..account_draft(port, 1) };
    let account = desk.account(draft.clone()).await;
    let refused = campaign(&desk, account).await;
    desk.start(refused).await;
    desk.in_state(refused, CampaignState::Paused).await;
    let problem = desk.engine.test_account(account).await.unwrap().problem.expect("self-signed");
    let certificate = problem.certificate.expect("it is named");
    assert_eq!((problem.verdict.as_str(), certificate.fault), ("account_tls", "self_signed"));

    let trusting = desk.engine.trust_certificate(account, Some(certificate.fingerprint)).await.unwrap();
    assert!(trusting.record.hold.is_none(), "what held it is settled");
    desk.engine.resume_campaign(refused).await.unwrap();
    desk.finished(refused).await;
    assert_eq!(nobody_got_two(&server).len(), PEOPLE);

    server.stop().await;
    let other = ScriptedServer::builder().port(port).implicit_tls().start().await;
    let problem = desk.engine.test_account(account).await.unwrap().problem.expect("another certificate");
    assert_ne!(problem.certificate.expect("it is named").fingerprint, certificate.fingerprint);
    assert_eq!(other.received().len(), 0);

    // Somewhere else it was never trusted.
    let trusted = Some(certificate.fingerprint.to_string());
    let moved = AccountDraft { host: "localhost".to_owned(), trusted_certificate: trusted, ..draft };
    let moved = desk.engine.update_account(account, moved).await.unwrap();
    assert_eq!(moved.record.values.trusted_certificate, None::<Fingerprint>);
}

#[tokio::test]
async fn an_account_with_a_token_never_shows_it_as_a_password() {
    let desk = Desk::new().await;
    let server = ScriptedServer::builder().login("shop", "token").start().await;
    let draft = AccountDraft {
        user: Some("shop".to_owned()),
        login_kind: LoginKind::Token,
        password: Some(SecretString::from("token")),
        ..account_draft(server.port(), 1)
    };
    let account = desk.account(draft).await;
    let problem = desk.engine.test_account(account).await.unwrap().problem.expect("only passwords are taken");
    assert_eq!((problem.verdict.as_str(), problem.cause), ("account_login", "no_auth"));
    assert_eq!(server.logins(), 0);
}
