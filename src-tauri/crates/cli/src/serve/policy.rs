//! What our page may load: only what we serve, and of scripts within the page only the one that starts it.
//!
//! The start script stands in `index.html`, so its hash is named (CSP Level 3, §8.3). Pictures from the net are allowed for the
//! preview whose reader asked for them: its frame inherits this policy and closes it by one of its own until then.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

/// The policy for a page with these scripts in it.
pub fn policy_for(page: &str) -> Option<HeaderValue> {
    let scripts: String = inline_scripts(page).map(|script| format!(" '{}'", hash(script))).collect();
    let policy = format!(
        "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob: https:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; \
         object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).ok()
}

fn hash(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(digest(&SHA256, script.as_bytes())))
}

/// The contents of `<script>` elements that load nothing. The page is ours, so this need not be a parser.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_within_the_page_are_named() {
        // printf "alert('Hello, world.');" | openssl dgst -sha256 -binary | base64: the example of CSP Level 2, §7.15.1.
        let page =
            "<script src=\"/a.js\"></script><p><script type=\"module\">alert('Hello, world.');</script>";
        let policy = policy_for(page).unwrap();
        let policy = policy.to_str().unwrap();
        assert_eq!(policy.matches("sha256-").count(), 1);
        assert!(policy.contains("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"), "{policy}");
        assert!(!policy.contains("script-src 'self' 'unsafe-inline'"));
    }
}
