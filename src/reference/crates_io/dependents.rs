//! Which crates depend on a crate.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::{
    catalogue::{Catalogue, Crate, Dependency, Version},
    page::{Page, Ways},
    present,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule,
        accounts::Id,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] =
    &[("GET", "/api/v1/crates/{name}/reverse_dependencies", reverse_dependencies)];

const WAYS: Ways = Ways { deepest: Some(200), ..Ways::PAGE };

/// A crate that depends on another by its default version.
pub(super) struct Dependent<'a> {
    pub(super) entry: &'a Crate,
    pub(super) version: &'a Version,
    dependency: &'a Dependency,
}

/// Crates whose default version depends on a crate and is not yanked; each with the first of its dependencies on it.
pub(super) fn dependents<'a>(registry: &Registry, catalogue: &'a Catalogue, on: Id) -> Vec<Dependent<'a>> {
    let dependent = |entry: &'a Crate| {
        let version =
            entry.default_version().filter(|version| !version.yanked || !registry.upholds(Rule::YankedDependents))?;
        let on_it = version.dependencies.iter().filter(|dependency| dependency.krate == on);
        Some(Dependent { entry, version, dependency: on_it.min_by_key(|dependency| dependency.id)? })
    };
    let mut found: Vec<Dependent<'_>> = catalogue.crates().filter_map(dependent).collect();
    found.sort_by_key(|dependent| Reverse((dependent.entry.downloads(), dependent.entry.id)));
    found
}

fn reverse_dependencies(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let page = Page::read(call.request, WAYS)?;
    let state = registry.state();
    let entry = state.catalogue.find(call.part("name"))?;
    let found = dependents(registry, &state.catalogue, entry.id);
    let total = found.len();
    let mut shown = page.cut(found);
    let dependencies: Vec<Value> = shown
        .iter()
        .map(|row| {
            let mut shown = present::dependency(row.version.id, row.dependency, row.entry.downloads());
            shown["crate_id"] = entry.name.clone().into();
            shown
        })
        .collect();
    shown.sort_by_key(|row| row.version.id);
    let versions: Vec<Value> =
        shown.iter().map(|row| present::version(&state.accounts, &row.entry.name, row.version)).collect();
    let total = if registry.upholds(Rule::SearchTotal) { total } else { versions.len() };
    Ok(reply::ok(&json!({ "dependencies": dependencies, "versions": versions, "meta": { "total": total } })))
}
