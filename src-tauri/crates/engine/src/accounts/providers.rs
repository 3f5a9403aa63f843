//! What is known of mailbox providers: host, port, TLS and what they want as a password.
//!
//! Sources: the providers' help pages, Thunderbird's ISPDB and nodemailer's list agree on these hosts and ports. Only
//! facts stand here; a wrong guess costs the user a look at the fields, never a mail.

use hongyan_domain::{EmailAddress, TlsMode};

use crate::{Engine, Error, Result};

/// What a provider wants as password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordHint {
    /// A code from the webmail's settings (授权码), not the login password.
    AuthorisationCode,
    /// A password made for one app, after two-step verification is on.
    AppPassword,
    /// OAuth only: a password never works.
    OauthOnly,
    /// The client's own password (企业邮箱客户端专用密码).
    ClientPassword,
    /// SMTP credentials from the service's console, not the login.
    SmtpCredentials,
}

impl PasswordHint {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorisationCode => "authorisation_code",
            Self::AppPassword => "app_password",
            Self::OauthOnly => "oauth_only",
            Self::ClientPassword => "client_password",
            Self::SmtpCredentials => "smtp_credentials",
        }
    }
}

/// Settings that fit an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The provider's name; `None` where the rest is a guess.
    pub provider: Option<&'static str>,
    /// Host name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// Login name.
    pub user: String,
    /// What to enter as password.
    pub hint: Option<PasswordHint>,
}

struct Provider {
    name: &'static str,
    /// Domains of its addresses.
    domains: &'static [&'static str],
    host: &'static str,
    port: u16,
    tls: TlsMode,
    hint: Option<PasswordHint>,
}

const fn implicit(
    name: &'static str,
    domains: &'static [&'static str],
    host: &'static str,
    hint: PasswordHint,
) -> Provider {
    Provider { name, domains, host, port: 465, tls: TlsMode::Implicit, hint: Some(hint) }
}

const fn starttls(
    name: &'static str,
    domains: &'static [&'static str],
    host: &'static str,
    hint: PasswordHint,
) -> Provider {
    Provider { name, domains, host, port: 587, tls: TlsMode::StartTls, hint: Some(hint) }
}

use PasswordHint::{AppPassword, AuthorisationCode, ClientPassword, OauthOnly, SmtpCredentials};

const PROVIDERS: &[Provider] = &[
    implicit("QQ 邮箱", &["qq.com", "vip.qq.com", "foxmail.com"], "smtp.qq.com", AuthorisationCode),
    implicit("腾讯企业邮箱", &["exmail.qq.com"], "smtp.exmail.qq.com", ClientPassword),
    implicit("网易 163 邮箱", &["163.com"], "smtp.163.com", AuthorisationCode),
    implicit("网易 126 邮箱", &["126.com"], "smtp.126.com", AuthorisationCode),
    implicit("网易 yeah 邮箱", &["yeah.net"], "smtp.yeah.net", AuthorisationCode),
    implicit("阿里邮箱", &["aliyun.com"], "smtp.aliyun.com", ClientPassword),
    implicit("阿里企业邮箱", &["qiye.aliyun.com"], "smtp.qiye.aliyun.com", ClientPassword),
    implicit("飞书邮箱", &["feishu.cn"], "smtp.feishu.cn", ClientPassword),
    implicit("新浪邮箱", &["sina.com", "sina.cn"], "smtp.sina.com", AuthorisationCode),
    implicit("139 邮箱", &["139.com"], "smtp.139.com", AuthorisationCode),
    implicit("189 邮箱", &["189.cn"], "smtp.189.cn", AuthorisationCode),
    implicit("Gmail", &["gmail.com", "googlemail.com"], "smtp.gmail.com", AppPassword),
    starttls(
        "Outlook.com",
        &["outlook.com", "hotmail.com", "live.com", "msn.com", "live.cn"],
        "smtp-mail.outlook.com",
        OauthOnly,
    ),
    starttls("Microsoft 365", &[], "smtp.office365.com", OauthOnly),
    implicit(
        "Yahoo Mail",
        &["yahoo.com", "ymail.com", "yahoo.co.uk", "yahoo.fr"],
        "smtp.mail.yahoo.com",
        AppPassword,
    ),
    starttls("iCloud", &["icloud.com", "me.com", "mac.com"], "smtp.mail.me.com", AppPassword),
    implicit("AOL", &["aol.com"], "smtp.aol.com", AppPassword),
    implicit("Zoho Mail", &["zoho.com", "zohomail.com"], "smtp.zoho.com", AppPassword),
    implicit("Fastmail", &["fastmail.com", "fastmail.fm"], "smtp.fastmail.com", AppPassword),
    Provider {
        name: "GMX",
        domains: &["gmx.com", "gmx.net", "gmx.de", "gmx.at"],
        host: "mail.gmx.com",
        port: 465,
        tls: TlsMode::Implicit,
        hint: None,
    },
    implicit("Yandex", &["yandex.com", "yandex.ru", "ya.ru"], "smtp.yandex.com", AppPassword),
    implicit("Mail.ru", &["mail.ru", "bk.ru", "inbox.ru", "list.ru"], "smtp.mail.ru", AppPassword),
    implicit("Google Workspace", &[], "smtp-relay.gmail.com", AppPassword),
    implicit("网易企业邮箱", &[], "smtp.ym.163.com", ClientPassword),
    implicit("Aliyun DirectMail", &[], "smtpdm.aliyun.com", SmtpCredentials),
    implicit("Tencent Cloud SES", &[], "smtp.qcloudmail.com", SmtpCredentials),
    implicit("SendGrid", &[], "smtp.sendgrid.net", SmtpCredentials),
    implicit("Mailgun", &[], "smtp.mailgun.org", SmtpCredentials),
    starttls("Brevo", &[], "smtp-relay.brevo.com", SmtpCredentials),
    starttls("Postmark", &[], "smtp.postmarkapp.com", SmtpCredentials),
];

/// What the provider behind a host wants as password.
pub(super) fn hint_for_host(host: &str) -> Option<PasswordHint> {
    if host.starts_with("email-smtp.") && host.ends_with(".amazonaws.com") {
        return Some(SmtpCredentials);
    }
    PROVIDERS.iter().find(|provider| provider.host == host).and_then(|provider| provider.hint)
}

/// The name of the provider behind a host.
pub(super) fn provider_name(host: &str) -> Option<&'static str> {
    PROVIDERS.iter().find(|provider| provider.host == host).map(|provider| provider.name)
}

fn suggest(address: &EmailAddress) -> Suggestion {
    let user = address.as_str().to_owned();
    match PROVIDERS.iter().find(|provider| provider.domains.contains(&address.domain())) {
        Some(provider) => Suggestion {
            provider: Some(provider.name),
            host: provider.host.to_owned(),
            port: provider.port,
            tls: provider.tls,
            user,
            hint: provider.hint,
        },
        None => Suggestion {
            provider: None,
            host: format!("smtp.{}", address.domain()),
            port: TlsMode::Implicit.usual_port(),
            tls: TlsMode::Implicit,
            user,
            hint: None,
        },
    }
}

impl Engine {
    /// Settings that fit an address, from what is known of its provider; asks nobody.
    pub fn suggest_account(&self, address: &str) -> Result<Suggestion> {
        let address =
            EmailAddress::parse(address).map_err(|fault| Error::Address { field: "address", fault })?;
        Ok(suggest(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_providers_are_recognised_and_others_guessed() {
        let of = |text: &str| suggest(&EmailAddress::parse(text).unwrap());
        let qq = of("10001@QQ.com");
        assert_eq!((qq.host.as_str(), qq.port, qq.hint), ("smtp.qq.com", 465, Some(AuthorisationCode)));
        assert_eq!(of("a@hotmail.com").tls, TlsMode::StartTls);
        let own = of("sales@example.cn");
        assert_eq!((own.provider, own.host.as_str(), own.tls), (None, "smtp.example.cn", TlsMode::Implicit));
    }

    #[test]
    fn no_provider_is_spoken_to_in_plain_text() {
        assert!(PROVIDERS.iter().all(|provider| provider.tls != TlsMode::None));
    }

    #[test]
    fn a_refused_login_finds_its_hint_by_the_host() {
        assert_eq!(hint_for_host("smtp.163.com"), Some(AuthorisationCode));
        assert_eq!(hint_for_host("email-smtp.eu-west-1.amazonaws.com"), Some(SmtpCredentials));
        assert_eq!(hint_for_host("smtp.example.cn"), None);
    }
}
