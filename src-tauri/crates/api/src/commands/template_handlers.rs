//! Handlers of the template commands.

use std::collections::BTreeMap;

use hongyan_domain::{ContactId, TemplateId};
use hongyan_engine::{ContactRecord, Engine, RenderProblemKind, Rendered, TemplateLine, TemplateRecord};

use super::contact::{Deleted, Restore};
use super::shapes::{ById, Count, Nothing};
use super::template::{
    CreateTemplate, RenderProblem, RenderTemplate, RenderView, RenderedFor, TemplateDraft, TemplateRow,
    TemplateView, UpdateTemplate,
};
use crate::error::Result;

impl From<TemplateLine> for TemplateRow {
    fn from(line: TemplateLine) -> Self {
        Self {
            id: line.id.0,
            name: line.name,
            format: line.format.as_str().to_owned(),
            subject: line.subject,
            updated_at_ms: line.updated_at_ms,
        }
    }
}

impl From<TemplateRecord> for TemplateView {
    fn from(record: TemplateRecord) -> Self {
        let values = record.values;
        Self {
            id: record.id.0,
            template: TemplateDraft {
                name: values.name,
                format: values.format.as_str().to_owned(),
                subject: values.subject,
                preheader: values.preheader,
                body: values.body,
                text: values.text,
                language: values.language,
            },
            created_at_ms: record.created_at_ms,
            updated_at_ms: record.updated_at_ms,
        }
    }
}

impl From<TemplateDraft> for hongyan_engine::TemplateDraft {
    fn from(draft: TemplateDraft) -> Self {
        let TemplateDraft { name, format, subject, preheader, body, text, language } = draft;
        Self { name, format, subject, preheader, body, text, language }
    }
}

impl From<Rendered> for RenderView {
    fn from(rendered: Rendered) -> Self {
        Self {
            subject: rendered.subject,
            preheader: rendered.preheader,
            html: rendered.html,
            text: rendered.text,
            size_bytes: i64::try_from(rendered.size_bytes).unwrap_or(i64::MAX),
            problems: rendered.problems.into_iter().map(Into::into).collect(),
            contact: None,
        }
    }
}

impl From<hongyan_engine::RenderProblem> for RenderProblem {
    fn from(problem: hongyan_engine::RenderProblem) -> Self {
        let (code, params) = match problem.kind {
            RenderProblemKind::Template { code, detail } => (code, named("detail", detail)),
            RenderProblemKind::MissingField(field) => ("missing_field", named("field", field)),
            RenderProblemKind::TooLarge => ("too_large", BTreeMap::new()),
            RenderProblemKind::NotBuildable => ("not_buildable", BTreeMap::new()),
        };
        Self {
            part: problem.part.as_str().to_owned(),
            line: problem.line.and_then(|line| u32::try_from(line).ok()),
            code: code.to_owned(),
            params,
        }
    }
}

fn named(name: &str, value: String) -> BTreeMap<String, String> {
    [(name.to_owned(), value)].into()
}

impl From<&ContactRecord> for RenderedFor {
    fn from(contact: &ContactRecord) -> Self {
        Self {
            id: contact.id.0,
            name: contact.display_name.clone(),
            address: contact.address.as_str().to_owned(),
        }
    }
}

pub(crate) async fn list(engine: Engine, _: Nothing) -> Result<Vec<TemplateRow>> {
    Ok(engine.list_templates().await?.into_iter().map(Into::into).collect())
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<TemplateView> {
    Ok(engine.load_template(TemplateId(request.id)).await?.into())
}

pub(crate) async fn create(engine: Engine, request: CreateTemplate) -> Result<TemplateView> {
    Ok(engine.create_template(request.template.into()).await?.into())
}

pub(crate) async fn update(engine: Engine, request: UpdateTemplate) -> Result<TemplateView> {
    Ok(engine.update_template(TemplateId(request.id), request.template.into()).await?.into())
}

pub(crate) async fn duplicate(engine: Engine, request: ById) -> Result<TemplateView> {
    Ok(engine.duplicate_template(TemplateId(request.id)).await?.into())
}

/// The template's own id takes the deletion back.
pub(crate) async fn delete(engine: Engine, request: ById) -> Result<Deleted> {
    engine.delete_template(TemplateId(request.id)).await?;
    Ok(Deleted { count: 1, undo_id: request.id })
}

pub(crate) async fn restore(engine: Engine, request: Restore) -> Result<Count> {
    engine.restore_template(TemplateId(request.undo_id)).await?;
    Ok(Count { count: 1 })
}

pub(crate) async fn render(engine: Engine, request: RenderTemplate) -> Result<RenderView> {
    let contact = request.contact_id.map(ContactId);
    let (rendered, contact) = engine.render_draft(request.template.into(), contact).await?;
    Ok(RenderView { contact: contact.as_ref().map(Into::into), ..rendered.into() })
}
