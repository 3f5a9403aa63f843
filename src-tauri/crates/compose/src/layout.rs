//! The frame around a body: the mail's skeleton, the hidden preview line and the visible way out.
//!
//! Tables and inline styles, as Outlook knows nothing else; 600 px, as every mail program shows it without scrolling.
//! The unsubscribe line is never hidden, and stands in every mail that does not bring its own.

use crate::language::{BLOCK_CLOSE, BLOCK_OPEN, VALUE_CLOSE, VALUE_OPEN};
use crate::markup::nodes;
use crate::source::Language;

const FONT: &str = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI','PingFang SC','Microsoft YaHei',\
                    'Helvetica Neue',Arial,sans-serif";
const FOOT: &str = "margin:32px 0 0;font-size:12px;line-height:1.6;color:#767676;text-align:center";
const FOOT_LINK: &str = "color:#767676;text-decoration:underline";

/// The whole HTML of a Markdown mail around its inside. Preview line and unsubscribe line come in by
/// [`with_preheader`] and [`with_foot`].
pub(crate) fn framed(inside: &str, language: Language) -> String {
    let lang = language.tag();
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title></title>\n</head>\n<body style=\"margin:0;padding:0\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\
         <tr><td align=\"center\" style=\"padding:24px 12px\">\n\
         <table role=\"presentation\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"width:100%;max-width:600px\"><tr><td align=\"left\" \
         style=\"{FONT};font-size:16px;line-height:1.7;text-align:left;word-break:break-word\">\n\
         {inside}\
         </td></tr></table>\n</td></tr></table>\n</body>\n</html>\n"
    )
}

/// Puts the preview line right behind `<body>`, else behind `</head>`, else at the start.
pub(crate) fn with_preheader(html: &str) -> String {
    let hidden = format!(
        "\n<div style=\"display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;\
         mso-hide:all\">{VALUE_OPEN} preheader {VALUE_CLOSE}</div>\n"
    );
    let hidden = format!("{BLOCK_OPEN} if preheader {BLOCK_CLOSE}{hidden}{BLOCK_OPEN} endif {BLOCK_CLOSE}");
    let at = end_of_tag(html, "body", false).or_else(|| end_of_tag(html, "head", true)).unwrap_or_default();
    inserted(html, at, &hidden)
}

/// Puts the unsubscribe line before the last `</body>`, else before `</html>`, else at the end.
pub(crate) fn with_foot(html: &str, language: Language) -> String {
    let at =
        start_of_last_tag(html, "body").or_else(|| start_of_last_tag(html, "html")).unwrap_or(html.len());
    inserted(html, at, &html_foot(language))
}

/// The unsubscribe line of a Markdown mail, inside its layout.
pub(crate) fn html_foot(language: Language) -> String {
    let link = format!("href=\"{VALUE_OPEN} unsubscribe_url {VALUE_CLOSE}\" style=\"{FOOT_LINK}\"");
    let line = match language {
        Language::ZhCn => format!("不想再收到这类邮件？<a {link}>点此退订</a>，打开后直接发送即可。"),
        Language::En => {
            format!("No longer want these mails? <a {link}>Unsubscribe</a> by sending the mail that opens.")
        }
    };
    format!("<p style=\"{FONT};{FOOT}\">{line}</p>\n")
}

/// The unsubscribe line of a text part.
pub(crate) fn text_foot(language: Language) -> String {
    let line = match language {
        Language::ZhCn => "不想再收到这类邮件？打开此链接并发送邮件即可退订：",
        Language::En => "No longer want these mails? Open this link and send the mail:",
    };
    format!("\n\n--------\n{line}\n{VALUE_OPEN} unsubscribe_url {VALUE_CLOSE}\n")
}

fn end_of_tag(html: &str, name: &str, is_end: bool) -> Option<usize> {
    let mut at = 0;
    nodes(html).iter().find_map(|node| {
        at += node.raw().len();
        node.is_tag(name, is_end).then_some(at)
    })
}

fn start_of_last_tag(html: &str, name: &str) -> Option<usize> {
    let mut at = html.len();
    nodes(html).iter().rev().find_map(|node| {
        at -= node.raw().len();
        node.is_tag(name, true).then_some(at)
    })
}

fn inserted(html: &str, at: usize, addition: &str) -> String {
    let (before, behind) = html.split_at_checked(at).unwrap_or((html, ""));
    format!("{before}{addition}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between<'a>(html: &'a str, before: &str, behind: &str) -> &'a str {
        html.strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(behind))
            .unwrap_or_else(|| panic!("{html}"))
    }

    #[test]
    fn the_preview_line_comes_first() {
        let hidden =
            |html: &str, before, behind| between(&with_preheader(html), before, behind).contains("preheader");
        assert!(hidden("<html><body class=\"a>b\"><p>x", "<html><body class=\"a>b\">", "<p>x"));
        assert!(hidden("<!-- <body> --><head></head><p>x", "<!-- <body> --><head></head>", "<p>x"));
        assert!(hidden("<p>x", "", "<p>x"));
    }

    #[test]
    fn the_unsubscribe_line_comes_last() {
        let foot = |html: &str, before, behind| {
            between(&with_foot(html, Language::En), before, behind).contains("unsubscribe_url")
        };
        assert!(foot("<p>x</p></BODY ></html>", "<p>x</p>", "</BODY ></html>"));
        assert!(foot("<p>x</p></html>", "<p>x</p>", "</html>"));
        assert!(foot("<p>x</p>", "<p>x</p>", ""));
    }
}
