use super::people;
use crate::reference::{
    Config, State,
    accounts::{ApiToken, EndpointScope},
    crates_io::moment,
};

/// How many tokens there are of each kind that a call uses up.
const SPARE: usize = 8;

const EXPIRED: i64 = 1_577_836_800_000_000;
const FAR: i64 = 4_070_908_800_000_000;

/// What names of tokens begin with that are there to be revoked by their number, and by themselves.
pub(super) const BY_ID: &str = "alice-spare-";
pub(super) const BY_ITSELF: &str = "alice-burn-";

/// Issues the tokens, each named after its user and what is special about it.
pub(super) fn issue(config: &Config, state: &mut State) {
    let scopes: &[EndpointScope] = &EndpointScope::ALL;
    let legacy = |login| (login, format!("{login}-legacy"), None);
    let all = |login| (login, format!("{login}-all-scopes"), Some(scopes));
    let only = |at: usize| ("alice", format!("alice-{}", scopes[at].name()), Some(&scopes[at..=at]));
    let mut kinds = vec![legacy("alice"), all("alice"), legacy("bob"), all("bob"), legacy("carol")];
    kinds.push(("alice", "alice-crate-scoped".to_owned(), Some(&scopes[1..2])));
    kinds.extend((0..scopes.len()).map(only));
    for special in ["expired", "future", "revoked", "no-scopes", "bound"] {
        let held = (special == "no-scopes").then_some(&scopes[..0]).or((special == "bound").then_some(scopes));
        kinds.push(("alice", format!("alice-{special}"), held));
    }
    kinds.extend(["dave", "erin", "frank", "grace", "heidi"].map(legacy));
    for prefix in [BY_ID, BY_ITSELF] {
        kinds.extend((1..=SPARE).map(|n| ("alice", format!("{prefix}{n}"), None)));
    }
    for (login, name, held) in kinds {
        let user = people::id(&state.accounts, login);
        let created = state.catalogue.tick(&config.clock);
        let bound: Option<&[&str]> = match name.as_str() {
            "alice-crate-scoped" => Some(&["alpha-core", "beta-*"]),
            "alice-bound" => Some(&["bound-*"]),
            _ => None,
        };
        let expires = match name.as_str() {
            "alice-expired" => Some(EXPIRED),
            "alice-future" => Some(FAR),
            _ => None,
        };
        let token = ApiToken {
            revoked: name == "alice-revoked",
            expires,
            endpoint_scopes: held.map(<[_]>::to_vec),
            crate_scopes: bound.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            ..ApiToken::new(user, name, created)
        };
        state.accounts.issue(token);
    }
    given(config, state);
}

/// Tokens that the configuration gives are good as they stand, and like those of old.
fn given(config: &Config, state: &mut State) {
    for user in &config.users {
        let Some(plaintext) = &user.token else { continue };
        let id = people::id(&state.accounts, &user.login);
        let token = ApiToken::new(id, format!("{}-given", user.login), moment(config.clock.now()));
        state.accounts.issue_as(token, plaintext.clone());
    }
}
