use serde::Deserialize;
use serde_json::{Value, json};

use super::fields;
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule, State,
        accounts::{Accounts, Caller, Demand, EndpointScope, Id, Owner, Provider, TrustpubConfig},
        crates_io::{Call, Operation, Page, Ways, personal, query, seek, written},
        reply::{self, Refusal},
    },
};

/// Items and the collection share their methods, but to delete there has to be an item.
pub(in crate::reference::crates_io) const OPERATIONS: &[Operation] = &[
    ("POST", "/api/v1/trusted_publishing/github_configs", |registry, call| create(registry, call, Provider::GitHub)),
    ("GET", "/api/v1/trusted_publishing/github_configs", |registry, call| list(registry, call, Provider::GitHub)),
    ("POST", "/api/v1/trusted_publishing/github_configs/{}", |registry, call| create(registry, call, Provider::GitHub)),
    ("DELETE", "/api/v1/trusted_publishing/github_configs/{id}", |registry, call| {
        delete(registry, call, Provider::GitHub)
    }),
    ("GET", "/api/v1/trusted_publishing/github_configs/{}", |registry, call| list(registry, call, Provider::GitHub)),
    ("POST", "/api/v1/trusted_publishing/gitlab_configs", |registry, call| create(registry, call, Provider::GitLab)),
    ("GET", "/api/v1/trusted_publishing/gitlab_configs", |registry, call| list(registry, call, Provider::GitLab)),
    ("POST", "/api/v1/trusted_publishing/gitlab_configs/{}", |registry, call| create(registry, call, Provider::GitLab)),
    ("DELETE", "/api/v1/trusted_publishing/gitlab_configs/{id}", |registry, call| {
        delete(registry, call, Provider::GitLab)
    }),
    ("GET", "/api/v1/trusted_publishing/gitlab_configs/{}", |registry, call| list(registry, call, Provider::GitLab)),
];

const SCOPE: Demand<'static> = Demand::scope(EndpointScope::TrustedPublishing);

/// How many configurations a crate may have with one provider.
const MOST: usize = 5;

/// A configuration as a request has it.
#[derive(Deserialize)]
pub(super) struct New {
    #[serde(rename = "crate")]
    pub(super) name: String,
    #[serde(rename = "repository_owner")]
    pub(super) owner: String,
    #[serde(rename = "repository_name")]
    pub(super) project: String,
    #[serde(rename = "workflow_filename")]
    pub(super) workflow: String,
    pub(super) environment: Option<String>,
}

/// The same, as it is called on GitLab.
#[derive(Deserialize)]
struct NewGitLab {
    #[serde(rename = "crate")]
    name: String,
    namespace: String,
    project: String,
    workflow_filepath: String,
    environment: Option<String>,
}

#[derive(Deserialize)]
struct GitHubRequest {
    github_config: New,
}

#[derive(Deserialize)]
struct GitLabRequest {
    gitlab_config: NewGitLab,
}

fn create(registry: &Registry, call: &Call<'_>, provider: Provider) -> Result<Response, Refusal> {
    let new = match provider {
        Provider::GitHub => crate::reference::crates_io::json::<GitHubRequest>(call.request)?.github_config,
        Provider::GitLab => {
            let new = crate::reference::crates_io::json::<GitLabRequest>(call.request)?.gitlab_config;
            let NewGitLab { name, namespace: owner, project, workflow_filepath: workflow, environment } = new;
            New { name, owner, project, workflow, environment }
        }
    };
    fields::check(provider, &new)?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, SCOPE.on(&new.name))?;
    let krate = state.catalogue.find(&new.name)?.id;
    let (owner, owner_id) = may_create(registry, &state.accounts, caller, krate, provider, &new)?;
    let created = state.catalogue.tick(&registry.config.clock);
    let New { project, workflow, environment, .. } = new;
    let config = TrustpubConfig { krate, created, owner, owner_id, project, workflow, environment };
    let id = state.accounts.trust(provider, config);
    let shown = state.accounts.configs.get(&(provider, id)).map(|config| view(&state, provider, id, config));
    Ok(reply::ok(&json!({ member(provider).0: shown })))
}

/// The owner as the provider spells and numbers it.
fn may_create(
    registry: &Registry,
    accounts: &Accounts,
    caller: Caller,
    krate: Id,
    provider: Provider,
    new: &New,
) -> Result<(String, Option<Id>), Refusal> {
    let there = accounts.configs.iter().filter(|((with, _), config)| *with == provider && config.krate == krate);
    if there.count() >= MOST && registry.upholds(Rule::TrustpubLimit) {
        let told = format!(
            "This crate already has the maximum number of {} Trusted Publishing configurations ({MOST})",
            called(provider)
        );
        return Err(Refusal::exact(409, told));
    }
    owned(registry, accounts, caller, krate)?;
    let account = accounts.users.get(&caller.user);
    let email = account.and_then(|account| account.email.as_ref()).ok_or_else(not_owner)?;
    if !email.verified {
        return Err(Refusal::exact(403, "You must verify your email address to create a Trusted Publishing config"));
    }
    if provider == Provider::GitLab {
        return Ok((new.owner.clone(), None));
    }
    if !account.is_some_and(|account| account.github) {
        return Err(Refusal::exact(400, "Must have a linked GitHub account to create a Trusted Publishing config"));
    }
    let known = accounts.organisations.iter().find(|(name, _)| name.eq_ignore_ascii_case(&new.owner));
    let (name, id) = known.ok_or_else(|| Refusal::exact(400, "Unknown GitHub user or organization"))?;
    Ok((name.clone(), Some(*id)))
}

#[derive(Deserialize)]
struct Filter {
    #[serde(rename = "crate")]
    name: Option<String>,
    user_id: Option<Id>,
}

fn list(registry: &Registry, call: &Call<'_>, provider: Provider) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let (shown, page) = match query::query(call.request)? {
        Filter { name: None, user_id: None } => {
            return Err(Refusal::exact(400, "Must specify either `crate` or `user_id` query parameter"));
        }
        Filter { name: Some(_), user_id: Some(_) } => {
            return Err(Refusal::exact(400, "Cannot specify both `crate` and `user_id` query parameters"));
        }
        Filter { name: Some(name), .. } => {
            let caller = registry.authenticate(&mut state, call.request, SCOPE.on(&name))?;
            let krate = state.catalogue.find(&name)?.id;
            owned(registry, &state.accounts, caller, krate)?;
            let page = Page::read(call.request, Ways::SEEK)?;
            (select(&state, provider, |config| config.krate == krate), page)
        }
        Filter { user_id: Some(user), .. } => {
            let demand = SCOPE.filtered().without_legacy();
            let caller = registry.authenticate(&mut state, call.request, demand)?;
            if caller.user != user && registry.upholds(Rule::OwnConfigs) {
                return Err(Refusal::exact(403, "this action requires authentication as the specified user"));
            }
            let page = Page::read(call.request, Ways::SEEK)?;
            let token = caller.token.and_then(|id| state.accounts.tokens.get(&id));
            let covered = |krate| {
                let name = state.catalogue.by_id(krate).map_or("", |entry| &entry.name);
                token.is_none_or(|token| token.covers_crate(name)) || !registry.upholds(Rule::CrateScopes)
            };
            let owns = |krate| state.accounts.owns(krate, Owner::User(user));
            (select(&state, provider, |config| owns(config.krate) && covered(config.krate)), page)
        }
    };
    let after: Id = page.after()?.unwrap_or(Id::MIN);
    let total = shown.len();
    let items: Vec<_> = shown.into_iter().filter(|(id, _)| *id > after).take(page.size).collect();
    let last = items.last().filter(|_| items.len() == page.size);
    let next = last.map(|(id, _)| query::with(call.request, "seek", &seek(id)));
    let items: Vec<_> = items.iter().map(|(id, config)| view(&state, provider, *id, config)).collect();
    Ok(personal(&json!({ member(provider).1: items, "meta": { "total": total, "next_page": next } })))
}

fn select(state: &State, provider: Provider, wanted: impl Fn(&TrustpubConfig) -> bool) -> Vec<(Id, &TrustpubConfig)> {
    let configs = state.accounts.configs.iter().filter(|((with, _), config)| *with == provider && wanted(config));
    configs.map(|((_, id), config)| (*id, config)).collect()
}

/// What there is to delete is looked up before the caller is asked who they are.
fn delete(registry: &Registry, call: &Call<'_>, provider: Provider) -> Result<Response, Refusal> {
    let key = (provider, call.number("id")?);
    let mut state = registry.state();
    let krate = state.accounts.configs.get(&key).ok_or_else(|| Refusal::exact(404, "Not Found"))?.krate;
    let name = state.catalogue.by_id(krate).map(|entry| entry.name.clone()).unwrap_or_default();
    let caller = registry.authenticate(&mut state, call.request, SCOPE.on(&name))?;
    owned(registry, &state.accounts, caller, krate)?;
    state.accounts.configs.remove(&key);
    Ok(Response::new(204))
}

fn owned(registry: &Registry, accounts: &Accounts, caller: Caller, krate: Id) -> Result<(), Refusal> {
    let owns = accounts.owns(krate, Owner::User(caller.user));
    if owns || !registry.upholds(Rule::OwnConfigs) { Ok(()) } else { Err(not_owner()) }
}

fn not_owner() -> Refusal {
    Refusal::exact(400, "You are not an owner of this crate")
}

fn called(provider: Provider) -> &'static str {
    match provider {
        Provider::GitHub => "GitHub",
        Provider::GitLab => "GitLab",
    }
}

/// One configuration and several, as replies name them.
fn member(provider: Provider) -> (&'static str, &'static str) {
    match provider {
        Provider::GitHub => ("github_config", "github_configs"),
        Provider::GitLab => ("gitlab_config", "gitlab_configs"),
    }
}

fn view(state: &State, provider: Provider, id: Id, config: &TrustpubConfig) -> Value {
    let name = state.catalogue.by_id(config.krate).map(|entry| &entry.name);
    match provider {
        Provider::GitHub => json!({
            "id": id,
            "crate": name,
            "repository_owner": config.owner,
            "repository_owner_id": config.owner_id,
            "repository_name": config.project,
            "workflow_filename": config.workflow,
            "environment": config.environment,
            "created_at": written(config.created),
        }),
        Provider::GitLab => json!({
            "id": id,
            "crate": name,
            "namespace": config.owner,
            "namespace_id": config.owner_id.map(|id| id.to_string()),
            "project": config.project,
            "workflow_filepath": config.workflow,
            "environment": config.environment,
            "created_at": written(config.created),
        }),
    }
}
