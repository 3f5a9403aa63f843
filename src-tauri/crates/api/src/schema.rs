//! Writes the TypeScript of the wire contract: every type, the table of commands, the events.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};

use ts_rs::{Config, TS, TypeVisitor};

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
        self.by_name.into_values().map(|declaration| format!("export {declaration}\n")).collect()
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Only types of our own have a file of their own; `string` and `Array<…>` need no declaration.
        if T::output_path().is_some() {
            self.by_name.insert(T::ident(&self.config), T::decl(&self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}
