//! Signatures that others published, and what ours look like.

use ring::signature::{ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

use super::*;

/// The mail of RFC 8463 appendix A.3, below its two signatures.
const PUBLISHED_MAIL: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
    To: Suzie Q <suzie@shopping.example.net>\r\n\
    Subject: Is dinner ready?\r\n\
    Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
    Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
    \r\n\
    Hi.\r\n\
    \r\n\
    We lost the game.  Are you hungry yet?\r\n\
    \r\n\
    Joe.\r\n";
const PUBLISHED_NAMES: [&str; 8] = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"];
const PUBLISHED_BODY_HASH: &str = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";
const PUBLISHED_SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLISHED_KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const PUBLISHED_SIGNATURE: &str =
    "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
/// The RSA key of appendix A.2 without its frame, and its signature.
const PUBLISHED_RSA_KEY: &str = "MIGJAoGBAOQeU5CgFPNZGIazlXo2k/eJ1jpaTTxrmqF1HrDLlt04pvaMtCJj8nXoliLRC/H9vJjMI1vdb3XL\
    cW60AIN/PBD8EL97/y4GwJH7LPUvGP48vqUe+owqszesbiGy1PlCO8c70/OjFnJVgvMF87YR4Lcincb7aSvI5MgpP6X8rjDdAgMBAAE=";
const PUBLISHED_RSA_SIGNATURE: &str = "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVc\
    OF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=";

fn published_header(algorithm: &str, selector: &str) -> String {
    format!(
        "DKIM-Signature: v=1; a={algorithm}-sha256; c=relaxed/relaxed;\r\n d=football.example.com; \
         i=@football.example.com;\r\n q=dns/txt; s={selector}; t=1528637909; h=from : to :\r\n subject : date : \
         message-id : from : subject : date;\r\n bh={PUBLISHED_BODY_HASH};\r\n b="
    )
}

fn published_input(algorithm: &str, selector: &str) -> Vec<u8> {
    let (fields, body) = split(PUBLISHED_MAIL.as_bytes()).expect("a mail");
    let hash = digest(&SHA256, &relaxed_body(body).expect("a body"));
    assert_eq!(STANDARD.encode(hash), PUBLISHED_BODY_HASH);
    what_is_signed(&fields, &PUBLISHED_NAMES, &published_header(algorithm, selector))
}

fn ed25519(seed: &str) -> DkimKey {
    DkimKey::from_kept(&format!("ed25519:{seed}").into()).expect("a seed")
}

fn signer(key: DkimKey) -> DkimSigner {
    let dkim = Dkim {
        algorithm: key.algorithm(),
        domain: "football.example.com".to_owned(),
        selector: "brisbane".to_owned(),
        public_key: key.public_key().to_owned(),
    };
    DkimSigner::new(&dkim, key).expect("its own key")
}

fn mail(text: &str) -> Mail {
    Mail { bytes: text.as_bytes().to_vec(), needs_smtputf8: false }
}

#[test]
fn ed25519_signs_as_the_standard_shows() {
    let key = ed25519(PUBLISHED_SEED);
    assert_eq!(key.public_key(), PUBLISHED_KEY);
    let signature = signer(key).signature(&published_input("ed25519", "brisbane")).expect("a signature");
    assert_eq!(STANDARD.encode(signature), PUBLISHED_SIGNATURE);
}

#[test]
fn the_rsa_signature_of_the_standard_fits_what_we_would_sign() {
    let key = STANDARD.decode(PUBLISHED_RSA_KEY).expect("base64");
    let signature = STANDARD.decode(PUBLISHED_RSA_SIGNATURE).expect("base64");
    let key = UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, key);
    key.verify(&published_input("rsa", "test"), &signature).expect("the published signature");
}

#[test]
fn the_signature_stands_before_the_mail_in_short_lines_and_holds() {
    let signed = signer(ed25519(PUBLISHED_SEED)).sign(&mail(PUBLISHED_MAIL), 1_528_637_909).expect("signed");
    let text = String::from_utf8(signed.bytes).expect("text");
    let header = text.strip_suffix(PUBLISHED_MAIL).expect("the mail as it was").trim_end();
    assert!(header.split("\r\n").all(|line| line.len() <= 78), "{header}");
    let (before, signature) = header.split_once(" b=").expect("a signature");
    let (fields, _) = split(PUBLISHED_MAIL.as_bytes()).expect("a mail");
    let input = what_is_signed(&fields, &signed_names(&fields), &format!("{before} b="));
    let signature = STANDARD.decode(signature.replace("\r\n ", "")).expect("base64");
    let key = UnparsedPublicKey::new(&ED25519, STANDARD.decode(PUBLISHED_KEY).expect("base64"));
    key.verify(digest(&SHA256, &input).as_ref(), &signature).expect("a good signature");
}

#[test]
fn fields_that_a_mail_has_once_are_named_once_more() {
    let (fields, _) =
        split(b"From: a\r\nFROM: b\r\nSubject: c\r\nList-Unsubscribe: d\r\n\r\n").expect("a mail");
    let names = signed_names(&fields).join(":");
    let rest = "To:Cc:Reply-To:Subject:Subject:Date:Message-ID:MIME-Version:Content-Type:List-Unsubscribe";
    assert_eq!(names, format!("From:From:From:{rest}"));
    let signed = what_is_signed(&fields, &["From", "From", "From", "Subject", "Subject"], "X:");
    assert_eq!(signed, b"from:b\r\nfrom:a\r\nsubject:c\r\nx:");
}

#[test]
fn a_mail_with_a_bare_line_end_is_not_signed() {
    let signer = signer(ed25519(PUBLISHED_SEED));
    for text in ["From: a\r\n\r\nb\nc\r\n", "From: a\n\r\nb\r\n"] {
        assert_eq!(signer.sign(&mail(text), 0), Err(BuildFault::Signature), "{text:?}");
    }
}

#[test]
fn a_key_that_is_not_the_one_of_the_record_does_not_sign() {
    let dkim = Dkim {
        algorithm: DkimAlgorithm::Ed25519,
        domain: "shop.cn".to_owned(),
        selector: "s".to_owned(),
        public_key: PUBLISHED_KEY.to_owned(),
    };
    let other = DkimKey::generate(DkimAlgorithm::Ed25519).expect("a key");
    assert_eq!(DkimSigner::new(&dkim, other).map(|_| ()), Err(DkimKeyFault::Another));
}
