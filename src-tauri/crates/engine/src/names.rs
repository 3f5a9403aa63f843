//! Names the user gives: one clean line, not empty, not too long, compared without regard to case.

use hongyan_domain::{clean_line, truncate_chars};

use crate::{Error, Result};

/// Longest name of a list, template, account or campaign, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 120;

/// Cleans a name and checks it.
pub(crate) fn clean_name(name: &str) -> Result<String> {
    let name = clean_line(name);
    if name.is_empty() {
        return Err(Error::NameEmpty);
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(Error::TooLong { field: "name", limit: MAX_NAME_CHARS });
    }
    Ok(name)
}

/// What two names are compared by.
pub(crate) fn name_key(name: &str) -> String {
    clean_line(name).to_lowercase()
}

/// A name with a number behind it, cut where it would be too long.
pub(crate) fn numbered(name: &str, number: u32) -> String {
    let number = format!(" {number}");
    let room = MAX_NAME_CHARS.saturating_sub(number.len());
    format!("{}{number}", truncate_chars(name, room))
}

/// The error of a change that gives a thing this name.
pub(crate) fn taken(error: hongyan_store::Error, name: &str) -> Error {
    match error {
        hongyan_store::Error::Taken => Error::NameTaken(name.to_owned()),
        other => other.into(),
    }
}
