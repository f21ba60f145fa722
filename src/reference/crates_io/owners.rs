use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Operation, people};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule,
        accounts::{Accounts, Caller, Demand, EndpointScope, Id, Owner, Rights},
        crates_io::{self, invite, moment},
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/crates/{name}/owners", list),
    ("PUT", "/api/v1/crates/{name}/owners", add),
    ("DELETE", "/api/v1/crates/{name}/owners", remove),
    ("GET", "/api/v1/crates/{name}/owner_user", users),
    ("GET", "/api/v1/crates/{name}/owner_team", teams),
];

/// How many logins one request may name.
const MOST: usize = 10;

#[derive(Deserialize)]
struct ChangeOwnersRequest {
    #[serde(alias = "users")]
    owners: Vec<String>,
}

fn list(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    answer(registry, call, |accounts, krate| {
        let users = accounts.owner_users(krate).map(people::owner_user);
        json!({ "users": users.chain(accounts.owner_teams(krate).map(people::owner_team)).collect::<Vec<_>>() })
    })
}

fn users(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    answer(
        registry,
        call,
        |accounts, krate| json!({ "users": accounts.owner_users(krate).map(people::owner_user).collect::<Vec<_>>() }),
    )
}

fn teams(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    answer(
        registry,
        call,
        |accounts, krate| json!({ "teams": accounts.owner_teams(krate).map(people::owner_team).collect::<Vec<_>>() }),
    )
}

fn answer(registry: &Registry, call: &Call<'_>, view: fn(&Accounts, Id) -> Value) -> Result<Response, Refusal> {
    let state = registry.state();
    let krate = state.catalogue.find(call.part("name"))?.id;
    Ok(reply::ok(&view(&state.accounts, krate)))
}

/// Either every login is invited or added, or none.
fn add(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let message = change(registry, call, |accounts, change| {
        let mut messages = Vec::new();
        for login in change.logins {
            let known = change.owner(accounts, login).is_some();
            if known && registry.upholds(Rule::OwnerOnce) {
                return Err(refused(format!("`{login}` is already an owner")));
            }
            messages.push(invite::invite(registry, accounts, &change, login)?);
        }
        Ok(messages.join(","))
    })?;
    Ok(reply::ok(&json!({ "msg": message, "ok": true })))
}

fn remove(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    change(registry, call, |accounts, change| {
        for login in change.logins {
            let owner = change.owner(accounts, login);
            let owner = owner.ok_or_else(|| refused(format!("could not find owner with login `{login}`")))?;
            accounts.disown(change.krate, owner);
        }
        if accounts.owner_users(change.krate).next().is_none() && registry.upholds(Rule::LastOwner) {
            return Err(refused(
                "cannot remove all individual owners of a crate. Team member don't have permission to modify owners, so at \
                 least one individual owner is required."
                    .to_owned(),
            ));
        }
        Ok(())
    })?;
    Ok(reply::ok(&json!({ "msg": "owners successfully removed", "ok": true })))
}

/// What a request wants changed.
pub(super) struct Change<'a> {
    pub(super) caller: Caller,
    pub(super) krate: Id,
    /// The stored spelling of the crate.
    pub(super) name: &'a str,
    /// Microseconds since the epoch.
    pub(super) now: crates_io::Time,
    logins: &'a [String],
}

impl Change<'_> {
    /// The owner of that login, in whatever case.
    fn owner(&self, accounts: &Accounts, login: &str) -> Option<Owner> {
        let mut users = accounts.owner_users(self.krate).filter(|user| user.login.eq_ignore_ascii_case(login));
        let mut teams = accounts.owner_teams(self.krate).filter(|team| team.login.eq_ignore_ascii_case(login));
        users.next().map(|user| Owner::User(user.id)).or_else(|| teams.next().map(|team| Owner::Team(team.id)))
    }
}

/// Works on a copy and keeps it only if all went well.
fn change<T>(
    registry: &Registry,
    call: &Call<'_>,
    action: impl FnOnce(&mut Accounts, Change<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let ChangeOwnersRequest { owners: logins } = super::json(call.request)?;
    if logins.len() > MOST {
        return Err(refused(format!("too many invites for this request - maximum {MOST}")));
    }
    let mut state = registry.state();
    let name = call.part("name");
    let caller =
        registry.authenticate(&mut state, call.request, Demand::scope(EndpointScope::ChangeOwners).on(name))?;
    let entry = state.catalogue.find(name)?;
    match state.accounts.rights(caller.user, entry.id) {
        Rights::Full => {}
        _ if !registry.upholds(Rule::OwnerForOwners) => {}
        Rights::Publish => return Err(denied("team members don't have permission to modify owners")),
        Rights::None => return Err(denied("only owners have permission to modify owners")),
    }
    let now = moment(registry.config.clock.now());
    let mut accounts = state.accounts.clone();
    let done = action(&mut accounts, Change { caller, krate: entry.id, name: &entry.name, now, logins: &logins })?;
    state.accounts = accounts;
    Ok(done)
}

fn refused(detail: String) -> Refusal {
    Refusal::exact(400, detail)
}

fn denied(detail: &str) -> Refusal {
    Refusal::exact(403, detail)
}
