//! Where things are in the project.

use std::path::{Path, PathBuf};

/// The features that every build but the release uses. One set for all: each change of it builds Tauri anew.
pub const FEATURES: &str = "hongyan/custom-protocol,hongyan/e2e";

/// The checkout this program was built from.
pub struct Project {
    pub root: PathBuf,
}

impl Project {
    /// The checkout, three folders above this crate.
    pub fn find() -> Self {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = crate_folder.ancestors().nth(3).unwrap_or(crate_folder);
        Self { root: root.to_path_buf() }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// A program of the debug build.
    pub fn built(&self, program: &str) -> PathBuf {
        self.target("debug").join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A folder of what Cargo builds.
    pub fn target(&self, below: &str) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), PathBuf::from);
        target.join(below)
    }
}
