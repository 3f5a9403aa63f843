//! Finds out in which encoding a file is.
//!
//! A byte order mark decides. Else UTF-8, when nearly everything beyond ASCII is valid UTF-8: one broken byte in a
//! long file must not turn every name in it into garbage. Else a statistical guess, helped by the countries that the
//! addresses in the file end in, as a few Chinese names alone are too little to tell GBK from its neighbours.

use std::fmt;
use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// How much text beyond ASCII is looked at.
const ENOUGH_BYTES: usize = 256 << 10;
/// How much is looked at in search of it; a file that is ASCII for so long is taken for UTF-8.
const MOST_BYTES: usize = 256 << 20;

/// An encoding of text that can be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// Names worth offering in a list of choices, most likely first.
    pub const CHOICES: &[&str] = &[
        "UTF-8",
        "GBK",
        "gb18030",
        "Big5",
        "UTF-16LE",
        "UTF-16BE",
        "Shift_JIS",
        "EUC-JP",
        "EUC-KR",
        "windows-1250",
        "windows-1251",
        "windows-1252",
    ];

    /// The encoding that a label of the WHATWG Encoding Standard names (`gbk`, `utf-8`, `latin1` …), in any case.
    pub fn by_label(label: &str) -> Option<Self> {
        Encoding::for_label(label.as_bytes()).filter(|found| *found != REPLACEMENT).map(Self)
    }

    /// Its name in the WHATWG Encoding Standard.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Debug for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The encoding and the length of the byte order mark of what starts with `head`, where it need not be guessed.
pub(crate) fn told(head: &[u8], chosen: Option<TextEncoding>) -> Option<(&'static Encoding, usize)> {
    match (chosen, Encoding::for_bom(head)) {
        (Some(chosen), Some((encoding, len))) if encoding == chosen.0 => Some((encoding, len)),
        (Some(chosen), _) => Some((chosen.0, 0)),
        (None, Some(marked)) => Some(marked),
        (None, None) => utf_16_by_zeros(head).map(|encoding| (encoding, 0)),
    }
}

/// UTF-16 without a mark: addresses are ASCII, so every other byte of many is zero.
fn utf_16_by_zeros(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 10;
    if odd > many && odd > even * 50 {
        Some(UTF_16LE)
    } else if even > many && even > odd * 50 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The most likely encoding of what starts with `head` and goes on in `rest`.
pub(crate) fn guess(head: &[u8], rest: &mut impl Read) -> io::Result<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut seen = Seen::default();
    let mut buffer = vec![0; 64 * 1024];
    let mut chunk = head;
    let mut read = 0;
    while !chunk.is_empty() && read < MOST_BYTES && seen.beyond_ascii < ENOUGH_BYTES {
        if !chunk.is_ascii() {
            detector.feed(chunk, false);
            seen.count(chunk);
        }
        read += chunk.len();
        let len = rest.read(&mut buffer)?;
        chunk = buffer.get(..len).unwrap_or_default();
    }
    detector.feed(b"", true);
    if seen.valid >= seen.malformed * 20 {
        return Ok(UTF_8);
    }
    Ok(detector.guess(country(head), Utf8Detection::Deny))
}

/// How well bytes fit UTF-8.
#[derive(Default)]
struct Seen {
    /// Characters of more than one byte.
    valid: usize,
    malformed: usize,
    /// Bytes of the chunks that have more than ASCII in them.
    beyond_ascii: usize,
}

impl Seen {
    fn count(&mut self, chunk: &[u8]) {
        self.beyond_ascii += chunk.len();
        for piece in chunk.utf8_chunks() {
            self.valid += piece.valid().chars().filter(|c| !c.is_ascii()).count();
            self.malformed += usize::from(!piece.invalid().is_empty());
        }
    }
}

/// Providers whose users nearly all write in one country's encoding, though their domain does not say so.
const HOMES: &[(&[u8], &[u8])] = &[
    (b"qq.com", b"cn"),
    (b"163.com", b"cn"),
    (b"126.com", b"cn"),
    (b"sina.com", b"cn"),
    (b"sohu.com", b"cn"),
    (b"139.com", b"cn"),
    (b"foxmail.com", b"cn"),
    (b"aliyun.com", b"cn"),
    (b"naver.com", b"kr"),
];

/// The country most of the addresses in the text are from, as its top-level domain.
fn country(text: &[u8]) -> Option<&[u8]> {
    let mut counts: Vec<(&[u8], usize)> = Vec::new();
    for behind in text.split(|byte| *byte == b'@').skip(1).take(10_000) {
        let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let len = behind.iter().position(|byte| !is_domain(byte)).unwrap_or(behind.len());
        let domain = behind.get(..len).unwrap_or_default();
        let home = HOMES.iter().find(|(host, _)| domain.eq_ignore_ascii_case(host)).map(|(_, home)| *home);
        let top = domain.rsplit(|byte| *byte == b'.').next();
        let lower_two = |top: &&[u8]| top.len() == 2 && top.iter().all(u8::is_ascii_lowercase);
        let Some(found) = home.or(top.filter(lower_two)) else { continue };
        match counts.iter_mut().find(|(country, _)| *country == found) {
            Some((_, count)) => *count += 1,
            None => counts.push((found, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(country, _)| country)
}
