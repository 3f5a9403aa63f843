//! What the user wrote: the parts of one template, as they are stored.

use std::fmt;

use hongyan_domain::TemplateFormat;

/// A template as the user wrote it. Every part may hold merge tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What the body is written in.
    pub format: TemplateFormat,
    /// The language of the sentences that the app adds (the unsubscribe line) and of the mail's `lang` attribute.
    pub language: Language,
    /// The subject line.
    pub subject: String,
    /// The line that mail programs show behind the subject in the list; empty for none.
    pub preheader: String,
    /// The body, at most [`Source::MAX_BODY_BYTES`].
    pub body: String,
    /// The user's own text part; `None` derives it from the body.
    pub text: Option<String>,
}

impl Source {
    /// The longest body or text part, in bytes.
    pub const MAX_BODY_BYTES: usize = 512 * 1024;
    /// The longest subject or preheader as written, in bytes.
    pub const MAX_LINE_BYTES: usize = 4 * 1024;
}

/// The language of the sentences that the app adds to a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    ZhCn,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag, for the `lang` attribute.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

/// One part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The subject line.
    Subject,
    /// The preview line.
    Preheader,
    /// The body.
    Body,
    /// The text part.
    Text,
}

impl Part {
    /// The word of this part on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Preheader => "preheader",
            Self::Body => "body",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
