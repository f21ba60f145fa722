use std::sync::Arc;

use super::Spec;

/// The contracts of a run, in the order given.
#[derive(Debug, Clone, Default)]
pub struct Contracts(Vec<Arc<Spec>>);

impl Contracts {
    /// The contract of that name.
    pub fn get(&self, contract: &str) -> Option<&Spec> {
        self.iter().find(|spec| spec.contract == contract)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Spec> {
        self.0.iter().map(Arc::as_ref)
    }

    /// There is more than one, so that names need their contract beside them.
    pub fn are_several(&self) -> bool {
        self.0.len() > 1
    }
}

impl FromIterator<Arc<Spec>> for Contracts {
    fn from_iter<I: IntoIterator<Item = Arc<Spec>>>(specs: I) -> Self {
        Self(specs.into_iter().collect())
    }
}
