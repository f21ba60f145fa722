use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the placeholders of one case stand for in one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bindings(BTreeMap<String, String>);

impl Bindings {
    /// Binds a placeholder.
    pub fn bind(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Takes a binding away.
    pub fn unbind(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// What a placeholder stands for.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
