//! Mutants of the registry with the policy of crates.io: what the generated cases are measured by.
//!
//! Hundreds of requirements are alike there but for the operation, so what a mutant breaks is told by patterns.

mod bodies;
mod credentials;
mod errors;
mod methods;
mod pages;
mod parameters;
mod paths;
mod replies;
mod sorting;
mod spoil;
mod states;

use super::{How, Mutant, Spoil};
use crate::reference::Rule;

pub(super) const AREAS: &[&[Mutant]] = &[
    replies::MUTANTS,
    parameters::MUTANTS,
    paths::MUTANTS,
    bodies::MUTANTS,
    credentials::MUTANTS,
    methods::MUTANTS,
    errors::MUTANTS,
    pages::MUTANTS,
    sorting::MUTANTS,
    states::MUTANTS,
];

/// The contract that they break.
const CONTRACT: &str = "crates-io";

const fn without(id: &'static str, breaks: &'static [&'static str], rule: Rule) -> Mutant {
    Mutant { contract: CONTRACT, ..Mutant::without(id, breaks, "derived", rule) }
}

const fn spoilt(id: &'static str, breaks: &'static [&'static str], spoil: Spoil) -> Mutant {
    Mutant { contract: CONTRACT, ..Mutant::spoilt(id, breaks, "derived", spoil) }
}

/// One that answers `HEAD` by itself.
const fn whole(id: &'static str, breaks: &'static [&'static str], spoil: Spoil) -> Mutant {
    Mutant { how: How::Whole(spoil), ..spoilt(id, breaks, spoil) }
}
