//! Templates: content that can be used again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A template in the gallery.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateRow {
    /// Row id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// `markdown` or `html`.
    pub format: String,
    /// Subject.
    pub subject: String,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

/// A template.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateView {
    /// Row id.
    pub id: i64,
    /// What it says.
    pub template: TemplateDraft,
    /// When it was made, unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last changed, unix milliseconds.
    pub updated_at_ms: i64,
}

/// What the user writes.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateDraft {
    /// Name.
    pub name: String,
    /// `markdown` or `html`.
    pub format: String,
    /// Subject, with merge fields.
    pub subject: String,
    /// The line mail programs show behind the subject, with merge fields.
    pub preheader: String,
    /// Markdown or HTML, with merge fields.
    pub body: String,
    /// The user's own text part; null to make it from the body.
    pub text: Option<String>,
    /// Language of the foot line and of the mail: `zh-CN` or `en`.
    pub language: String,
}

/// Makes a template.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateTemplate {
    /// What it says.
    pub template: TemplateDraft,
}

/// Changes a template.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateTemplate {
    /// Which.
    pub id: i64,
    /// What it says now.
    pub template: TemplateDraft,
}

/// Renders what is being written, saved or not.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenderTemplate {
    /// What it says now.
    pub template: TemplateDraft,
    /// For this contact; null for a made-up person.
    pub contact_id: Option<i64>,
}

/// One person's mail as it would look.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RenderView {
    /// Subject.
    pub subject: String,
    /// Preheader.
    pub preheader: String,
    /// HTML part. Foreign: show it in a sandboxed frame only. Empty when the template has an error.
    pub html: String,
    /// Text part.
    pub text: String,
    /// The whole mail's size, 0 when it cannot be built.
    pub size_bytes: i64,
    /// Errors in the template, and fields this contact has no value for (shown as `[field]` in the parts).
    pub problems: Vec<RenderProblem>,
    /// Who it is for, or null for the made-up person.
    pub contact: Option<RenderedFor>,
}

/// Who a preview is for.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RenderedFor {
    /// Row id.
    pub id: i64,
    /// Name to show.
    pub name: String,
    /// Address.
    pub address: String,
}

/// What is wrong in a template.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RenderProblem {
    /// `subject`, `preheader`, `body` or `text`.
    pub part: String,
    /// Line in that part, from 1, or null.
    pub line: Option<u32>,
    /// `syntax`, `unknown_filter`, `unknown_function`, `missing_field`, `too_large`, `not_buildable`.
    pub code: String,
    /// Values for the sentence, for example `field`.
    pub params: BTreeMap<String, String>,
}
