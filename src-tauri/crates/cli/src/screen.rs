//! What is printed: one JSON document, or a few sentences and tables for people.
//!
//! Values from files, servers and mails are foreign. In front of people they lose their control characters, or a
//! server's reply could move the terminal's cursor and repaint what stands there.

use std::io::{self, Write};

use hongyan_api::ErrorCode;
use serde::Serialize;

use crate::failure::Failure;
use crate::words::{Sentence, Words};

/// Where answers go.
#[derive(Debug)]
pub struct Screen {
    words: Words,
    json: bool,
}

impl Screen {
    /// A screen in the user's language, or one for programs.
    pub fn new(words: Words, json: bool) -> Self {
        Self { words, json }
    }

    /// The language.
    pub fn words(&self) -> Words {
        self.words
    }

    /// Whether a program reads.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints an answer: the view itself, or what `text` makes of it.
    pub fn show<A: Serialize>(&self, answer: &A, text: impl FnOnce(Words) -> String) -> Result<(), Failure> {
        if self.json {
            let document = serde_json::to_string(answer).map_err(io::Error::other).map_err(unwritable)?;
            print(&document)
        } else {
            print(text(self.words).trim_end())
        }
    }

    /// Prints a sentence, or the view.
    pub fn say<A: Serialize>(&self, answer: &A, sentence: &Sentence<'_>) -> Result<(), Failure> {
        self.show(answer, |words| words.say(sentence))
    }

    /// Tells people something beside the answer, on standard error.
    pub fn note(&self, sentence: &Sentence<'_>) {
        if !self.json {
            complain(&self.words.say(sentence));
        }
    }

    /// Tells why a command failed, on standard error.
    pub fn refuse(&self, failure: &Failure) {
        let Failure::Refused(refusal) = failure else { return };
        if self.json {
            complain(&serde_json::to_string(&refusal).unwrap_or_default());
        } else {
            complain(&self.words.refusal(&refusal.error));
        }
    }
}

/// Prints lines to standard output. Who closed it has seen enough.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(unwritable)
}

/// What it means that standard output takes no more.
pub fn unwritable(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::Told;
    }
    Failure::of_file(ErrorCode::FileUnwritable, "-".as_ref(), &error)
}

fn complain(text: &str) {
    // Nobody is left to be told that nobody can be told.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Foreign text in one line, fit for a terminal.
pub fn line(text: &str) -> String {
    text.chars().map(|c| if is_command(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// Foreign text in several lines, fit for a terminal.
pub fn block(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !is_command(*c)).collect()
}

/// Control characters, and those that turn the direction of writing.
fn is_command(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_does_not_command_the_terminal() {
        assert_eq!(line("550 no\r\n\u{1b}[2J\u{9b}31mred"), "550 no   [2J 31mred");
        assert_eq!(block("one\r\ntwo\u{1b}]0;x\u{7}"), "one\ntwo]0;x");
    }
}
