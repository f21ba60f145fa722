//! Deleting a crate: at once while it is young, and later only where nobody would miss it.

use serde::Deserialize;

use super::{
    catalogue::{Crate, Time, canonical, moment},
    dependents::dependents,
    query,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule, State,
        accounts::{Demand, Rights},
        reply::Refusal,
    },
};

pub(super) const OPERATIONS: &[Operation] = &[("DELETE", "/api/v1/crates/{name}", delete)];

const HOUR: Time = 3_600_000_000;
const DAY: Time = 24 * HOUR;
/// How long a crate may be deleted without further ado.
const YOUNG: Time = 72 * HOUR;
/// The days for each of which an older crate may have so many downloads.
const MONTH: Time = 30 * DAY;
const MOST_DOWNLOADS: u64 = 1000;

#[derive(Deserialize)]
struct Farewell {
    #[expect(dead_code, reason = "it is written down for those who run the site, and shown to nobody")]
    message: Option<String>,
}

fn delete(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let Farewell { .. } = query::query(call.request)?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?.user;
    let entry = state.catalogue.find(call.part("name"))?;
    match state.accounts.rights(caller, entry.id) {
        Rights::Full => {}
        Rights::Publish => {
            return Err(Refusal::exact(403, "team members don't have permission to delete crates"));
        }
        Rights::None => return Err(Refusal::exact(403, "only owners have permission to delete crates")),
    }
    let now = moment(registry.config.clock.now());
    missed(registry, &state, entry, now)?;
    let (id, name) = (entry.id, canonical(&entry.name));
    state.catalogue.remove(id);
    state.catalogue.deleted.insert(name, now + DAY);
    state.accounts.forget_crate(id);
    Ok(Response::new(204))
}

/// Whether somebody would miss the crate.
fn missed(registry: &Registry, state: &State, entry: &Crate, now: Time) -> Result<(), Refusal> {
    let refused = |text: String| Err(Refusal::exact(422, text));
    let age = now - entry.created;
    if age > YOUNG {
        let owners = state.accounts.owner_users(entry.id).count() + state.accounts.owner_teams(entry.id).count();
        if owners > 1 {
            return refused("only crates with a single owner can be deleted after 72 hours".to_owned());
        }
        let months = u64::try_from(age.div_euclid(MONTH) + 1).unwrap_or(1);
        if entry.downloads() > MOST_DOWNLOADS * months {
            return refused(format!(
                "only crates with less than {MOST_DOWNLOADS} downloads per month can be deleted after 72 hours"
            ));
        }
    }
    let others = dependents(registry, &state.catalogue, entry.id).into_iter().filter(|row| row.entry.id != entry.id);
    match others.max_by_key(|row| row.version.id) {
        None => Ok(()),
        Some(_) if !registry.upholds(Rule::DependedOnKept) => Ok(()),
        Some(row) => refused(format!(
            "only crates without reverse dependencies can be deleted (e.g. {}@{} depends on this crate)",
            row.entry.name, row.version.number
        )),
    }
}
