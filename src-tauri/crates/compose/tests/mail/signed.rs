//! Signed mails of every kind: what goes on the wire is what was signed.

use hongyan_compose::{DkimKey, DkimSigner, Mail};
use hongyan_domain::{Dkim, DkimAlgorithm};
use mail_parser::MessageParser;

use crate::samples::{contact, mail, markdown};

fn signer() -> DkimSigner {
    let key = DkimKey::generate(DkimAlgorithm::Ed25519).expect("a key");
    let dkim = Dkim {
        algorithm: DkimAlgorithm::Ed25519,
        domain: "example.cn".to_owned(),
        selector: "hongyan".to_owned(),
        public_key: key.public_key().to_owned(),
    };
    DkimSigner::new(&dkim, key).expect("its own key")
}

fn signed(mail: &Mail) -> String {
    String::from_utf8(signer().sign(mail, 1_700_000_000).expect("signed").bytes).expect("ASCII")
}

#[test]
fn every_field_that_matters_is_signed() {
    let plain = mail(&markdown("您好"), &contact("王丽", &[]));
    let text = signed(&plain);
    let names =
        text.split_once("h=").expect("names").1.split_once(';').expect("an end").0.replace("\r\n ", "");
    assert_eq!(
        names,
        "From:From:To:To:Cc:Reply-To:Subject:Subject:Date:Date:Message-ID:Message-ID:MIME-Version:MIME-Version:\
         Content-Type:Content-Type:List-Unsubscribe"
    );
    assert!(!text.contains(" l="), "a length would let strangers add to the body");
}

#[test]
fn a_signed_mail_is_the_mail_with_one_header_before_it() {
    for body in ["Hello", "您好，{{ name }}！\n\n.\n\n..\n", &"long word ".repeat(300), ""] {
        let plain = mail(&markdown(body), &contact("Łukasz \"Jim\" 王", &[]));
        let text = signed(&plain);
        let header = text.strip_suffix(std::str::from_utf8(&plain.bytes).expect("ASCII")).expect("the mail");
        assert!(
            header.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; t=1700000000;\r\n")
        );
        assert!(header.split("\r\n").all(|line| line.len() <= 78), "{header}");
        let read = MessageParser::default().parse(text.as_bytes()).expect("a mail");
        assert_eq!(read.header_values("DKIM-Signature").count(), 1);
    }
}
