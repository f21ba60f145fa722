//! What owners may set of a crate.

use serde::Deserialize;
use serde_json::json;

use super::{
    body,
    catalogue::today,
    list::RECENT,
    present::{self, Look},
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry,
        accounts::{Demand, EndpointScope, Owner},
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[("PATCH", "/api/v1/crates/{name}", update)];

#[derive(Deserialize)]
struct Update {
    #[serde(rename = "crate")]
    krate: CrateUpdate,
}

#[derive(Deserialize)]
struct CrateUpdate {
    trustpub_only: Option<bool>,
}

fn update(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let Update { krate: CrateUpdate { trustpub_only } } = body::json(call.request)?;
    let mut state = registry.state();
    let entry = state.catalogue.find(call.part("name"))?;
    let (id, name) = (entry.id, entry.name.clone());
    let demand = Demand::scope(EndpointScope::TrustedPublishing).on(&name).without_legacy();
    let caller = registry.authenticate(&mut state, call.request, demand)?.user;
    if !state.accounts.owns(id, Owner::User(caller)) {
        return Err(Refusal::exact(403, "only owners have permission to modify crate settings"));
    }
    if let (Some(wanted), Some(entry)) = (trustpub_only, state.catalogue.change(id)) {
        entry.trustpub_only = wanted;
    }
    let look = Look { top: true, recent: Some(today(&registry.config.clock, RECENT)), ..Look::default() };
    let shown = state.catalogue.by_id(id).map(|entry| present::krate(entry, look));
    Ok(reply::ok(&json!({ "crate": shown })))
}
