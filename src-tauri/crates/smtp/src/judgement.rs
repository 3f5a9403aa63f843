//! What a failure means: for the recipient, for the account, for the network.
//!
//! Providers use the codes of RFC 3463 loosely, and some say "you are too fast" with a 550. So the words are looked at
//! before the codes, and what is wrong with the *account* before what is wrong with the *recipient*: taking the one
//! for the other would strike good contacts off. `cases.rs` holds real replies, each with its source; a new rule
//! begins with a new row there.

#[cfg(test)]
mod cases;
mod greylist;
mod phrases;

pub use greylist::greylisted_for;

use hongyan_domain::{AccountProblem, Stage, Verdict};

use self::phrases::{Phrases, Topic};
use crate::{Cause, Failure, ProtocolFault, ProxyFault, Reply, Utf8Need};

/// What a failure means.
///
/// `provider_hint` is the account's server (`smtp.qq.com`) or its provider's name; some words mean other things there.
pub fn judge(failure: &Failure, provider_hint: Option<&str>) -> Verdict {
    if failure.body_may_have_been_taken() {
        return Verdict::InDoubt;
    }
    match &failure.cause {
        Cause::Reply(reply) => judge_reply(failure.stage, reply, provider_hint),
        Cause::NoTlsOffered | Cause::Protocol(ProtocolFault::TextBeforeTls) => {
            Verdict::Account(AccountProblem::Tls)
        }
        // Behind the handshake it is one broken connection, not a server that cannot be trusted.
        Cause::Tls(_) if failure.stage == Stage::Tls => Verdict::Account(AccountProblem::Tls),
        // Trying again would only give a stranger more exchanges to guess the password from.
        Cause::NoAuthOffered | Cause::UnusableLogin | Cause::Protocol(ProtocolFault::LoginUnproven) => {
            Verdict::Account(AccountProblem::Login)
        }
        // Its settings are wrong, or it stands in the way on purpose: no use in knocking again and again.
        Cause::Proxy(ProxyFault::Login | ProxyFault::Forbidden(_) | ProxyFault::NotAProxy) => {
            Verdict::Account(AccountProblem::Proxy)
        }
        Cause::TooLarge { .. } | Cause::NeedsUtf8(Utf8Need::Headers) => Verdict::ContentRefused,
        Cause::NeedsUtf8(Utf8Need::Sender) => Verdict::Account(AccountProblem::Sender),
        Cause::NeedsUtf8(Utf8Need::Recipient) => Verdict::RecipientRefused,
        Cause::Timeout
        | Cause::Closed
        | Cause::Stale
        | Cause::BehindFarewell
        | Cause::Io(_)
        | Cause::UnknownHost
        | Cause::Proxy(_)
        | Cause::Tls(_)
        | Cause::Protocol(_) => Verdict::NetworkDown,
    }
}

/// Whether a server says that this connection has carried its share of mails; a new one may carry as many.
///
/// To a connection that has carried none it is a limit of the account, as [`judge`] has it.
pub fn says_session_is_full(failure: &Failure) -> bool {
    let before_body = matches!(failure.stage, Stage::Mail | Stage::Rcpt | Stage::Data);
    let Cause::Reply(reply) = &failure.cause else { return false };
    before_body && reply.is_temporary() && Phrases::of(&reply.text).are_about(Topic::SessionFull)
}

fn judge_reply(stage: Stage, reply: &Reply, provider_hint: Option<&str>) -> Verdict {
    let words = Phrases::of(&reply.text);
    match stage {
        Stage::Connect | Stage::Greeting | Stage::Ehlo | Stage::Tls | Stage::Auth => {
            before_any_mail(stage, reply, &words)
        }
        Stage::Mail | Stage::Rcpt | Stage::Data | Stage::Body | Stage::FinalReply => {
            let is_tencent = provider_hint.is_some_and(|hint| hint.to_ascii_lowercase().contains("qq"));
            about_the_account(stage, reply, &words, is_tencent)
                .map(Verdict::Account)
                .unwrap_or_else(|| about_this_mail(stage, reply, &words))
        }
    }
}

/// Replies to the connection itself; no recipient has been named yet.
fn before_any_mail(stage: Stage, reply: &Reply, words: &Phrases) -> Verdict {
    let is_limit = words.are_about(Topic::TooFast) || words.are_about(Topic::AllowanceUsedUp);
    let problem = match stage {
        _ if words.are_about(Topic::TlsNeeded) => AccountProblem::Tls,
        Stage::Auth if words.are_about(Topic::AccountBlocked) => AccountProblem::Reputation,
        Stage::Auth if reply.code == 421 && !is_limit && !is_policy(reply) => return Verdict::NetworkDown,
        Stage::Auth if !reply.is_temporary() || words.are_about(Topic::LoginNeeded) => AccountProblem::Login,
        _ if words.are_about(Topic::AllowanceUsedUp) => AccountProblem::Quota,
        _ if is_limit => AccountProblem::SlowDown,
        Stage::Auth if reply.code == 421 => AccountProblem::SlowDown,
        Stage::Auth if matches!(reply.code, 432 | 454) || is_policy(reply) => AccountProblem::Login,
        Stage::Tls if reply.code != 421 => AccountProblem::Tls,
        Stage::Greeting | Stage::Ehlo if words.are_about(Topic::Distrust) => AccountProblem::Reputation,
        Stage::Greeting | Stage::Ehlo if reply.is_temporary() && is_policy(reply) => AccountProblem::SlowDown,
        Stage::Greeting | Stage::Ehlo if !reply.is_temporary() => AccountProblem::Reputation,
        _ => return Verdict::NetworkDown,
    };
    Verdict::Account(problem)
}

/// Whether a reply to a mail is really about whoever sends it.
fn about_the_account(
    stage: Stage,
    reply: &Reply,
    words: &Phrases,
    is_tencent: bool,
) -> Option<AccountProblem> {
    // "The user you write to gets mail too quickly": the recipient's limit, not ours.
    if words.are_about(Topic::RecipientTooBusy) {
        return None;
    }
    if let Some(problem) = reply.enhanced.and_then(certain_code) {
        return Some(problem);
    }
    if matches!(reply.enhanced, Some((5, 1, 1 | 2 | 3 | 6 | 10))) {
        return None;
    }
    // Tencent says so when mails come too fast (service.mail.qq.com, "550 Mailbox unavailable or access denied").
    if is_tencent && words.are_about(Topic::TencentTooFast) {
        return Some(AccountProblem::SlowDown);
    }
    let is_permanent = !reply.is_temporary();
    // A filter's name may stand in a reply that is about the recipient.
    let blames_us = is_permanent && !words.are_about(Topic::RecipientUnknown);
    let before_content = matches!(stage, Stage::Mail | Stage::Rcpt);
    let topics = [
        (Topic::TlsNeeded, true, AccountProblem::Tls),
        (Topic::AccountBlocked, true, AccountProblem::Reputation),
        (Topic::WrongSender, true, AccountProblem::Sender),
        (Topic::SessionFull, true, AccountProblem::SlowDown),
        (Topic::AllowanceUsedUp, true, AccountProblem::Quota),
        (Topic::TooFast, true, AccountProblem::SlowDown),
        (Topic::LoginNeeded, true, AccountProblem::Login),
        // For now it may be a name server's hiccup at their side.
        (Topic::UnknownSender, is_permanent, AccountProblem::Sender),
        (Topic::Distrust, blames_us, AccountProblem::Reputation),
        // Before the content is known, "spam" can only mean us.
        (Topic::Spam, blames_us && before_content, AccountProblem::Reputation),
    ];
    let spoken = topics.into_iter().find(|(topic, applies, _)| *applies && words.are_about(*topic));
    if let Some((_, _, problem)) = spoken {
        return Some(problem);
    }
    match reply.code {
        530 | 534 | 535 | 538 => Some(AccountProblem::Login),
        421 if is_policy(reply) => Some(AccountProblem::SlowDown),
        452 if matches!(reply.enhanced, Some((4, 5, 3))) => Some(AccountProblem::SlowDown),
        552 | 555 => None,
        _ if stage == Stage::Mail && is_permanent && !is_out_of_step(reply) => {
            (!matches!(reply.enhanced, Some((5, 2 | 3 | 6, _)))).then_some(AccountProblem::Sender)
        }
        _ => None,
    }
}

/// Enhanced codes that are about the sender whatever the words are.
const fn certain_code((class, subject, detail): (u8, u16, u16)) -> Option<AccountProblem> {
    Some(match (class, subject, detail) {
        // Google and RFC 3463 "network: congestion" as used for daily limits; Exchange Online's recipient limit.
        (5, 4, 5) | (5, 1, 90) => AccountProblem::Quota,
        // "Mail flood detected" (IANA), Google's unusual rate.
        (_, 7, 28) => AccountProblem::SlowDown,
        // Exchange: sender throttled, for wrong senders and for other repeated errors.
        (5, 2, 252) | (5, 7, 60) => AccountProblem::Sender,
        (5, 2, 251 | 253..=255) => AccountProblem::SlowDown,
        // Basic authentication is off; login needed; Google's and RFC 4954's credentials codes.
        (5, 7, 8 | 9 | 14 | 30 | 57 | 139) => AccountProblem::Login,
        (_, 7, 10 | 11) => AccountProblem::Tls,
        // DKIM, SPF, reverse DNS, several at once (RFC 7372), Google's and Microsoft's sender requirements,
        // Microsoft's banned addresses and tenants.
        (_, 7, 20..=27 | 29 | 30 | 32) | (5, 7, 501..=515 | 606..=649 | 700..=750) => {
            AccountProblem::Reputation
        }
        _ => return None,
    })
}

/// What a reply means for this mail and its recipient, the account being out of the question.
fn about_this_mail(stage: Stage, reply: &Reply, words: &Phrases) -> Verdict {
    let content_is_known = matches!(stage, Stage::Body | Stage::FinalReply);
    if reply.is_temporary() {
        // Behind the body the mail is refused; before it, only this connection is over.
        return if reply.code == 421 && !content_is_known { Verdict::NetworkDown } else { Verdict::TryLater };
    }
    if is_out_of_step(reply) || words.are_about(Topic::RecipientTooBusy) {
        return Verdict::TryLater;
    }
    if content_is_known && (words.are_about(Topic::Spam) || words.are_about(Topic::BadContent)) {
        return Verdict::ContentRefused;
    }
    if words.are_about(Topic::RecipientUnknown) {
        return Verdict::RecipientUnknown;
    }
    if words.are_about(Topic::RecipientRefuses) {
        return Verdict::RecipientRefused;
    }
    match (reply.enhanced, reply.code) {
        (Some((5, 1, 1 | 2 | 3 | 4 | 6 | 10)) | Some((5, 4, 1 | 4)), _) => Verdict::RecipientUnknown,
        (Some((5, 2, 3)) | Some((5, 3, 4)) | Some((5, 6, _)), _) => Verdict::ContentRefused,
        (Some((5, 1 | 2, _)), _) => Verdict::RecipientRefused,
        (_, 501) if stage == Stage::Rcpt => Verdict::RecipientUnknown,
        (None, 552) if stage == Stage::Rcpt => Verdict::RecipientRefused,
        _ if stage == Stage::Rcpt => Verdict::RecipientRefused,
        _ => Verdict::ContentRefused,
    }
}

/// Security or policy status (RFC 3463 x.7.x).
const fn is_policy(reply: &Reply) -> bool {
    matches!(reply.enhanced, Some((_, 7, _)))
}

/// The server and we disagree about whose turn it is, or it is out of service: nothing against this mail.
const fn is_out_of_step(reply: &Reply) -> bool {
    matches!(reply.code, 503) || matches!(reply.enhanced, Some((5, 5, 0)))
}
