use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::json;

use super::{belongings, crates, people, tokens};
use crate::reference::{
    Config, Registry, State,
    accounts::{self, COOKIE, Id, Provider},
    crates_io::{AUDIENCE, GITHUB, GITLAB, Time, moment},
    seed,
};

/// What a suite has to be handed to test a registry with the policy of crates.io. Written as TOML it is a credentials file.
#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Access {
    /// A token of the main account that serves wherever a token does.
    pub token: String,
    /// The main account.
    pub login: String,
    /// The same kind of token, of an account that owns nothing of the main one's.
    pub other_token: String,
    /// That account.
    pub other_login: String,
    /// A third account.
    pub third_login: String,
    /// A token of the main account that was valid once.
    pub revoked_token: String,
    /// A session of the main account: name and value of a cookie.
    pub cookie: String,
    /// Values by kind of resource.
    pub resources: BTreeMap<String, AccessResource>,
    /// Every token.
    pub tokens: Vec<AccessToken>,
    /// A session of every account. That of the main one may be authorised once more, with a code and a state of the resources.
    pub cookies: Vec<AccessCookie>,
    /// Every account.
    pub users: Vec<AccessUser>,
}

/// An API token.
#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AccessToken {
    /// What is special about it.
    pub name: String,
    /// The value of `Authorization`.
    pub value: String,
    /// The login of whom it speaks for.
    pub user: String,
    /// What it may be used for; everything if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_scopes: Option<Vec<String>>,
    /// Crates that it may be used for; every crate if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crate_scopes: Option<Vec<String>>,
    /// `valid`, `expired`, `revoked`, or `burn` for one that is there to be revoked.
    pub state: &'static str,
    /// It is one of a workflow, for Trusted Publishing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trustpub: bool,
}

/// The values of a kind of resource.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub enum AccessResource {
    /// It serves for ever.
    One(String),
    /// Each serves once.
    Many(Vec<String>),
}

/// A session.
#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AccessCookie {
    /// The login of whom it speaks for.
    pub user: String,
    /// Name and value.
    pub value: String,
}

/// An account.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AccessUser {
    /// Its name.
    pub login: String,
    /// Its number.
    pub id: i32,
}

impl fmt::Debug for Access {
    /// Leaves out what is secret, for this ends up in test output.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("login", &self.login).field("users", &self.users).finish_non_exhaustive()
    }
}

impl Config {
    /// What a registry of this configuration can be entered with at its start. It follows from the seed.
    pub fn access(&self) -> Access {
        access(self, &seed::state(self))
    }
}

impl Registry {
    /// What this registry can be entered with now.
    pub fn access(&self) -> Access {
        access(&self.config, &self.state())
    }
}

fn access(config: &Config, state: &State) -> Access {
    let tokens = tokens(state, moment(config.clock.now()));
    let token = |name: &str| {
        tokens.iter().find(|token| token.name == name).map(|token| token.value.clone()).unwrap_or_default()
    };
    let cookies = cookies(state);
    let cookie = cookies.iter().find(|cookie| cookie.user == "alice").map(|cookie| cookie.value.clone());
    Access {
        token: token("alice-legacy"),
        login: "alice".to_owned(),
        other_token: token("bob-legacy"),
        other_login: "bob".to_owned(),
        third_login: "dave".to_owned(),
        revoked_token: token("alice-revoked"),
        cookie: cookie.unwrap_or_default(),
        resources: resources(config, state),
        users: state
            .accounts
            .users
            .values()
            .map(|account| AccessUser { login: account.login.clone(), id: account.id })
            .collect(),
        cookies,
        tokens,
    }
}

fn login(state: &State, user: Id) -> String {
    state.accounts.users.get(&user).map(|account| account.login.clone()).unwrap_or_default()
}

fn tokens(state: &State, now: Time) -> Vec<AccessToken> {
    let spent = |name: &str| name.starts_with(tokens::BY_ID) || name.starts_with(tokens::BY_ITSELF);
    let scopes = |token: &accounts::ApiToken| {
        let held = token.endpoint_scopes.as_ref()?;
        Some(held.iter().map(|scope| scope.name().to_owned()).collect())
    };
    let workflows = state.accounts.trustpub_tokens.values().zip(0..).map(|(token, n)| AccessToken {
        name: format!("workflow-{n}"),
        value: token.plaintext.clone(),
        user: String::new(),
        endpoint_scopes: None,
        crate_scopes: None,
        state: if n == 0 { "valid" } else { "burn" },
        trustpub: true,
    });
    let tokens = state.accounts.tokens.values();
    tokens
        .map(|token| AccessToken {
            name: token.name.clone(),
            value: token.plaintext.clone(),
            user: login(state, token.user),
            endpoint_scopes: scopes(token),
            crate_scopes: token.crate_scopes.clone(),
            state: match token {
                _ if token.revoked => "revoked",
                _ if token.is_expired(now) => "expired",
                _ if spent(&token.name) => "burn",
                _ => "valid",
            },
            trustpub: false,
        })
        .chain(workflows)
        .collect()
}

fn cookies(state: &State) -> Vec<AccessCookie> {
    let mut cookies: Vec<_> = state.accounts.sessions.iter().collect();
    cookies.sort_by_key(|(_, session)| session.user);
    let user = |user: Option<Id>| user.map_or_else(String::new, |user| login(state, user));
    cookies
        .into_iter()
        .map(|(value, session)| AccessCookie { user: user(session.user), value: format!("{COOKIE}={value}") })
        .collect()
}

fn resources(config: &Config, state: &State) -> BTreeMap<String, AccessResource> {
    let accounts = &state.accounts;
    let [alice, bob, dave] = ["alice", "bob", "dave"].map(|login| people::id(accounts, login));
    let invitations = |invitee| accounts.invitations.values().filter(move |item| item.invitee == invitee);
    // Those without an environment stay, for the tokens of workflows need them.
    let configs = |wanted| {
        let configs = accounts.configs.iter().filter(move |((provider, _), _)| *provider == wanted);
        configs.filter(|(_, config)| config.environment.is_some()).map(|((_, id), _)| id.to_string()).collect()
    };
    let emails = accounts.users.values().filter(|account| account.login.starts_with(people::UNCONFIRMED));
    let spare = accounts.tokens.values().filter(|token| token.name.starts_with(tokens::BY_ID));
    let team = accounts.teams.values().find(|team| team.listed);
    let trusting = || {
        let crates = state.catalogue.crates();
        crates.filter(|entry| entry.name.starts_with(belongings::TRUSTED)).map(|entry| entry.name.clone())
    };
    let mut words = accounts.sessions.values().filter_map(|session| session.state.clone());
    let first =
        |name: &str| accounts.tokens.values().find(|token| token.name == name).map(|token| token.id.to_string());
    let one = [
        ("api-token-id", first("alice-crate-scoped")),
        ("category", Some("science::bioinformatics".to_owned())),
        ("crate", Some(crates::SHOWN.to_owned())),
        ("crate-called-new", Some(belongings::CALLED_NEW.to_owned())),
        ("email-token", emails.filter_map(|account| Some(account.email.as_ref()?.token.clone())).next()),
        ("github-owner", Some(belongings::OWNER.to_owned())),
        ("oanor-key", Some(config.oanor_key())),
        ("oauth-code", accounts.codes.keys().next().cloned()),
        ("oauth-state", words.next()),
        ("own-user-id", Some(alice.to_string())),
        ("team-id", team.map(|team| team.id.to_string())),
        ("team-login", team.map(|team| team.login.clone())),
        ("top-category", Some("science".to_owned())),
        ("user-id", Some(alice.to_string())),
        ("user-login", Some("alice".to_owned())),
        ("version", Some(crates::SHOWN_VERSION.to_owned())),
    ];
    let many = [
        ("invitation-crate-id", invitations(bob).map(|item| item.krate.to_string()).collect()),
        ("invitation-token", invitations(dave).map(|item| item.token.clone()).collect()),
        ("oidc-jwt", jwts(config, state, trusting())),
        ("own-api-token-id", spare.map(|token| token.id.to_string()).collect()),
        ("trustpub-github-config-id", configs(Provider::GitHub)),
        ("trustpub-gitlab-config-id", configs(Provider::GitLab)),
    ];
    let one = one.into_iter().filter_map(|(kind, value)| Some((kind, AccessResource::One(value?))));
    let many = many.into_iter().map(|(kind, values)| (kind, AccessResource::Many(values)));
    one.chain(many).map(|(kind, value)| (kind.to_owned(), value)).collect()
}

/// Tokens of workflows that may publish, each good for one exchange: some of GitHub for each crate, and one of GitLab.
fn jwts(config: &Config, state: &State, crates: impl Iterator<Item = String>) -> Vec<String> {
    const EACH: usize = 4;
    let now = config.clock.now();
    let sign = |claims| accounts::sign(state.accounts.issuer_key.as_bytes(), &claims);
    let github = |name: &str, n: usize| {
        let repository = format!("{}/{name}", belongings::OWNER);
        json!({
            "iss": GITHUB, "aud": AUDIENCE, "iat": now, "exp": now + 365 * 86_400, "jti": format!("github-{name}-{n}"),
            "repository": repository, "repository_owner_id": "42", "event_name": "push", "run_id": n.to_string(),
            "workflow_ref": format!("{repository}/.github/workflows/{}@refs/heads/main", belongings::WORKFLOW),
            "sha": "0".repeat(40),
        })
    };
    let gitlab = |name: &str| {
        let project = format!("{}/{name}", belongings::OWNER);
        json!({
            "iss": GITLAB, "aud": AUDIENCE, "iat": now, "exp": now + 365 * 86_400, "jti": format!("gitlab-{name}"),
            "project_path": project, "namespace_id": "42", "job_id": "1",
            "ci_config_ref_uri": format!("gitlab.com/{project}//{}@refs/heads/main", belongings::WORKFLOW),
            "sha": "0".repeat(40),
        })
    };
    crates
        .flat_map(|name| (0..EACH).map(|n| github(&name, n)).chain([gitlab(&name)]).collect::<Vec<_>>())
        .map(sign)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::reference::Config;

    #[test]
    fn it_is_written_as_a_credentials_file_and_hidden_elsewhere() {
        let access = Config::new("http://127.0.0.1:1").crates_io(3).access();
        let table: toml::Table = toml::to_string(&access).unwrap().parse().unwrap();
        assert_eq!(table["token"].as_str(), Some(access.token.as_str()));
        let yank = |token: &&toml::Value| token["name"].as_str() == Some("alice-yank");
        let yank = table["tokens"].as_array().unwrap().iter().find(yank).unwrap();
        assert_eq!(yank["endpoint-scopes"].as_array().unwrap()[0].as_str(), Some("yank"));
        assert!(yank.get("crate-scopes").is_none() && yank.get("trustpub").is_none());
        assert!(table["resources"]["own-user-id"].is_str() && table["resources"]["oidc-jwt"].is_array());
        let shown = format!("{access:?}");
        assert!(shown.contains("alice") && !shown.contains(&access.token) && !shown.contains(&access.cookie));
    }
}
