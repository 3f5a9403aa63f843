//! Handlers of the import commands.

use hongyan_domain::{FieldName, ImportId};
use hongyan_engine::{CsvOptions, Engine, Import, ImportFailure, Target, TextEncoding};

use super::import::{
    ColumnTarget, ColumnView, ExportRejects, ImportOptions, ImportPreview, ImportProblem, ImportView,
    PreviewImport, RejectWords, StartImport,
};
use super::shapes::{ById, Count, Done};
use crate::error::{ErrorCode, ErrorView, Result};

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let Import { record, problems, failure } = import;
        let problems = problems.into_iter().map(|problem| ImportProblem {
            row: problem.row,
            column: problem.head,
            code: problem.code,
            params: problem.params,
            excerpt: problem.excerpt,
        });
        Self {
            id: record.id.0,
            state: record.state.as_str().to_owned(),
            file_name: record.file_name,
            list_id: record.list_id.map(|id| id.0),
            bytes_done: record.bytes_done,
            bytes_total: record.bytes_total,
            rows: record.rows,
            new: record.new,
            updated: record.updated,
            unchanged: record.unchanged,
            duplicates: record.duplicates,
            invalid: record.invalid,
            problems: problems.collect(),
            error: failure.map(Into::into),
            started_at_ms: record.started_at_ms,
            ended_at_ms: record.ended_at_ms,
        }
    }
}

impl From<ImportFailure> for ErrorView {
    fn from(failure: ImportFailure) -> Self {
        match failure {
            ImportFailure::FileUnreadable => Self::new(ErrorCode::FileUnreadable),
            ImportFailure::FileEmpty => Self::new(ErrorCode::FileEmpty),
            ImportFailure::FileNotText(looks_like) => {
                Self::new(ErrorCode::FileNotText).with("looks_like", looks_like)
            }
            ImportFailure::DiskFull => Self::new(ErrorCode::DiskFull),
            ImportFailure::ReadOnly => Self::new(ErrorCode::ReadOnly),
            ImportFailure::DatabaseFailed => Self::new(ErrorCode::DatabaseFailed),
            ImportFailure::Internal => Self::new(ErrorCode::Internal),
        }
    }
}

impl From<Target> for ColumnTarget {
    fn from(target: Target) -> Self {
        match target {
            Target::Skip => Self::Skip,
            Target::Email => Self::Email,
            Target::Name => Self::Name,
            Target::Field(field) => Self::Field { field: field.as_str().to_owned() },
        }
    }
}

fn target(column: ColumnTarget) -> Result<Target> {
    Ok(match column {
        ColumnTarget::Skip => Target::Skip,
        ColumnTarget::Email => Target::Email,
        ColumnTarget::Name => Target::Name,
        ColumnTarget::Field { field } => {
            Target::Field(FieldName::parse(&field).map_err(|_| {
                ErrorView::new(ErrorCode::FieldNameInvalid).with("field", field).at("columns")
            })?)
        }
    })
}

fn options(options: ImportOptions) -> Result<CsvOptions> {
    let encoding = options.encoding.map(|label| {
        TextEncoding::by_label(&label)
            .ok_or_else(|| ErrorView::new(ErrorCode::EncodingUnknown).with("encoding", label).at("encoding"))
    });
    let delimiter = options.delimiter.map(|delimiter| match delimiter.as_bytes() {
        [one @ (b',' | b';' | b'\t' | b'|')] => Ok(*one),
        _ => Err(ErrorView::value_invalid("delimiter")),
    });
    Ok(CsvOptions {
        encoding: encoding.transpose()?,
        delimiter: delimiter.transpose()?,
        has_header: options.has_header,
    })
}

pub(crate) async fn preview(engine: Engine, request: PreviewImport) -> Result<ImportPreview> {
    let (file_name, preview) = engine.preview_import(&request.file, options(request.options)?).await?;
    let columns = (1..).zip(preview.columns).map(|(number, column)| ColumnView {
        head: if column.head.is_empty() { format!("Column {number}") } else { column.head },
        suggestion: column.suggestion.into(),
    });
    Ok(ImportPreview {
        file_name,
        encoding: preview.encoding.to_owned(),
        delimiter: preview.delimiter.to_string(),
        has_header: preview.has_header,
        columns: columns.collect(),
        rows: preview.rows,
        total_bytes: i64::try_from(preview.total_bytes).unwrap_or(i64::MAX),
    })
}

pub(crate) async fn start(engine: Engine, request: StartImport) -> Result<ImportView> {
    let plan = hongyan_engine::ImportPlan {
        file: request.file,
        options: options(request.options)?,
        columns: request.columns.into_iter().map(target).collect::<Result<_>>()?,
        list_name: request.list_name,
    };
    Ok(engine.start_import(plan).await?.into())
}

pub(crate) async fn get(engine: Engine, request: ById) -> Result<ImportView> {
    Ok(engine.load_import(ImportId(request.id)).await?.into())
}

pub(crate) async fn cancel(engine: Engine, request: ById) -> Result<Done> {
    engine.cancel_import(ImportId(request.id)).await?;
    Ok(Done {})
}

pub(crate) async fn export_rejects(engine: Engine, request: ExportRejects) -> Result<Count> {
    let RejectWords { row, column, reason, reasons } = request.words;
    let words = hongyan_engine::RejectWords { row, column, reason, reasons };
    Ok(engine.export_rejects(ImportId(request.id), &request.target, words).await?.into())
}
