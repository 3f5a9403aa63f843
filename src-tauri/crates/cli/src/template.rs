//! `hongyanctl template`: what you write.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use hongyan_api::ErrorCode;
use hongyan_api::commands::shapes::{ById, Nothing};
use hongyan_api::commands::template::{
    CreateTemplate, RenderProblem, RenderTemplate, RenderView, TemplateDraft, TemplateRow, TemplateView,
};

use crate::contacts;
use crate::failure::Failure;
use crate::screen::{self, block, line};
use crate::session::Session;
use crate::table::table;
use crate::words::{Sentence, local_time};

/// What can be done with templates.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Add a template from a file of Markdown or HTML
    Add(AddTemplate),
    /// Show all templates
    List,
    /// Show the mail as one contact would get it
    Preview {
        /// The template's name
        name: String,
        /// The contact's address [default: a made-up person]
        #[arg(long, value_name = "ADDRESS")]
        contact: Option<String>,
        /// Show only this part, as it is
        #[arg(long, value_enum)]
        part: Option<Part>,
    },
}

/// A new template.
#[derive(Debug, Args)]
pub struct AddTemplate {
    /// FILE.md or FILE.html, in UTF-8
    file: PathBuf,
    /// The template's name
    #[arg(long)]
    name: String,
    /// The mail's subject, with merge fields
    #[arg(long, value_name = "TEXT")]
    subject: String,
    /// The line that mail programs show behind the subject
    #[arg(long, value_name = "TEXT", default_value = "")]
    preheader: String,
    /// The mail's language [default: yours]
    #[arg(long, value_enum)]
    language: Option<Language>,
}

/// A part of a mail.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Part {
    /// The HTML part
    Html,
    /// The text part
    Text,
    /// The subject
    Subject,
}

/// A language mails have a foot line in.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    /// Simplified Chinese
    #[value(name = "zh-CN")]
    Chinese,
    /// English
    #[value(name = "en")]
    English,
}

/// Does one of them.
pub async fn run(session: &Session<'_>, command: TemplateCommand) -> Result<(), Failure> {
    match command {
        TemplateCommand::Add(values) => add(session, values).await,
        TemplateCommand::List => list(session).await,
        TemplateCommand::Preview { name, contact, part } => {
            preview(session, &name, contact.as_deref(), part).await
        }
    }
}

async fn add(session: &Session<'_>, values: AddTemplate) -> Result<(), Failure> {
    let language = match values.language {
        Some(Language::Chinese) => "zh-CN",
        Some(Language::English) => "en",
        None => session.screen.words().language(),
    };
    let template = TemplateDraft {
        name: values.name,
        format: format_of(&values.file)?.to_owned(),
        subject: values.subject,
        preheader: values.preheader,
        body: read_text(&values.file)?,
        text: None,
        language: language.to_owned(),
    };
    let added: TemplateView = session.call("template.create", &CreateTemplate { template }).await?;
    session.screen.say(&added, &Sentence::TemplateAdded { name: &added.template.name })
}

async fn list(session: &Session<'_>) -> Result<(), Failure> {
    let templates: Vec<TemplateRow> = session.call("template.list", &Nothing {}).await?;
    session.screen.show(&templates, |words| {
        let row = |one: &TemplateRow| {
            vec![one.name.clone(), one.format.clone(), one.subject.clone(), local_time(one.updated_at_ms)]
        };
        table(words.template_heads(), &templates.iter().map(row).collect::<Vec<_>>())
    })
}

async fn preview(
    session: &Session<'_>,
    name: &str,
    contact: Option<&str>,
    part: Option<Part>,
) -> Result<(), Failure> {
    let row = session.find_template(name).await?;
    let view: TemplateView = session.call("template.get", &ById { id: row.id }).await?;
    let contact_id = match contact {
        Some(address) => Some(contacts::find(session, address).await?.id),
        None => None,
    };
    let request = RenderTemplate { template: view.template, contact_id };
    let mail: RenderView = session.call("template.render", &request).await?;
    match part {
        _ if session.screen.is_json() => session.screen.show(&mail, |_| String::new())?,
        Some(Part::Html) => screen::print(&mail.html)?,
        Some(Part::Text) => screen::print(&mail.text)?,
        Some(Part::Subject) => screen::print(&mail.subject)?,
        None => screen::print(&format!("{}\n\n{}", line(&mail.subject), block(&mail.text)))?,
    }
    for problem in &mail.problems {
        session.screen.note(&Sentence::TemplateProblem { problem });
    }
    if mail.problems.iter().all(is_about_the_contact) { Ok(()) } else { Err(Failure::Told) }
}

/// A value that this contact lacks is no fault of the template.
fn is_about_the_contact(problem: &RenderProblem) -> bool {
    problem.code == "missing_field"
}

fn format_of(file: &Path) -> Result<&'static str, Failure> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("md" | "markdown" | "txt") => Ok("markdown"),
        Some("html" | "htm") => Ok("html"),
        _ => Err(Failure::of_value("file", ".md, .markdown, .txt, .html, .htm")),
    }
}

fn read_text(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let code = match error.kind() {
            io::ErrorKind::InvalidData => ErrorCode::FileNotText,
            _ => ErrorCode::FileUnreadable,
        };
        Failure::of_file(code, file, &error)
    })?;
    Ok(text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_says_what_it_is() {
        assert_eq!(format_of(Path::new("a.MD")).unwrap(), "markdown");
        assert_eq!(format_of(Path::new("信.html")).unwrap(), "html");
        assert!(format_of(Path::new("a.docx")).is_err());
        assert!(format_of(Path::new("html")).is_err());
    }

    #[test]
    fn a_byte_order_mark_is_no_text_and_other_encodings_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        std::fs::write(&file, "\u{feff}你好").unwrap();
        assert_eq!(read_text(&file).unwrap(), "你好");
        std::fs::write(&file, [0xc4, 0xe3, 0xba, 0xc3]).unwrap();
        assert_eq!(read_text(&file).unwrap_err().code(), Some(ErrorCode::FileNotText));
        assert_eq!(
            read_text(&folder.path().join("b.md")).unwrap_err().code(),
            Some(ErrorCode::FileUnreadable)
        );
    }
}
