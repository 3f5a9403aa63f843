//! A run's content: the template as it was when the run began, as JSON.

use std::str::FromStr;

use hongyan_compose::{Language, Source};
use hongyan_domain::TemplateFormat;
use hongyan_store::TemplateRecord;
use serde::{Deserialize, Serialize};

use crate::Result;

#[derive(Serialize, Deserialize)]
struct Content {
    format: String,
    language: String,
    subject: String,
    preheader: String,
    body: String,
    text: Option<String>,
}

/// Fixes a template for a run.
pub(crate) fn content_of(template: &TemplateRecord) -> Result<String> {
    let content = Content {
        format: template.values.format.as_str().to_owned(),
        language: template.values.language.clone(),
        subject: template.values.subject.clone(),
        preheader: template.values.preheader.clone(),
        body: template.values.body.clone(),
        text: template.values.text.clone(),
    };
    Ok(serde_json::to_string(&content).map_err(hongyan_store::Error::from)?)
}

/// Reads a run's content.
pub(crate) fn parse_content(json: &str) -> Result<Source> {
    let content: Content = serde_json::from_str(json).map_err(hongyan_store::Error::from)?;
    Ok(Source {
        format: TemplateFormat::from_str(&content.format).map_err(hongyan_store::Error::from)?,
        language: if content.language == Language::En.tag() { Language::En } else { Language::ZhCn },
        subject: content.subject,
        preheader: content.preheader,
        body: content.body,
        text: content.text,
    })
}
