//! Keeps secrets in memory only, for tests and for trying things out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

use crate::SecretName;

#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<SecretName, SecretString>>);

impl Memory {
    pub(crate) fn store(&self, name: &SecretName, secret: SecretString) {
        self.entries().insert(name.clone(), secret);
    }

    pub(crate) fn find(&self, name: &SecretName) -> Option<SecretString> {
        self.entries().get(name).cloned()
    }

    pub(crate) fn delete(&self, name: &SecretName) {
        self.entries().remove(name);
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<SecretName, SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
