use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use serde_json::{Value, json};

use super::{Call, Operation, Time, moment, personal, query, written};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule, State,
        accounts::{ApiToken, Demand, EndpointScope, Id},
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/me/tokens", list),
    ("PUT", "/api/v1/me/tokens", create),
    ("GET", "/api/v1/me/tokens/{id}", find),
    ("DELETE", "/api/v1/me/tokens/{id}", revoke),
    ("DELETE", "/api/v1/tokens/current", revoke_current),
];

/// How many tokens a user may have, those of no more use included.
const MOST: usize = 500;

#[derive(Deserialize)]
struct NewApiTokenRequest {
    api_token: NewApiToken,
}

#[derive(Deserialize)]
struct NewApiToken {
    name: String,
    crate_scopes: Option<Vec<String>>,
    endpoint_scopes: Option<Vec<String>>,
    expired_at: Option<Moment>,
}

/// RFC 3339. It is read while the text is, so that an error tells the place of the text.
struct Moment(Time);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 formatted date and time string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
                let date: DateTime<FixedOffset> = text.parse().map_err(E::custom)?;
                Ok(Moment(date.timestamp_micros()))
            }
        }
        from.deserialize_str(Reader)
    }
}

#[derive(Deserialize)]
struct Listed {
    expired_days: Option<i32>,
}

fn list(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let Listed { expired_days } = query::query(call.request)?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::cookie())?;
    let days = Time::from(expired_days.unwrap_or(0).max(0));
    let since = moment(registry.config.clock.now()).saturating_sub(days.saturating_mul(86_400 * 1_000_000));
    let tokens = state.accounts.tokens.values().rev();
    let shown = tokens.filter(|token| token.user == caller.user && !token.revoked && !token.is_expired(since));
    Ok(personal(&json!({ "api_tokens": shown.map(|token| view(registry, token)).collect::<Vec<_>>() })))
}

fn create(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let refused = |detail: String| Err(Refusal::exact(400, detail));
    let NewApiTokenRequest { api_token: new } = super::json(call.request)?;
    if new.name.is_empty() {
        return refused("name must have a value".to_owned());
    }
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::any())?;
    if caller.token.is_some() && registry.upholds(Rule::TokenBySession) {
        return refused("cannot use an API token to create a new API token".to_owned());
    }
    if state.accounts.tokens.values().filter(|token| token.user == caller.user).count() >= MOST {
        return refused(format!("maximum tokens per user is: {MOST}"));
    }
    if !new.crate_scopes.iter().flatten().all(|scope| is_crate_scope(scope)) {
        return refused("invalid crate scope".to_owned());
    }
    let scopes = |names: Vec<String>| names.iter().map(|name| EndpointScope::of(name)).collect::<Option<Vec<_>>>();
    let endpoint_scopes = match new.endpoint_scopes.map(scopes) {
        Some(None) => return refused("invalid endpoint scope".to_owned()),
        known => known.flatten(),
    };
    let created = state.catalogue.tick(&registry.config.clock);
    let token = state.accounts.issue(ApiToken {
        expires: new.expired_at.map(|Moment(time)| time),
        crate_scopes: new.crate_scopes,
        endpoint_scopes,
        ..ApiToken::new(caller.user, new.name, created)
    });
    let mut shown = view(registry, token);
    shown["token"] = token.plaintext.clone().into();
    Ok(reply::ok(&json!({ "api_token": shown })))
}

/// The name of a crate, the beginning of one before a `*`, or `*` alone.
fn is_crate_scope(scope: &str) -> bool {
    let name = scope.strip_suffix('*').unwrap_or(scope);
    scope == "*"
        || name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.len() <= 64
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn find(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let id = call.number("id")?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::any())?;
    let token = own(registry, &mut state, caller.user, id).ok_or_else(|| Refusal::exact(404, "Not Found"))?;
    Ok(personal(&json!({ "api_token": view(registry, token) })))
}

fn revoke(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let id = call.number("id")?;
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::any())?;
    if let Some(token) = own(registry, &mut state, caller.user, id) {
        token.revoked = registry.upholds(Rule::RevokingWorks);
    }
    Ok(reply::ok(&json!({})))
}

fn revoke_current(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let mut state = registry.state();
    let caller = registry.authenticate(&mut state, call.request, Demand::any())?;
    let token = caller.token.and_then(|id| state.accounts.tokens.get_mut(&id));
    token.ok_or_else(|| Refusal::exact(400, "token not provided"))?.revoked = registry.upholds(Rule::RevokingWorks);
    Ok(Response::new(204))
}

/// A token of that number, if it is that user's.
fn own<'a>(registry: &Registry, state: &'a mut State, user: Id, id: Id) -> Option<&'a mut ApiToken> {
    let token = state.accounts.tokens.get_mut(&id)?;
    (token.user == user || !registry.upholds(Rule::OwnTokens)).then_some(token)
}

/// A token without what it is used by.
fn view(registry: &Registry, token: &ApiToken) -> Value {
    let scopes = token.endpoint_scopes.as_ref();
    let mut shown = json!({
        "id": token.id,
        "name": token.name,
        "created_at": written(token.created),
        "last_used_at": token.last_used.map(written),
        "crate_scopes": token.crate_scopes,
        "endpoint_scopes": scopes.map(|scopes| scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>()),
        "expired_at": token.expires.map(written),
    });
    if !registry.upholds(Rule::PlaintextOnce) {
        shown["token"] = token.plaintext.clone().into();
    }
    shown
}
