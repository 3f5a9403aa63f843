//! E-mail addresses: kept as typed, compared by a key, shown masked.
//!
//! The rule is stricter than RFC 5321: quoted local parts, comments and address literals are refused, as no list of
//! contacts means them, and they are how commands are smuggled. Non-ASCII local parts are allowed (RFC 6531).

use std::fmt;

/// An address that mail can be sent to.
///
/// `Debug` and `Display` mask it (`u***@e***.cn`), so that it cannot slip into a log; [`EmailAddress::as_str`] is the
/// deliberate way to the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    typed: String,
    at: usize,
    ascii_domain: String,
}

/// What two addresses are compared by: lower-case local part, `@`, lower-case ASCII (IDNA) domain.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressKey(String);

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AddressFault {
    /// Nothing there.
    #[error("the address is empty")]
    Empty,
    /// No `@`.
    #[error("the address has no @")]
    NoAt,
    /// More than one `@`.
    #[error("the address has more than one @")]
    ManyAts,
    /// A space, control character, quote, bracket or comma.
    #[error("the address has a character that no address may have")]
    BadCharacter,
    /// The part before the `@` is empty, over 64 bytes, or has a misplaced dot.
    #[error("the part before the @ is wrong")]
    BadLocalPart,
    /// The part behind the `@` is no domain name.
    #[error("the part behind the @ is no domain name")]
    BadDomain,
    /// Over 254 bytes (RFC 5321 §4.5.3.1.3).
    #[error("the address is too long")]
    TooLong,
}

impl AddressFault {
    /// The word of this fault on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoAt => "no_at",
            Self::ManyAts => "many_ats",
            Self::BadCharacter => "bad_character",
            Self::BadLocalPart => "bad_local_part",
            Self::BadDomain => "bad_domain",
            Self::TooLong => "too_long",
        }
    }
}

impl EmailAddress {
    /// Reads an address; white space around it is dropped, everything else must be right.
    pub fn parse(text: &str) -> Result<Self, AddressFault> {
        let typed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if typed.is_empty() {
            return Err(AddressFault::Empty);
        }
        if typed.len() > 254 {
            return Err(AddressFault::TooLong);
        }
        if typed.chars().any(is_never_in_an_address) {
            return Err(AddressFault::BadCharacter);
        }
        let (local, domain) = typed.split_once('@').ok_or(AddressFault::NoAt)?;
        if domain.contains('@') {
            return Err(AddressFault::ManyAts);
        }
        if local.is_empty()
            || local.len() > 64
            || local.starts_with('.')
            || local.ends_with('.')
            || local.contains("..")
        {
            return Err(AddressFault::BadLocalPart);
        }
        let ascii_domain = ascii_domain(domain).ok_or(AddressFault::BadDomain)?;
        Ok(Self { at: local.len(), typed: typed.to_owned(), ascii_domain })
    }

    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// The part before the `@`, as typed.
    pub fn local_part(&self) -> &str {
        self.typed.get(..self.at).unwrap_or_default()
    }

    /// The domain in lower-case ASCII (IDNA), as it goes on the wire.
    pub fn domain(&self) -> &str {
        &self.ascii_domain
    }

    /// Whether a server must know SMTPUTF8 to take it (RFC 6531).
    pub fn needs_smtputf8(&self) -> bool {
        !self.local_part().is_ascii()
    }

    /// What it is compared by.
    pub fn key(&self) -> AddressKey {
        AddressKey(format!("{}@{}", self.local_part().to_lowercase(), self.ascii_domain))
    }
}

fn is_never_in_an_address(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '"' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '[' | '\\' | ']' | '`')
        || ('\u{200b}'..='\u{206f}').contains(&c)
}

fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = if domain.is_ascii() {
        let lower = domain.to_ascii_lowercase();
        // A label that claims to be IDNA must be, or two spellings of one domain would have two keys.
        if lower.split('.').any(|label| label.starts_with("xn--")) {
            idna::domain_to_ascii_strict(&lower).ok()?
        } else {
            lower
        }
    } else {
        idna::domain_to_ascii_strict(domain).ok()?
    };
    let labels: Vec<&str> = ascii.split('.').collect();
    let label_ok = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let top_ok = labels.last().is_some_and(|top| top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit()));
    (labels.len() >= 2 && ascii.len() <= 253 && labels.iter().all(label_ok) && top_ok).then_some(ascii)
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
        let top = self.ascii_domain.rsplit('.').next().unwrap_or_default();
        write!(f, "{}***@{}***.{top}", first(self.local_part()), first(&self.ascii_domain))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl AddressKey {
    /// A key that was stored before.
    pub fn from_stored(key: String) -> Self {
        Self(key)
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_addresses_are_taken_as_typed() {
        for good in [
            "a@b.cn",
            "User.Name+tag@Example.COM",
            "o'neil@example.ie",
            "王丽@例子.中国",
            "x_y-z@sub.example.co.uk",
        ] {
            assert_eq!(EmailAddress::parse(good).map(|a| a.as_str().to_owned()), Ok(good.to_owned()));
        }
    }

    #[test]
    fn bad_addresses_say_why() {
        for (bad, fault) in [
            ("", AddressFault::Empty),
            ("   ", AddressFault::Empty),
            ("nobody", AddressFault::NoAt),
            ("a@@b.cn", AddressFault::ManyAts),
            ("a@b@c.cn", AddressFault::ManyAts),
            ("a b@c.cn", AddressFault::BadCharacter),
            ("a@b.cn\r\nRCPT TO:<c@d.cn>", AddressFault::BadCharacter),
            ("\"a b\"@c.cn", AddressFault::BadCharacter),
            ("a@[127.0.0.1]", AddressFault::BadCharacter),
            (".a@b.cn", AddressFault::BadLocalPart),
            ("a..b@c.cn", AddressFault::BadLocalPart),
            ("@b.cn", AddressFault::BadLocalPart),
            ("a@", AddressFault::BadDomain),
            ("a@localhost", AddressFault::BadDomain),
            ("a@b..cn", AddressFault::BadDomain),
            ("a@-b.cn", AddressFault::BadDomain),
            ("a@1.2.3.4", AddressFault::BadDomain),
            ("a@xn--example-.com", AddressFault::BadDomain),
        ] {
            assert_eq!(EmailAddress::parse(bad).map(|_| ()), Err(fault), "{bad:?}");
        }
        assert_eq!(
            EmailAddress::parse(&format!("{}@b.cn", "a".repeat(65))).map(|_| ()),
            Err(AddressFault::BadLocalPart)
        );
        assert_eq!(
            EmailAddress::parse(&format!("a@{}.cn", "b".repeat(300))).map(|_| ()),
            Err(AddressFault::TooLong)
        );
    }

    #[test]
    fn spellings_of_one_address_have_one_key() {
        let key = |text| EmailAddress::parse(text).expect("a good address").key();
        assert_eq!(key("User@Example.COM"), key("user@example.com"));
        assert_eq!(key("a@例子.中国"), key("a@xn--fsqu00a.xn--fiqs8s"));
        assert_ne!(key("a@example.com"), key("b@example.com"));
    }

    #[test]
    fn printing_masks_the_address() {
        let address = EmailAddress::parse("wangli@example.com.cn").expect("a good address");
        assert_eq!(address.to_string(), "w***@e***.cn");
        assert_eq!(format!("{address:?}"), "w***@e***.cn");
        assert!(!format!("{:?}", address.key()).contains('@'));
    }
}
