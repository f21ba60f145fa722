use chrono::NaiveDate;
use semver::Version as Number;

use super::{Time, Version, canonical};
use crate::reference::accounts::Id;

/// A crate with at least one version.
#[derive(Debug, Clone, Default)]
pub(in crate::reference) struct Crate {
    pub(in crate::reference) id: Id,
    /// As its first version spelled it.
    pub(in crate::reference) name: String,
    pub(in crate::reference) created: Time,
    pub(in crate::reference) updated: Time,
    pub(in crate::reference) description: Option<String>,
    pub(in crate::reference) homepage: Option<String>,
    pub(in crate::reference) documentation: Option<String>,
    pub(in crate::reference) repository: Option<String>,
    pub(in crate::reference) readme: Option<String>,
    pub(in crate::reference) keywords: Vec<String>,
    /// Slugs.
    pub(in crate::reference) categories: Vec<String>,
    pub(in crate::reference) trustpub_only: bool,
    /// In the order published, which is also the order of the index.
    pub(in crate::reference) versions: Vec<Version>,
    /// When the index file changed last, in seconds since the epoch.
    pub(in crate::reference) indexed: u64,
}

impl Crate {
    /// The name without what differs between its spellings.
    pub(in crate::reference) fn canonical(&self) -> String {
        canonical(&self.name)
    }

    /// How often its versions were downloaded.
    pub(in crate::reference) fn downloads(&self) -> u64 {
        self.versions.iter().map(Version::total).sum()
    }

    /// How often they were downloaded since that day; none where that never happened.
    pub(in crate::reference) fn recent(&self, since: NaiveDate) -> Option<u64> {
        let counted = self.versions.iter().any(|version| version.downloads.keys().any(|date| *date > since));
        counted.then(|| self.versions.iter().map(|version| version.since(since)).sum())
    }

    /// The version that stands for the crate: not yanked before yanked, stable before pre-release, and then the highest.
    pub(in crate::reference) fn default_version(&self) -> Option<&Version> {
        let rank = |version: &&Version| (!version.yanked, version.number.pre.is_empty(), height(version));
        self.versions.iter().max_by(|one, other| rank(one).cmp(&rank(other)))
    }

    /// Whether every version is yanked.
    pub(in crate::reference) fn is_yanked(&self) -> bool {
        self.versions.iter().all(|version| version.yanked)
    }

    /// The highest version that is not yanked.
    pub(in crate::reference) fn max_version(&self) -> Option<&Number> {
        self.live().map(|version| &version.number).max()
    }

    /// The highest version that is neither yanked nor a pre-release.
    pub(in crate::reference) fn max_stable_version(&self) -> Option<&Number> {
        self.live().map(|version| &version.number).filter(|number| number.pre.is_empty()).max()
    }

    /// The last version that is not yanked.
    pub(in crate::reference) fn newest_version(&self) -> Option<&Number> {
        self.live().max_by_key(|version| (version.created, &version.number)).map(|version| &version.number)
    }

    /// Dates the index file. Dates have whole seconds, so the second change within one is dated ahead: otherwise a client that saw the
    /// first would be told that nothing happened.
    pub(in crate::reference) fn touch(&mut self, now: Time) {
        self.indexed = u64::try_from(now / 1_000_000).unwrap_or_default().max(self.indexed + 1);
    }

    /// Versions from the highest down; of those that differ by build metadata alone, the later first.
    pub(in crate::reference) fn descending(&self) -> Vec<&Version> {
        let mut versions: Vec<&Version> = self.versions.iter().collect();
        versions.sort_by_key(|version| std::cmp::Reverse(height(version)));
        versions
    }

    fn live(&self) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(|version| !version.yanked)
    }
}

/// What versions are ordered by: SemVer, which does not look at build metadata, and then age.
fn height(version: &Version) -> (Number, Id) {
    let number = Number { build: semver::BuildMetadata::EMPTY, ..version.number.clone() };
    (number, version.id)
}
