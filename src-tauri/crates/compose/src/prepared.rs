//! A template made ready for a run.
//!
//! Everything that is the same for every recipient happens here once: the source is checked, Markdown and layout become
//! HTML, the text part is derived, and the four parts are compiled. What is left for each recipient is a render.

use hongyan_domain::{TemplateFormat, clean_text};
use minijinja::Environment;

use crate::language::{self, Uses};
use crate::tags::Tokenised;
use crate::{Language, Part, Source, TemplateFault, TemplateFaultKind};
use crate::{filters, layout, markdown, places, plain_text};

/// A template made ready for a run: parsed, laid out and compiled. Share it by `Arc`.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) environment: Environment<'static>,
    pub(crate) fields: Vec<UsedField>,
    pub(crate) has_preheader: bool,
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

/// The names of the compiled parts.
pub(crate) const SUBJECT: &str = "subject";
pub(crate) const PREHEADER: &str = "preheader";
pub(crate) const HTML: &str = filters::HTML;
pub(crate) const TEXT: &str = "text";

/// The variables that every mail has.
pub(crate) const EMAIL: &str = "email";
pub(crate) const UNSUBSCRIBE_URL: &str = "unsubscribe_url";
const ALWAYS_THERE: [&str; 3] = [EMAIL, PREHEADER, UNSUBSCRIBE_URL];

/// Makes a template ready for a run.
pub fn prepare(source: &Source) -> Result<Prepared, TemplateFault> {
    let mut uses = Uses::new();
    let subject = read(Part::Subject, &source.subject, Source::MAX_LINE_BYTES, &mut uses)?;
    let preheader = read(Part::Preheader, &source.preheader, Source::MAX_LINE_BYTES, &mut uses)?;
    let has_preheader = !preheader.skeleton.trim().is_empty();

    let mut body_uses = Uses::new();
    let body = read(Part::Body, &source.body, Source::MAX_BODY_BYTES, &mut body_uses)?;
    let html = html_part(source, &body, has_preheader, body_uses.contains_key(UNSUBSCRIBE_URL))?;
    let text = match &source.text {
        Some(own) => own_text_part(own, source.language, &mut uses)?,
        None => {
            let text = plain_text::from_html(&inside(source.format, &body), &body);
            text_part(body.restore(&text), source.language, body_uses.contains_key(UNSUBSCRIBE_URL))
        }
    };
    join(&mut uses, body_uses);

    let mut environment = filters::environment();
    for (name, part, compiled) in [
        (SUBJECT, Part::Subject, subject.restore(&subject.skeleton)),
        (PREHEADER, Part::Preheader, preheader.restore(&preheader.skeleton)),
        (HTML, Part::Body, html),
        (TEXT, Part::Text, text),
    ] {
        environment.add_template_owned(name, compiled).map_err(|_| TemplateFault {
            part,
            line: None,
            kind: TemplateFaultKind::Syntax,
            detail: String::new(),
        })?;
    }
    Ok(Prepared { environment, fields: used_fields(uses), has_preheader })
}

impl Prepared {
    /// The fields that the template uses, each once, sorted by name. `email`, `preheader` and `unsubscribe_url` are
    /// always there and not among them.
    pub fn fields(&self) -> &[UsedField] {
        &self.fields
    }
}

/// Cleans and checks a part as written, and takes its tags out.
fn read(part: Part, written: &str, limit: usize, uses: &mut Uses) -> Result<Tokenised, TemplateFault> {
    let fault = |line, kind| TemplateFault { part, line, kind, detail: String::new() };
    if written.len() > limit {
        return Err(fault(None, TemplateFaultKind::TooLarge));
    }
    let tokens = Tokenised::new(&clean_text(written))
        .map_err(|unclosed| fault(Some(unclosed.line), TemplateFaultKind::Syntax))?;
    if let Some(tag) = tokens.oversized() {
        return Err(fault(Some(tag.line), TemplateFaultKind::TooLarge));
    }
    language::check(part, &tokens.straight, uses)?;
    Ok(tokens)
}

/// The HTML of a body without frame, preview line and unsubscribe line; with tokens.
fn inside(format: TemplateFormat, body: &Tokenised) -> String {
    match format {
        TemplateFormat::Markdown => markdown::to_html(&body.skeleton, body),
        TemplateFormat::Html => body.skeleton.clone(),
    }
}

fn html_part(
    source: &Source,
    body: &Tokenised,
    has_preheader: bool,
    has_way_out: bool,
) -> Result<String, TemplateFault> {
    let mut html = inside(source.format, body);
    if source.format == TemplateFormat::Markdown {
        if !has_way_out {
            html.push_str(&layout::html_foot(source.language));
        }
        html = layout::framed(&html, source.language);
    } else if !has_way_out {
        html = layout::with_foot(&html, source.language);
    }
    if has_preheader {
        html = layout::with_preheader(&html);
    }
    places::restore(&html, body)
}

fn own_text_part(own: &str, language: Language, uses: &mut Uses) -> Result<String, TemplateFault> {
    let mut own_uses = Uses::new();
    let own = read(Part::Text, own, Source::MAX_BODY_BYTES, &mut own_uses)?;
    let text = text_part(own.restore(&own.skeleton), language, own_uses.contains_key(UNSUBSCRIBE_URL));
    join(uses, own_uses);
    Ok(text)
}

fn text_part(mut text: String, language: Language, has_way_out: bool) -> String {
    if !has_way_out {
        text.truncate(text.trim_end().len());
        text.push_str(&layout::text_foot(language));
    }
    text
}

fn join(uses: &mut Uses, more: Uses) {
    for (name, has_default) in more {
        uses.entry(name).and_modify(|all_have| *all_have &= has_default).or_insert(has_default);
    }
}

fn used_fields(uses: Uses) -> Vec<UsedField> {
    uses.into_iter()
        .filter(|(name, _)| !ALWAYS_THERE.contains(&name.as_str()))
        .map(|(name, has_default)| UsedField { name, has_default })
        .collect()
}
