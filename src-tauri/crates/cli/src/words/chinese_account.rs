//! How an account is, in Simplified Chinese.

use hongyan_api::commands::account::{AccountState, AccountView, Limits};

use hongyan_api::commands::dkim::DkimView;

use super::chinese_codes as codes;
use super::numbers::{grouped, local_time};
use crate::screen::line;

/// Whether it can send, what it may send, and what it sent.
pub fn account_state(state: &AccountState) -> String {
    let mut lines = vec![condition(state)];
    let detail = state.account.held.as_ref().map_or("", |held| &held.detail);
    if !detail.is_empty() {
        lines.push(format!("  {}", line(detail)));
    }
    let sent = |count: u32, limit: Option<u32>| match limit {
        Some(limit) => format!("{} / {}", grouped(count.into()), grouped(limit.into())),
        None => grouped(count.into()),
    };
    let limits = &state.limits.limits;
    lines.push(format!(
        "最近一小时已发：{}；{}已发：{}",
        sent(state.used.hour, limits.per_hour),
        if limits.day_starts_at.is_some() { "服务商当日" } else { "最近 24 小时" },
        sent(state.used.day, limits.per_day),
    ));
    lines.push(format!("限额：{}", of_whom(state, &limits_text(limits))));
    lines.push(match state.connections {
        Some(open) => format!("连接数：{open} / {}", state.most_connections),
        None => format!("连接数：最多 {}", state.most_connections),
    });
    lines.extend(manners(&state.account));
    lines.join("\n")
}

/// The record that the DNS must have.
pub fn dkim_record(dkim: &DkimView) -> String {
    format!(
        "请在管理域名 DNS 的地方添加这条记录。添加之前，收件方无法验证签名。\n\n\
         类型：TXT\n名称：{}\n值：  {}\n\n区域文件中的写法：\n{}. IN TXT {}",
        line(&dkim.record_name),
        line(&dkim.record_value),
        line(&dkim.record_name),
        line(&dkim.record_strings),
    )
}

/// How mails follow each other on a connection, where that is not one after the other as usual.
fn manners(account: &AccountView) -> Option<String> {
    let burst = account.burst;
    match (account.lockstep_since_ms, account.takes_bursts) {
        (Some(since_ms), _) => Some(format!(
            "自 {} 起，因服务器无法正确处理一次多条命令，改为逐条发送（较慢；可重试：hongyanctl account try-fast 账户名）",
            local_time(since_ms)
        )),
        _ if burst <= 1 => None,
        (None, Some(false)) => {
            Some(format!("每个连接同时在途：设为 {burst} 封，但服务器不支持，邮件将逐封发送"))
        }
        (None, _) => Some(format!(
            "每个连接同时在途：最多 {burst} 封；程序崩溃或连接中断后，每个连接最多有这么多封结果不明"
        )),
    }
}

fn condition(state: &AccountState) -> String {
    let name = line(&state.account.name);
    let until = state.until_ms.map(local_time);
    match (state.state.as_str(), &state.account.held) {
        ("held", Some(held)) => {
            let why = codes::verdict(&held.verdict).unwrap_or(&held.verdict);
            let until = until.map_or_else(|| "需由您解除".to_owned(), |at| format!("将于 {at} 恢复"));
            format!("“{name}”已暂停发送，{until}；原因：{why}。")
        }
        ("waits", _) => format!("“{name}”已达到限额，将于 {} 继续发送。", until.unwrap_or_default()),
        ("slowed", _) => {
            let rate = state.limits.slowed_per_minute.unwrap_or_default();
            format!("“{name}”已应服务器要求降速，目前每分钟 {rate} 封。")
        }
        _ => format!("“{name}”就绪。"),
    }
}

fn of_whom(state: &AccountState, text: &str) -> String {
    match &state.limits.provider {
        _ if text.is_empty() => "无".to_owned(),
        Some(provider) if !state.limits.own => format!("{text}（“{provider}”的默认限额）"),
        _ => text.to_owned(),
    }
}

fn limits_text(limits: &Limits) -> String {
    let spans = [
        (limits.per_second, "每秒"),
        (limits.per_minute, "每分钟"),
        (limits.per_hour, "每小时"),
        (limits.per_day, "每天"),
        (limits.per_session, "每次连接"),
    ];
    let spans =
        spans.into_iter().filter_map(|(count, span)| Some(format!("{span} {} 封", grouped(count?.into()))));
    let seconds = |ms: u32| f64::from(ms) / 1000.0;
    let pause = (limits.session_pause_ms > 0)
        .then(|| format!("两次连接之间间隔 {} 秒", seconds(limits.session_pause_ms)));
    let gap = limits.gap_ms.max(limits.gap_max_ms);
    let gap = (gap > 0).then(|| format!("两封邮件之间最多间隔 {} 秒", seconds(gap)));
    let domains = limits.domains.iter().map(|limit| {
        let counts = [(limit.per_minute, "每分钟"), (limit.per_hour, "每小时")];
        let counts = counts.into_iter().filter_map(|(count, span)| Some(format!("{span} {} 封", count?)));
        format!("发往 {} 的邮件{}", limit.domain, counts.collect::<Vec<_>>().join("、"))
    });
    spans.chain(pause).chain(gap).chain(domains).collect::<Vec<_>>().join("，")
}
