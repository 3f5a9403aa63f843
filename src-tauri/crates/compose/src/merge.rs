//! The merge of a prepared template with one contact.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use hongyan_domain::{Contact, clean_line, clean_text};
use minijinja::value::{Object, Value};
use minijinja::{Error, ErrorKind};

use crate::prepared::{EMAIL, HTML, PREHEADER, SUBJECT, TEXT, UNSUBSCRIBE_URL};
use crate::{MergeFault, Part, Prepared, Unsubscribe};

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

/// The longest HTML or text part of a mail, in bytes.
const MAX_PART_BYTES: usize = 1024 * 1024;
/// The longest subject or preview line, in characters.
const MAX_LINE_CHARS: usize = 998;

impl Prepared {
    /// Merges the template with one contact.
    pub fn merge(&self, contact: &Contact, extras: &MergeExtras) -> Result<Merged, MergeFault> {
        let mut values = self.values_of(contact, extras);
        let subject = clean_line(&self.render(SUBJECT, Part::Subject, &values)?);
        let preheader = match self.has_preheader {
            true => clean_line(&self.render(PREHEADER, Part::Preheader, &values)?),
            false => String::new(),
        };
        for (part, line) in [(Part::Subject, &subject), (Part::Preheader, &preheader)] {
            if line.chars().count() > MAX_LINE_CHARS {
                return Err(MergeFault::TooLarge { part });
            }
        }
        values.push(PREHEADER, &preheader);
        let html = self.render(HTML, Part::Body, &values)?;
        let mut text = self.render(TEXT, Part::Text, &values)?;
        // A first paragraph may have stood behind an `{% if %}`.
        text.drain(..text.len() - text.trim_start().len());
        Ok(Merged { subject, preheader, html, text })
    }

    /// The values of the used fields; what is empty is left out, as it counts as absent.
    fn values_of(&self, contact: &Contact, extras: &MergeExtras) -> Values {
        let mut values = Values(Vec::with_capacity(self.fields.len() + 3));
        values.push(EMAIL, contact.address.as_str());
        values.push(UNSUBSCRIBE_URL, &extras.unsubscribe_mailto);
        for field in &self.fields {
            if field.name == "name" {
                values.push("name", &contact.display_name());
            } else if let Some((_, value)) =
                contact.fields.iter().find(|(name, _)| name.as_str() == field.name)
            {
                values.push(&field.name, value);
            }
        }
        values
    }

    fn render(&self, name: &str, part: Part, values: &Values) -> Result<String, MergeFault> {
        let fault = |error: Error| self.fault(part, &error, values);
        let template = self.environment.get_template(name).map_err(fault)?;
        let text = template.render(Value::from_object(values.clone())).map_err(fault)?;
        if text.len() > MAX_PART_BYTES {
            return Err(MergeFault::TooLarge { part });
        }
        Ok(text)
    }

    /// Names the field that was missing: the engine's error does not.
    fn fault(&self, part: Part, error: &Error, values: &Values) -> MergeFault {
        let is_absent = |name: &&str| values.find(name).is_none();
        match error.kind() {
            ErrorKind::OutOfFuel => MergeFault::OutOfFuel { part },
            ErrorKind::UndefinedError => self
                .fields
                .iter()
                .filter(|field| !field.has_default)
                .map(|field| field.name.as_str())
                .chain([PREHEADER, UNSUBSCRIBE_URL])
                .find(is_absent)
                .map_or(MergeFault::Failed { part }, |field| MergeFault::MissingField {
                    field: field.to_owned(),
                }),
            _ => MergeFault::Failed { part },
        }
    }
}

/// Variable names with their values.
#[derive(Debug, Clone)]
struct Values(Vec<(Arc<str>, Value)>);

impl Values {
    /// Adds a value, if it is one.
    fn push(&mut self, name: &str, value: &str) {
        let value = harmless(value);
        if !value.trim().is_empty() {
            self.0.push((Arc::from(name), Value::from(value.as_ref())));
        }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known.as_ref() == name).map(|(_, value)| value)
    }
}

impl Object for Values {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.find(key.as_str()?).cloned()
    }
}

/// The value without control characters, which could be taken for something else further on.
fn harmless(value: &str) -> Cow<'_, str> {
    if value.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(clean_text(value))
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
