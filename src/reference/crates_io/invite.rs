use super::owners::Change;
use crate::reference::{
    Registry, Rule,
    accounts::{Accounts, Owner},
    reply::Refusal,
};

/// Asks a user to own a crate, or makes a team an owner at once; says what was done.
pub(super) fn invite(
    registry: &Registry,
    accounts: &mut Accounts,
    change: &Change<'_>,
    login: &str,
) -> Result<String, Refusal> {
    let name = change.name;
    if login.contains(':') {
        let team = add_team(accounts, change, login)?;
        return Ok(format!("team {team} has been added as an owner of crate {name}"));
    }
    let user = accounts.user_exactly(login).map(|user| (user.id, user.login.clone()));
    let Some((invitee, login)) = user else {
        return Err(Refusal::exact(400, format!("could not find user with login `{login}`")));
    };
    if !registry.upholds(Rule::OwnersInvited) {
        accounts.own(change.krate, Owner::User(invitee));
    } else if !accounts.invite(change.krate, invitee, change.caller.user, change.now) {
        return Ok(format!("user {login} already has a pending invitation to be an owner of crate {name}"));
    }
    Ok(format!("user {login} has been invited to be an owner of crate {name}"))
}

fn add_team(accounts: &mut Accounts, change: &Change<'_>, login: &str) -> Result<String, Refusal> {
    let refused = |detail: String| Err(Refusal::exact(400, detail));
    let login = login.to_lowercase();
    let Some(path) = login.strip_prefix("github:") else {
        return refused("unknown organization handler, only 'github:org:team' is supported".to_owned());
    };
    let Some((organisation, team)) = path.split_once(':') else {
        return refused("missing github team argument; format is github:org:team".to_owned());
    };
    if let Some(odd) = organisation.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
        return refused(format!("organization cannot contain special characters like {odd}"));
    }
    let user = change.caller.user;
    if !accounts.users.get(&user).is_some_and(|account| account.github) {
        return refused("Cannot add a GitHub team as an owner without a connected GitHub account".to_owned());
    }
    let Some(found) = accounts.teams.values_mut().find(|team| team.login == login) else {
        return refused(format!(
            "could not find the github team {organisation}/{team}. Make sure that you have the right permissions in GitHub. \
             See https://doc.rust-lang.org/cargo/reference/publishing.html#github-permissions"
        ));
    };
    if !found.members.contains(&user) {
        return Err(Refusal::exact(403, "only members of a team or organization owners can add it as an owner"));
    }
    found.listed = true;
    let owner = Owner::Team(found.id);
    accounts.own(change.krate, owner);
    Ok(login)
}
