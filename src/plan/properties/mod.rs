//! Values drawn by chance for `{each}`: wide enough to meet what no list names, and shrunk to what is left when a case
//! fails with one.
//!
//! Everything here is pure: a value follows from its property, the seed and its number, and a smaller one from those and
//! the verdicts on the ones before. So whoever tries them need not hold a generator while it waits for a reply.

mod dependencies;
mod envelope;
mod json;
mod metadata;
mod names;
mod search;
mod tarballs;
mod versions;

use proptest::{
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sha2::{Digest, Sha256};

/// How many values a case draws unless a run says otherwise: few enough that a run takes seconds.
pub const CASES: usize = 32;

/// How many a case draws that changes what is behind a URL, for there it stays.
pub const CASES_KEPT: usize = 8;

/// What can be drawn.
#[derive(Clone, Copy)]
pub struct Property {
    /// Its name, as a case writes behind `draw`.
    pub name: &'static str,
    /// What it draws, in a sentence.
    pub about: &'static str,
    strategy: fn() -> BoxedStrategy<String>,
}

impl std::fmt::Debug for Property {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Property").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Every property.
pub const PROPERTIES: &[Property] = &[
    Property { name: "versions", about: "semantic versions of every form", strategy: versions::sound },
    Property { name: "versions-broken", about: "versions with one fault", strategy: versions::broken },
    Property { name: "name-tails", about: "what a crate name may end with", strategy: names::sound },
    Property { name: "name-tails-broken", about: "what no crate name holds", strategy: names::broken },
    Property { name: "requirements", about: "version requirements, as JSON strings", strategy: dependencies::sound },
    Property { name: "feature-maps", about: "feature maps, as JSON objects", strategy: metadata::features },
    Property { name: "texts", about: "texts of any characters, as JSON strings", strategy: metadata::texts },
    Property { name: "json-values", about: "JSON of any kind", strategy: json::values },
    Property { name: "queries", about: "search queries, percent-encoded", strategy: search::queries },
    Property { name: "page-sizes", about: "values of per_page", strategy: search::page_sizes },
    Property { name: "envelope-edits", about: "faults in the bytes of an upload", strategy: envelope::edits },
    Property {
        name: "envelope-edits-hostile",
        about: "lengths and depths that hurt whoever believes them",
        strategy: envelope::hostile,
    },
    Property { name: "crate-edits", about: "faults in the bytes of a tarball", strategy: envelope::tarball },
    Property { name: "tarball-members", about: "odd members of a tarball", strategy: tarballs::members },
    Property {
        name: "tarball-members-hostile",
        about: "members of a tarball that lead out of its folder",
        strategy: tarballs::hostile,
    },
];

/// The property of that name.
pub fn property(name: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|property| property.name == name)
}

impl Property {
    /// The value of that number.
    pub fn value(&self, seed: u64, number: usize) -> String {
        self.tree(seed, number).current()
    }

    /// The value to try next on the way to the smallest that fails: `failed` says of each one before, the drawn value
    /// left out, whether it failed as well. Nothing if there is no smaller one.
    pub fn smaller(&self, seed: u64, number: usize, failed: &[bool]) -> Option<String> {
        let mut tree = self.tree(seed, number);
        let mut last = true;
        for next in failed.iter().copied().chain([false]) {
            // A value that fails is made simpler, one that does not is a step too far.
            let moved = if last { tree.simplify() } else { tree.complicate() };
            if !moved {
                return None;
            }
            last = next;
        }
        Some(tree.current())
    }

    fn tree(&self, seed: u64, number: usize) -> Box<dyn ValueTree<Value = String>> {
        let digest = Sha256::digest(format!("{}/{seed}/{number}", self.name));
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &digest);
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        (self.strategy)().new_tree(&mut runner).expect("no strategy here rejects what it draws")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_value_follows_from_seed_and_number() {
        for property in PROPERTIES {
            let draw = |seed| (0..40).map(|number| property.value(seed, number)).collect::<Vec<_>>();
            assert_eq!(draw(1), draw(1), "{}", property.name);
            assert_ne!(draw(1), draw(2), "{}", property.name);
            assert!(draw(1).into_iter().collect::<BTreeSet<_>>().len() > 10, "{}: {:?}", property.name, draw(1));
        }
    }

    #[test]
    fn what_fails_shrinks_to_the_smallest_that_does() {
        let property = property("versions").expect("it stands in the list");
        // As a registry would that cannot read more than 60 characters.
        let fails = |value: &str| value.len() > 60;
        let number = (0..200).find(|number| fails(&property.value(7, *number))).expect("long ones are drawn");
        let (mut best, mut failed) = (property.value(7, number), Vec::new());
        while let Some(value) = property.smaller(7, number, &failed) {
            failed.push(fails(&value));
            if fails(&value) {
                best = value;
            }
            assert!(failed.len() < 2000, "{best}");
        }
        assert_eq!(best.len(), 61, "{best}");
    }
}
