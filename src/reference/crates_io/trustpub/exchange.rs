use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::{claims::Workflow, claims::refused, matching};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule, accounts,
        crates_io::{self, Call, Operation, moment},
        reply::{self, Refusal},
    },
};

pub(in crate::reference::crates_io) const OPERATIONS: &[Operation] =
    &[("POST", "/api/v1/trusted_publishing/tokens", exchange), ("DELETE", "/api/v1/trusted_publishing/tokens", revoke)];

#[derive(Deserialize)]
struct ExchangeRequest {
    jwt: String,
}

/// Gives a workflow a token for the crates that it may publish. What fails leaves its JWT unused.
fn exchange(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let ExchangeRequest { jwt } = crates_io::json(call.request)?;
    let seconds = registry.config.clock.now();
    let mut state = registry.state();
    let accounts = &mut state.accounts;
    let now = i64::try_from(seconds).unwrap_or(i64::MAX);
    let workflow = Workflow::read(jwt.trim(), accounts.issuer_key.as_bytes(), now)?;
    if accounts.used_jwts.contains(&workflow.jti) && registry.upholds(Rule::JwtOnce) {
        return Err(refused("JWT has already been used"));
    }
    let configs = accounts.configs.iter().filter(|((provider, _), _)| *provider == workflow.provider);
    let met = matching::narrow(&workflow, configs.map(|(key, config)| (*key, config)).collect())?;
    let crates: BTreeSet<_> = met.iter().map(|(_, config)| config.krate).collect();
    let keys: Vec<_> = met.into_iter().map(|(key, _)| key).collect();
    for key in keys {
        if let Some(config) = accounts.configs.get_mut(&key) {
            config.owner_id = Some(workflow.owner_id);
        }
    }
    accounts.used_jwts.insert(workflow.jti);
    let token = accounts.issue_trustpub(crates, workflow.data, moment(seconds));
    Ok(reply::ok(&json!({ "token": token.plaintext })))
}

fn revoke(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let token = accounts::required(call.request)?;
    if registry.upholds(Rule::RevokingWorks) {
        registry.state().accounts.trustpub_tokens.remove(token);
    }
    Ok(Response::new(204))
}
