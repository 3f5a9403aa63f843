//! The way out: the `mailto:` link by which a reader leaves, in the header and in the text alike.
//!
//! A type of its own that a mail's head must have, so that no campaign mail can be built without it. A desktop app
//! has no public server, so the link is a mail to an address that the app reads (RFC 2369 §3.2, RFC 6068).

use std::fmt;

use hongyan_domain::EmailAddress;

use crate::filters::percent_encoded;

/// A working unsubscribe link. It can only be made of an address and a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    link: String,
}

/// Why a token cannot stand in an unsubscribe link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the unsubscribe token has 1 to 100 letters, digits, -, _ or .")]
pub struct UnsubscribeFault;

impl Unsubscribe {
    /// The first word of the subject of a mail that unsubscribes; the token follows it.
    pub const SUBJECT_WORD: &str = "unsubscribe";

    /// Makes the link: a mail to `address` with the subject `unsubscribe TOKEN`.
    pub fn by_mail(address: &EmailAddress, token: &str) -> Result<Self, UnsubscribeFault> {
        if !is_token(token) {
            return Err(UnsubscribeFault);
        }
        let (local, domain) = (percent_encoded(address.local_part()), address.domain());
        Ok(Self { link: format!("mailto:{local}@{domain}?subject={}%20{token}", Self::SUBJECT_WORD) })
    }

    /// The link: `mailto:…?subject=…`, ASCII without spaces or angle brackets.
    pub fn link(&self) -> &str {
        &self.link
    }
}

impl fmt::Debug for Unsubscribe {
    /// Shows nothing of the address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsubscribe(mailto)")
    }
}

/// Whether a text can stand unquoted in headers and links.
pub(crate) fn is_token(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("a good address")
    }

    #[test]
    fn the_link_names_address_and_token() {
        let unsubscribe =
            Unsubscribe::by_mail(&address("news+x@例子.中国"), "r-1.abc_D").expect("a good token");
        assert_eq!(
            unsubscribe.link(),
            "mailto:news%2Bx@xn--fsqu00a.xn--fiqs8s?subject=unsubscribe%20r-1.abc_D"
        );
    }

    #[test]
    fn odd_local_parts_are_percent_encoded() {
        let unsubscribe = Unsubscribe::by_mail(&address("王&a=b?c@example.cn"), "t").expect("a good token");
        assert_eq!(unsubscribe.link(), "mailto:%E7%8E%8B%26a%3Db%3Fc@example.cn?subject=unsubscribe%20t");
    }

    #[test]
    fn a_token_cannot_carry_anything_else() {
        for bad in ["", "a b", "a\r\nBcc: x", "a>b", "a&cc=x", "é", &"a".repeat(101)] {
            assert_eq!(Unsubscribe::by_mail(&address("a@b.cn"), bad), Err(UnsubscribeFault), "{bad:?}");
        }
    }
}
