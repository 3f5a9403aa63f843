//! Recognises files that are no CSV by their first bytes.
//!
//! People pick the `.xlsx` instead of the `.csv`, and many web shops export HTML or a workbook under a CSV's name;
//! saying what it is helps more than a thousand bad rows.

use std::fmt;

/// What a file that is no CSV seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// An Excel workbook, Office Open XML.
    Xlsx,
    /// An Excel workbook in the older binary form (OLE2).
    Xls,
    /// An OpenDocument spreadsheet.
    Ods,
    /// A PDF document.
    Pdf,
    /// A picture.
    Image,
    /// A compressed archive.
    Archive,
    /// A web page, often a table saved under a spreadsheet's name.
    Html,
    /// Address cards.
    Vcard,
    /// Some other binary content.
    Binary,
}

impl FileKind {
    /// The word of this kind on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Pdf => "pdf",
            Self::Image => "image",
            Self::Archive => "archive",
            Self::Html => "html",
            Self::Vcard => "vcard",
            Self::Binary => "binary",
        }
    }

    /// The kind that the first bytes give away, or `None` where they may be text.
    pub(crate) fn of_head(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"PK\x03\x04") {
            return Some(Self::of_zip(head));
        }
        let magic = MAGIC.iter().find(|(bytes, _)| head.starts_with(bytes)).map(|(_, kind)| *kind);
        magic.or_else(|| Self::of_text_start(head))
    }

    /// Zip entries are named in clear text; the first ones tell a workbook from another archive.
    fn of_zip(head: &[u8]) -> Self {
        let has = |needle: &[u8]| head.windows(needle.len()).any(|window| window == needle);
        if has(b"xl/") || has(b"[Content_Types].xml") {
            Self::Xlsx
        } else if has(b"application/vnd.oasis.opendocument.spreadsheet") {
            Self::Ods
        } else {
            Self::Archive
        }
    }

    fn of_text_start(head: &[u8]) -> Option<Self> {
        let without_bom = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let starts_with =
            |word: &[u8]| without_bom.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if starts_with(b"<!doctype html") || starts_with(b"<html") || starts_with(b"<table") {
            Some(Self::Html)
        } else if starts_with(b"begin:vcard") {
            Some(Self::Vcard)
        } else {
            None
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Sources: the format specifications of each kind (PNG §5.2, PDF 32000-1 §7.5.2, RFC 1952 §2.3.1, MS-CFB §2.2 …).
const MAGIC: &[(&[u8], FileKind)] = &[
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Xls),
    (b"%PDF-", FileKind::Pdf),
    (b"\x89PNG\r\n\x1a\n", FileKind::Image),
    (b"\xff\xd8\xff", FileKind::Image),
    (b"GIF8", FileKind::Image),
    (b"\x1f\x8b", FileKind::Archive),
    (b"Rar!\x1a\x07", FileKind::Archive),
    (b"7z\xbc\xaf\x27\x1c", FileKind::Archive),
    (b"SQLite format 3\0", FileKind::Binary),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_files_are_recognised_by_their_content() {
        for (head, kind) in [
            (&b"PK\x03\x04....[Content_Types].xml...."[..], Some(FileKind::Xlsx)),
            (b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK", Some(FileKind::Ods)),
            (b"PK\x03\x04 photos/1.jpg", Some(FileKind::Archive)),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", Some(FileKind::Xls)),
            (b"\x89PNG\r\n\x1a\n...", Some(FileKind::Image)),
            (b"\xef\xbb\xbf\r\n <!DOCTYPE HTML><table>", Some(FileKind::Html)),
            (b"BEGIN:VCARD\r\n", Some(FileKind::Vcard)),
            (b"email,name\n", None),
            (b"", None),
        ] {
            assert_eq!(FileKind::of_head(head), kind, "{head:?}");
        }
    }
}
