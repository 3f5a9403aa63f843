//! How much the known providers let an account send: what counts as long as the user gave no own numbers.
//!
//! Only numbers that the provider publishes, or where it publishes none, what its users agree on, stand here, and of
//! several the smallest: an account that goes a little slower than it might is a lesser harm than one that is locked.
//! Of a provider without a known number (NetEase, Sina, Tencent exmail and others keep theirs secret) nothing is assumed;
//! its replies slow the account down where needed.

use hongyan_domain::{EmailAddress, SendingLimits};

use super::providers::provider_name;

/// What a provider publishes about how much may be sent through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLimits {
    /// The provider's name.
    pub provider: &'static str,
    /// Its limits.
    pub limits: SendingLimits,
}

/// Limits in a second, minute, hour and day; 0 for none.
struct Published {
    host: &'static str,
    per_second: u32,
    per_minute: u32,
    per_hour: u32,
    per_day: u32,
}

const fn published(host: &'static str, [per_second, per_minute, per_hour, per_day]: [u32; 4]) -> Published {
    Published { host, per_second, per_minute, per_hour, per_day }
}

const PUBLISHED: &[Published] = &[
    // A personal address; any 24 hours. Google Workspace below.
    published("smtp.gmail.com", [0, 0, 0, 500]),
    // support.google.com/a/answer/2956491: recipients of one user of the relay.
    published("smtp-relay.gmail.com", [0, 0, 0, 10_000]),
    // learn.microsoft.com, Exchange Online limits: 30 messages a minute, 10,000 recipients a day.
    published("smtp.office365.com", [0, 30, 0, 10_000]),
    // support.microsoft.com "Sending limits in Outlook.com": 1,000 new recipients a day for subscribers and fewer for
    // others, who agree on 300.
    published("smtp-mail.outlook.com", [0, 0, 0, 300]),
    // help.yahoo.com SLN17518.
    published("smtp.mail.yahoo.com", [0, 0, 0, 500]),
    // support.apple.com/102198.
    published("smtp.mail.me.com", [0, 0, 0, 1_000]),
    // zoho.com/mail/help, rates and limits: 50 to 500 an hour to others, by reputation.
    published("smtp.zoho.com", [0, 0, 50, 0]),
    // yandex.com/support/mail "Sending a large number of messages": 500 in 24 hours.
    published("smtp.yandex.com", [0, 0, 0, 500]),
    // Published nowhere; users find that about 15 a minute pass.
    published("smtp.qq.com", [0, 15, 0, 0]),
    // Free edition, by resellers; larger editions have more.
    published("smtp.qiye.aliyun.com", [0, 0, 0, 500]),
    // The free edition, by its users.
    published("smtp.ym.163.com", [0, 0, 0, 100]),
    // help.aliyun.com/zh/direct-mail/product-overview/limits: 2,000 a day at first; developer.aliyun.com/ask/478816: by
    // SMTP 5,000 in 180 seconds.
    published("smtpdm.aliyun.com", [27, 0, 0, 2_000]),
    // tencentcloud.com/document/product/1084/40185 and 39649: 500 a day at first, 20 a second.
    published("smtp.qcloudmail.com", [20, 0, 0, 500]),
];

/// support.google.com/a/answer/166852: 2,000 messages a day of a Workspace address at Gmail's server.
const WORKSPACE_PER_DAY: u32 = 2_000;
const GMAIL_DOMAINS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// What is published for the server behind a host; the sender's address tells a company's account from a private one.
pub(crate) fn provider_limits(host: &str, from: &EmailAddress) -> Option<ProviderLimits> {
    if host.starts_with("email-smtp.") && host.ends_with(".amazonaws.com") {
        // docs.aws.amazon.com/ses/latest/dg/quotas.html: every account has at least one a second. The 200 a day of a new
        // account reach only addresses that were verified before, so whoever sends a campaign has more.
        let limits = SendingLimits { per_second: Some(1), ..Default::default() };
        return Some(ProviderLimits { provider: "Amazon SES", limits });
    }
    let found = PUBLISHED.iter().find(|published| published.host == host)?;
    let some = |count: u32| Some(count).filter(|count| *count > 0);
    let is_workspace = host == "smtp.gmail.com" && !GMAIL_DOMAINS.contains(&from.domain());
    let per_day = if is_workspace { WORKSPACE_PER_DAY } else { found.per_day };
    let limits = SendingLimits {
        per_second: some(found.per_second),
        per_minute: some(found.per_minute),
        per_hour: some(found.per_hour),
        per_day: some(per_day),
        ..Default::default()
    };
    Some(ProviderLimits { provider: provider_name(host)?, limits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str, from: &str) -> Option<SendingLimits> {
        provider_limits(host, &EmailAddress::parse(from).unwrap()).map(|found| found.limits)
    }

    #[test]
    fn every_provider_here_has_a_name_and_limits_that_make_sense() {
        for published in PUBLISHED {
            let limits = of(published.host, "li@example.cn").expect(published.host);
            assert!(limits != SendingLimits::default() && limits.tidy().is_ok(), "{}", published.host);
        }
    }

    #[test]
    fn a_company_at_google_has_more_than_a_private_address() {
        assert_eq!(of("smtp.gmail.com", "li@gmail.com").unwrap().per_day, Some(500));
        assert_eq!(of("smtp.gmail.com", "li@example.cn").unwrap().per_day, Some(2_000));
    }

    #[test]
    fn an_own_server_has_no_limits_by_itself() {
        assert_eq!(of("smtp.example.cn", "li@gmail.com"), None);
        assert_eq!(of("127.0.0.1", "li@qq.com"), None);
        assert_eq!(of("smtp.163.com", "li@163.com"), None);
    }

    #[test]
    fn amazon_is_known_in_every_region() {
        assert_eq!(of("email-smtp.eu-west-1.amazonaws.com", "li@example.cn").unwrap().per_second, Some(1));
        assert_eq!(of("email-smtp.amazonaws.com.example.cn", "li@example.cn"), None);
    }
}
