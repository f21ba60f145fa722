//! Operations that crates.io had once. A registry answers them only where its configuration says that it is as old as that.

use serde_json::{Value, json};

use super::{
    catalogue::{Crate, Version},
    filter::Filters,
    present,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry, State,
        accounts::Id,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] =
    &[("GET", "/api/v1/versions", versions), ("GET", "/api/v1/versions/{version_id}", version)];

/// Versions by their numbers; those that nobody has are left out.
fn versions(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let filters = Filters::read(call.request);
    let wanted = filters.list("ids[]")?.unwrap_or_default();
    let wanted: Vec<Id> = wanted.into_iter().filter_map(|id| id.parse().ok()).collect();
    let state = registry.state();
    let found = all(&state).filter(|(_, version)| wanted.contains(&version.id));
    let shown: Vec<Value> =
        found.map(|(entry, version)| present::version(&state.accounts, &entry.name, version)).collect();
    Ok(reply::ok(&json!({ "versions": shown })))
}

fn version(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let id = call.number("version_id")?;
    let state = registry.state();
    let (entry, version) =
        all(&state).find(|(_, version)| version.id == id).ok_or_else(|| Refusal::exact(404, "Not Found"))?;
    Ok(reply::ok(&json!({ "version": present::version(&state.accounts, &entry.name, version) })))
}

fn all(state: &State) -> impl Iterator<Item = (&Crate, &Version)> {
    state.catalogue.crates().flat_map(|entry| entry.versions.iter().map(move |version| (entry, version)))
}
