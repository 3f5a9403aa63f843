//! A row of a user's file as it stands there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The values of a row, in the order of its columns. `Debug` does not show them: they are somebody's address and name.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawRow(pub Vec<String>);

impl fmt::Debug for RawRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawRow({} values)", self.0.len())
    }
}
