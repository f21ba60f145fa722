//! Calls of operations of the contract's document: their requests, and what their replies give to later calls.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{
    End,
    builder::{Builder, Lack},
    perform::Run,
    secrets,
};
use crate::{
    exchange::{Bindings, Called, Exchange, Request, Role},
    package::Upload,
    spec::{Operation, Place, Produce, plain},
    suite::{Call, Check, Credential, Login, Step, Text, Verb},
    target::{HeldToken, TokenState},
};

/// Everything but the unreserved characters (RFC 3986).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The binding that holds the cookie which a call of the case was given.
const SESSION: &str = "session-cookie";

/// The binding that holds the token which the case used up.
const SPENT: &str = "spent-token";

/// Takes away what a transcript may not keep.
pub(super) fn forget_secrets(bindings: &mut Bindings) {
    [SESSION, SPENT].into_iter().for_each(|name| bindings.unbind(name));
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

impl Builder<'_> {
    /// The request of a call, without the header fields that every request has.
    ///
    /// # Errors
    /// What the run or the target lacks for it.
    pub(super) fn call(&self, call: &Call, step: &Step) -> Result<(Request, Option<Upload>), Lack> {
        let operation = self.operation(call)?;
        let method = call.method.clone().unwrap_or_else(|| operation.method.clone());
        let mut request = Request::new(method, self.call_url(operation, call)?);
        let mut upload = None;
        let mut content_type = None;
        if let Some(publish) = &call.upload {
            let made = self.upload(publish, &self.crate_of(step)?)?;
            request = request.body(made.body.clone());
            content_type = Some("application/octet-stream".to_owned());
            upload = Some(made);
        }
        if let Some(body) = &call.body {
            request = request.body(self.fill(body)?);
            content_type =
                Some(operation.body.as_ref().map_or("application/json", |body| body.content_type.as_str()).to_owned());
        }
        if let Some(content_type) = call.content_type.clone().or(content_type).filter(|name| !name.is_empty()) {
            request.headers.push("Content-Type", content_type);
        }
        request.headers.push("Accept", "*/*");
        if let Some((field, value)) = self.login(operation, &call.with)? {
            request.headers.push(field, value);
        }
        // What belongs to a session that the case itself began goes with that session.
        if let Some(cookie) = self.bindings.get(SESSION).filter(|_| !request.headers.has("cookie")) {
            request.headers.push("Cookie", cookie);
        }
        Ok((request, upload))
    }

    pub(super) fn operation(&self, call: &Call) -> Result<&Operation, Lack> {
        let found = self.session.spec.operation(&call.operation);
        found.ok_or_else(|| Lack::Run(format!("the contract has no operation `{}`", call.operation)))
    }

    fn call_url(&self, operation: &Operation, call: &Call) -> Result<String, Lack> {
        let base = if operation.on_index { self.index()? } else { self.base()?.to_owned() };
        let prefix = operation.base.as_str();
        let mut url = base.clone();
        if !base.ends_with(prefix) || prefix.is_empty() {
            url.push_str(prefix);
        }
        let mut rest = operation.path.as_str();
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            url.push_str(before);
            match (call.path.get(name), call.path_encoded.get(name)) {
                (_, Some(value)) => url.push_str(&self.fill(value)?),
                (Some(value), None) => url.push_str(&encoded(&self.fill(value)?)),
                (None, None) => {
                    return Err(Lack::Run(format!("the call of {} lacks its path parameter {name}", operation.id)));
                }
            }
            rest = after;
        }
        url.push_str(rest);
        if let Some(tail) = &call.tail {
            url.push_str(&self.fill(tail)?);
        }
        let mut query = Vec::new();
        for (name, value) in &call.query {
            query.push(format!("{}={}", encoded(name), encoded(&self.fill(value)?)));
        }
        if let Some(written) = &call.query_encoded {
            query.push(self.fill(written)?);
        }
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query.join("&"));
        }
        Ok(url)
    }

    /// What a call is about, for those who judge it.
    pub(super) fn called(&self, call: &Call) -> Called {
        let filled = |text: &Text| text.fill(self.bindings).ok();
        let arguments = call.path.iter().chain(&call.path_encoded).chain(&call.query);
        Called {
            operation: call.operation.clone(),
            arguments: arguments.filter_map(|(name, text)| Some((name.clone(), filled(text)?))).collect(),
        }
    }

    /// A key in a field of its own: that of `--header`, else the resource that is named like the field.
    fn key(&self, field: &str, login: &Login) -> Result<Option<(String, String)>, Lack> {
        let given = self.session.options.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(field));
        let kind = field.to_ascii_lowercase();
        let kind = kind.strip_prefix("x-").unwrap_or(&kind);
        let value = match login {
            Login::None => return Ok(None),
            Login::Good if given => return Ok(None),
            Login::Good => self
                .session
                .resource(kind, false)
                .ok_or_else(|| Lack::Target(format!("needs a key: --header '{field}: …'")))?,
            _ => "regspec-key-that-nobody-has".to_owned(),
        };
        Ok(Some((field.to_owned(), value)))
    }

    /// The header field by which a call says who makes it.
    fn login(&self, operation: &Operation, login: &Login) -> Result<Option<(String, String)>, Lack> {
        let held = &self.session.credentials;
        let token = |value: Option<&str>, what: &str| match value {
            Some(value) => Ok(Some(("Authorization".to_owned(), value.to_owned()))),
            None => Err(Lack::Target(format!("needs {what} in --credentials"))),
        };
        let cookie = |user: Option<&str>, what: &str| match held.cookie_of(user) {
            Some(value) => Ok(Some(("Cookie".to_owned(), value.to_owned()))),
            None => Err(Lack::Target(format!("needs {what} in --credentials"))),
        };
        let main = held.token.as_deref();
        let valid = |state| matches!(state, TokenState::Valid);
        if let Some(field) = &operation.key_header {
            return self.key(field, login);
        }
        match login {
            Login::Good => self.login(operation, &Login::of(operation)),
            Login::None => Ok(None),
            Login::Token => token(main, "the main account's token (--token)"),
            Login::OtherToken => token(held.other_token.as_deref(), "a second account's token (--other-token)"),
            Login::Cookie => cookie(held.login.as_deref(), "the main account's cookie"),
            Login::OtherCookie => cookie(held.other_login.as_deref(), "the second account's cookie"),
            Login::Named(name) => token(
                held.tokens.iter().find(|token| token.name.as_ref() == Some(name)).map(|token| token.value.as_str()),
                &format!("a token named {name}"),
            ),
            Login::Scope(scope) => token(
                held.token_that(|token| {
                    valid(token.state)
                        && token.endpoint_scopes.as_ref().is_some_and(|scopes| scopes.contains(scope))
                        && token
                            .crate_scopes
                            .as_ref()
                            .is_none_or(|scopes| scopes.is_empty() || scopes.contains(&"*".to_owned()))
                }),
                &format!("a token with the endpoint scope {scope}"),
            ),
            Login::LacksScope(scope) => token(
                held.token_that(|token| {
                    valid(token.state) && token.endpoint_scopes.as_ref().is_some_and(|scopes| !scopes.contains(scope))
                }),
                &format!("a token with endpoint scopes, but without {scope}"),
            ),
            Login::LacksCrate(scope) => token(
                held.token_that(|token| {
                    let bound = token.crate_scopes.as_ref().is_some_and(|scopes| {
                        !scopes.is_empty()
                            && scopes.iter().all(|scope| !scope.starts_with('*') && !scope.starts_with('r'))
                    });
                    valid(token.state)
                        && bound
                        && token.endpoint_scopes.as_ref().is_none_or(|scopes| scopes.contains(scope))
                }),
                &format!(
                    "a token with the endpoint scope {scope} for crates whose names begin with another letter than r"
                ),
            ),
            Login::Trustpub => token(held.trustpub(TokenState::Valid), "a token of trusted publishing"),
            Login::Stranger => token(
                held.tokens
                    .iter()
                    .find(|token| {
                        let known = [&held.login, &held.other_login];
                        let third =
                            token.user.as_ref().is_some_and(|user| !user.is_empty()) && !known.contains(&&token.user);
                        third && valid(token.state) && token.endpoint_scopes.is_none() && !token.trustpub
                    })
                    .map(|token| token.value.as_str()),
                "a third account's token",
            ),
            Login::Burn => {
                let mut taken = self.session.taken.lock().expect("no holder of this lock panics");
                let trustpub = takes_trustpub(operation);
                let count = taken.entry(format!("credential, {trustpub}")).or_default();
                *count += 1;
                let burnt = |token: &&HeldToken| token.state == TokenState::Burn && token.trustpub == trustpub;
                let next = held.tokens.iter().filter(burnt).nth(*count - 1);
                token(next.map(|token| token.value.as_str()), "one more token to be used up (state = \"burn\")")
            }
            Login::Spent => token(self.bindings.get(SPENT), "a token that the case used up"),
            Login::Expired => token(held.token_that(|token| token.state == TokenState::Expired), "an expired token"),
            Login::Revoked => {
                let revoked = held.token_that(|token| token.state == TokenState::Revoked);
                token(revoked.or(held.revoked_token.as_deref()), "a revoked token")
            }
            Login::Unknown | Login::Prefix | Login::OtherCase | Login::Padded => {
                let main = main.ok_or_else(|| {
                    Lack::Target("needs the main account's token, of whose form a wrong one is made".to_owned())
                })?;
                let form = match login {
                    Login::Prefix => Credential::Prefix,
                    Login::OtherCase => Credential::OtherCase,
                    Login::Padded => Credential::Padded,
                    _ => Credential::Unknown,
                };
                let miss = miss(main, form)
                    .ok_or_else(|| Lack::Target("every such change of the token means the token itself".to_owned()))?;
                Ok(Some(("Authorization".to_owned(), miss)))
            }
            Login::Malformed => Ok(Some(("Authorization".to_owned(), "regspec-malformed".to_owned()))),
            Login::WrongScheme => Ok(Some(("Authorization".to_owned(), "Basic cmVnc3BlYzpub2JvZHk=".to_owned()))),
            Login::Empty => Ok(Some(("Authorization".to_owned(), String::new()))),
            Login::BadCookie => {
                let value = held.cookie_of(held.login.as_deref()).unwrap_or("session=regspec");
                let name = value.split('=').next().unwrap_or("session");
                Ok(Some(("Cookie".to_owned(), format!("{name}=regspec-session-that-nobody-has"))))
            }
        }
    }
}

/// A token of the form of another that nobody was given: what stands in front, by which forms are told apart, stays.
fn miss(token: &str, form: Credential) -> Option<String> {
    let (scheme, secret) = token.split_once(' ').map_or(("", token), |(scheme, secret)| (scheme, secret));
    let head = secret.char_indices().nth(4).filter(|_| secret.len() > 12).map_or(0, |(at, _)| at);
    let other = secrets::near_miss(&secret[head..], form)?;
    let space = if scheme.is_empty() { "" } else { " " };
    Some(format!("{scheme}{space}{}{other}", &secret[..head]))
}

fn takes_trustpub(operation: &Operation) -> bool {
    let access = operation.access.as_ref();
    access.is_some_and(|access| {
        access.trustpub.is_some_and(|accepts| accepts.is_ok())
            && access.token.as_ref().is_none_or(|rules| !rules.takes_legacy())
    })
}

impl Run<'_> {
    /// Binds what a call names and nobody has bound yet: from the credentials file or, where it only reads, from what
    /// is found on the target.
    ///
    /// # Errors
    /// Nothing gives it.
    pub(super) async fn bind_kinds(&mut self, step: &Step, role: Role) -> Result<(), End> {
        let Verb::Call(call) = &step.verb else { return Ok(()) };
        let builder = self.builder();
        let operation = builder.operation(call)?;
        let reads = matches!(call.method.as_deref().unwrap_or(&operation.method), "GET" | "HEAD" | "OPTIONS");
        // What is refused on purpose leaves everything as it is.
        let good = role == Role::Given || self.case.decl.then.iter().any(|expect| succeeds(operation, &expect.check));
        let used_up: Vec<String> = operation.uses_up.iter().filter(|_| good).cloned().collect();
        // What has to be there without standing in the request.
        for kind in &operation.needs {
            if good && self.bindings.get(kind).is_none() && self.session.resource(kind, false).is_none() {
                return Err(End::NotApplicable(format!(
                    "neither this run nor [resources] of --credentials gives a {kind}"
                )));
            }
        }
        let mut kinds: Vec<String> = step.texts().into_iter().flat_map(Text::placeholders).map(str::to_owned).collect();
        kinds.dedup();
        for kind in kinds {
            if self.bindings.get(&kind).is_some() {
                continue;
            }
            if let Some((base, spelt)) = spelling(&kind) {
                let value = match self.bindings.get(base).map(str::to_owned) {
                    Some(value) => Some(value),
                    None => self.resource_or_shown(base, reads, used_up.iter().any(|known| known == base)).await,
                };
                if let Some(value) = value {
                    self.bindings.bind(base, value.clone());
                    self.bindings.bind(&kind, spelt(&value));
                    continue;
                }
            }
            let Some(value) = self.resource_or_shown(&kind, reads, used_up.contains(&kind)).await else {
                let from = if reads {
                    "nothing on the target and nothing in [resources] of --credentials gives"
                } else {
                    "neither this run nor [resources] of --credentials gives"
                };
                return Err(End::NotApplicable(format!("{from} a {kind}")));
            };
            self.bindings.bind(&kind, value);
        }
        Ok(())
    }

    async fn resource_or_shown(&self, kind: &str, reads: bool, uses_up: bool) -> Option<String> {
        match self.session.resource(kind, uses_up) {
            Some(value) => Some(value),
            None if reads => self.session.discover(kind, &self.bindings).await,
            None => None,
        }
    }

    /// Keeps the token that a call uses up, for a later one that shows it again.
    pub(super) fn spend(&mut self, call: &Call, request: &Request) {
        if let (Login::Burn, Some(token)) = (&call.with, request.headers.get("authorization")) {
            self.bindings.bind(SPENT, token.to_owned());
        }
    }

    /// Binds what an accepted call gives.
    pub(super) fn produced(&mut self, call: &Call, at: usize) {
        let Some(operation) = self.session.spec.operation(&call.operation) else { return };
        let exchange = &self.transcript.exchanges[at];
        let set = exchange.response().and_then(|reply| reply.headers.get("set-cookie"));
        if let Some(cookie) = set.and_then(|set| set.split(';').next()) {
            self.bindings.bind(SESSION, cookie.to_owned());
        }
        let given = found(operation, exchange, &self.bindings);
        let reads = exchange.request.method == "GET";
        // What a list happens to begin with takes the place of nothing that the case published or named before.
        let ours = |kind: &str| {
            self.case.publishes() && matches!(kind, "crate" | "version") || reads && self.bindings.get(kind).is_some()
        };
        let given: Vec<_> = given.into_iter().filter(|(kind, _)| !ours(kind)).collect();
        given.into_iter().for_each(|(kind, value)| self.bindings.bind(&kind, value));
    }
}

/// What is judged is a good reply, which leaves its traces.
fn succeeds(operation: &Operation, check: &Check) -> bool {
    match check {
        Check::Reply(_) | Check::Pages(_) | Check::Ordered(_) | Check::Agree(_) => true,
        Check::Outcome(both) => both.accepted.iter().any(|expect| succeeds(operation, &expect.check)),
        Check::ErrorReply(wanted) => {
            let value = wanted.value.as_ref().map(Text::raw);
            let rows = operation.rows(wanted.condition, wanted.parameter.as_deref(), value);
            rows.iter().any(|row| row.is_success())
        }
        _ => false,
    }
}

/// Another spelling of a text.
type Spelling = fn(&str) -> String;

/// `{kind-upper}` and `{kind-folded}`: other spellings of what a kind stands for.
fn spelling(kind: &str) -> Option<(&str, Spelling)> {
    let upper: Spelling = |text| text.to_uppercase();
    let folded: Spelling = |text| match text.contains('-') {
        true => text.replace('-', "_"),
        false => text.replace('_', "-"),
    };
    let index: Spelling = |name| crate::package::index_path(name);
    if kind == "index-path" {
        return Some(("crate", index));
    }
    kind.strip_suffix("-upper").map(|base| (base, upper)).or_else(|| Some((kind.strip_suffix("-folded")?, folded)))
}

/// What a good reply gives, by kind.
pub(super) fn found(operation: &Operation, exchange: &Exchange, bindings: &Bindings) -> Vec<(String, String)> {
    let Some(reply) = exchange.response().filter(|reply| (200..400).contains(&reply.status)) else { return Vec::new() };
    let json = reply.body.json().unwrap_or_default();
    let value = |produce: &Produce| match produce {
        Produce::Pointer(pointer) => json.pointer(pointer).and_then(plain),
        Produce::Argument(name) => exchange.called.as_ref()?.arguments.get(name).cloned(),
        Produce::Item { items, filter, take } => {
            let is = |item: &&Value| {
                filter.iter().all(|(key, wanted)| match (item.get(key), wanted) {
                    (Some(Value::String(found)), Value::String(wanted)) => {
                        Text::from(wanted.as_str()).fill(bindings).is_ok_and(|wanted| wanted == *found)
                    }
                    (found, wanted) => found == Some(wanted),
                })
            };
            json.pointer(items)?.as_array()?.iter().find(is)?.pointer(take).and_then(plain)
        }
    };
    operation.produces.iter().filter_map(|(kind, produce)| Some((kind.clone(), value(produce)?))).collect()
}

/// Whether a call can be made without anything that only a case could give.
pub(super) fn plain_call(operation: &Operation) -> Call {
    let mut call = Call::of(&operation.id);
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
        let value = match (&parameter.needs, parameter.given()) {
            (Some(kind), _) => Text::from(format!("{{{kind}}}").as_str()),
            (None, Some(value)) => Text::from(value.as_str()),
            (None, None) => continue,
        };
        match parameter.place {
            Place::Path => call.path.insert(parameter.name.clone(), value),
            _ => call.query.insert(parameter.name.clone(), value),
        };
    }
    call
}
