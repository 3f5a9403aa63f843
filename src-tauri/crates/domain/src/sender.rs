//! The From name and address.

use crate::{AddressFault, EmailAddress, clean_line};

/// A From name and address that an account may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The name shown to the reader, one clean line, or empty.
    pub name: String,
    /// The address.
    pub address: EmailAddress,
}

/// Why a text is no sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SenderFault {
    /// The address is wrong.
    #[error(transparent)]
    Address(#[from] AddressFault),
    /// `Name <address>` was expected and the angle brackets do not match.
    #[error("write it as: Name <address@example.com>")]
    Form,
}

impl Sender {
    /// Makes a sender; the name is reduced to one clean line.
    pub fn new(name: &str, address: EmailAddress) -> Self {
        Self { name: clean_line(name), address }
    }

    /// Reads `Name <a@b>`, `"Name" <a@b>`, `<a@b>` or `a@b`.
    pub fn parse(text: &str) -> Result<Self, SenderFault> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('<') else {
            return Ok(Self::new("", EmailAddress::parse(text)?));
        };
        let address = rest.strip_suffix('>').ok_or(SenderFault::Form)?;
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        Ok(Self::new(name, EmailAddress::parse(address)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_read() {
        for (text, name) in [
            ("王丽 <li@example.cn>", "王丽"),
            ("\"Li, Wang\" <li@example.cn>", "Li, Wang"),
            ("<li@example.cn>", ""),
            ("li@example.cn", ""),
        ] {
            let sender = Sender::parse(text).expect("a good sender");
            assert_eq!((sender.name.as_str(), sender.address.as_str()), (name, "li@example.cn"));
        }
        assert_eq!(Sender::parse("Li <li@example.cn"), Err(SenderFault::Form));
    }
}
