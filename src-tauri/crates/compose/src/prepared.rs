//! A template made ready for a run, and its merge with one contact.

use std::fmt;

use hongyan_domain::Contact;

use crate::{MergeFault, Source, TemplateFault, Unsubscribe};

/// A template made ready for a run: parsed, laid out and compiled. Share it by `Arc`.
#[derive(Debug)]
pub struct Prepared {
    fields: Vec<UsedField>,
    source: Source,
}

/// A field that a template uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedField {
    /// The name as the template has it: a custom field's name, or `name`. Not always a field that exists.
    pub name: String,
    /// Whether every use has a default or stands behind an `{% if %}` that asks for the field. A contact without the
    /// field can then still be written to.
    pub has_default: bool,
}

/// What a merge needs besides the contact.
#[derive(Clone, PartialEq, Eq)]
pub struct MergeExtras {
    /// The `mailto:` link that `{{ unsubscribe_url }}` stands for; see [`Unsubscribe::link`].
    pub unsubscribe_mailto: String,
}

/// The content of one mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Merged {
    /// The subject, one clean line.
    pub subject: String,
    /// The preview line, one clean line, already part of `html` as well.
    pub preheader: String,
    /// The HTML part, LF line ends.
    pub html: String,
    /// The text part, LF line ends.
    pub text: String,
}

/// Makes a template ready for a run.
pub fn prepare(source: &Source) -> Result<Prepared, TemplateFault> {
    Ok(Prepared { fields: Vec::new(), source: source.clone() })
}

impl Prepared {
    /// The fields that the template uses, each once, sorted by name. `email`, `preheader` and `unsubscribe_url` are
    /// always there and not among them.
    pub fn fields(&self) -> &[UsedField] {
        &self.fields
    }

    /// Merges the template with one contact.
    pub fn merge(&self, _contact: &Contact, _extras: &MergeExtras) -> Result<Merged, MergeFault> {
        let Source { subject, preheader, body, .. } = self.source.clone();
        Ok(Merged { subject, preheader, html: body.clone(), text: body })
    }
}

impl From<&Unsubscribe> for MergeExtras {
    fn from(unsubscribe: &Unsubscribe) -> Self {
        Self { unsubscribe_mailto: unsubscribe.link().to_owned() }
    }
}

impl fmt::Debug for MergeExtras {
    /// Shows nothing: the link holds an address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MergeExtras(***)")
    }
}

impl fmt::Debug for Merged {
    /// Shows sizes only: the content is somebody's letter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Merged(html: {} bytes, text: {} bytes)", self.html.len(), self.text.len())
    }
}
