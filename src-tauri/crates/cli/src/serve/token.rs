//! The key to everything: 256 random bits, made anew at each start and printed once.

use std::fmt;
use std::fmt::Write;

use axum::http::HeaderValue;
use subtle::ConstantTimeEq;

/// The token of this process.
pub struct Token(String);

impl Token {
    /// A new token.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes.iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })))
    }

    /// The text that goes into the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an `Authorization` header holds it. The time this takes tells nothing about where it differs.
    pub fn is_in(&self, authorization: Option<&HeaderValue>) -> bool {
        let given = authorization.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        given.is_some_and(|given| bool::from(given.ct_eq(self.0.as_bytes())))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        let token = Token::random().unwrap();
        assert_eq!(token.as_str().len(), 64);
        assert_ne!(token.as_str(), Token::random().unwrap().as_str());
        let opens = |text: String| token.is_in(Some(&HeaderValue::from_str(&text).unwrap()));
        assert!(opens(format!("Bearer {}", token.as_str())));
        for wrong in [
            token.as_str().to_owned(),
            format!("Basic {}", token.as_str()),
            format!("Bearer {}", token.as_str().split_at(1).1),
            format!("Bearer {}0", token.as_str()),
            "Bearer ".to_owned(),
        ] {
            assert!(!opens(wrong));
        }
        assert!(!token.is_in(None));
    }
}
