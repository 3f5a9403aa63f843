//! What is said to people, in English and Chinese.
//!
//! One file a language, each with one `match` without a catch-all: a sentence or an error code that one language lacks
//! does not compile.

mod chinese;
mod chinese_account;
mod chinese_campaign;
mod chinese_codes;
mod english;
mod english_account;
mod english_campaign;
mod english_codes;
mod numbers;

use hongyan_api::commands::account::AccountState;
use hongyan_api::commands::campaign::{AudienceView, CampaignProgress, CampaignView, Finding};
use hongyan_api::commands::dkim::DkimView;
use hongyan_api::commands::import::{ImportProblem, ImportView};
use hongyan_api::commands::template::RenderProblem;

pub use numbers::local_time;

use crate::failure::RefusedError;
use crate::rows::Total;
use crate::screen::{block, line};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

/// What can be said. Values may be foreign text.
#[derive(Debug)]
pub enum Sentence<'a> {
    /// Asks for the vault's passphrase.
    AskPassphrase,
    /// Asks for the passphrase of a new vault.
    AskNewPassphrase,
    /// Asks for it once more.
    AskPassphraseAgain,
    /// The two were not the same.
    PassphrasesDiffer,
    /// Asks for the password of a login.
    AskPassword,
    /// A new account has no TLS.
    PlainTextWarning { host: &'a str },
    /// An account was added.
    AccountAdded { name: &'a str },
    /// An account was changed.
    AccountChanged { name: &'a str },
    /// Whether an account can send, what it may send, and what it sent.
    AccountState { state: &'a AccountState },
    /// The server does not announce what a burst needs.
    TakesNoBursts,
    /// Several commands at once are tried again.
    FastWayAgain { name: &'a str },
    /// One certificate is trusted from now on.
    CertificateTrusted { host: &'a str, fingerprint: &'a str },
    /// No certificate is trusted besides the usual ones.
    CertificateTrustEnded { host: &'a str },
    /// Where and what the DNS must say, so that receivers can check an account's signatures.
    DkimRecord { dkim: &'a DkimView },
    /// An account's mails are not signed.
    NotSigned { name: &'a str },
    /// An account's mails are signed by a domain that is not the sender's.
    DkimNotAligned { domain: &'a str, from: &'a str },
    /// An account was deleted.
    AccountDeleted { name: &'a str },
    /// An account was tried and works.
    AccountWorks { tls: Option<&'a str>, server: &'a str },
    /// A template was added.
    TemplateAdded { name: &'a str },
    /// Something in a template is wrong, or a contact lacks a value.
    TemplateProblem { problem: &'a RenderProblem },
    /// A list is longer than what was shown.
    MoreRows { shown: usize, total: Total },
    /// Contacts were written to a file.
    ContactsExported { count: i64, file: &'a str },
    /// How far an import is.
    ImportRows { rows: i64 },
    /// How an import went.
    ImportReport { import: &'a ImportView },
    /// A row that could not be taken.
    ImportProblem { problem: &'a ImportProblem },
    /// More rows that could not be taken.
    MoreProblems { count: i64 },
    /// A campaign was made.
    CampaignCreated { name: &'a str, at_ms: Option<i64> },
    /// A campaign was started.
    CampaignStarted { name: &'a str },
    /// A campaign has a new state.
    CampaignIsNow { name: &'a str, state: &'a str },
    /// A campaign goes through other accounts from now on.
    CampaignAccounts { view: &'a CampaignView },
    /// Recipients were put back into the queue.
    SendsAgain { name: &'a str, count: i64 },
    /// Mails in doubt are taken for sent.
    SettledAsSent { count: i64 },
    /// Another process sends.
    SentBy { program: &'a str, pid: u32 },
    /// Another process sends, so this one only shows.
    SendsElsewhere { program: &'a str, pid: u32 },
    /// No process sends at the moment.
    SentByNobody,
    /// A test mail was taken.
    TestSent { to: &'a str, server_says: &'a str },
    /// How fast a campaign goes.
    Pace { progress: &'a CampaignProgress },
    /// A campaign is just being started.
    Preparing { recipients: i64 },
    /// The campaign is not at its end, but its sending stopped.
    StoppedWaiting { name: &'a str },
    /// How many recipients are in each state.
    CampaignSummary { progress: &'a CampaignProgress },
    /// Who gets a campaign and who does not.
    Audience { audience: &'a AudienceView },
    /// The check found nothing.
    NothingToFix,
    /// Something the check found.
    Finding { finding: &'a Finding },
    /// The files of the interface are not where they should be.
    InterfaceMissing { folder: &'a str },
}

impl Words {
    /// The language of the system; English where it is neither.
    pub fn of_system() -> Self {
        Self::of_locale(&sys_locale::get_locale().unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        if locale.to_lowercase().starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// Its tag, as templates have it.
    pub fn language(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// Says it.
    pub fn say(self, sentence: &Sentence<'_>) -> String {
        block(&match self {
            Self::English => english::say(sentence),
            Self::Chinese => chinese::say(sentence),
        })
    }

    /// Says why something was refused, with the foreign words and findings below.
    pub fn refusal(self, error: &RefusedError) -> String {
        let mut lines = vec![match self {
            Self::English => english_codes::error(&error.view),
            Self::Chinese => chinese_codes::error(&error.view),
        }];
        lines.extend(error.view.detail.iter().map(|detail| format!("  {}", line(detail))));
        lines.extend(crate::check::findings(self, &error.findings));
        block(&lines.join("\n"))
    }

    /// What an attempt meant.
    pub fn verdict(self, word: &str) -> String {
        match self {
            Self::English => english_codes::verdict(word),
            Self::Chinese => chinese_codes::verdict(word),
        }
        .unwrap_or(word)
        .to_owned()
    }

    /// Why somebody gets nothing: a reason for skipping or for the suppression list.
    pub fn reason(self, word: &str) -> String {
        match self {
            Self::English => english_codes::reason(word),
            Self::Chinese => chinese_codes::reason(word),
        }
        .unwrap_or(word)
        .to_owned()
    }

    /// The state of a campaign or of a delivery, as it stands alone in a table.
    pub fn state(self, word: &str) -> String {
        match (self, word) {
            // Sentences say that it is one.
            (Self::English, "draft") => Some("draft"),
            (Self::Chinese, "draft") => Some("草稿"),
            (Self::English, _) => english_codes::state(word),
            (Self::Chinese, _) => chinese_codes::state(word),
        }
        .unwrap_or(word)
        .to_owned()
    }

    /// What an account is that is not held.
    pub fn ready(self) -> &'static str {
        match self {
            Self::English => "ready",
            Self::Chinese => "就绪",
        }
    }

    /// Heads of the table of accounts.
    pub fn account_heads(self) -> &'static [&'static str] {
        match self {
            Self::English => &["Name", "Server", "TLS", "From", "State", "Sent today"],
            Self::Chinese => &["名称", "服务器", "TLS", "发件人", "状态", "今日已发"],
        }
    }

    /// Heads of the table of templates.
    pub fn template_heads(self) -> &'static [&'static str] {
        match self {
            Self::English => &["Name", "Format", "Subject", "Changed"],
            Self::Chinese => &["名称", "格式", "主题", "修改时间"],
        }
    }

    /// Heads of the table of contacts.
    pub fn contact_heads(self) -> &'static [&'static str] {
        match self {
            Self::English => &["Address", "Name", "Lists", "Gets nothing"],
            Self::Chinese => &["邮箱地址", "姓名", "列表", "屏蔽原因"],
        }
    }

    /// Heads of the table of campaigns.
    pub fn campaign_heads(self) -> &'static [&'static str] {
        match self {
            Self::English => &["Name", "State", "Sent", "Failed", "In doubt", "Time"],
            Self::Chinese => &["名称", "状态", "已发送", "失败", "结果不明", "时间"],
        }
    }

    /// Heads of the table of recipients.
    pub fn recipient_heads(self) -> &'static [&'static str] {
        match self {
            Self::English => &["Address", "State", "Since", "Account", "Reply"],
            Self::Chinese => &["邮箱地址", "状态", "时间", "账户", "服务器回复"],
        }
    }

    /// Heads of the table of caught mails.
    pub fn sandbox_heads(self) -> &'static [&'static str] {
        match self {
            Self::English => &["No.", "Caught", "To", "Subject"],
            Self::Chinese => &["编号", "收到时间", "收件人", "主题"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_locale() {
        for (locale, words) in [
            ("zh-CN", Words::Chinese),
            ("zh_CN.UTF-8", Words::Chinese),
            ("en-GB", Words::English),
            ("", Words::English),
        ] {
            assert_eq!(Words::of_locale(locale), words, "{locale}");
        }
    }

    #[test]
    fn a_servers_words_cannot_repaint_the_terminal() {
        let said =
            Words::English.say(&Sentence::TestSent { to: "a", server_says: "250 ok\u{1b}[2J\r\nforged" });
        assert!(!said.contains(['\u{1b}', '\r', '\n']), "{said:?}");
    }
}
