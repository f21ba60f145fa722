use serde::Deserialize;
use serde_json::json;

use super::{Call, Operation, moment};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule, State,
        accounts::{Account, Demand, Id, Owner},
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("PUT", "/api/v1/me/crate_owner_invitations/{}", handle),
    ("PUT", "/api/v1/me/crate_owner_invitations/accept/{token}", accept_by_token),
];

#[derive(Deserialize)]
struct OwnerInvitation {
    crate_owner_invite: Answer,
}

#[derive(Deserialize)]
struct Answer {
    crate_id: Id,
    accepted: bool,
}

/// The crate of the body decides; that of the path is not read.
fn handle(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let OwnerInvitation { crate_owner_invite: Answer { crate_id, accepted } } = super::json(call.request)?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::any())?;
    let key = (crate_id, caller.user);
    if accepted {
        accept(registry, &mut state, key)
    } else {
        state.accounts.invitations.remove(&key).ok_or_else(|| Refusal::exact(404, "Not Found"))?;
        Ok(answered(crate_id, false))
    }
}

/// Who has the token is the invitee.
fn accept_by_token(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let mut invitations = state.accounts.invitations.iter();
    let found = invitations.find(|(_, invitation)| invitation.token == call.part("token")).map(|(key, _)| *key);
    accept(registry, &mut state, found.ok_or_else(|| Refusal::exact(404, "Not Found"))?)
}

fn accept(registry: &Registry, state: &mut State, key: (Id, Id)) -> Result<Response, Refusal> {
    let (krate, invitee) = key;
    let accounts = &mut state.accounts;
    let invitation = accounts.invitations.get(&key).ok_or_else(|| Refusal::exact(404, "Not Found"))?;
    let name = state.catalogue.by_id(krate).map_or("", |entry| &entry.name);
    if invitation.is_expired(moment(registry.config.clock.now())) && registry.upholds(Rule::InvitationExpiry) {
        return Err(Refusal::exact(
            410,
            format!(
                "The invitation to become an owner of the {name} crate expired. Please reach out to an owner of the crate to \
                 request a new invitation."
            ),
        ));
    }
    if !accounts.users.get(&invitee).is_some_and(Account::is_verified) && registry.upholds(Rule::InviteeVerified) {
        return Err(Refusal::exact(
            403,
            format!(
                "You need to verify your email address before you can accept the invitation to become an owner of the {name} \
                 crate."
            ),
        ));
    }
    accounts.own(krate, Owner::User(invitee));
    if registry.upholds(Rule::InvitationOnce) {
        accounts.invitations.remove(&key);
    }
    Ok(answered(krate, true))
}

fn answered(crate_id: Id, accepted: bool) -> Response {
    reply::ok(&json!({ "crate_owner_invitation": { "crate_id": crate_id, "accepted": accepted } }))
}
