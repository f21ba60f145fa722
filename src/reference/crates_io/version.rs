//! One version of a crate, and what belongs to it.

use serde_json::{Value, json};

use super::{
    present,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/crates/{name}/{version}", find_version),
    ("GET", "/api/v1/crates/{}/{}/authors", authors),
    ("GET", "/api/v1/crates/{name}/{version}/dependencies", dependencies),
];

fn find_version(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let number = call.version()?;
    let state = registry.state();
    let (entry, version) = state.catalogue.find_version(call.part("name"), &number)?;
    Ok(reply::ok(&json!({ "version": present::version(&state.accounts, &entry.name, version) })))
}

/// Nobody since 2021. Nothing is looked up for it, not even the version.
fn authors(_: &Registry, _: &Call<'_>) -> Result<Response, Refusal> {
    Ok(reply::ok(&json!({ "users": [], "meta": { "names": [] } })))
}

fn dependencies(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let number = call.version()?;
    let state = registry.state();
    let (_, version) = state.catalogue.find_version(call.part("name"), &number)?;
    let mut dependencies: Vec<_> = version.dependencies.iter().collect();
    dependencies.sort_by_key(|dependency| (dependency.optional, &dependency.name));
    let shown: Vec<Value> =
        dependencies.into_iter().map(|dependency| present::dependency(version.id, dependency, 0)).collect();
    Ok(reply::ok(&json!({ "dependencies": shown })))
}
