use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Operation, Page, Ways, done, personal, present, written};
use crate::{
    exchange::Response,
    reference::{
        Registry, State,
        accounts::{Account, Demand, Id, Owner},
        reply::Refusal,
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/me", me),
    ("GET", "/api/v1/me/updates", updates),
    ("PUT", "/api/v1/me/email_notifications", notifications),
];

fn me(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?;
    view(&state, caller.user).map(|shown| personal(&shown)).ok_or_else(|| Refusal::exact(404, "Not Found"))
}

/// Versions of the crates that the caller follows, the newest first. That there is more is said whenever the page is full.
fn updates(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?;
    let page = Page::read(call.request, Ways::PAGE)?;
    let followed = state.accounts.followed(caller.user).filter_map(|krate| state.catalogue.by_id(krate));
    let mut versions: Vec<_> =
        followed.flat_map(|entry| entry.versions.iter().map(|version| (entry.name.as_str(), version))).collect();
    versions.sort_by_key(|(_, version)| std::cmp::Reverse((version.created, version.id)));
    let shown = page.cut(versions);
    let more = shown.len() == page.size;
    let shown: Vec<_> =
        shown.into_iter().map(|(name, version)| present::version(&state.accounts, name, version)).collect();
    Ok(personal(&json!({ "versions": shown, "meta": { "more": more } })))
}

/// What a user is told of themselves.
pub(super) fn view(state: &State, user: Id) -> Option<Value> {
    let account = state.accounts.users.get(&user)?;
    let owned = state.accounts.owned(Owner::User(user));
    let mut crates: Vec<_> =
        owned.filter_map(|owned| Some((state.catalogue.by_id(owned.krate)?, owned.email_notifications))).collect();
    crates.sort_by_key(|(entry, _)| entry.name.as_str());
    let crates = crates
        .iter()
        .map(|(entry, notified)| json!({ "id": entry.id, "name": entry.name, "email_notifications": notified }));
    Some(json!({ "user": private(account), "owned_crates": crates.collect::<Vec<_>>() }))
}

fn private(account: &Account) -> Value {
    json!({
        "id": account.id,
        "login": account.login,
        "email_verified": account.is_verified(),
        "email_verification_sent": account.email.is_some(),
        "name": account.name,
        "email": account.email.as_ref().map(|email| &email.address),
        "avatar": account.avatar,
        "url": account.url(),
        "is_admin": account.is_admin,
        "publish_notifications": account.publish_notifications,
        "created_at": written(account.created),
    })
}

#[derive(Deserialize)]
struct CrateEmailNotifications {
    id: Id,
    email_notifications: bool,
}

/// Crates that the caller does not own are skipped.
fn notifications(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let wanted: Vec<CrateEmailNotifications> = super::json(call.request)?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::any())?;
    for CrateEmailNotifications { id, email_notifications } in wanted {
        let mut owned = state.accounts.ownerships.iter_mut();
        let own = owned.find(|owned| (owned.krate, owned.owner) == (id, Owner::User(caller.user)));
        own.into_iter().for_each(|owned| owned.email_notifications = email_notifications);
    }
    Ok(done())
}
