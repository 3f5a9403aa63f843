//! `hongyanctl contacts import`: a file's people into a list, with a report of what could not be taken.

use std::path::PathBuf;
use std::pin::pin;
use std::str::FromStr;

use clap::Args;
use hongyan_api::ErrorCode;
use hongyan_api::commands::import::{
    ColumnTarget, ColumnView, ImportOptions, ImportPreview, ImportView, PreviewImport, StartImport,
};
use hongyan_api::commands::shapes::{ById, Done};
use hongyan_engine::Purpose;

use crate::failure::Failure;
use crate::progress::{self, Hints};
use crate::session::Session;
use crate::signals::asked_to_end;
use crate::words::{Sentence, Words};

/// A file of contacts and where they go.
#[derive(Debug, Args)]
pub struct ImportContacts {
    /// A CSV file; encoding, delimiter and columns are found out
    file: PathBuf,
    /// The list that takes the contacts; made where there is none of that name
    #[arg(long, value_name = "NAME")]
    list: String,
    /// Where a column goes: its head or number, "=", and email, name, skip or a field's name
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<Mapping>,
    /// The file's encoding, for example UTF-8 or GBK
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// What stands between values: , ; | or a tab
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
}

/// Where the user wants a column to go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapping {
    column: String,
    target: String,
}

impl FromStr for Mapping {
    type Err = &'static str;

    /// The last `=` parts the two, as a head can hold one and a field cannot.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.rsplit_once('=') {
            Some((column, target)) if !column.trim().is_empty() && !target.trim().is_empty() => {
                Ok(Self { column: column.trim().to_owned(), target: target.trim().to_owned() })
            }
            _ => Err("expected COLUMN=FIELD"),
        }
    }
}

/// Imports a file and waits for the end.
pub async fn run(session: &Session<'_>, arguments: ImportContacts) -> Result<(), Failure> {
    let path = std::path::absolute(&arguments.file)
        .map_err(|error| Failure::of_file(ErrorCode::FileUnreadable, &arguments.file, &error))?;
    let file = session.engine.files().register(path, Purpose::Read);
    let options = ImportOptions {
        encoding: arguments.encoding,
        delimiter: arguments.delimiter.map(|delimiter| delimiter.replace("\\t", "\t")),
        has_header: None,
    };
    let request = PreviewImport { file: file.clone(), options };
    let preview: Result<ImportPreview, Failure> = session.call("import.preview", &request).await;
    let preview = preview.map_err(|failure| failure.about_file(&arguments.file))?;
    let start = StartImport {
        file,
        columns: targets(&preview.columns, &arguments.map)?,
        options: ImportOptions {
            encoding: Some(preview.encoding),
            delimiter: Some(preview.delimiter),
            has_header: Some(preview.has_header),
        },
        list_name: Some(arguments.list),
    };
    let mut hints = Hints::of(&session.engine);
    let started: ImportView = session.call("import.start", &start).await?;
    let (ended, was_stopped) = wait(session, &mut hints, started).await?;
    tell(session, ended, was_stopped)
}

/// Shows the progress until the import has ended; Ctrl+C cancels it.
async fn wait(
    session: &Session<'_>,
    hints: &mut Hints,
    started: ImportView,
) -> Result<(ImportView, bool), Failure> {
    let bar = progress::bar(session.screen, &started.file_name);
    let id = ById { id: started.id };
    let mut import = started;
    let mut was_stopped = false;
    let mut end = pin!(asked_to_end());
    while import.state == "running" {
        tokio::select! {
            () = hints.next() => {}
            () = &mut end, if !was_stopped => {
                was_stopped = true;
                let _: Done = session.call("import.cancel", &id).await?;
            }
        }
        import = session.call("import.get", &id).await?;
        let message = session.screen.words().say(&Sentence::ImportRows { rows: import.rows });
        progress::show(&bar, import.bytes_done, import.bytes_total, message);
    }
    bar.finish_and_clear();
    Ok((import, was_stopped))
}

fn tell(session: &Session<'_>, import: ImportView, was_stopped: bool) -> Result<(), Failure> {
    if let Some(error) = import.error {
        return Err(error.into());
    }
    session.screen.show(&import, |words| report(words, &import))?;
    if was_stopped { Err(Failure::Stopped) } else { Ok(()) }
}

fn report(words: Words, import: &ImportView) -> String {
    let mut lines = vec![words.say(&Sentence::ImportReport { import })];
    lines.extend(import.problems.iter().map(|problem| words.say(&Sentence::ImportProblem { problem })));
    let told = i64::try_from(import.problems.len()).unwrap_or(i64::MAX);
    if import.invalid > told {
        lines.push(words.say(&Sentence::MoreProblems { count: import.invalid - told }));
    }
    lines.join("\n")
}

/// Where each column goes: as the user said, else as it seems, unless the user gave that place to another column.
fn targets(columns: &[ColumnView], wishes: &[Mapping]) -> Result<Vec<ColumnTarget>, Failure> {
    let mut wanted: Vec<Option<ColumnTarget>> = vec![None; columns.len()];
    for wish in wishes {
        let place = position(columns, &wish.column).and_then(|at| wanted.get_mut(at));
        *place.ok_or_else(|| unknown_column(columns, &wish.column))? = Some(target(&wish.target));
    }
    let taken: Vec<ColumnTarget> = wanted.iter().flatten().cloned().collect();
    let chosen = columns.iter().zip(wanted).map(|(column, wish)| match wish {
        Some(wish) => wish,
        None if taken.contains(&column.suggestion) => ColumnTarget::Skip,
        None => column.suggestion.clone(),
    });
    Ok(chosen.collect())
}

/// A head as it stands in the file comes before a number, as a head can be one.
fn position(columns: &[ColumnView], wanted: &str) -> Option<usize> {
    let by_head = columns.iter().position(|column| column.head.trim() == wanted);
    by_head.or_else(|| wanted.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < columns.len()))
}

fn target(word: &str) -> ColumnTarget {
    match word {
        "skip" => ColumnTarget::Skip,
        "email" => ColumnTarget::Email,
        "name" => ColumnTarget::Name,
        field => ColumnTarget::Field { field: field.to_owned() },
    }
}

fn unknown_column(columns: &[ColumnView], wanted: &str) -> Failure {
    let heads: Vec<&str> = columns.iter().map(|column| column.head.as_str()).collect();
    Failure::of_value("map", &format!("{wanted}: {}", heads.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<ColumnView> {
        let field = |name: &str| ColumnTarget::Field { field: name.to_owned() };
        [("Mail", ColumnTarget::Email), ("Work mail", field("work_mail")), ("3", field("three"))]
            .map(|(head, suggestion)| ColumnView { head: head.to_owned(), suggestion })
            .into()
    }

    fn chosen(wishes: &[&str]) -> Vec<ColumnTarget> {
        let wishes: Vec<Mapping> = wishes.iter().map(|wish| wish.parse().unwrap()).collect();
        targets(&columns(), &wishes).unwrap()
    }

    #[test]
    fn a_wish_comes_before_a_suggestion() {
        let field = |name: &str| ColumnTarget::Field { field: name.to_owned() };
        let all = [ColumnTarget::Email, field("work_mail"), field("three")];
        assert_eq!(chosen(&[]), all);
        assert_eq!(chosen(&["Work mail=email"]), [ColumnTarget::Skip, ColumnTarget::Email, field("three")]);
        assert_eq!(chosen(&["2=skip", "3=city"]), [ColumnTarget::Email, ColumnTarget::Skip, field("city")]);
    }

    #[test]
    fn a_mapping_that_means_nothing_is_refused() {
        for text in ["Mail", "=email", "Mail="] {
            assert!(text.parse::<Mapping>().is_err(), "{text}");
        }
        assert_eq!("a=b=email".parse::<Mapping>().unwrap().column, "a=b");
        for column in ["Post", "0", "4"] {
            let wish = Mapping { column: column.to_owned(), target: "email".to_owned() };
            assert!(targets(&columns(), &[wish]).is_err(), "{column}");
        }
    }
}
