use serde_json::json;

use super::{Call, Operation, done, personal};
use crate::{
    exchange::Response,
    reference::{
        Registry,
        accounts::{Accounts, Demand, Id},
        reply::Refusal,
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("PUT", "/api/v1/crates/{name}/follow", |registry, call| set(registry, call, Accounts::follow)),
    ("DELETE", "/api/v1/crates/{name}/follow", |registry, call| set(registry, call, Accounts::unfollow)),
    ("GET", "/api/v1/crates/{name}/following", following),
];

fn set(registry: &Registry, call: &Call<'_>, change: fn(&mut Accounts, Id, Id)) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::any())?;
    let krate = state.catalogue.find(call.part("name"))?.id;
    change(&mut state.accounts, caller.user, krate);
    Ok(done())
}

fn following(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?;
    let krate = state.catalogue.find(call.part("name"))?.id;
    Ok(personal(&json!({ "following": state.accounts.follows(caller.user, krate) })))
}
