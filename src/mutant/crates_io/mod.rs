//! Mutants of the registry with the policy of crates.io: what the generated cases are measured by.
//!
//! Hundreds of requirements are alike there but for the operation, so what a mutant breaks is told by patterns.

mod access;
mod bodies;
mod co_owners;
mod counts;
mod credentials;
mod derived;
mod effects;
mod errors;
mod filters;
mod forgetful;
mod front;
mod identity;
mod lists;
mod methods;
mod orders;
mod others;
mod pages;
mod parameters;
mod paths;
mod replies;
mod secrets;
mod sorting;
mod spoil;
mod states;
mod surfaces;
mod taxa;
mod uploads;

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
    orders::MUTANTS,
    access::OPEN,
    access::UNSCOPED,
    access::UNOWNED,
    filters::MUTANTS,
    effects::MUTANTS,
    uploads::FORGOTTEN,
    uploads::MUTANTS,
    secrets::MUTANTS,
    others::APIS_IO,
    others::LEGACY,
    others::OANOR,
    others::SOME,
    identity::MUTANTS,
    derived::MUTANTS,
    taxa::MUTANTS,
    lists::MUTANTS,
    surfaces::MUTANTS,
    states::MUTANTS,
    co_owners::MUTANTS,
    counts::MUTANTS,
    front::MUTANTS,
    forgetful::MUTANTS,
];

/// What spoilers of several areas stand in front of.
const LIST: &str = "/api/v1/crates";
const CRATE: &str = "/api/v1/crates/{name}";
const VERSIONS: &str = "/api/v1/crates/{name}/versions";
const VERSION: &str = "/api/v1/crates/{name}/{version}";

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
