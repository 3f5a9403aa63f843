//! The sentences in Simplified Chinese.

use hongyan_api::commands::campaign::{AudienceView, CampaignProgress, Counts, Finding};
use hongyan_api::commands::import::{ImportProblem, ImportView};
use hongyan_api::commands::template::RenderProblem;

use super::Sentence;
use super::chinese_account::account_state;
use super::chinese_campaign::accounts;
use super::chinese_codes as codes;
use super::numbers::{duration, grouped, local_time};
use crate::screen::line;

/// Says it.
pub fn say(sentence: &Sentence<'_>) -> String {
    match sentence {
        Sentence::AskPassphrase => "密码库口令：".to_owned(),
        Sentence::AskNewPassphrase => "本机没有可用的密钥环。请为保存密码的密码库设置口令：".to_owned(),
        Sentence::AskPassphraseAgain => "再输入一次：".to_owned(),
        Sentence::PassphrasesDiffer => "两次输入不一致，请重试。".to_owned(),
        Sentence::AskPassword => "账户密码：".to_owned(),
        Sentence::PlainTextWarning { host } => {
            format!("警告：不使用 TLS 时，从本机到 {} 的途中，任何人都能看到密码和邮件内容。", line(host))
        }
        Sentence::AccountAdded { name } => format!("已添加账户“{name}”。"),
        Sentence::AccountChanged { name } => format!("已修改账户“{name}”。"),
        Sentence::AccountState { state } => account_state(state),
        Sentence::TakesNoBursts => "服务器未同时声明支持 PIPELINING 和 CHUNKING，邮件将逐封发送。".to_owned(),
        Sentence::FastWayAgain { name } => format!("将再次向“{name}”的服务器一次发送多条命令。"),
        Sentence::CertificateTrusted { host, fingerprint } => {
            format!("今后在 {} 只额外信任这一张证书：{fingerprint}", line(host))
        }
        Sentence::CertificateTrustEnded { host } => format!("在 {} 只信任系统信任的证书。", line(host)),
        Sentence::DkimRecord { dkim } => super::chinese_account::dkim_record(dkim),
        Sentence::NotSigned { name } => format!("鸿雁没有给账户“{name}”的邮件签名。"),
        Sentence::DkimNotAligned { domain, from } => format!(
            "发件地址是 {from}，签名域名却是 {domain}。收件方不会认可这样的签名：请用发件地址的域名签名。"
        ),
        Sentence::AccountDeleted { name } => format!("已删除账户“{name}”。"),
        Sentence::AccountWorks { tls: Some(tls), server } => format!("账户可用（{tls}）。{}", line(server)),
        Sentence::AccountWorks { tls: None, server } => format!("账户可用，但未加密。{}", line(server)),
        Sentence::TemplateAdded { name } => format!("已添加模板“{name}”。"),
        Sentence::TemplateProblem { problem } => template_problem(problem),
        Sentence::MoreRows { shown, total } => {
            let plus = if total.total_is_at_least { "+" } else { "" };
            format!("共 {}{plus} 条，显示前 {shown} 条。", grouped(total.total.unwrap_or_default()))
        }
        Sentence::ContactsExported { count, file } => {
            format!("已将 {} 位联系人写入 {file}。", grouped(*count))
        }
        Sentence::ImportRows { rows } => format!("{} 行", grouped(*rows)),
        Sentence::ImportReport { import } => import_report(import),
        Sentence::ImportProblem { problem } => import_problem(problem),
        Sentence::MoreProblems { count } => format!("  …… 另有 {} 行未能导入", grouped(*count)),
        Sentence::CampaignCreated { name, at_ms: None } => format!("已创建群发任务“{name}”。"),
        Sentence::CampaignCreated { name, at_ms: Some(at) } => {
            format!("已创建群发任务“{name}”，将于 {} 开始发送。", local_time(*at))
        }
        Sentence::CampaignStarted { name } => format!("群发任务“{name}”已开始。"),
        Sentence::CampaignIsNow { name, state } => {
            format!("群发任务“{name}”：{}。", codes::state(state).unwrap_or(state))
        }
        Sentence::SendsAgain { count: 0, .. } => "没有需要重发的收件人。".to_owned(),
        Sentence::SendsAgain { name, count } => format!("“{name}”将再次发给 {count} 人。"),
        Sentence::SettledAsSent { count } => format!("{count} 封结果不明的邮件已记为送达。"),
        Sentence::SentBy { program, pid } => format!("由 {}（进程 {pid}）发送。", line(program)),
        Sentence::SendsElsewhere { program, pid } => format!(
            "{}（进程 {pid}）正在使用此数据文件夹发送。在其结束之前，这里只能查看，不能更改。",
            line(program)
        ),
        Sentence::SentByNobody => "目前没有程序在发送。请打开鸿雁，或运行 `hongyanctl serve`。".to_owned(),
        Sentence::TestSent { to, server_says } => {
            format!("发往 {} 的测试邮件已被接收：{}", line(to), line(server_says))
        }
        Sentence::Pace { progress } => pace(progress),
        Sentence::Preparing { recipients } => format!("正在准备，已完成 {} 位", grouped(*recipients)),
        Sentence::StoppedWaiting { name } => {
            format!("已停止。打开鸿雁或运行 `hongyanctl serve` 后，“{name}”会继续发送。")
        }
        Sentence::CampaignAccounts { view } => {
            let head = format!("“{}”的发信账户已更改。", line(&view.campaign.name));
            std::iter::once(head).chain(accounts(&view.accounts)).collect::<Vec<_>>().join("\n")
        }
        Sentence::CampaignSummary { progress } => summary(progress),
        Sentence::Audience { audience } => self::audience(audience),
        Sentence::NothingToFix => "没有需要处理的问题。".to_owned(),
        Sentence::Finding { finding } => self::finding(finding),
        Sentence::InterfaceMissing { folder } => {
            format!("{folder} 中没有界面文件。请先构建界面，或用 --ui 指定其所在文件夹。")
        }
    }
}

fn template_problem(problem: &RenderProblem) -> String {
    let field = problem.params.get("field").map(|field| format!("“{}”", line(field))).unwrap_or_default();
    let place = problem.line.map(|line| format!("第 {line} 行")).unwrap_or_default();
    let part = codes::part(&problem.part).unwrap_or(&problem.part);
    format!("{part}{place}：{}{field}", codes::template_fault(&problem.code).unwrap_or(&problem.code))
}

fn import_report(import: &ImportView) -> String {
    let cancelled =
        if import.state == "cancelled" { "已取消，已读入的内容会保留。" } else { "" };
    format!(
        "{cancelled}共 {} 行：新增 {}，更新 {}，未变 {}，文件内重复 {}，未能导入 {}。",
        grouped(import.rows),
        grouped(import.new),
        grouped(import.updated),
        grouped(import.unchanged),
        grouped(import.duplicates),
        grouped(import.invalid),
    )
}

fn import_problem(problem: &ImportProblem) -> String {
    let column = problem.column.as_ref().map(|column| format!("“{}”列", line(column))).unwrap_or_default();
    let reason = codes::import_fault(&problem.code).unwrap_or(&problem.code);
    let excerpt = line(&problem.excerpt);
    let excerpt = if excerpt.is_empty() { excerpt } else { format!("（{excerpt}）") };
    format!("  第 {} 行{column}：{reason}{excerpt}", problem.row)
}

pub(super) fn counts(counts: &Counts) -> String {
    let parts = [
        ("已发送", counts.sent),
        ("失败", counts.failed),
        ("结果不明", counts.in_doubt),
        ("稍后重试", counts.deferred),
        ("跳过", counts.skipped),
        ("等待", counts.queued + counts.armed),
    ];
    let parts = parts.iter().filter(|(_, count)| *count > 0);
    parts.map(|(word, count)| format!("{word} {}", grouped(*count))).collect::<Vec<_>>().join("，")
}

fn summary(progress: &CampaignProgress) -> String {
    let state = codes::state(&progress.state).unwrap_or(&progress.state);
    let reason = progress.pause_reason.as_deref().and_then(codes::pause_reason);
    let reason = reason.map(|reason| format!("（{reason}）")).unwrap_or_default();
    let head = format!("“{}”{state}{reason}。", line(&progress.name));
    let head = match progress.total {
        0 => head,
        total => format!("{head}共 {} 位收件人：{}。", grouped(total), counts(&progress.counts)),
    };
    std::iter::once(head).chain(accounts(&progress.accounts)).collect::<Vec<_>>().join("\n")
}

fn pace(progress: &CampaignProgress) -> String {
    let speed = progress.per_minute.map(|speed| format!("，每分钟 {speed:.0} 封")).unwrap_or_default();
    let left = progress.seconds_left.map(|left| format!("，剩余 {}", duration(left))).unwrap_or_default();
    let why = progress.pause_reason.as_deref().and_then(codes::pause_reason);
    let why = why.map(|why| format!("；{why}")).unwrap_or_default();
    format!("{}{speed}{left}{why}", counts(&progress.counts))
}

fn audience(audience: &AudienceView) -> String {
    let left_out = audience.left_out.iter().map(|left| {
        format!("排除 {} 人（{}）", grouped(left.count), codes::reason(&left.reason).unwrap_or(&left.reason))
    });
    let gets_it = format!("将发送给 {} 人", grouped(audience.sendable));
    std::iter::once(gets_it).chain(left_out).collect::<Vec<_>>().join("，") + "。"
}

fn finding(finding: &Finding) -> String {
    let word = if finding.severity == "error" { "错误" } else { "提醒" };
    let text = codes::finding(&finding.code, &finding.params);
    if finding.count == 0 {
        return format!("{word}：{text}");
    }
    let who: Vec<String> = finding.examples.iter().map(|one| line(&one.address)).collect();
    let who = if who.is_empty() { String::new() } else { format!("：{}", who.join("、")) };
    format!("{word}：{text}涉及 {} 人{who}。", grouped(finding.count))
}
