//! Names the user gives: one clean line, not empty, not too long, compared without regard to case.

use hongyan_domain::clean_line;

use crate::{Error, Result};

/// Longest name of a list, template, account or campaign, in characters.
pub const MAX_NAME_CHARS: usize = 120;

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
    name.to_lowercase()
}
