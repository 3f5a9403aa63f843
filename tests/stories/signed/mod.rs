//! Signed mails: every receiver who looks up the record finds the signature good, and none that was tampered with.

mod verifier;

use hongyan_domain::{AccountId, Dkim, DkimAlgorithm, TlsMode};
use hongyan_engine::{DkimDraft, DkimKeySource, Error};
use hongyan_testkit::ScriptedServer;
use secrecy::SecretString;

use crate::desk::{Desk, account_draft};
use crate::inbox::{nobody_got_two, raw_header};
use crate::mail_servers::{MailServer as _, PASSWORD, USER};
use crate::people::people;
use crate::postfix::Postfix;
use verifier::Verifier;

/// What canonical forms differ about: blanks in rows and at line ends, empty lines, dots, long lines, Chinese.
fn body() -> String {
    let long = "鸿雁传书，".repeat(60);
    format!(
        "{{{{ name }}}}，来自{{{{ city }}}}的朋友：\n\n.\n\n..two dots   and  blanks\t\n\nFrom here: {long}\n\n\
         ```\na  b\t\tc   \n\n\n```\n\n{}\n\n\n\n",
        "plain words ".repeat(100)
    )
}

impl Desk {
    /// Has an account's mails signed with a new key.
    async fn signs(&self, account: AccountId, algorithm: DkimAlgorithm) -> Verifier {
        let key = DkimKeySource::New(algorithm);
        let draft = DkimDraft { key, selector: None, domain: None };
        let dkim = self.engine.set_account_dkim(account, draft).await.expect("a key").record.dkim;
        Verifier::new(dkim.expect("what is public of it"))
    }
}

fn mails(server: &ScriptedServer) -> Vec<Vec<u8>> {
    server.received().into_iter().map(|mail| mail.bytes).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_people_of_a_real_postfix_get_mails_whose_signatures_are_good() {
    let postfix = Postfix::start(200).await;
    let desk = Desk::builder().trusting(postfix.trust()).open().await;
    let list = desk.list_of(200).await;
    let template = desk.template("{{ name }}，你好", &body()).await;
    let mut draft = account_draft(postfix.port(), 4);
    draft.tls = TlsMode::StartTls;
    draft.user = Some(USER.to_owned());
    draft.password = Some(SecretString::from(PASSWORD));
    let account = desk.account(draft).await;
    let verifier = desk.signs(account, DkimAlgorithm::Rsa).await;
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    postfix.wait_for_mails(200).await;
    let found: Vec<Vec<u8>> = people(200).flat_map(|person| postfix.mails_of(&person.address)).collect();
    assert_eq!(found.len(), 200);
    verifier.all_good(&found);
}

#[tokio::test]
async fn ed25519_signatures_are_good_in_bursts_and_one_by_one() {
    for burst in [1, 32] {
        let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
        let mut draft = account_draft(server.port(), 2);
        draft.burst = burst;
        let account = desk.account(draft).await;
        let verifier = desk.signs(account, DkimAlgorithm::Ed25519).await;
        let list = desk.list_of(200).await;
        let template = desk.template("{{ name }}，你好", &body()).await;
        let campaign = desk.draft(list, template, account).await;
        desk.run(campaign).await;
        assert_eq!(nobody_got_two(&server).len(), 200);
        verifier.all_good(&mails(&server));
    }
}

#[tokio::test]
async fn a_mail_that_was_changed_on_the_way_does_not_pass() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let account = desk.account_at(&server, 1).await;
    let verifier = desk.signs(account, DkimAlgorithm::Ed25519).await;
    let list = desk.list_of(1).await;
    let template = desk.template("Hello", "Pay to account 12345.").await;
    let campaign = desk.draft(list, template, account).await;
    desk.run(campaign).await;
    let [mail] = &mails(&server)[..] else { panic!("one mail") };
    let text = String::from_utf8(mail.clone()).expect("ASCII");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        text.replacen(from, to, 1).into_bytes()
    };
    let passes = [
        text.clone().into_bytes(),
        with("Subject: Hello", "Subject:   Hello"),
        with("DKIM-Signature:", "Received: by a relay\r\nDKIM-Signature:"),
        with("X-Hongyan-Ref:", "X-Spam-Score: 0\r\nX-Hongyan-Ref:"),
    ];
    assert_eq!(verifier.check(&passes), vec![true; passes.len()]);
    let fails = [
        with("account 12345", "account 54321"),
        (text.clone() + "More.\r\n").into_bytes(),
        with("Subject: Hello", "Subject: Hullo"),
        with("From: ", "From: <evil@other.example>\r\nFrom: "),
        with("Subject: Hello", "Subject: Hello\r\nSubject: Win"),
        with("Reply-To: ", "Reply-To: <evil@other.example>\r\nReply-To: "),
        with("MIME-Version:", "Cc: <evil@other.example>\r\nMIME-Version:"),
        with("List-Unsubscribe: <mailto:answers@", "List-Unsubscribe: <mailto:evil@"),
        with("multipart/alternative", "multipart/mixed"),
        with("Message-ID: <", "Message-ID: <x"),
        with("Date: ", "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nX-Date: "),
    ];
    assert_eq!(verifier.check(&fails), vec![false; fails.len()]);
}

#[tokio::test]
async fn a_test_mail_is_signed_as_well() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let account = desk.account_at(&server, 1).await;
    let verifier = desk.signs(account, DkimAlgorithm::Rsa).await;
    let list = desk.list_of(1).await;
    let template = desk.template("你好", &body()).await;
    let campaign = desk.draft(list, template, account).await;
    desk.engine.send_test(campaign, "me@people.example", 0, None).await.unwrap();
    verifier.all_good(&mails(&server));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn without_a_key_nothing_is_signed_and_taking_it_away_ends_it() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(2, &server, 1).await;
    desk.run(campaign).await;
    let account = desk.account_at(&server, 1).await;
    desk.signs(account, DkimAlgorithm::Ed25519).await;
    let removed = desk.engine.remove_account_dkim(account).await.unwrap();
    assert_eq!(removed.record.dkim, None);
    desk.engine.send_test(campaign, "me@people.example", 0, None).await.unwrap();
    assert_eq!(server.received().len(), 3);
    for mail in mails(&server) {
        assert_eq!(raw_header(&mail, "DKIM-Signature"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_key_that_got_lost_holds_the_account_until_there_is_another() {
    let server = ScriptedServer::start().await;
    let before = Desk::new().await;
    let campaign = before.draft_for(3, &server, 1).await;
    let account = before.account_at(&server, 1).await;
    before.signs(account, DkimAlgorithm::Ed25519).await;
    before.close().await;
    // Secrets that are in memory only are gone in a new process.
    let desk = Desk::builder().at(before.folder()).open().await;
    let test = desk.engine.send_test(campaign, "me@people.example", 0, None).await;
    assert!(matches!(test, Err(Error::DkimKeyMissing)), "{test:?}");
    desk.start(campaign).await;
    desk.in_state(campaign, hongyan_domain::CampaignState::Paused).await;
    assert_eq!(server.received().len(), 0, "nothing leaves without the signature");
    let hold = desk.engine.load_account(account).await.unwrap().record.hold.expect("a hold");
    assert_eq!((hold.verdict.as_str(), hold.until_ms), ("account_signing_key", None));

    let verifier = desk.signs(account, DkimAlgorithm::Ed25519).await;
    assert_eq!(desk.engine.load_account(account).await.unwrap().record.hold, None);
    desk.engine.resume_campaign(campaign).await.unwrap();
    desk.finished(campaign).await;
    assert_eq!(nobody_got_two(&server).len(), 3);
    verifier.all_good(&mails(&server));
}

#[tokio::test]
async fn another_selector_and_domain_keep_the_key_and_a_foreign_domain_is_warned_of() {
    let (desk, server) = (Desk::new().await, ScriptedServer::start().await);
    let campaign = desk.draft_for(1, &server, 1).await;
    let account = desk.account_at(&server, 1).await;
    desk.signs(account, DkimAlgorithm::Ed25519).await;
    let set = |selector: &str, domain: &str| {
        let (selector, domain) = (Some(selector.to_owned()), Some(domain.to_owned()));
        desk.engine.set_account_dkim(account, DkimDraft { key: DkimKeySource::Kept, selector, domain })
    };
    let codes = || async {
        let check = desk.engine.check_campaign(campaign).await.unwrap();
        check.findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>()
    };
    set("S2", "mail.shop.example").await.unwrap();
    assert_eq!(codes().await, Vec::<&str>::new());
    let dkim: Dkim = set("s3", "other.example").await.unwrap().record.dkim.unwrap();
    assert_eq!(dkim.record_name(), "s3._domainkey.other.example");
    assert_eq!(codes().await, ["dkim_not_aligned"]);
    for (selector, domain, field) in [("a b", "shop.example", "selector"), ("a", "shop", "domain")] {
        assert!(matches!(set(selector, domain).await, Err(Error::Value(name)) if name == field));
    }
    desk.run(campaign).await;
    Verifier::new(dkim).all_good(&mails(&server));
}
