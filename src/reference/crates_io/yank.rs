//! Yanking a version, taking that back, and what else an owner may say of a version.

use semver::Version as Number;
use serde::Deserialize;
use serde_json::json;

use super::{
    body,
    catalogue::{Action, Deed},
    done, present,
    publish::Limited,
    route::{Call, Operation},
};
use crate::{
    exchange::{Request, Response},
    reference::{
        Registry, Rule, State,
        accounts::{Demand, EndpointScope, Id, Rights},
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("PATCH", "/api/v1/crates/{name}/{version}", update),
    ("DELETE", "/api/v1/crates/{name}/{version}/yank", |registry, call| yank(registry, call, true)),
    ("PUT", "/api/v1/crates/{name}/{version}/unyank", |registry, call| yank(registry, call, false)),
    ("POST", "/api/v1/crates/{name}/{version}/rebuild_docs", rebuild_docs),
];

#[derive(Deserialize)]
struct Update {
    version: VersionUpdate,
}

#[derive(Deserialize)]
struct VersionUpdate {
    yanked: Option<bool>,
    yank_message: Option<String>,
}

fn update(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let number = call.version()?;
    let Update { version: VersionUpdate { yanked, yank_message } } = body::json(call.request)?;
    let mut state = registry.state();
    let name = call.part("name");
    let (_, version) = state.catalogue.find_version(name, &number)?;
    let refused = |text: &str| Err(Refusal::exact(400, text));
    if yank_message.is_some() && yanked == Some(false) {
        return refused("Cannot set yank message when unyanking");
    }
    if yank_message.is_some() && yanked.is_none() && !version.yanked {
        return refused("Cannot update yank message for a version that is not yanked");
    }
    let yanked = yanked.unwrap_or(version.yanked);
    mark(registry, &mut state, call.request, (name, &number), yanked, yank_message)?;
    let (entry, version) = state.catalogue.find_version(name, &number)?;
    Ok(reply::ok(&json!({ "version": present::version(&state.accounts, &entry.name, version) })))
}

fn yank(registry: &Registry, call: &Call<'_>, yanked: bool) -> Result<Response, Refusal> {
    let number = call.version()?;
    let mut state = registry.state();
    mark(registry, &mut state, call.request, (call.part("name"), &number), yanked, None)?;
    Ok(done())
}

/// Yanks a version or takes that back, and leaves that message with it. Where nothing changes nothing is written down.
fn mark(
    registry: &Registry,
    state: &mut State,
    request: &Request,
    (name, number): (&str, &Number),
    yanked: bool,
    message: Option<String>,
) -> Result<(), Refusal> {
    if !registry.upholds(Rule::ExistenceFirst) {
        registry.authenticate(state, request, Demand::scope(EndpointScope::Yank).on(name))?;
    }
    let (entry, _) = state.catalogue.find_version(name, number)?;
    let (id, stored) = (entry.id, entry.name.clone());
    let caller = registry.authenticate(state, request, Demand::scope(EndpointScope::Yank).on(&stored))?.user;
    state.catalogue.rates.spend(caller, Limited::Yank, registry.config.clock.now())?;
    let rule = if yanked { Rule::OwnerForYank } else { Rule::OwnerForUnyank };
    if !may_publish(state, caller, id) && !is_admin(state, caller) && registry.upholds(rule) {
        return Err(Refusal::exact(403, "must already be an owner to yank or unyank"));
    }
    let works = registry.upholds(if yanked { Rule::YankWorks } else { Rule::UnyankWorks });
    let now = state.catalogue.tick(&registry.config.clock);
    let entry = state.catalogue.change(id).filter(|_| works);
    let Some(entry) = entry else { return Ok(()) };
    let mut flipped = false;
    for version in &mut entry.versions {
        if version.number != *number && registry.upholds(Rule::YankOnlyThat) {
            continue;
        }
        if version.yanked != yanked {
            let deed = if yanked { Deed::Yank } else { Deed::Unyank };
            version.actions.push(Action { deed, user: caller, time: now });
            version.updated = now;
            flipped = true;
        } else if version.yank_message != message {
            version.updated = now;
        }
        version.yanked = yanked;
        version.yank_message.clone_from(&message);
    }
    if flipped && registry.upholds(Rule::ValidatorMovesOnYank) {
        entry.touch(now);
    }
    Ok(())
}

fn rebuild_docs(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let number = call.version()?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?.user;
    let (entry, _) = state.catalogue.find_version(call.part("name"), &number)?;
    if !may_publish(&state, caller, entry.id) {
        return Err(Refusal::exact(403, "user doesn't have permission to trigger a docs rebuild"));
    }
    Ok(Response::new(201))
}

fn may_publish(state: &State, user: Id, krate: Id) -> bool {
    state.accounts.rights(user, krate) >= Rights::Publish
}

fn is_admin(state: &State, user: Id) -> bool {
    state.accounts.users.get(&user).is_some_and(|account| account.is_admin)
}
