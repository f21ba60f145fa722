use serde::Deserialize;
use serde_json::json;

use super::{Call, Operation, done, people};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule, State,
        accounts::{Demand, Id, Owner},
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/users/{user}", find),
    ("PUT", "/api/v1/users/{user}", update),
    ("PUT", "/api/v1/users/{id}/resend", resend),
    ("GET", "/api/v1/users/{id}/stats", stats),
    ("PUT", "/api/v1/confirm/{email_token}", confirm),
    ("GET", "/api/v1/teams/{team}", team),
];

fn find(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let state = registry.state();
    let user = state.accounts.user(call.part("user")).ok_or_else(|| Refusal::exact(404, "Not Found"))?;
    Ok(reply::ok(&json!({ "user": people::user(user) })))
}

#[derive(Deserialize)]
struct UserUpdate {
    user: User,
}

#[derive(Deserialize)]
struct User {
    email: Option<String>,
    publish_notifications: Option<bool>,
}

/// The notifications are set even where the address is then refused.
fn update(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let refused = |detail: &str| Err(Refusal::exact(400, detail));
    let user = call.number("user")?;
    let UserUpdate { user: new } = super::json(call.request)?;
    let mut state = registry.state();
    themselves(registry, &mut state, call, user)?;
    if let (Some(wanted), Some(account)) = (new.publish_notifications, state.accounts.users.get_mut(&user)) {
        account.publish_notifications = wanted;
    }
    let Some(address) = new.email else { return Ok(done()) };
    let address = address.trim();
    if address.is_empty() {
        return refused("empty email rejected");
    }
    if !is_address(address) {
        return refused("invalid email address");
    }
    state.accounts.set_email(user, address);
    Ok(done())
}

/// Enough of RFC 5321 to tell an address from none.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let visible = |part: &str, more: &str| {
        !part.is_empty() && part.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || more.contains(c))
    };
    let labels = || domain.split('.').all(|label| !label.starts_with('-') && visible(label, "-"));
    visible(local, ".!#$%&'*+/=?^_`{|}~-") && local.split('.').all(|part| !part.is_empty()) && labels()
}

fn resend(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let user = call.number("id")?;
    let mut state = registry.state();
    themselves(registry, &mut state, call, user)?;
    if state.accounts.renew_email_token(user) {
        Ok(done())
    } else {
        Err(Refusal::exact(400, "Email could not be found"))
    }
}

/// Nobody changes another's account.
fn themselves(registry: &Registry, state: &mut State, call: &Call<'_>, user: Id) -> Result<(), Refusal> {
    let caller = registry.authenticate(state, call.request, Demand::any())?;
    if caller.user == user || !registry.upholds(Rule::OwnAccount) {
        Ok(())
    } else {
        Err(Refusal::exact(400, "current user does not match requested user"))
    }
}

fn stats(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let user = call.number("id")?;
    let state = registry.state();
    let owned = state.accounts.owned(Owner::User(user)).filter_map(|owned| state.catalogue.by_id(owned.krate));
    Ok(reply::ok(&json!({ "total_downloads": owned.map(|entry| entry.downloads()).sum::<u64>() })))
}

fn confirm(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    if registry.state().accounts.confirm(call.part("email_token")) {
        Ok(done())
    } else {
        Err(Refusal::exact(400, "Email belonging to token not found."))
    }
}

fn team(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let state = registry.state();
    let team = state.accounts.team(call.part("team")).filter(|team| team.listed);
    let team = team.ok_or_else(|| Refusal::exact(404, "Not Found"))?;
    Ok(reply::ok(&json!({ "team": people::team(team) })))
}
