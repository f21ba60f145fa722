use serde::Deserialize;
use serde_json::json;

use super::{Call, Operation, done, me};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule,
        accounts::{COOKIE, Session},
        reply::{self, Refusal},
    },
};

/// Beginning and authorising were GET until 2026-06 and are POST since; both are answered.
pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/private/session/begin", begin),
    ("POST", "/api/private/session/begin", begin),
    ("GET", "/api/private/session/authorize", |registry, call| {
        authorize(registry, call, super::query::query(call.request)?)
    }),
    ("POST", "/api/private/session/authorize", |registry, call| authorize(registry, call, super::json(call.request)?)),
    ("DELETE", "/api/private/session", end),
];

const STATE: usize = 22;

/// Sends the caller to GitHub, with a word that the way back has to bring along.
fn begin(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let accounts = &mut registry.state().accounts;
    let word = accounts.secret(STATE);
    let session = Session { state: Some(word.clone()), ..accounts.session(call.request).cloned().unwrap_or_default() };
    let url = format!(
        "https://github.com/login/oauth/authorize?response_type=code&client_id=regspec&state={word}&scope=read%3Aorg"
    );
    let cookie = cookie(&accounts.begin(session));
    Ok(reply::ok(&json!({ "url": url, "state": word })).header("set-cookie", cookie))
}

#[derive(Deserialize)]
struct AuthorizeRequest {
    code: String,
    state: String,
}

/// Logs in whom the code of GitHub stands for.
fn authorize(registry: &Registry, call: &Call<'_>, given: AuthorizeRequest) -> Result<Response, Refusal> {
    let state = &mut *registry.state();
    let session = state.accounts.session(call.request).cloned().unwrap_or_default();
    let known = session.state.as_ref() == Some(&given.state);
    if !known && registry.upholds(Rule::SessionState) {
        let spent = state.accounts.begin(Session { state: None, ..session });
        return Err(Refusal::exact(400, "invalid state parameter").header("set-cookie", cookie(&spent)));
    }
    let user = state.accounts.codes.get(&given.code).copied();
    let mut shown =
        user.and_then(|user| me::view(state, user)).ok_or_else(|| Refusal::exact(400, "Error obtaining token"))?;
    shown["status"] = "signed_in".into();
    let value = state.accounts.begin(Session { user, state: None });
    Ok(reply::ok(&shown).header("set-cookie", cookie(&value)))
}

/// The old cookie stays good, since it carries its session; the caller is given one that carries none.
fn end(registry: &Registry, _: &Call<'_>) -> Result<Response, Refusal> {
    let value = registry.state().accounts.begin(Session::default());
    Ok(done().header("set-cookie", cookie(&value)))
}

fn cookie(value: &str) -> String {
    format!("{COOKIE}={value}; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=7776000")
}
