//! Head and content become the bytes of one mail.
//!
//! `multipart/alternative` with the text first, as RFC 2046 §5.1.4 orders it: the last part is the best one. The bytes
//! are canonical: CRLF only, ASCII only (but for an address that needs SMTPUTF8), no line over 998 characters.

use std::borrow::Cow;
use std::fmt;

use crate::encoding::Transfer;
use crate::{BuildFault, MailHead, Merged};

/// The bytes of one mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The whole mail, every line with CRLF, not dot-stuffed.
    pub bytes: Vec<u8>,
    /// Whether the server must know SMTPUTF8 to take it (RFC 6531).
    pub needs_smtputf8: bool,
}

impl fmt::Debug for Mail {
    /// Shows the size only: the bytes are somebody's letter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({} bytes, needs_smtputf8: {})", self.bytes.len(), self.needs_smtputf8)
    }
}

/// `=_` occurs neither in quoted-printable nor in base64 (RFC 2045 §6.7), so this line is never part of a body.
const BOUNDARY: &str = "=_hongyan_alternative";

/// Builds one mail.
pub fn build(head: &MailHead, merged: &Merged) -> Result<Mail, BuildFault> {
    let mut bytes = head.header_lines(&merged.subject)?.into_bytes();
    bytes.reserve(merged.html.len() + merged.text.len() * 3 / 2 + 1024);
    bytes.extend_from_slice(b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"");
    bytes.extend_from_slice(BOUNDARY.as_bytes());
    bytes.extend_from_slice(b"\"\r\n\r\n");
    append_part("text/plain", &merged.text, &mut bytes);
    append_part("text/html", &merged.html, &mut bytes);
    bytes.extend_from_slice(b"--");
    bytes.extend_from_slice(BOUNDARY.as_bytes());
    bytes.extend_from_slice(b"--\r\n");
    Ok(Mail { bytes, needs_smtputf8: head.needs_smtputf8() })
}

fn append_part(kind: &str, text: &str, bytes: &mut Vec<u8>) {
    let text = with_lf(text);
    let transfer = Transfer::shorter_for(&text);
    for piece in ["--", BOUNDARY, "\r\nContent-Type: ", kind, "; charset=utf-8\r\n"] {
        bytes.extend_from_slice(piece.as_bytes());
    }
    for piece in ["Content-Transfer-Encoding: ", transfer.as_str(), "\r\n\r\n"] {
        bytes.extend_from_slice(piece.as_bytes());
    }
    transfer.append(&text, bytes);
    bytes.extend_from_slice(b"\r\n");
}

/// The text with LF as its only line end.
fn with_lf(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_some() {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
