//! What replies say of users and teams.

use serde_json::{Value, json};

use super::written;
use crate::reference::accounts::{Account, Accounts, Id, Team};

/// A user, as anybody may see them.
pub(in crate::reference) fn user(account: &Account) -> Value {
    json!({
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "avatar": account.avatar,
        "url": account.url(),
        "github_username_matches": account.github,
        "created_at": written(account.created),
    })
}

/// A user among owners.
pub(in crate::reference) fn owner_user(account: &Account) -> Value {
    json!({
        "id": account.id,
        "login": account.login,
        "kind": "user",
        "url": account.url(),
        "name": account.name,
        "avatar": account.avatar,
        "github_username_matches": account.github,
    })
}

/// A team among owners.
pub(in crate::reference) fn owner_team(team: &Team) -> Value {
    json!({
        "id": team.id,
        "login": team.login,
        "kind": "team",
        "url": team.url(),
        "name": team.name,
        "avatar": team.avatar,
    })
}

/// A team by itself.
pub(in crate::reference) fn team(team: &Team) -> Value {
    json!({ "id": team.id, "login": team.login, "name": team.name, "avatar": team.avatar, "url": team.url() })
}

/// Some users, each once, by rising number.
pub(in crate::reference) fn users(accounts: &Accounts, ids: impl IntoIterator<Item = Id>) -> Vec<Value> {
    let ids: std::collections::BTreeSet<Id> = ids.into_iter().collect();
    ids.iter().filter_map(|id| accounts.users.get(id)).map(user).collect()
}
