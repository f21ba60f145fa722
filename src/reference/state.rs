use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;

use super::{Config, Rule, accounts::Accounts, crates_io::Catalogue, index, line::Line};

/// All that a registry remembers. Opaque: it can be kept and put back, which is how lost updates are simulated.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// By exact name. Shared until written, so that a snapshot costs little.
    pub(super) crates: BTreeMap<String, Arc<Crate>>,
    /// By path below the index root.
    files: BTreeMap<String, IndexFile>,
    /// Nobody under the policy of cargo, whose users stand in [`Config`].
    pub(super) accounts: Accounts,
    /// Empty under the policy of cargo, whose crates stand in `crates`.
    pub(super) catalogue: Catalogue,
}

#[derive(Debug, Clone, Default)]
struct IndexFile {
    /// More than one only where names that differ by case were let in: they meet in one file.
    crates: BTreeSet<String>,
    /// Seconds since the epoch.
    modified: u64,
}

/// A crate with at least one version.
#[derive(Debug, Clone, Default)]
pub(super) struct Crate {
    pub(super) owners: Vec<String>,
    /// In the order published, which is also the order of the index.
    pub(super) versions: Vec<Version>,
}

/// A version: what the index says of it, and its file.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) line: Line,
    pub(super) description: Option<String>,
    pub(super) file: Bytes,
}

impl Crate {
    /// The version with exactly that number. The newest, should a broken rule have let two of them in.
    pub(super) fn version(&self, number: &str) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.line.vers == number)
    }
}

impl State {
    /// People and no crates.
    pub(super) fn of(accounts: Accounts) -> Self {
        Self { accounts, ..Self::default() }
    }

    /// The crate of that name, to be changed.
    pub(super) fn crate_mut(&mut self, name: &str) -> Option<&mut Crate> {
        self.crates.get_mut(name).map(Arc::make_mut)
    }

    /// The version, if there is one.
    pub(super) fn version(&self, name: &str, number: &str) -> Option<&Version> {
        self.crates.get(name)?.version(number)
    }

    /// The content of an index file.
    pub(super) fn file(&self, config: &Config, path: &str) -> Option<String> {
        let mut text = String::new();
        let entries = self.files.get(path)?.crates.iter().filter_map(|name| self.crates.get(name));
        for version in entries.flat_map(|entry| &entry.versions) {
            text.push_str(&version.line.to_json());
            text.push('\n');
        }
        if !config.upholds(Rule::FinalNewline) {
            text.pop();
        }
        Some(text)
    }

    /// When an index file changed last.
    pub(super) fn modified(&self, path: &str) -> u64 {
        self.files.get(path).map_or(0, |file| file.modified)
    }

    /// Adds a version, and the crate with it if it is the first.
    pub(super) fn add(&mut self, config: &Config, owner: Option<&str>, version: Version) {
        let name = version.line.name.clone();
        let file = self.files.entry(index::path(config, &name)).or_default();
        let first = file.crates.insert(name.clone());
        let entry = self.crates.entry(name.clone()).or_insert_with(|| {
            Arc::new(Crate { owners: owner.map(str::to_owned).into_iter().collect(), ..Crate::default() })
        });
        Arc::make_mut(entry).versions.push(version);
        if first || config.upholds(Rule::ValidatorMovesOnPublish) {
            self.touch(config, &name);
        }
    }

    /// Dates the index file of a crate. Dates have whole seconds, so the second change within one is dated ahead:
    /// otherwise a client that saw the first would be told that nothing happened.
    pub(super) fn touch(&mut self, config: &Config, name: &str) {
        let now = config.clock.now();
        let modified = &mut self.files.entry(index::path(config, name)).or_default().modified;
        *modified = if config.upholds(Rule::LastModifiedAdvances) { now.max(*modified + 1) } else { now };
    }
}
