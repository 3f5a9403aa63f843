//! Writes the TypeScript of the wire contract: every type, the table of commands, the events.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};

use ts_rs::{Config, TS, TypeVisitor};

use crate::tidy::tidy;

/// Collects the declarations of types and of all they use.
pub(crate) struct Declarations {
    config: Config,
    seen: HashSet<TypeId>,
    by_name: BTreeMap<String, String>,
}

impl Declarations {
    pub(crate) fn new() -> Self {
        // Ids and times stay below 2^53; JSON delivers numbers, never BigInt.
        let config = Config::new().with_large_int("number");
        Self { config, seen: HashSet::new(), by_name: BTreeMap::new() }
    }

    /// Adds a type with all it uses; gives its TypeScript name.
    pub(crate) fn add<T: TS + 'static + ?Sized>(&mut self) -> String {
        self.visit::<T>();
        T::name(&self.config)
    }

    /// The collected declarations, by name.
    pub(crate) fn into_text(self) -> String {
        self.by_name.into_values().collect::<Vec<_>>().join("\n")
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Only types of our own have a file of their own; `string` and `Array<…>` need no declaration.
        if T::output_path().is_some() {
            let comment = T::docs().map(|docs| one_line(&docs)).unwrap_or_default();
            let declaration = tidy(&T::decl(&self.config));
            self.by_name.insert(T::ident(&self.config), format!("{comment}export {declaration}\n"));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// A comment of one line without the lines around it.
fn one_line(comment: &str) -> String {
    match comment.lines().collect::<Vec<_>>().as_slice() {
        ["/**", line, " */"] => format!("/**{} */\n", line.trim_start().trim_start_matches('*')),
        _ => comment.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn schema_is_as_committed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/lib/rpc/schema.ts");
        let text = crate::router().typescript();
        if std::env::var_os("HONGYAN_WRITE_SCHEMA").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        let other = text.lines().zip(committed.lines()).find(|(fresh, committed)| fresh != committed);
        assert!(committed == text, "run `npm run schema`; the first line that differs: {other:?}");
    }
}
