//! One person's mail before it exists: what the preview shows.
//!
//! A preview must always show something: a field that a person lacks is shown by its name in brackets and reported,
//! where the campaign would leave that person out.

use std::collections::BTreeSet;

use hongyan_compose::{
    Language, MailHead, MergeExtras, MergeFault, Merged, Part, Prepared, Source, TemplateFault, Unsubscribe,
    build, prepare,
};
use hongyan_domain::{Contact, ContactId, EmailAddress, FieldName, Sender};
use hongyan_store::ContactRecord;

use crate::templates::TemplateDraft;
use crate::{Engine, Error, Result};

/// One person's mail as it would look; the parts are empty where the template has a mistake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Subject.
    pub subject: String,
    /// Preview line.
    pub preheader: String,
    /// HTML part. Foreign.
    pub html: String,
    /// Text part.
    pub text: String,
    /// Size of the whole mail; 0 when it cannot be built.
    pub size_bytes: usize,
    /// Mistakes of the template, and fields that the person lacks.
    pub problems: Vec<RenderProblem>,
}

/// Something wrong with a template, or with the person it is merged with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderProblem {
    /// Where.
    pub part: Part,
    /// The line in that part, from 1, where known.
    pub line: Option<usize>,
    /// What.
    pub kind: RenderProblemKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderProblemKind {
    /// The template itself; see [`hongyan_compose::TemplateFaultKind::as_str`].
    Template {
        /// The kind's word.
        code: &'static str,
        /// The word or construct at fault.
        detail: String,
    },
    /// The person has no such field.
    MissingField(String),
    /// The part comes out too large.
    TooLarge,
    /// The mail cannot be built.
    NotBuildable,
}

impl Engine {
    /// What the user writes as one person would get it; without a contact, as a made-up person would.
    pub async fn render_draft(
        &self,
        draft: TemplateDraft,
        contact: Option<ContactId>,
    ) -> Result<(Rendered, Option<ContactRecord>)> {
        let source = draft.into_source()?;
        let contact = match contact {
            Some(id) => Some(self.store().load_contact(id).await?),
            None => None,
        };
        let rendered = self.render_source(source, contact.as_ref()).await?;
        Ok((rendered, contact))
    }

    /// A template as one person would get it; without a contact, as a made-up person would.
    pub(crate) async fn render_source(
        &self,
        source: Source,
        contact: Option<&ContactRecord>,
    ) -> Result<Rendered> {
        let contact = contact.map(ContactRecord::to_contact);
        let known: BTreeSet<String> = self.store().list_contact_fields().await?.into_iter().collect();
        let now_s = self.now_ms().div_euclid(1000);
        tokio::task::spawn_blocking(move || render(&source, contact, &known, now_s)).await?
    }
}

fn render(
    source: &Source,
    contact: Option<Contact>,
    known: &BTreeSet<String>,
    now_s: i64,
) -> Result<Rendered> {
    let prepared = match prepare(source) {
        Ok(prepared) => prepared,
        Err(fault) => return Ok(Rendered { problems: vec![template_problem(fault)], ..Rendered::default() }),
    };
    let mut contact = match contact {
        Some(contact) => contact,
        None => made_up_person(source.language, &prepared, known)?,
    };
    let unsubscribe = Unsubscribe::by_mail(&sample_sender()?.address, "preview").map_err(|_| Error::Task)?;
    let extras = MergeExtras { unsubscribe_mailto: unsubscribe.link().to_owned() };
    let mut problems = Vec::new();
    let Some(merged) = merge_filled(&prepared, source, &mut contact, &extras, &mut problems) else {
        return Ok(Rendered { problems, ..Rendered::default() });
    };
    let head = MailHead {
        from: sample_sender()?,
        reply_to: None,
        to_name: contact.display_name(),
        to: contact.address,
        message_id: "preview@example.com".to_owned(),
        reference: "preview".to_owned(),
        list_id: None,
        date_unix_s: now_s,
        unsubscribe,
    };
    let size_bytes = match build(&head, &merged) {
        Ok(mail) => mail.bytes.len(),
        Err(_) => {
            problems.push(RenderProblem {
                part: Part::Body,
                line: None,
                kind: RenderProblemKind::NotBuildable,
            });
            0
        }
    };
    let Merged { subject, preheader, html, text } = merged;
    Ok(Rendered { subject, preheader, html, text, size_bytes, problems })
}

/// Merges; what is missing is filled with its own name, and reported.
fn merge_filled(
    prepared: &Prepared,
    source: &Source,
    contact: &mut Contact,
    extras: &MergeExtras,
    problems: &mut Vec<RenderProblem>,
) -> Option<Merged> {
    // Each round fills one of the fields.
    for _ in 0..=prepared.fields().len() {
        let fault = match prepared.merge(contact, extras) {
            Ok(merged) => return Some(merged),
            Err(fault) => fault,
        };
        let MergeFault::MissingField { field } = fault else {
            problems.push(merge_problem(&fault));
            return None;
        };
        let (part, line) = place_of(source, &field);
        let filled = fill(contact, &field);
        problems.push(RenderProblem { part, line, kind: RenderProblemKind::MissingField(field) });
        if !filled {
            return None;
        }
    }
    None
}

/// Gives the contact a value for a field: its name in brackets.
fn fill(contact: &mut Contact, field: &str) -> bool {
    let value = format!("[{field}]");
    if field == "name" {
        contact.name = value;
        return true;
    }
    FieldName::parse(field).is_ok_and(|name| contact.fields.insert(name, value).is_none())
}

fn template_problem(fault: TemplateFault) -> RenderProblem {
    let kind = RenderProblemKind::Template { code: fault.kind.as_str(), detail: fault.detail };
    RenderProblem { part: fault.part, line: fault.line, kind }
}

fn merge_problem(fault: &MergeFault) -> RenderProblem {
    let (part, kind) = match fault {
        MergeFault::MissingField { field } => (Part::Body, RenderProblemKind::MissingField(field.clone())),
        MergeFault::TooLarge { part } => (*part, RenderProblemKind::TooLarge),
        MergeFault::OutOfFuel { part } | MergeFault::Failed { part } => {
            (*part, RenderProblemKind::NotBuildable)
        }
    };
    RenderProblem { part, line: None, kind }
}

/// Where the template first has the field in a tag.
fn place_of(source: &Source, field: &str) -> (Part, Option<usize>) {
    let parts = [
        (Part::Subject, source.subject.as_str()),
        (Part::Preheader, source.preheader.as_str()),
        (Part::Body, source.body.as_str()),
        (Part::Text, source.text.as_deref().unwrap_or_default()),
    ];
    for (part, text) in parts {
        let line = text.lines().position(|line| has_in_tag(line, field));
        if let Some(line) = line {
            return (part, Some(line + 1));
        }
    }
    (Part::Body, None)
}

fn has_in_tag(line: &str, field: &str) -> bool {
    line.split("{{").skip(1).any(|rest| {
        let tag = rest.split("}}").next().unwrap_or_default();
        tag.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == field)
    })
}

/// Somebody with a name of the mail's language. Fields that contacts have are filled with their names, unless the
/// template has a default for them; a field that nobody has is most likely a typing error and stays missing.
fn made_up_person(language: Language, prepared: &Prepared, known: &BTreeSet<String>) -> Result<Contact> {
    let (address, name, first, last) = match language {
        Language::ZhCn => ("xiaoli@example.com", "王小丽", "小丽", "王"),
        Language::En => ("ada@example.com", "Ada Lovelace", "Ada", "Lovelace"),
    };
    let mut contact = Contact { address: parse(address)?, name: name.to_owned(), fields: Default::default() };
    for used in prepared.fields() {
        let value = match used.name.as_str() {
            "first_name" => first.to_owned(),
            "last_name" => last.to_owned(),
            name if known.contains(name) && !used.has_default => format!("[{name}]"),
            _ => continue,
        };
        if let Ok(name) = FieldName::parse(&used.name) {
            contact.fields.insert(name, value);
        }
    }
    Ok(contact)
}

/// Stands in for the account, which a template does not know.
fn sample_sender() -> Result<Sender> {
    Ok(Sender::new("Hongyan", parse("news@example.com")?))
}

fn parse(address: &str) -> Result<EmailAddress> {
    EmailAddress::parse(address).map_err(|fault| Error::Address { field: "address", fault })
}

#[cfg(test)]
mod tests {
    use hongyan_domain::TemplateFormat;

    use super::*;

    fn source(subject: &str, body: &str) -> Source {
        Source {
            format: TemplateFormat::Markdown,
            language: Language::ZhCn,
            subject: subject.to_owned(),
            preheader: String::new(),
            body: body.to_owned(),
            text: None,
        }
    }

    fn rendered(source: &Source, contact: Option<Contact>) -> Rendered {
        render(source, contact, &["city".to_owned(), "job".to_owned()].into(), 1_700_000_000).unwrap()
    }

    fn missing(field: &str, part: Part, line: usize) -> RenderProblem {
        RenderProblem { part, line: Some(line), kind: RenderProblemKind::MissingField(field.to_owned()) }
    }

    #[test]
    fn a_made_up_person_has_a_name_and_the_fields_that_contacts_have() {
        let source = source(
            "{{ name }}",
            "{{ first_name }} {{ city }} {{ job | default(\"friend\") }}\n\n{{ citty }}",
        );
        let rendered = rendered(&source, None);
        assert_eq!(rendered.subject, "王小丽");
        assert!(rendered.text.contains("小丽 [city] friend"), "{}", rendered.text);
        assert!(rendered.html.contains("[citty]"), "{}", rendered.html);
        assert_eq!(rendered.problems, [missing("citty", Part::Body, 3)]);
        assert!(rendered.size_bytes > 500);
    }

    #[test]
    fn what_a_person_lacks_is_shown_by_name_and_reported() {
        let contact = Contact {
            address: parse("li@example.cn").unwrap(),
            name: String::new(),
            fields: [(FieldName::parse("city").unwrap(), "北京".to_owned())].into(),
        };
        let rendered = rendered(&source("{{ city }} {{ job }}", "Hi {{ name }}"), Some(contact));
        assert_eq!(rendered.subject, "北京 [job]");
        assert!(rendered.text.contains("Hi [name]"));
        assert_eq!(rendered.problems, [missing("job", Part::Subject, 1), missing("name", Part::Body, 1)]);
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let rendered = rendered(&source("a", "b\n\n{{ name | nonsense }}"), None);
        let [problem] = rendered.problems.as_slice() else { panic!("{:?}", rendered.problems) };
        assert_eq!((problem.part, problem.line), (Part::Body, Some(3)));
        assert!(matches!(problem.kind, RenderProblemKind::Template { code: "unknown_filter", .. }));
        assert_eq!((rendered.html.as_str(), rendered.size_bytes), ("", 0));
    }
}
