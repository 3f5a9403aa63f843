//! The user's settings.

use crate::event::Changed;
use crate::{Engine, Error, Result};

/// The user's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `zh-CN` or `en`; `None` follows the system.
    pub language: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Whether the welcome page was left.
    pub welcomed: bool,
    /// A campaign pauses when so many of its last 100 mails failed; 0 for never.
    pub pause_at_failures: u32,
}

/// Changes of settings; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// `zh-CN`, `en` or `system`.
    pub language: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// Whether the welcome page was left.
    pub welcomed: Option<bool>,
    /// 0 to 100.
    pub pause_at_failures: Option<u32>,
}

/// Lists of good quality lose one or two in a hundred; providers block senders from about ten.
const USUAL_PAUSE_AT_FAILURES: u32 = 10;

impl Engine {
    /// The user's settings.
    pub async fn settings(&self) -> Result<Settings> {
        let language = self.store().find_setting("language").await?.filter(|language| language != "system");
        let theme = self.store().find_setting("theme").await?.unwrap_or_else(|| "system".to_owned());
        let welcomed = self.store().find_setting("welcomed").await?.is_some_and(|word| word == "true");
        let pause_at_failures = self.store().find_setting("pause_at_failures").await?;
        let pause_at_failures =
            pause_at_failures.and_then(|word| word.parse().ok()).unwrap_or(USUAL_PAUSE_AT_FAILURES);
        Ok(Settings { language, theme, welcomed, pause_at_failures })
    }

    /// Changes settings.
    pub async fn update_settings(&self, change: &SettingsChange) -> Result<Settings> {
        if let Some(language) = &change.language {
            self.update_word("language", language, &["system", "zh-CN", "en"]).await?;
        }
        if let Some(theme) = &change.theme {
            self.update_word("theme", theme, &["system", "light", "dark"]).await?;
        }
        if let Some(welcomed) = change.welcomed {
            self.store().update_setting("welcomed", if welcomed { "true" } else { "false" }).await?;
        }
        if let Some(failures) = change.pause_at_failures {
            if failures > 100 {
                return Err(Error::Value("pauseAtFailures"));
            }
            self.store().update_setting("pause_at_failures", &failures.to_string()).await?;
        }
        self.tell_changed(Changed::App);
        self.settings().await
    }

    async fn update_word(&self, key: &'static str, word: &str, allowed: &[&str]) -> Result<()> {
        if !allowed.contains(&word) {
            return Err(Error::Value(key));
        }
        Ok(self.store().update_setting(key, word).await?)
    }
}
