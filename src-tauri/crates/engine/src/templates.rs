//! Templates: what may be kept, and who may not lose theirs.

use std::str::FromStr;

use hongyan_compose::{Language, Source};
use hongyan_domain::{TemplateFormat, TemplateId, clean_line, clean_text};
use hongyan_store::{TemplateLine, TemplateRecord, TemplateValues};

use crate::names::{clean_name, name_key, numbered, taken};
use crate::{Changed, Engine, Error, Result};

/// What the user writes; may have mistakes, as it may be half done.
#[derive(Debug, Clone)]
pub struct TemplateDraft {
    /// Name.
    pub name: String,
    /// `markdown` or `html`.
    pub format: String,
    /// Subject, with merge fields.
    pub subject: String,
    /// The line mail programs show behind the subject, with merge fields.
    pub preheader: String,
    /// Body, with merge fields.
    pub body: String,
    /// The user's own text part; `None` to make it from the body.
    pub text: Option<String>,
    /// `zh-CN` or `en`.
    pub language: String,
}

impl TemplateDraft {
    fn check(self) -> Result<TemplateValues> {
        let name = clean_name(&self.name)?;
        let source = self.into_source()?;
        for (field, text, limit) in [
            ("subject", &source.subject, Source::MAX_LINE_BYTES),
            ("preheader", &source.preheader, Source::MAX_LINE_BYTES),
            ("body", &source.body, Source::MAX_BODY_BYTES),
            ("text", source.text.as_ref().unwrap_or(&String::new()), Source::MAX_BODY_BYTES),
        ] {
            if text.len() > limit {
                return Err(Error::TooLong { field, limit });
            }
        }
        Ok(TemplateValues {
            name_key: name_key(&name),
            name,
            format: source.format,
            subject: source.subject,
            preheader: source.preheader,
            body: source.body,
            text: source.text,
            language: source.language.tag().to_owned(),
        })
    }

    /// The draft as the renderer takes it.
    pub(crate) fn into_source(self) -> Result<Source> {
        Ok(Source {
            format: TemplateFormat::from_str(&self.format).map_err(|_| Error::Value("format"))?,
            language: parse_language(&self.language)?,
            subject: clean_line(&self.subject),
            preheader: clean_line(&self.preheader),
            body: clean_text(&self.body),
            text: self.text.map(|text| clean_text(&text)),
        })
    }
}

fn parse_language(tag: &str) -> Result<Language> {
    [Language::ZhCn, Language::En]
        .into_iter()
        .find(|language| language.tag() == tag)
        .ok_or(Error::Value("language"))
}

impl Engine {
    /// All templates, the latest changed first.
    pub async fn list_templates(&self) -> Result<Vec<TemplateLine>> {
        Ok(self.store().list_templates().await?)
    }

    /// A template.
    pub async fn load_template(&self, id: TemplateId) -> Result<TemplateRecord> {
        Ok(self.store().load_template(id).await?)
    }

    /// The template with this name.
    pub async fn find_template(&self, name: &str) -> Result<TemplateRecord> {
        match self.store().find_template_by_name(&name_key(name)).await? {
            Some(id) => self.load_template(id).await,
            None => Err(Error::NotFound("template")),
        }
    }

    /// Adds a template.
    pub async fn create_template(&self, draft: TemplateDraft) -> Result<TemplateRecord> {
        let values = draft.check()?;
        let id = self.insert_template(&values).await?;
        self.load_template(id).await
    }

    /// Gives a template new content. What campaigns have begun to send stays as it was.
    pub async fn update_template(&self, id: TemplateId, draft: TemplateDraft) -> Result<TemplateRecord> {
        let values = draft.check()?;
        let done = self.store().update_template(id, &values, self.now_ms()).await;
        done.map_err(|error| taken(error, &values.name))?;
        self.tell_changed(Changed::Templates);
        self.load_template(id).await
    }

    /// Adds a template with the same content; a number behind the name tells them apart.
    pub async fn duplicate_template(&self, id: TemplateId) -> Result<TemplateRecord> {
        let mut values = self.load_template(id).await?.values;
        values.name = self.free_template_name(&values.name).await?;
        values.name_key = name_key(&values.name);
        let id = self.insert_template(&values).await?;
        self.load_template(id).await
    }

    /// Deletes a template that no unfinished campaign uses; can be taken back.
    pub async fn delete_template(&self, id: TemplateId) -> Result<()> {
        if let Some(campaign) = self.store().find_campaign_of_template(id).await? {
            return Err(Error::InUse { what: "template", campaign });
        }
        self.store().delete_template(id, self.now_ms()).await?;
        self.tell_changed(Changed::Templates);
        Ok(())
    }

    /// Takes a deletion back.
    pub async fn restore_template(&self, id: TemplateId) -> Result<()> {
        let name = self.store().find_deleted_template_name(id).await?.ok_or(Error::UndoExpired)?;
        if !self.store().restore_template(id).await.map_err(|error| taken(error, &name))? {
            return Err(Error::UndoExpired);
        }
        self.tell_changed(Changed::Templates);
        Ok(())
    }

    async fn insert_template(&self, values: &TemplateValues) -> Result<TemplateId> {
        let inserted = self.store().insert_template(values, self.now_ms()).await;
        let id = inserted.map_err(|error| taken(error, &values.name))?;
        self.tell_changed(Changed::Templates);
        Ok(id)
    }

    async fn free_template_name(&self, name: &str) -> Result<String> {
        let mut number = 2;
        loop {
            let candidate = numbered(name, number);
            if self.store().find_template_by_name(&name_key(&candidate)).await?.is_none() {
                return Ok(candidate);
            }
            number += 1;
        }
    }
}
