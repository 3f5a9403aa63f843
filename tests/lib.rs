//! The stories of the whole program; see `stories.rs`.
