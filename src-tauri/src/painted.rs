//! Says `painted` on standard output when the first screen stands; only in builds for the bench.
//!
//! The screen stands two animation frames after its heading is in the page, and only if that heading still is there
//! then: the first start goes on from home to the welcome screen.

use std::io::Write;

use tauri::{App, Listener, WebviewWindowBuilder, Wry};

const WATCH: &str = "
  const tell = () => __TAURI_INTERNALS__.invoke('plugin:event|emit', { event: 'painted' });
  const frames = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
  const wait = () => {
    const heading = document.querySelector('main h1');
    if (heading) frames(() => (heading.isConnected ? tell() : wait()));
    else requestAnimationFrame(wait);
  };
  wait();
";

/// Has the window's page watched.
pub fn watch<'a>(
    app: &App,
    window: WebviewWindowBuilder<'a, Wry, App>,
) -> WebviewWindowBuilder<'a, Wry, App> {
    app.once("painted", |_| {
        // Where nobody listens, nobody measures.
        let _ = writeln!(std::io::stdout(), "painted");
    });
    window.initialization_script(WATCH)
}
