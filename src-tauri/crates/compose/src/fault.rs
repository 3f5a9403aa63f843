//! What can be wrong with a template, with a merge and with a mail's head.
//!
//! Every fault is a kind with parameters, so that the interface can make the sentence; none shows a contact's data.

use crate::Part;

/// A mistake in a template, found before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {kind} ({detail})")]
pub struct TemplateFault {
    /// Where.
    pub part: Part,
    /// The line in that part as the user wrote it, from 1, where known.
    pub line: Option<usize>,
    /// What.
    pub kind: TemplateFaultKind,
    /// The word or construct at fault, for a look closer; empty where the kind says it all.
    pub detail: String,
}

/// What is wrong with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TemplateFaultKind {
    /// A tag is not closed, or its inside cannot be read.
    #[error("the merge tag cannot be read")]
    Syntax,
    /// No such filter; the detail is its name.
    #[error("unknown filter")]
    UnknownFilter,
    /// No such test (`is …`); the detail is its name.
    #[error("unknown test")]
    UnknownTest,
    /// Functions do not exist here; the detail is the name.
    #[error("unknown function")]
    UnknownFunction,
    /// A construct that merge tags do not have, such as loops or arithmetic.
    #[error("not allowed in a merge tag")]
    NotAllowed,
    /// A comparison with `""` or with a number: fields are text and an empty one counts as absent.
    #[error("compare with a text in quotes, or ask whether the field is there")]
    Comparison,
    /// A value would land where it cannot be made safe: a script, a style sheet, an event attribute, a tag's or an
    /// attribute's name, or an attribute without quotes. The detail names the place.
    #[error("a merge tag cannot stand here")]
    UnsafePlace,
    /// The part is longer than [`crate::Source::MAX_BODY_BYTES`] or [`crate::Source::MAX_LINE_BYTES`], or a tag in it
    /// is longer than 1,000 bytes.
    #[error("too large")]
    TooLarge,
}

impl TemplateFaultKind {
    /// The word of this kind on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownFilter => "unknown_filter",
            Self::UnknownTest => "unknown_test",
            Self::UnknownFunction => "unknown_function",
            Self::NotAllowed => "not_allowed",
            Self::Comparison => "comparison",
            Self::UnsafePlace => "unsafe_place",
            Self::TooLarge => "too_large",
        }
    }
}

/// Why one contact gets no mail from a good template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeFault {
    /// The template prints a field that this contact does not have, without a default.
    #[error("the contact has no {field}")]
    MissingField {
        /// The field as the template names it.
        field: String,
    },
    /// The part comes out longer than allowed: 1 MiB, or 998 characters for subject and preheader.
    #[error("{part} is too large")]
    TooLarge {
        /// Which part.
        part: Part,
    },
    /// The template takes more work than a mail may take.
    #[error("{part} takes too much work")]
    OutOfFuel {
        /// Which part.
        part: Part,
    },
    /// The template cannot be carried out with this contact's values.
    #[error("{part} cannot be merged")]
    Failed {
        /// Which part.
        part: Part,
    },
}

/// Why a mail cannot be built; each is a mistake of the caller, none comes from a contact's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BuildFault {
    /// The Message-ID is not of the form `left@right` in printable ASCII.
    #[error("the Message-ID is malformed")]
    MessageId,
    /// The reference is empty, too long, or has other characters than letters, digits, `-`, `_` and `.`.
    #[error("the reference is malformed")]
    Reference,
    /// The List-Id is not of the form `label.domain` (RFC 2919 §3).
    #[error("the List-Id is malformed")]
    ListId,
    /// The mail cannot be signed: a line of it ends otherwise than with CR LF, or the key does not sign.
    #[error("the mail cannot be signed")]
    Signature,
}
