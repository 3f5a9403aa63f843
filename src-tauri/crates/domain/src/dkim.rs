//! What the world must know to check the signatures of an account's mails: DKIM (RFC 6376, RFC 8463).
//!
//! Only what is public is here, so it may stand in the database and on the screen; the private key is no part of it.

use crate::{EmailAddress, words};

words! {
    /// How a mail is signed.
    DkimAlgorithm, "DKIM algorithm", {
        /// `rsa-sha256`, which every receiver checks (RFC 6376 §3.3.1).
        Rsa = "rsa",
        /// `ed25519-sha256`: short and quick, but not checked everywhere yet (RFC 8463).
        Ed25519 = "ed25519",
    }
}

/// The public side of an account's DKIM key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dkim {
    /// How mails are signed.
    pub algorithm: DkimAlgorithm,
    /// Who signs: a domain in lower-case ASCII.
    pub domain: String,
    /// Which of the domain's keys it is: one or more labels, as in a host name.
    pub selector: String,
    /// The public key in base64, as the record has it behind `p=`.
    pub public_key: String,
}

/// Characters that a string of a TXT record can hold (RFC 1035 §3.3).
const TXT_STRING_CHARS: usize = 255;

impl Dkim {
    /// The selector that is proposed.
    pub const USUAL_SELECTOR: &str = "hongyan";

    /// The DNS name under which the public key is published (RFC 6376 §3.6.2.1).
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The TXT record's whole value (RFC 6376 §3.6.1).
    pub fn record_value(&self) -> String {
        format!("v=DKIM1; k={}; p={}", self.algorithm, self.public_key)
    }

    /// The value as zone files have it: quoted strings of at most 255 characters, which receivers join.
    pub fn record_strings(&self) -> String {
        let value: Vec<char> = self.record_value().chars().collect();
        let strings =
            value.chunks(TXT_STRING_CHARS).map(|part| format!("\"{}\"", part.iter().collect::<String>()));
        strings.collect::<Vec<_>>().join(" ")
    }

    /// Whether receivers count the signature for a From address at this domain, as DMARC asks (relaxed alignment,
    /// RFC 9989): both belong to one organization.
    ///
    /// What an organization's domain is, the DNS knows for sure; here it is guessed from the name, which is good enough
    /// for a warning.
    pub fn is_aligned_with(&self, from_domain: &str) -> bool {
        is_within(&self.domain, from_domain)
            || is_within(from_domain, &self.domain)
            || organization(&self.domain) == organization(from_domain)
    }
}

/// Reads a domain as people write it: lower-case ASCII comes out; `None` for what is none.
pub fn parse_dkim_domain(text: &str) -> Option<String> {
    let address = EmailAddress::parse(&format!("a@{}", text.trim().trim_start_matches('@'))).ok()?;
    Some(address.domain().to_owned())
}

/// Reads a selector: labels of letters, digits and inner hyphens, joined by dots (RFC 6376 §3.1).
pub fn parse_selector(text: &str) -> Option<String> {
    let selector = text.trim().to_ascii_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (selector.len() <= 100 && selector.split('.').all(is_label)).then_some(selector)
}

fn is_within(domain: &str, parent: &str) -> bool {
    domain.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Labels below a country's domain under which everybody can register.
const OPEN_LABELS: [&str; 14] =
    ["ac", "co", "com", "edu", "gen", "go", "gov", "ltd", "me", "ne", "net", "or", "org", "plc"];

/// The domain that somebody registered, as far as the name tells: `b.cn` of `a.b.cn`, `b.com.cn` of `a.b.com.cn`.
fn organization(domain: &str) -> &str {
    let mut dots = domain.rmatch_indices('.').map(|(at, _)| at);
    let (top, second, third) = (dots.next(), dots.next(), dots.next());
    let (Some(top), Some(second)) = (top, second) else { return domain };
    let label = domain.get(second + 1..top).unwrap_or_default();
    let is_open = domain.len() - top == ".cn".len() && OPEN_LABELS.contains(&label);
    let start = if is_open { third.map_or(0, |at| at + 1) } else { second + 1 };
    domain.get(start..).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dkim(algorithm: DkimAlgorithm, domain: &str, public_key: &str) -> Dkim {
        let (domain, public_key) = (domain.to_owned(), public_key.to_owned());
        Dkim { algorithm, domain, selector: "hongyan".to_owned(), public_key }
    }

    #[test]
    fn a_record_says_where_and_what() {
        let key = dkim(DkimAlgorithm::Ed25519, "shop.cn", "11qYAY=");
        assert_eq!(key.record_name(), "hongyan._domainkey.shop.cn");
        assert_eq!(key.record_value(), "v=DKIM1; k=ed25519; p=11qYAY=");
        assert_eq!(key.record_strings(), "\"v=DKIM1; k=ed25519; p=11qYAY=\"");
    }

    #[test]
    fn a_long_record_is_cut_into_strings_that_dns_can_hold() {
        let key = dkim(DkimAlgorithm::Rsa, "shop.cn", &"A".repeat(392));
        let strings = key.record_strings();
        let parts: Vec<&str> = strings.split("\" \"").map(|part| part.trim_matches('"')).collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [255, 155]);
        assert_eq!(parts.concat(), key.record_value());
    }

    #[test]
    fn domains_of_one_organization_are_aligned() {
        for (signs, from) in [
            ("shop.cn", "shop.cn"),
            ("shop.cn", "news.shop.cn"),
            ("mail.shop.cn", "shop.cn"),
            ("a.shop.cn", "b.shop.cn"),
            ("a.shop.com.cn", "b.shop.com.cn"),
            ("a.b.shop.co.uk", "c.shop.co.uk"),
            ("a.com.com", "b.com.com"),
        ] {
            assert!(dkim(DkimAlgorithm::Rsa, signs, "").is_aligned_with(from), "{signs} {from}");
        }
        for (signs, from) in [
            ("shop.cn", "other.cn"),
            ("shop.cn", "myshop.cn"),
            ("shop.com.cn", "other.com.cn"),
            ("a.co.uk", "b.co.uk"),
            ("shop.com", "shop.cn"),
        ] {
            assert!(!dkim(DkimAlgorithm::Rsa, signs, "").is_aligned_with(from), "{signs} {from}");
        }
    }

    #[test]
    fn selectors_and_domains_are_read_as_people_write_them() {
        assert_eq!(parse_selector(" S1.2026-11 ").as_deref(), Some("s1.2026-11"));
        for bad in ["", "a b", "a_b", "-a", "a-", "a..b", "a;p=", "雁", &"a".repeat(64)] {
            assert_eq!(parse_selector(bad), None, "{bad:?}");
        }
        assert_eq!(parse_dkim_domain(" @Shop.CN ").as_deref(), Some("shop.cn"));
        assert_eq!(parse_dkim_domain("例子.中国").as_deref(), Some("xn--fsqu00a.xn--fiqs8s"));
        for bad in ["", "shop", "a@b.cn", "shop.cn; p=", "shop.cn/x"] {
            assert_eq!(parse_dkim_domain(bad), None, "{bad:?}");
        }
    }
}
