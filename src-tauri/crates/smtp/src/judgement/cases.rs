//! Real replies and what they mean. Words and codes are as the source gives them; host names are shortened.

use AccountProblem::{Login, Proxy, Quota, Reputation, Sender, SlowDown, Tls};
use Stage::{Auth, Ehlo, FinalReply, Greeting, Mail, Rcpt};
use Verdict::{Account, ContentRefused, NetworkDown, RecipientRefused, RecipientUnknown, TryLater};
use hongyan_domain::{AccountProblem, Stage, Verdict};

use super::{judge, says_session_is_full};
use crate::inbox::Inbox;
use crate::{Cause, CertificateFault, Failure, ProtocolFault, ProxyFault, TlsFault, Utf8Need};

/// Replies of one provider from one source.
struct Source {
    host: &'static str,
    found_at: &'static str,
    rows: &'static [(Stage, &'static str, Verdict)],
}

#[rustfmt::skip]
const SOURCES: &[Source] = &[
    Source { host: "smtp.gmail.com", found_at: "support.google.com/a/answer/3726730", rows: &[
        (Mail, "421 4.3.0 Temporary System Problem. Try again later", NetworkDown),
        (Mail, "421 4.4.5 Server busy, try again later.", NetworkDown),
        (FinalReply, "421 4.7.0 Our system has detected an unusual rate of unsolicited mail originating from your IP address.", Account(SlowDown)),
        (Ehlo, "421 4.7.0 Try again later, closing connection.", Account(SlowDown)),
        (FinalReply, "421 4.7.28 Our system has detected an unusual rate of unsolicited mail.", Account(SlowDown)),
        (FinalReply, "421 4.7.26 This mail has been rate limited because it is unauthenticated.", Account(Reputation)),
        (Rcpt, "450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time.", TryLater),
        (Rcpt, "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.", TryLater),
        (Rcpt, "450 4.2.1 Peak SMTP relay limit exceeded for customer.", Account(SlowDown)),
        (FinalReply, "451 4.3.0 Mail server temporarily rejected message.", TryLater),
        (Rcpt, "452 4.2.2 The email account that you tried to reach is over quota.", TryLater),
        (Rcpt, "452 4.5.3 Your message has too many recipients.", Account(SlowDown)),
        (Auth, "454 4.7.0 Cannot authenticate due to a temporary system problem. Try again later.", Account(Login)),
        (Mail, "530 5.5.1 Authentication Required.", Account(Login)),
        (Mail, "530 5.7.0 Must issue a STARTTLS command first.", Account(Tls)),
        (Auth, "534 5.7.9 Application-specific password required.", Account(Login)),
        (Auth, "535 5.7.8 Username and Password not accepted.", Account(Login)),
        (Rcpt, "550 5.1.1 The email account that you tried to reach does not exist.", RecipientUnknown),
        (Rcpt, "550 5.2.1 The email account that you tried to reach is disabled.", RecipientRefused),
        (FinalReply, "550 5.4.5 Daily sending quota exceeded.", Account(Quota)),
        (Rcpt, "550 5.7.0 Mail relay denied.", Account(Login)),
        (FinalReply, "550 5.7.1 Our system has detected that this message is likely unsolicited mail.", ContentRefused),
        (FinalReply, "550 5.7.26 This mail is unauthenticated, which poses a security risk to the sender and Gmail users.", Account(Reputation)),
        (Rcpt, "552 5.2.2 The email account that you tried to reach is over quota.", RecipientRefused),
        (FinalReply, "552 5.2.3 Your message exceeded Google's message size limits.", ContentRefused),
        (FinalReply, "552 5.7.0 Our system detected an illegal attachment on your message. It presents a potential security issue.", ContentRefused),
        (Rcpt, "553 5.1.2 We weren't able to find the recipient domain.", RecipientUnknown),
        (FinalReply, "554 5.6.0 Mail message is malformed. Not accepted.", ContentRefused),
    ]},
    Source { host: "smtp.office365.com", found_at: "learn.microsoft.com, non-delivery-reports-in-exchange-online; continuous-error-throttling-smtp-auth-submissions", rows: &[
        (FinalReply, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", TryLater),
        (Mail, "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", Account(Login)),
        (Auth, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", Account(Login)),
        (Auth, "535 5.7.3 Authentication unsuccessful", Account(Login)),
        (Auth, "550 5.7.30 Basic authentication is not supported for Client Submission.", Account(Login)),
        (Rcpt, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", RecipientUnknown),
        (Rcpt, "550 5.4.1 Recipient address rejected: Access denied.", RecipientUnknown),
        (FinalReply, "550 5.1.8 Access denied, bad outbound sender.", Account(Reputation)),
        (FinalReply, "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", Account(Quota)),
        (FinalReply, "550 5.2.251 Sender throttled due to continuous mailbox full errors.", Account(SlowDown)),
        (FinalReply, "550 5.2.252 Sender throttled due to continuous send as denied errors.", Account(Sender)),
        (FinalReply, "554 5.2.252 SendAsDenied; not allowed to send as this address", Account(Sender)),
        (FinalReply, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", Account(Sender)),
        (FinalReply, "550 5.7.705 Access denied, tenant has exceeded threshold.", Account(Reputation)),
        (FinalReply, "550 5.7.708 Access denied, traffic not accepted from this IP.", Account(Reputation)),
        (FinalReply, "550 5.7.515 Access denied, sending domain example.com does not meet the required authentication level.", Account(Reputation)),
        (Mail, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).", Account(Reputation)),
    ]},
    Source { host: "mail.example.com", found_at: "Exchange Server: learn.microsoft.com, receive connectors; aka.ms/concurrent_sending", rows: &[
        (Greeting, "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit, closing transmission channel", Account(SlowDown)),
        (FinalReply, "432 4.3.2 Concurrent connections limit exceeded.", Account(SlowDown)),
        (Rcpt, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Account(Login)),
        (Rcpt, "554 5.2.2 mailbox full", RecipientRefused),
        (Mail, "421 4.4.1 Connection timed out", NetworkDown),
    ]},
    Source { host: "smtp.mail.yahoo.com", found_at: "smtp.codes/yahoo; help.yahoo.com/kb/SLN3444, SLN5063", rows: &[
        (Mail, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1", Account(SlowDown)),
        (Mail, "421 Max message per connection reached, closing transmission channel", Account(SlowDown)),
        (Mail, "421 Service not available, closing transmission channel", NetworkDown),
        (Rcpt, "450 User is receiving mail too quickly", TryLater),
        (Rcpt, "451 Resources temporarily unavailable. Please try again later [#4.16.1].", TryLater),
        (Greeting, "553 5.7.1 Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list", Account(Reputation)),
        (Rcpt, "554 delivery error: dd This user doesn't have a yahoo.com account (someone) [0]", RecipientUnknown),
    ]},
    Source { host: "smtp.qq.com", found_at: "smtp.codes/qq; qiao.yimirj.com/article/detail/2261; github.com sisimai rhost/for-tencent", rows: &[
        (FinalReply, "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725", Account(Quota)),
        (FinalReply, "550 Domain frequency limited. http://service.mail.qq.com/cgi-bin/help?id=20022", Account(Quota)),
        (Rcpt, "550 Sender frequency limited.", Account(Quota)),
        (Rcpt, "550 Connection frequency limited.", Account(SlowDown)),
        (Rcpt, "550 Mailbox unavailable or access denied", Account(SlowDown)),
        (FinalReply, "550 Suspected spam/bounce attacks", Account(SlowDown)),
        (FinalReply, "550 Mail content denied. http://service.exmail.qq.com/cgi-bin/help?id=20022&&no=1000726", ContentRefused),
        (Rcpt, "550 Mailbox not found. http://service.exmail.qq.com/cgi-bin/help?id=20022&&no=1000728", RecipientUnknown),
        (Rcpt, "550 Mail is rejected by recipients", RecipientRefused),
        (FinalReply, "550 Suspected spam sender.", Account(Reputation)),
        (Rcpt, "550 The frequency of receiving messages is limited", TryLater),
        (Rcpt, "550 someone is a deactivated mailbox", RecipientRefused),
        (Greeting, "550 Connection denied", Account(Reputation)),
        (Mail, "550 Suspected spam ip", Account(Reputation)),
        (FinalReply, "550 SPF check failed", Account(Reputation)),
        (FinalReply, "550 DMARC check failed http://service.mail.qq.com/cgi-bin/help?no=1001508&&id=16.", Account(Reputation)),
        (Rcpt, "501 Bad address syntax. http://service.exmail.qq.com/cgi-bin/help?id=20022&&no=1000730", RecipientUnknown),
    ]},
    Source { host: "smtp.qq.com", found_at: "github.com nodeSolidServer/node-solid-server#1281; YMFE/yapi#2219", rows: &[
        (Mail, "501 mail from address must be same as authorization user", Account(Sender)),
        (Auth, "535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/cgi-bin/help?id=28", Account(Login)),
    ]},
    Source { host: "smtp.163.com", found_at: "NetEase's code list, copied at biecuoliao.com/pa/MBRrwEM", rows: &[
        (Greeting, "421 HL:REP 163 smtp1", Account(Reputation)),
        (Greeting, "421 HL:ICC 163 smtp1", Account(SlowDown)),
        (Greeting, "421 HL:IFC 163 smtp1", Account(SlowDown)),
        (Mail, "450 MI:DMC 163 smtp1", Account(SlowDown)),
        (Rcpt, "450 RP:DRC 163 smtp1", Account(SlowDown)),
        (Mail, "450 MI:CEL 163 smtp1", Account(SlowDown)),
        (Mail, "451 MI:SFQ 163 smtp1", Account(SlowDown)),
        (FinalReply, "451 DT:SPM ,please try again", TryLater),
        (Auth, "451 Requested mail action not taken: too much fail authentication", Account(Login)),
        (FinalReply, "554 DT:SPM 163 smtp1", ContentRefused),
    ]},
    Source { host: "smtp.163.com", found_at: "github.com xuxueli/xxl-job#3858; testerSunshine/12306#62; ruanyf/weather-action#5; xuess/puppeteer-sign#2; icoremail.vip", rows: &[
        (Mail, "553 Mail from must equal authorized user", Account(Sender)),
        (Mail, "553 Local user only,163 smtp5,HdxpCgA3f", Account(Sender)),
        (Auth, "550 User has no permission", Account(Login)),
        (Auth, "535 Error: authentication failed", Account(Login)),
        (Rcpt, "550 User not found: someone", RecipientUnknown),
        (Rcpt, "550 User suspended", RecipientRefused),
    ]},
    Source { host: "smtp.qiye.aliyun.com", found_at: "Aliyun's code list, copied at sh-aliyun.com/index.php/Products/detail/cid/0/pid/87; help page 36612", rows: &[
        (Auth, "526 Authentication failure[0]", Account(Login)),
        (Mail, "440 mail from account doesn't conform with authentication", Account(Sender)),
        (Mail, "501 \"MAIL FROM\" is non-local account", Account(Sender)),
        (Mail, "541 This account isn't allowed to send email", Account(Reputation)),
        (Rcpt, "504 the number of RCPT attempts is achieved the maximum threshold", Account(Quota)),
        (Rcpt, "505 the total of RCPTs is achieved the maximum threshold", Account(SlowDown)),
        (Rcpt, "554 RCPT (account) dosn't exist", RecipientUnknown),
        (Rcpt, "503 Rcptto account isn't a local account", TryLater),
        (Rcpt, "552 mailbox is full", RecipientRefused),
        (Rcpt, "542 This account isn't allowed to receive email", RecipientRefused),
        (FinalReply, "454 Transient reject by behaviour spam", Account(SlowDown)),
        (FinalReply, "554 Reject by behaviour spam", Account(SlowDown)),
        (FinalReply, "554 Reject by content spam", ContentRefused),
        (FinalReply, "551 virus infected mail rejected", ContentRefused),
        (FinalReply, "510 The length of DATA content is achieved the maximum threshold", ContentRefused),
    ]},
    Source { host: "smtp.sina.com", found_at: "blog.sina.com.cn/s/blog_8dc13ec50101fxxr", rows: &[
        (FinalReply, "552 too many same size mails.", Account(SlowDown)),
        (FinalReply, "552 message rejected by anti-spam engine.", ContentRefused),
        (Rcpt, "550 user is locked.", RecipientRefused),
        (Rcpt, "554 rbl deny.", Account(Reputation)),
        (Mail, "553 host denies the sender.", Account(Sender)),
        (Mail, "551 auth error.", Account(Login)),
    ]},
    Source { host: "email-smtp.eu-west-1.amazonaws.com", found_at: "docs.aws.amazon.com/ses: smtp-response-codes, manage-sending-quotas-errors, troubleshoot-error-messages", rows: &[
        (Greeting, "421 Too many concurrent SMTP connections", Account(SlowDown)),
        (FinalReply, "454 Throttling failure: Maximum sending rate exceeded", Account(SlowDown)),
        (FinalReply, "454 Throttling failure: Daily message quota exceeded", Account(Quota)),
        (FinalReply, "451 Temporary service failure", TryLater),
        (Mail, "530 Authentication required", Account(Login)),
        (Auth, "535 Authentication Credentials Invalid", Account(Login)),
        (FinalReply, "554 Message rejected: Email address is not verified. The following identities failed the check", Account(Sender)),
        (FinalReply, "554 Access denied: User arn:aws:iam::1:user/x is not authorized to perform `ses:SendRawEmail'", Account(Login)),
    ]},
    Source { host: "mail.example.com", found_at: "Postfix: src/smtpd/smtpd.c, smtpd_check.c, anvil; postconf(5)", rows: &[
        (Greeting, "421 4.7.0 mail.example.com Error: too many connections from 192.0.2.1", Account(SlowDown)),
        (Mail, "421 4.4.2 mail.example.com Error: timeout exceeded", NetworkDown),
        (Mail, "450 4.7.1 Error: too much mail from 192.0.2.1", Account(SlowDown)),
        (Rcpt, "450 4.1.2 <a@nowhere.example>: Recipient address rejected: Domain not found", TryLater),
        (Mail, "450 4.1.8 <a@nowhere.example>: Sender address rejected: Domain not found", TryLater),
        (Rcpt, "450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted", TryLater),
        (Mail, "452 4.3.1 Insufficient system storage", TryLater),
        (Rcpt, "550 5.1.1 <quota@example.com>: Recipient address rejected: User unknown in local recipient table", RecipientUnknown),
        (Rcpt, "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user b", Account(Sender)),
        (Rcpt, "554 5.7.1 <a@example.com>: Relay access denied", Account(Login)),
        (Rcpt, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", Account(Reputation)),
        (Rcpt, "504 5.5.2 <desk>: Helo command rejected: need fully-qualified hostname", Account(Reputation)),
        (Mail, "552 5.3.4 Message size exceeds fixed limit", ContentRefused),
        (Rcpt, "503 5.5.1 Error: need MAIL command", TryLater),
    ]},
    Source { host: "mail.example.com", found_at: "Exim: default configuration and test suite (git.exim.org)", rows: &[
        (Rcpt, "550 relay not permitted", Account(Login)),
        (Rcpt, "550 Unrouteable address", RecipientUnknown),
        (Rcpt, "550 Sender verify failed", Account(Sender)),
        (Rcpt, "451 Temporary local problem - please try later", TryLater),
    ]},
    Source { host: "smtp.mail.me.com", found_at: "smtp.codes/icloud", rows: &[
        (Rcpt, "421 4.7.1 Messages to a@icloud.com deferred due to excessive volume. Try again later", Account(SlowDown)),
        (FinalReply, "451 4.7.1 Service unavailable - try again later", TryLater),
        (Rcpt, "550 5.1.1 <a@icloud.com>: user does not exist", RecipientUnknown),
        (FinalReply, "550 5.7.1 [CS01] Message rejected due to local policy.", ContentRefused),
        (FinalReply, "550 5.7.1 Your message was rejected due to example.com DMARC policy.", Account(Reputation)),
    ]},
    Source { host: "smtp.yandex.com", found_at: "github.com splitbrain/dokuwiki-plugin-smtp#38, PHPMailer/PHPMailer#283, chatmail/provider-db#205", rows: &[
        (Auth, "530 5.7.7 Email sending without SSL/TLS encryption is not allowed. Please see: http://help.yandex.ru/mail/mail-clients/ssl.xml", Account(Tls)),
        (Mail, "553 5.7.1 Sender address rejected: not owned by auth user.", Account(Sender)),
        (FinalReply, "554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1631900360-h4Ajl35YEe-dK78OYi4", ContentRefused),
    ]},
    Source { host: "smtp.zoho.com", found_at: "help.zoho.com, community; github.com nodemailer/nodemailer#456, frappe/erpnext#19057, cachethq/cachet#3052; smtp.codes/zoho; zoho.com/zeptomail/help, smtp-error-codes", rows: &[
        (Auth, "535 Authentication Failed", Account(Login)),
        (Auth, "554 5.1.8 Sender Address Blocked", Account(Reputation)),
        (Mail, "530 Must issue a STARTTLS command first.", Account(Tls)),
        (Rcpt, "452 4.3.1 Temporary System Error", TryLater),
        (Rcpt, "541 5.4.1 Mail rejected by destination domain", RecipientRefused),
        (Rcpt, "550 5.1.1 <li@example.com> User unknown", RecipientUnknown),
        (FinalReply, "550 5.4.6 Unusual sending activity detected.", Account(SlowDown)),
        (FinalReply, "550 5.7.1 Email rejected per DMARC policy for example.com", Account(Reputation)),
        (FinalReply, "552 5.7.1 virus Eicar detected by Zoho Mail", ContentRefused),
        (FinalReply, "553 Relaying disallowed as shop@example.com", Account(Sender)),
        (FinalReply, "554 5.1.8 Email Outgoing Blocked", Account(Reputation)),
    ]},
    Source { host: "mail.example.com", found_at: "qmail's remote replies; Delta Chat core src/smtp.rs (550 5.5.0 is no refusal)", rows: &[
        (Rcpt, "550 sorry, no mailbox here by that name. (#5.1.1)", RecipientUnknown),
        (Rcpt, "550 5.5.0 Service unavailable", TryLater),
    ]},
    Source { host: "relay.example.com", found_at: "Exim 4.96 and OpenSMTPD 6.8 of Debian 12, seen in the stories", rows: &[
        (Mail, "421 too many messages in this connection", Account(SlowDown)),
        (Mail, "452 4.5.3 Too many recipients: Too many messages sent", Account(SlowDown)),
    ]},
    // Not from a source: the rules for what nobody has said before.
    Source { host: "mail.example.com", found_at: "RFC 5321 §4.2: nothing but a code", rows: &[
        (Rcpt, "450 hm", TryLater),
        (Rcpt, "550 5.1.1 antispam.example.com: unknown", RecipientUnknown),
        (Rcpt, "550 antispam.example.com: no such user", RecipientUnknown),
        (Rcpt, "550 no", RecipientRefused),
        (FinalReply, "554 no", ContentRefused),
        (FinalReply, "421 bye", TryLater),
        (Mail, "421 bye", NetworkDown),
        (Mail, "550 no", Account(Sender)),
        (Greeting, "554 no", Account(Reputation)),
        (Stage::Tls, "454 TLS not available due to temporary reason", Account(Tls)),
        (Rcpt, "550 Mailbox unavailable or access denied", RecipientRefused),
    ]},
];

fn failure(stage: Stage, reply: &str) -> Failure {
    let mut inbox = Inbox::default();
    inbox.push(format!("{reply}\r\n").as_bytes()).expect("a short reply");
    let code = inbox.next_reply().expect("a reply").expect("a whole reply");
    Failure { stage, cause: Cause::Reply(inbox.reply(code)) }
}

#[test]
fn what_people_send_through_is_known_by_many_real_replies() {
    let replies: usize = SOURCES.iter().map(|source| source.rows.len()).sum();
    assert!(replies >= 150, "only {replies}");
    for provider in [
        "gmail",
        "office365",
        "yahoo",
        "qq",
        "163",
        "aliyun",
        "sina",
        "yandex",
        "zoho",
        "mail.me.com",
        "amazonaws",
    ] {
        assert!(SOURCES.iter().any(|source| source.host.contains(provider)), "none of {provider}");
    }
    for software in ["Exchange Server", "Postfix", "Exim"] {
        assert!(SOURCES.iter().any(|source| source.found_at.starts_with(software)), "none of {software}");
    }
}

#[test]
fn every_known_reply_is_judged_right() {
    let mut wrong = Vec::new();
    for source in SOURCES {
        for &(stage, reply, expected) in source.rows {
            let verdict = judge(&failure(stage, reply), Some(source.host));
            if verdict != expected {
                wrong
                    .push(format!("{reply} at {stage}: {verdict:?}, not {expected:?} ({})", source.found_at));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_account_problem_depends_on_knowing_the_provider() {
    for source in SOURCES.iter().filter(|source| !source.host.contains("qq")) {
        for &(stage, reply, expected) in source.rows {
            assert_eq!(judge(&failure(stage, reply), None), expected, "{reply}");
        }
    }
}

#[test]
fn a_connection_that_has_carried_enough_is_known_by_the_words_and_nothing_else_is() {
    for reply in [
        "421 too many messages in this connection",
        "452 4.5.3 Too many recipients: Too many messages sent",
        "421 Max message per connection reached, closing transmission channel",
    ] {
        assert!(says_session_is_full(&failure(Mail, reply)), "{reply}");
        assert!(!says_session_is_full(&failure(FinalReply, reply)), "a body is on its way: {reply}");
    }
    for reply in [
        "421 4.7.0 Too many messages from you, try again later",
        "421 Too many concurrent SMTP connections",
        "550 too many messages in this connection",
    ] {
        assert!(!says_session_is_full(&failure(Mail, reply)), "{reply}");
    }
}

#[test]
fn what_is_no_reply_is_judged_by_stage_and_cause() {
    let untrusted =
        Cause::Tls(TlsFault::Certificate { fault: CertificateFault::UnknownIssuer, fingerprint: None });
    for (stage, cause, expected) in [
        (Stage::Connect, Cause::UnknownHost, NetworkDown),
        (Stage::Connect, Cause::Timeout, NetworkDown),
        (Stage::Connect, Cause::Proxy(ProxyFault::Unreachable), NetworkDown),
        (Stage::Connect, Cause::Proxy(ProxyFault::ServerUnreachable(503)), NetworkDown),
        (Stage::Connect, Cause::Proxy(ProxyFault::Login), Account(Proxy)),
        (Stage::Connect, Cause::Proxy(ProxyFault::Forbidden(403)), Account(Proxy)),
        (Greeting, Cause::Timeout, NetworkDown),
        (Mail, Cause::Stale, NetworkDown),
        (Mail, Cause::BehindFarewell, NetworkDown),
        (Stage::Body, Cause::Closed, NetworkDown),
        (Stage::Tls, untrusted, Account(Tls)),
        (Stage::Tls, Cause::NoTlsOffered, Account(Tls)),
        (Stage::Tls, Cause::Protocol(ProtocolFault::TextBeforeTls), Account(Tls)),
        (Rcpt, Cause::Tls(TlsFault::Handshake), NetworkDown),
        (Auth, Cause::NoAuthOffered, Account(Login)),
        (Auth, Cause::UnusableLogin, Account(Login)),
        (Auth, Cause::Protocol(ProtocolFault::LoginUnproven), Account(Login)),
        (Mail, Cause::TooLarge { limit: 1 }, ContentRefused),
        (Mail, Cause::NeedsUtf8(Utf8Need::Recipient), RecipientRefused),
        (Mail, Cause::NeedsUtf8(Utf8Need::Sender), Account(Sender)),
        (FinalReply, Cause::Timeout, Verdict::InDoubt),
        (FinalReply, Cause::Closed, Verdict::InDoubt),
        (FinalReply, Cause::Protocol(ProtocolFault::NotAReply), Verdict::InDoubt),
    ] {
        let failure = Failure { stage, cause };
        assert_eq!(judge(&failure, None), expected, "{failure}");
    }
}
