//! What is published on a registry with the policy of crates.io: crates, their versions, keywords and categories.
//!
//! Accounts are known here by their number alone, so that this side can be read without the other.

mod categories;
mod dependency;
mod krate;
mod time;
mod version;

use std::{collections::BTreeMap, sync::Arc};

use semver::Version as Number;

pub(in crate::reference) use self::{
    categories::{CATEGORIES, Category},
    dependency::{Dependency, Kind},
    krate::Crate,
    time::{Time, day, moment, today, written},
    version::{Action, Deed, Version},
};
use super::publish::Rates;
use crate::reference::{accounts::Id, clock::Clock, reply::Refusal};

/// All that the crates side remembers.
#[derive(Debug, Clone, Default)]
pub(in crate::reference) struct Catalogue {
    /// By number. Shared until written, so that a snapshot costs little.
    crates: BTreeMap<Id, Arc<Crate>>,
    /// Numbers of crates by canonical name.
    names: BTreeMap<String, Id>,
    /// When each keyword came up first.
    pub(in crate::reference) keywords: BTreeMap<String, Time>,
    /// Canonical names of crates that were deleted, and until when they stay taken.
    pub(in crate::reference) deleted: BTreeMap<String, Time>,
    /// When the categories came to be.
    pub(in crate::reference) founded: Time,
    /// Who published and yanked how much lately.
    pub(in crate::reference) rates: Rates,
    last_crate: Id,
    last_version: Id,
    last_dependency: Id,
    last_moment: Time,
}

/// What two spellings of one crate name have in common.
pub(in crate::reference) fn canonical(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

impl Catalogue {
    /// Every crate, by rising number.
    pub(in crate::reference) fn crates(&self) -> impl Iterator<Item = &Crate> {
        self.crates.values().map(|entry| &**entry)
    }

    /// The crate of that number.
    pub(in crate::reference) fn by_id(&self, id: Id) -> Option<&Crate> {
        self.crates.get(&id).map(|entry| &**entry)
    }

    /// The crate of that name in whatever spelling.
    pub(in crate::reference) fn named(&self, name: &str) -> Option<&Crate> {
        self.by_id(*self.names.get(&canonical(name))?)
    }

    /// The crate of exactly that name.
    pub(in crate::reference) fn exactly(&self, name: &str) -> Option<&Crate> {
        self.named(name).filter(|entry| entry.name == name)
    }

    /// The crate of that number, to be changed.
    pub(in crate::reference) fn change(&mut self, id: Id) -> Option<&mut Crate> {
        self.crates.get_mut(&id).map(Arc::make_mut)
    }

    /// The crate that a path names.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(in crate::reference) fn find(&self, name: &str) -> Result<&Crate, Refusal> {
        self.named(name).ok_or_else(|| no_crate(name))
    }

    /// The version that a path names.
    ///
    /// # Errors
    /// 404 for whichever of the two there is not.
    pub(in crate::reference) fn find_version(
        &self,
        name: &str,
        number: &Number,
    ) -> Result<(&Crate, &Version), Refusal> {
        let entry = self.find(name)?;
        let found = entry.versions.iter().find(|version| version.number == *number);
        found
            .map(|version| (entry, version))
            .ok_or_else(|| Refusal::exact(404, format!("crate `{name}` does not have a version `{number}`")))
    }

    /// Takes a crate in, and gives it a number.
    pub(in crate::reference) fn add(&mut self, entry: Crate) -> Id {
        self.last_crate += 1;
        let id = self.last_crate;
        self.names.insert(canonical(&entry.name), id);
        self.crates.insert(id, Arc::new(Crate { id, ..entry }));
        id
    }

    /// Forgets a crate.
    pub(in crate::reference) fn remove(&mut self, id: Id) {
        if let Some(entry) = self.crates.remove(&id) {
            self.names.remove(&canonical(&entry.name));
        }
    }

    /// How many crates have a keyword.
    pub(in crate::reference) fn tagged(&self, keyword: &str) -> usize {
        self.crates().filter(|entry| entry.keywords.iter().any(|own| own == keyword)).count()
    }

    /// A number for a new version.
    pub(in crate::reference) fn next_version(&mut self) -> Id {
        self.last_version += 1;
        self.last_version
    }

    /// A number for a new dependency.
    pub(in crate::reference) fn next_dependency(&mut self) -> Id {
        self.last_dependency += 1;
        self.last_dependency
    }

    /// Now, in microseconds. A clock of whole seconds, or one that stands still, would make everything happen at once, so each moment is
    /// later than the one before.
    pub(in crate::reference) fn tick(&mut self, clock: &Clock) -> Time {
        self.last_moment = moment(clock.now()).max(self.last_moment + 1);
        self.last_moment
    }
}

/// There is no crate of that name.
pub(in crate::reference) fn no_crate(name: &str) -> Refusal {
    Refusal::exact(404, format!("crate `{name}` does not exist"))
}
