//! `hongyanctl`: Hongyan without a window, for servers, scripts and tests.
//!
//! It goes through the same table of commands as the window and the browser, so what works here works there. It only
//! finds ids for names, and makes sentences of the answers.

mod account;
mod account_set;
mod arguments;
mod campaign;
mod campaign_accounts;
mod campaign_again;
mod campaign_begin;
mod campaign_report;
mod campaign_wait;
mod check;
mod contacts;
mod data_folder;
mod dkim;
mod failure;
mod import;
mod limits;
mod progress;
mod rows;
mod sandbox;
mod scratch;
mod screen;
mod serve;
mod session;
mod signals;
mod table;
mod template;
mod unlock;
mod words;

use std::process::ExitCode;

use clap::Parser;
use hongyan_api::{ErrorCode, ErrorView};

use arguments::{Arguments, Command};
use failure::Failure;
use screen::Screen;
use session::Session;
use words::Words;

/// The command line was not understood, as clap and most programs count.
const EXIT_USAGE: u8 = 2;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words = Words::of_system();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse_usage(words, &error),
    };
    let screen = Screen::new(words, arguments.json);
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| ErrorView::new(ErrorCode::Internal).with_detail(error.to_string()).into())
        .and_then(|runtime| runtime.block_on(run(arguments, &screen)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            screen.refuse(&failure);
            failure.exit_code()
        }
    }
}

async fn run(arguments: Arguments, screen: &Screen) -> Result<(), Failure> {
    let session = Session::open(arguments.data, screen).await?;
    let outcome = match arguments.command {
        Command::Account(command) => account::run(&session, command).await,
        Command::Contacts(command) => contacts::run(&session, command).await,
        Command::Template(command) => template::run(&session, command).await,
        Command::Campaign(command) => campaign::run(&session, command).await,
        Command::Sandbox(command) => sandbox::run(&session, command).await,
        Command::Serve(arguments) => serve::run(&session, arguments).await,
    };
    session.close().await;
    outcome
}

/// Help and version are no errors; a wrong line is one, in JSON where JSON was asked for.
fn refuse_usage(words: Words, error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let view = ErrorView::new(ErrorCode::BadRequest).with_detail(error.to_string());
        Screen::new(words, true).refuse(&view.into());
        return ExitCode::from(EXIT_USAGE);
    }
    // Whoever closed the output does not want the text.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS }
}
