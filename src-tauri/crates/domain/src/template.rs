//! What a template is written in.

use crate::words;

words! {
    /// The language of a template's source.
    TemplateFormat, "template format", {
        /// CommonMark with tables and strike-through, set in the app's own quiet layout.
        Markdown = "markdown",
        /// The user's own HTML, sent as it is.
        Html = "html",
    }
}
