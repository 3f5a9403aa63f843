//! Where the data are: the folder of the desktop app, unless another is named.
//!
//! Both programs must find the same folder, so this is the rule by which Tauri makes `app_data_dir` out of the app's
//! identifier.

use std::path::PathBuf;

/// `identifier` in `tauri.conf.json`.
const IDENTIFIER: &str = "app.hongyan.desktop";

/// The app's data folder; `None` where the system does not tell the home of its user.
pub fn default_folder() -> Option<PathBuf> {
    dirs::data_dir().map(|folder| folder.join(IDENTIFIER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_is_the_one_of_the_desktop_app() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tauri.conf.json");
        let configuration: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(configuration["identifier"], IDENTIFIER);
    }
}
