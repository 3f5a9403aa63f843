//! Everything that is logged while the stories run, kept so that one of them can look through it.

use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct LogBook(Arc<Mutex<Vec<u8>>>);

static BOOK: OnceLock<LogBook> = OnceLock::new();

/// Begins to write; once is enough for a process.
pub fn open() {
    BOOK.get_or_init(|| {
        let book = LogBook::default();
        let levels = tracing_subscriber::filter::Targets::new()
            .with_default(tracing::Level::INFO)
            .with_targets(OURS.iter().map(|name| (*name, tracing::Level::TRACE)));
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(book.clone());
        use tracing_subscriber::layer::SubscriberExt;
        let all = tracing_subscriber::registry().with(lines).with(levels);
        tracing::subscriber::set_global_default(all).expect("nobody else keeps a log");
        book
    });
}

/// All that was written so far.
pub fn read() -> String {
    let book = BOOK.get().expect("the log book is open");
    String::from_utf8_lossy(&book.0.lock().expect("no story panics while it writes")).into_owned()
}

/// The beginnings of our crates' names, of which every word is kept.
const OURS: &[&str] = &["hongyan"];

impl io::Write for LogBook {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no story panics while it writes").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogBook {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
