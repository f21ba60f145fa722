//! What a run says of the four capabilities by which the APIs.io catalogue describes a registry, whatever contract it
//! was about: operations meet by method and path.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    spec::{Contracts, LoadError, Operation, Spec, anonymous, outlines},
    verdict::{Record, Verdict},
};

/// The contract whose documents name the capabilities.
const CATALOGUE: &str = "apis-io";

/// A capability with what came of the cases that called its operations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// Its name, as the catalogue has it.
    pub name: String,
    /// Operations of the catalogue.
    pub operations: usize,
    /// Those of which a documented success was seen and judged.
    pub exercised: usize,
    /// Cases that conform.
    pub conforms: usize,
    /// Cases that break a MUST.
    pub violates: usize,
    /// Cases that break a SHOULD.
    pub warnings: usize,
    /// Cases that could not be judged, as far as they say which operation they are about.
    pub unjudged: usize,
}

/// Method and path, the path's parameters without names.
type Key = (String, String);

/// The capabilities of the catalogue in its order, with the operations of each.
fn catalogue() -> Result<Vec<(String, BTreeSet<Key>)>, LoadError> {
    let mut found: Vec<(String, BTreeSet<Key>)> = Vec::new();
    for document in Spec::documents_of(CATALOGUE)? {
        for outline in outlines(&document.value) {
            let tag = document.value.pointer(&outline.pointer).and_then(|node| node["tags"][0].as_str());
            let Some(tag) = tag else { continue };
            let key = (outline.method.clone(), anonymous(&outline.path));
            match found.iter_mut().find(|(name, _)| name == tag) {
                Some((_, keys)) => drop(keys.insert(key)),
                None => found.push((tag.to_owned(), BTreeSet::from([key]))),
            }
        }
    }
    Ok(found)
}

/// The view of a run by capability; empty where no case of it called an operation of the catalogue.
///
/// # Errors
/// The catalogue's documents cannot be read.
pub fn capabilities(contracts: &Contracts, records: &[Record]) -> Result<Vec<Capability>, LoadError> {
    let catalogue = catalogue()?;
    let of = |spec: &Spec| spec.operations.iter().map(|known| (known.id.clone(), key(known))).collect();
    let keys: BTreeMap<&str, BTreeMap<String, Key>> =
        contracts.iter().map(|spec| (spec.contract.as_str(), of(spec))).collect();
    let mut found: Vec<Capability> = Vec::new();
    for (name, operations) in catalogue {
        let mut capability = Capability { name, operations: operations.len(), ..Capability::default() };
        let mut exercised = BTreeSet::new();
        for record in records {
            let own = keys.get(record.contract.as_str());
            let known = |id: &str| own.and_then(|own| own.get(id)).filter(|key| operations.contains(*key));
            let seen: Vec<&Key> = record.operations.iter().filter_map(|id| known(id)).collect();
            // Only requirements that are made from a document begin with the operation's name.
            let made = record.requirements.first().filter(|_| record.contract != "cargo");
            let about = made.and_then(|id| known(id.as_str().split('/').next()?));
            if seen.is_empty() && about.is_none() {
                continue;
            }
            exercised.extend(seen);
            match record.verdict {
                Verdict::Conforms => capability.conforms += 1,
                Verdict::Violates if record.violates() => capability.violates += 1,
                Verdict::Violates => capability.warnings += 1,
                _ => capability.unjudged += 1,
            }
        }
        capability.exercised = exercised.len();
        found.push(capability);
    }
    let silent = found.iter().all(|known| known.conforms + known.violates + known.warnings + known.unjudged == 0);
    Ok(if silent { Vec::new() } else { found })
}

fn key(operation: &Operation) -> Key {
    (operation.method.clone(), anonymous(&format!("{}{}", operation.base, operation.path)))
}
