//! What the codes of the wire mean, in Simplified Chinese.

use std::collections::BTreeMap;

use hongyan_api::{ErrorCode, ErrorView};

use crate::screen::line;

/// Why something was refused, and what to do.
pub fn error(view: &ErrorView) -> String {
    let value = |key: &str| view.params.get(key).map(|value| line(value)).unwrap_or_default();
    let field = view.field.clone().unwrap_or_else(|| value("field"));
    match view.code {
        ErrorCode::BadRequest => "无法理解此请求。".to_owned(),
        ErrorCode::UnknownCommand => "这是其他版本的命令。".to_owned(),
        ErrorCode::NotFound => not_found(&value("what"), &value("name")),
        ErrorCode::NameTaken => format!("已有名为“{}”的项目，请换一个名称。", value("name")),
        ErrorCode::NameEmpty => "请填写名称。".to_owned(),
        ErrorCode::TooLarge => format!("内容过大，一次最多 {} MB。", value("limit")),
        ErrorCode::TooLong => format!("{field} 过长，最多 {} 个字符。", value("limit")),
        ErrorCode::AddressInvalid => {
            let reason = value("reason");
            format!("邮箱地址有误：{}。", import_fault(&reason).unwrap_or(&reason))
        }
        ErrorCode::AddressTaken => "已有联系人使用此邮箱地址。".to_owned(),
        ErrorCode::FieldNameInvalid => {
            "字段名须以文字或字母开头，只能包含文字、字母、数字和下划线。".to_owned()
        }
        ErrorCode::ValueInvalid => format!("{field} 的值不可用。"),
        ErrorCode::PasswordAgain => {
            "服务器或登录名已更改，请用 --password-stdin 或 --token-stdin 重新提供密码。".to_owned()
        }
        ErrorCode::PasswordMissing => {
            "此账户需要登录，但这里没有保存它的密码。请用 --password-stdin 或 --token-stdin 提供。".to_owned()
        }
        ErrorCode::FileUnreadable => with_file("无法打开文件", &value("file")),
        ErrorCode::FileUnwritable => with_file("无法写入文件", &value("file")),
        ErrorCode::FileEmpty => "文件是空的。".to_owned(),
        ErrorCode::FileNotText => "这不是文本文件。表格请另存为 CSV，文本请存为 UTF-8。".to_owned(),
        ErrorCode::EncodingUnknown => "无法识别该文字编码。".to_owned(),
        ErrorCode::MappingWithoutEmail => "没有邮箱地址列。请用 --map 列=email 指定。".to_owned(),
        ErrorCode::MappingTwice => format!("有两列对应同一个字段“{field}”。"),
        ErrorCode::TemplateInvalid => {
            let (part, kind) = (value("part"), value("kind"));
            let kind = template_fault(&kind).unwrap_or(&kind);
            format!("模板有错误（{}第 {} 行）：{kind}。", self::part(&part).unwrap_or(&part), value("line"))
        }
        ErrorCode::TemplateInUse => format!("群发任务“{}”仍在使用此模板。", value("name")),
        ErrorCode::AccountInUse => format!("群发任务“{}”仍在使用此账户。", value("name")),
        ErrorCode::SandboxFixed => "沙盒是鸿雁自带的，不能更改或删除。".to_owned(),
        ErrorCode::ListInUse => format!("群发任务“{}”将使用此列表。", value("name")),
        ErrorCode::CampaignState => {
            let state = value("state");
            format!("群发任务{}，无法执行此操作。", self::state(&state).unwrap_or(&state))
        }
        ErrorCode::CampaignNotReady => "群发任务还不能发送：".to_owned(),
        ErrorCode::TimeInPast => "该时间已过，请选择之后的时间。".to_owned(),
        ErrorCode::SendingElsewhere => sending_elsewhere(&value("program"), &value("pid")),
        ErrorCode::SecretsLocked => {
            "密码库已锁定。请把口令放入环境变量 HONGYAN_VAULT_PASSPHRASE，或在终端中运行。".to_owned()
        }
        ErrorCode::SecretsMissing => {
            "本机没有可用的密钥环。请把密码库的口令放入环境变量 HONGYAN_VAULT_PASSPHRASE，或在终端中运行。"
                .to_owned()
        }
        ErrorCode::PassphraseWrong => "口令不正确。".to_owned(),
        ErrorCode::PassphraseTooShort => format!("口令过短，至少需要 {} 个字符。", value("minimum")),
        ErrorCode::SecretsDamaged => "密码文件已损坏。".to_owned(),
        ErrorCode::SecretsFailed => "系统密钥环没有响应。".to_owned(),
        ErrorCode::SmtpFailed if !value("fingerprint").is_empty() => {
            certificate(&value("fault"), &value("fingerprint"))
        }
        ErrorCode::SmtpFailed => smtp_failed(&value("verdict"), &value("cause"), &value("hint")),
        ErrorCode::NotBuildable => "无法为此联系人生成邮件。".to_owned(),
        ErrorCode::DkimKeyInvalid => dkim_key(&value("reason")).to_owned(),
        ErrorCode::DkimKeyMissing => {
            "系统密钥环中已没有此账户的签名密钥。请重新生成（account set 账户名 --dkim-generate rsa）并修改 DNS 记录，或停止签名（--no-dkim）。".to_owned()
        }
        ErrorCode::DiskFull => "磁盘已满。".to_owned(),
        ErrorCode::ReadOnly => "数据文件夹无法写入，请检查权限。".to_owned(),
        ErrorCode::DatabaseFailed => "数据库没有响应。".to_owned(),
        ErrorCode::DatabaseNewer => "数据由更新版本的鸿雁创建，请先升级。".to_owned(),
        ErrorCode::UndoExpired => "已超过可撤销的时间。".to_owned(),
        ErrorCode::Internal => "鸿雁出现了内部错误，详情见数据文件夹中的日志。".to_owned(),
    }
}

fn dkim_key(reason: &str) -> &'static str {
    match reason {
        "not_a_key" => "文件中没有私钥。私钥以“-----BEGIN PRIVATE KEY-----”开头。",
        "encrypted" => "私钥设有密码。请先另存为不带密码的私钥。",
        "public" => "这是公钥或证书，需要的是私钥。",
        "other_kind" => "不支持这种密钥。只有 RSA 和 Ed25519 密钥可以给邮件签名。",
        "too_short" => "RSA 密钥太短：收件方要求至少 2048 位。",
        "too_long" => "RSA 密钥太长：收件方最多只验证 4096 位。",
        "no_randomness" => "本机无法提供生成密钥所需的随机数。",
        _ => "密钥已损坏，可能不完整。",
    }
}

fn with_file(what: &str, file: &str) -> String {
    if file.is_empty() { format!("{what}。") } else { format!("{what}：{file}") }
}

fn not_found(what: &str, name: &str) -> String {
    let what = match what {
        "account" => "账户",
        "campaign" => "群发任务",
        "contact" => "联系人",
        "import" => "导入",
        "list" => "列表",
        "mail" => "邮件",
        "recipient" => "结果不明的收件人",
        "template" => "模板",
        _ => "项目",
    };
    if name.is_empty() {
        let measure = if what == "邮件" { "封" } else { "个" };
        format!("没有这{measure}{what}。")
    } else {
        format!("没有名为“{name}”的{what}。")
    }
}

fn sending_elsewhere(program: &str, pid: &str) -> String {
    let who = if program.is_empty() {
        "另一个程序".to_owned()
    } else {
        format!("{program}（进程 {pid}）")
    };
    format!("{who}正在使用此数据文件夹发送。请在那边操作，或先将其结束。")
}

fn smtp_failed(verdict: &str, cause: &str, hint: &str) -> String {
    let what = self::verdict(verdict).unwrap_or(verdict);
    let how = self::cause(cause).map(|how| format!("（{how}）")).unwrap_or_default();
    let hint = match hint {
        "authorisation_code" => "该邮箱需要使用授权码，不是登录密码；请在网页版邮箱的设置中生成。",
        "app_password" => "该邮箱需要使用应用专用密码，请在账户的安全设置中生成。",
        "oauth_only" => "该邮箱已不允许程序用密码登录。",
        "client_password" => "该邮箱需要使用客户端专用密码，请在网页版邮箱的设置中生成。",
        "smtp_credentials" => "该服务需要使用控制台中的 SMTP 凭据。",
        _ => "",
    };
    if cause.starts_with("proxy_") {
        return format!("代理服务器出错，未能连到邮件服务器{how}。");
    }
    format!("邮件服务器未能完成操作：{what}{how}。{hint}")
}

/// What is wrong with a certificate, and what can be done.
fn certificate(fault: &str, fingerprint: &str) -> String {
    let what = match fault {
        "self_signed" => "服务器证书是自签名的，没有第三方担保。",
        "unknown_issuer" => "服务器证书的签发者不受本机信任。",
        "other_name" => "证书上的名称与账户的服务器地址不符。",
        "expired" => "证书已过期。",
        "not_yet_valid" => "证书尚未生效；本机时间可能不准。",
        "revoked" => "证书已被吊销。",
        _ => "证书格式有误。",
    };
    format!(
        "{what}证书的 SHA-256 指纹：\n  {fingerprint}\n\
         可能有人在冒充您的服务器。只有服务器管理员告诉您的指纹与此完全一致时，才可运行：\n  \
         hongyanctl account trust 账户名 --fingerprint {fingerprint}"
    )
}

/// A part of a template.
pub fn part(word: &str) -> Option<&'static str> {
    Some(match word {
        "subject" => "主题",
        "preheader" => "摘要",
        "body" => "正文",
        "text" => "纯文本",
        _ => return None,
    })
}

/// How a connection broke; a server's reply speaks for itself.
fn cause(word: &str) -> Option<&'static str> {
    Some(match word {
        "timeout" => "服务器没有响应",
        "closed" => "服务器断开了连接",
        "refused" => "该端口没有服务",
        "not_found" => "没有此名称的服务器",
        "certificate" => "服务器证书不可信",
        "no_tls" => "服务器不支持 TLS",
        "no_auth" => "服务器没有可用的登录方式",
        "protocol" => "对方不是 SMTP 服务器",
        "io" => "网络出错",
        "too_large" => "邮件超过了允许的大小",
        "needs_utf8" => "服务器不支持含中文等字符的地址",
        "proxy_unreachable" => "无法连接代理服务器",
        "proxy_login" => "代理服务器拒绝了用户名和密码",
        "proxy_forbidden" => "代理服务器不允许访问该邮件服务器或端口",
        "proxy_no_way" => "代理服务器无法连接邮件服务器",
        "proxy_wrong" => "代理地址上的服务不是此类代理",
        _ => return None,
    })
}

/// What an attempt meant.
pub fn verdict(word: &str) -> Option<&'static str> {
    Some(match word {
        "accepted" => "已接收",
        "try_later" => "稍后重试",
        "recipient_unknown" => "邮箱不存在",
        "recipient_refused" => "邮箱不接收邮件",
        "content_refused" => "内容被拒收",
        "account_quota" => "账户的发送额度已用完",
        "account_slow_down" => "服务器要求放慢速度",
        "account_login" => "用户名或密码被拒绝",
        "account_tls" => "无法建立安全连接",
        "account_reputation" => "服务器因信誉拒绝此发件人",
        "account_sender" => "此账户不能使用该发件地址",
        "account_proxy" => "账户的代理服务器不放行",
        "account_signing_key" => "给邮件签名的密钥不见了",
        "network_down" => "无法连接服务器",
        "in_doubt" => "没有看到回复",
        _ => return None,
    })
}

/// Why somebody gets nothing.
pub fn reason(word: &str) -> Option<&'static str> {
    Some(match word {
        "manual" => "手动屏蔽",
        "unsubscribed" => "已退订",
        "bounced" => "退信",
        "complained" => "投诉",
        "suppressed" => "在屏蔽名单中",
        "missing_field" => "缺少字段",
        "not_buildable" => "无法生成邮件",
        "contact_deleted" => "联系人已删除",
        "cancelled" => "任务已取消",
        _ => return None,
    })
}

/// The state of a campaign or of a delivery.
pub fn state(word: &str) -> Option<&'static str> {
    Some(match word {
        "draft" => "是草稿",
        "scheduled" => "已排期",
        "running" => "发送中",
        "paused" => "已暂停",
        "finished" => "已完成",
        "cancelled" => "已取消",
        "queued" => "等待",
        "armed" => "正在发出",
        "sent" => "已发送",
        "deferred" => "稍后重试",
        "failed" => "失败",
        "in_doubt" => "结果不明",
        "skipped" => "跳过",
        _ => return None,
    })
}

/// Why a campaign is paused.
pub fn pause_reason(word: &str) -> Option<&'static str> {
    Some(match word {
        "user" => "手动暂停",
        "account" => "账户需要处理",
        "network" => "无法连接服务器",
        "journal" => "磁盘无法写入",
        "failures" => "失败的邮件过多",
        "database" => "数据库出现意外错误，会自动重试",
        "program" => "程序出现意外错误，会自动重试",
        _ => return None,
    })
}

/// Why a row of a file or an address is not taken.
pub fn import_fault(word: &str) -> Option<&'static str> {
    Some(match word.strip_prefix("address_").unwrap_or(word) {
        "empty" | "empty_address" => "没有邮箱地址",
        "no_at" => "邮箱地址缺少 @",
        "many_ats" => "邮箱地址中有多个 @",
        "bad_character" => "邮箱地址中含有不允许的字符",
        "bad_local_part" => "@ 前面的部分有误",
        "bad_domain" => "@ 后面的部分有误",
        "too_long" => "邮箱地址过长",
        "value_too_long" => "内容过长",
        "bad_encoding" => "有无法按此编码识别的文字",
        "too_many_columns" => "内容多于文件的列数",
        "line_too_long" => "整行过长",
        "unclosed_quote" => "引号没有闭合",
        _ => return None,
    })
}

/// What is wrong in a template.
pub fn template_fault(word: &str) -> Option<&'static str> {
    Some(match word {
        "syntax" => "无法理解这里的写法",
        "unknown_filter" => "没有这个过滤器",
        "unknown_test" => "没有这个判断",
        "unknown_function" => "不能使用函数",
        "not_allowed" => "合并标签中不能这样写",
        "comparison" => "请与引号中的文字比较，或判断字段是否存在",
        "unsafe_place" => "此处不能使用合并标签",
        "missing_field" => "此联系人没有该字段的值",
        "too_large" => "内容过大",
        "not_buildable" => "无法生成邮件",
        _ => return None,
    })
}

/// What the check of a campaign found.
pub fn finding(word: &str, params: &BTreeMap<String, String>) -> String {
    let value = |key: &str| params.get(key).map(|value| line(value)).unwrap_or_default();
    match word {
        "no_list" => "没有选择列表。".to_owned(),
        "no_template" => "没有选择模板。".to_owned(),
        "no_account" => "没有选择账户。".to_owned(),
        "audience_empty" => "没有可发送的收件人。".to_owned(),
        "template_invalid" => {
            let (part, kind) = (value("part"), value("kind"));
            let kind = template_fault(&kind).unwrap_or(&kind);
            let part = self::part(&part).unwrap_or(&part);
            format!("模板有错误（{part} {}）：{kind}。{}", value("line"), value("detail"))
        }
        "unknown_field" => format!("没有联系人有字段“{}”，可能是拼写错误。", value("field")),
        "missing_field" => format!("缺少字段“{}”。", value("field")),
        "account_held" => {
            let why = value("verdict");
            format!("账户“{}”已停用：{}。", value("account"), verdict(&why).unwrap_or(&why))
        }
        "sandbox_among_others" => "沙盒不能与其他账户一起使用：分给它的收件人什么也收不到。".to_owned(),
        "password_missing" => format!("没有保存账户“{}”的密码。", value("account")),
        "secrets_locked" => "密码库已锁定。".to_owned(),
        "plain_text_connection" => format!("到 {} 的连接未加密。", value("host")),
        "dkim_not_aligned" => format!(
            "账户“{}”以 {} 签名，发件地址却属于 {}：收件方不会认可。",
            value("account"),
            value("domain"),
            value("from")
        ),
        "mail_too_large" => format!("邮件有 {} kB，邮件程序会截断。", value("kilobytes")),
        "not_buildable" => "无法生成邮件。".to_owned(),
        other => other.to_owned(),
    }
}
