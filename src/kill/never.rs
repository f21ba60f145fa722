use std::collections::BTreeSet;

use super::Kill;
use crate::{
    plan::Case,
    spec::{Level, Spec},
};

/// The cases of a contract that found none of the mutants broken. What tries nothing but a MAY is told in notes, and is not among them.
///
/// Cases of different contracts may have the same id, so that only mutants of this one count; of broken wires those that break a
/// requirement.
pub fn never_killed<'c>(spec: &Spec, cases: &'c [Case], kills: &[Kill]) -> Vec<&'c str> {
    let ours = kills.iter().filter(|kill| kill.contract() == spec.contract && !kill.requirements.is_empty());
    let killers: BTreeSet<&str> = ours.flat_map(|kill| kill.killed_by.iter().map(String::as_str)).collect();
    let idle = cases.iter().filter(|case| case.contract == spec.contract && !killers.contains(case.id.as_str()));
    idle.filter(|case| !is_note(spec, case)).map(|case| case.id.as_str()).collect()
}

fn is_note(spec: &Spec, case: &Case) -> bool {
    let level = |id: &str| spec.catalogue.get(id).map_or(Level::Must, |row| row.level);
    case.requirements.iter().all(|id| level(id.as_str()) == Level::May)
}
