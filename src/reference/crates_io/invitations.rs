use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Operation, Page, Ways, moment, people, personal, query, seek, written};
use crate::{
    exchange::{Request, Response},
    reference::{
        Registry, Rule, State,
        accounts::{Caller, Demand, Id, Invitation, Owner},
        reply::Refusal,
    },
};

pub(super) const OPERATIONS: &[Operation] =
    &[("GET", "/api/private/crate_owner_invitations", list), ("GET", "/api/v1/me/crate_owner_invitations", mine)];

#[derive(Deserialize)]
struct Filter {
    crate_name: Option<String>,
    invitee_id: Option<Id>,
}

/// Which invitations are asked for.
enum Of {
    Crate(Id),
    Invitee(Id),
}

fn list(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let filter: Filter = query::query(call.request)?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?;
    if filter.crate_name.is_none() && filter.invitee_id.is_none() {
        return Err(Refusal::exact(400, "missing or invalid filter"));
    }
    let page = Page::read(call.request, Ways::SEEK)?;
    let of = whose(registry, &state, caller, &filter)?;
    let (items, next) = select(registry, &state, call.request, &page, of)?;
    let users = people::users(&state.accounts, items.iter().flat_map(|item| [item.inviter, item.invitee]));
    let items: Vec<_> = items.into_iter().map(|item| view(&state, item)).collect();
    Ok(personal(&json!({ "invitations": items, "users": users, "meta": { "next_page": next } })))
}

/// Whose invitations the caller may see.
fn whose(registry: &Registry, state: &State, caller: Caller, filter: &Filter) -> Result<Of, Refusal> {
    let denied = |detail: &str| Err(Refusal::exact(403, detail));
    if let Some(name) = &filter.crate_name {
        let entry = state.catalogue.named(name).ok_or_else(|| Refusal::exact(404, "Not Found"))?;
        if !state.accounts.owns(entry.id, Owner::User(caller.user)) && registry.upholds(Rule::OwnInvitations) {
            return denied("only crate owners can query pending invitations for their crate");
        }
        return Ok(Of::Crate(entry.id));
    }
    let invitee = filter.invitee_id.unwrap_or(caller.user);
    if invitee != caller.user && registry.upholds(Rule::OwnInvitations) {
        return denied("only the invitee can query their pending invitations");
    }
    Ok(Of::Invitee(invitee))
}

/// The same for the caller alone, with the name of who invites. There is no word of further pages.
fn mine(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?;
    let page = Page::read(call.request, Ways::SEEK)?;
    let (items, _) = select(registry, &state, call.request, &page, Of::Invitee(caller.user))?;
    let users = people::users(&state.accounts, items.iter().flat_map(|item| [item.inviter, item.invitee]));
    let items: Vec<_> = items
        .into_iter()
        .map(|item| {
            let mut shown = view(&state, item);
            let inviter = state.accounts.users.get(&item.inviter);
            shown["invited_by_username"] = inviter.map(|inviter| inviter.login.clone()).into();
            shown
        })
        .collect();
    Ok(personal(&json!({ "crate_owner_invitations": items, "users": users })))
}

/// Invitations that can still be accepted, by crate and invitee, with the way to the next page.
fn select<'a>(
    registry: &Registry,
    state: &'a State,
    request: &Request,
    page: &Page,
    of: Of,
) -> Result<(Vec<&'a Invitation>, Option<String>), Refusal> {
    let after: Option<(Id, Id)> = page.after()?;
    let now = moment(registry.config.clock.now());
    let wanted = |item: &Invitation| match of {
        Of::Crate(krate) => item.krate == krate,
        Of::Invitee(invitee) => item.invitee == invitee,
    };
    let mut items: Vec<_> = state
        .accounts
        .invitations
        .iter()
        .filter(|(key, item)| after.is_none_or(|after| **key > after) && wanted(item) && !item.is_expired(now))
        .map(|(_, item)| item)
        .take(page.size + 1)
        .collect();
    let more = items.len() > page.size;
    items.truncate(page.size);
    let last = items.last().filter(|_| more);
    let next = last.map(|last| query::with(request, "seek", &seek(&(last.krate, last.invitee))));
    Ok((items, next))
}

fn view(state: &State, item: &Invitation) -> Value {
    json!({
        "invitee_id": item.invitee,
        "inviter_id": item.inviter,
        "crate_id": item.krate,
        "crate_name": state.catalogue.by_id(item.krate).map(|entry| &entry.name),
        "created_at": written(item.created),
        "expires_at": written(item.expires()),
    })
}
