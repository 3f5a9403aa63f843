//! A reply on its way out.

/// A code and one or more lines of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Three digits.
    pub code: u16,
    /// The lines, parted by line feeds.
    pub text: String,
}

impl Answer {
    /// An answer of this code and text; line feeds part its lines.
    pub fn new(code: u16, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// Whether the command is carried out: 2xx and 3xx.
    pub const fn is_positive(&self) -> bool {
        matches!(self.code / 100, 2 | 3)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { '-' } else { ' ' };
            out.extend_from_slice(format!("{}{mark}{line}\r\n", self.code).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_by_hyphens() {
        let mut out = Vec::new();
        Answer::new(250, "a\nb\nc").write(&mut out);
        Answer::new(354, "go").write(&mut out);
        assert_eq!(out, b"250-a\r\n250-b\r\n250 c\r\n354 go\r\n");
    }
}
