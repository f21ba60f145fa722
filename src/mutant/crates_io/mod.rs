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

pub(super) const AREAS: &[(&str, &[Mutant])] = &[
    ("crates-io-replies", replies::MUTANTS),
    ("crates-io-parameters", parameters::MUTANTS),
    ("crates-io-paths", paths::MUTANTS),
    ("crates-io-bodies", bodies::MUTANTS),
    ("crates-io-credentials", credentials::MUTANTS),
    ("crates-io-methods", methods::MUTANTS),
    ("crates-io-errors", errors::MUTANTS),
    ("crates-io-pages", pages::MUTANTS),
    ("crates-io-sorting", sorting::MUTANTS),
    ("crates-io-orders", orders::MUTANTS),
    ("crates-io-access-open", access::OPEN),
    ("crates-io-access-unscoped", access::UNSCOPED),
    ("crates-io-access-unowned", access::UNOWNED),
    ("crates-io-access-tokenless", access::TOKENLESS),
    ("crates-io-access-sessionless", access::SESSIONLESS),
    ("crates-io-filters", filters::MUTANTS),
    ("crates-io-effects", effects::MUTANTS),
    ("crates-io-uploads-forgotten", uploads::FORGOTTEN),
    ("crates-io-uploads", uploads::MUTANTS),
    ("crates-io-secrets", secrets::MUTANTS),
    ("apis-io", others::APIS_IO),
    ("legacy", others::LEGACY),
    ("oanor", others::OANOR),
    ("crates-io-identity", identity::MUTANTS),
    ("crates-io-derived", derived::MUTANTS),
    ("crates-io-taxa", taxa::MUTANTS),
    ("crates-io-lists", lists::MUTANTS),
    ("crates-io-surfaces", surfaces::MUTANTS),
    ("crates-io-states", states::MUTANTS),
    ("crates-io-co-owners", co_owners::MUTANTS),
    ("crates-io-counts", counts::MUTANTS),
    ("crates-io-front", front::MUTANTS),
    ("crates-io-forgetful", forgetful::MUTANTS),
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
