//! The wire contract: commands, views, error codes, events, and the TypeScript of all of it.

pub mod commands;
mod error;
mod event;
mod faults;
mod router;
mod schema;
mod table;

pub use error::{ErrorCode, ErrorView};
pub use event::{Changed, EngineEvent};
pub use router::Router;
pub use table::router;

#[cfg(test)]
mod tests {
    #[test]
    fn schema() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/lib/rpc/schema.ts");
        let text = super::router().typescript();
        if std::env::var_os("HONGYAN_WRITE_SCHEMA").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text, "run `npm run schema`");
    }
}
