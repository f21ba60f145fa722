//! What spoilers of the registry with the policy of crates.io are made of.

use serde_json::{Map, Value};

use super::super::spoil::refusal;
use crate::{
    exchange::{Request, Response},
    reference::Registry,
};

/// The request is one of the web API.
pub(super) fn is_api(request: &Request) -> bool {
    request.path().starts_with("/api/")
}

/// Method and path fit; a part in braces is anything.
pub(super) fn is(request: &Request, method: &str, template: &str) -> bool {
    let (path, template) = (request.path().split('/'), template.split('/'));
    request.method == method
        && path.clone().count() == template.clone().count()
        && path.zip(template).all(|(part, wanted)| wanted.starts_with('{') || part == wanted)
}

/// Edits replies where `when` says so.
pub(super) fn edited(
    registry: &Registry,
    request: &Request,
    when: impl Fn(&Response) -> bool,
    edit: impl FnOnce(&mut Response),
) -> Response {
    let mut reply = registry.handle(request);
    if when(&reply) {
        edit(&mut reply);
    }
    reply
}

/// Edits the JSON of good replies to a call.
pub(super) fn json(registry: &Registry, request: &Request, when: bool, edit: impl FnOnce(&mut Value)) -> Response {
    edited(
        registry,
        request,
        |reply| when && reply.is_success(),
        |reply| {
            if let Ok(mut body) = reply.body.json() {
                edit(&mut body);
                reply.body = (&body).into();
            }
        },
    )
}

/// Edits the list that stands first in the JSON of good replies to a call.
pub(super) fn list(registry: &Registry, request: &Request, when: bool, edit: impl FnOnce(&mut Vec<Value>)) -> Response {
    json(registry, request, when, |body| {
        let lists = body.as_object_mut().into_iter().flatten().filter_map(|(_, value)| value.as_array_mut());
        if let Some(list) = lists.max_by_key(|list| list.len()) {
            edit(list);
        }
    })
}

/// Edits each line of index files.
pub(super) fn index_lines(
    registry: &Registry,
    request: &Request,
    mut edit: impl FnMut(&mut Map<String, Value>),
) -> Response {
    let file = request.path().starts_with("/index/") && !request.path().ends_with(".json");
    edited(
        registry,
        request,
        |reply| file && reply.status == 200,
        |reply| {
            let mut text = String::new();
            for line in reply.body.lossy().lines() {
                let mut line: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
                edit(&mut line);
                text.push_str(&format!("{}\n", Value::Object(line)));
            }
            reply.body = text.into();
        },
    )
}

/// Answers with a failure of the server where `when` says so.
pub(super) fn fails(registry: &Registry, request: &Request, when: bool) -> Response {
    refuses(registry, request, when, 500, "Internal Server Error")
}

/// Refuses where `when` says so.
pub(super) fn refuses(registry: &Registry, request: &Request, when: bool, status: u16, detail: &str) -> Response {
    if when && is_api(request) { refusal(status, detail) } else { registry.handle(request) }
}

/// Takes every refusal with one of these statuses for a success where `when` says so.
pub(super) fn lenient(registry: &Registry, request: &Request, when: bool, statuses: &[u16]) -> Response {
    edited(
        registry,
        request,
        |reply| when && statuses.contains(&reply.status),
        |reply| {
            reply.status = 200;
            reply.headers.set("content-type", "application/json");
            reply.body = r#"{"ok":true}"#.into();
        },
    )
}

/// The value of a query parameter as it was sent.
pub(super) fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query().split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, v)| v))
}

/// Asks with other query parameters: each is kept, replaced or left out.
pub(super) fn asked(registry: &Registry, request: &Request, change: impl Fn(&str, &str) -> Option<String>) -> Response {
    let pairs = request.query().split('&').filter(|pair| !pair.is_empty());
    let query: Vec<String> = pairs
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some(format!("{name}={}", change(name, value)?))
        })
        .collect();
    let path = format!("{}{}", request.origin(), request.path());
    let url = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
    registry.handle(&Request { url, ..request.clone() })
}

/// The request comes with a token or a session.
pub(super) fn has_credential(request: &Request) -> bool {
    request.headers.has("authorization") || request.headers.has("cookie")
}

/// The answer that the main account would get, whatever it came with.
pub(super) fn as_main(registry: &Registry, request: &Request) -> Response {
    let access = registry.access();
    let mut trusted = request.clone();
    trusted.headers.set("authorization", access.token);
    let by_token = registry.handle(&trusted);
    if by_token.status < 400 {
        return by_token;
    }
    trusted.headers.remove("authorization");
    trusted.headers.set("cookie", access.cookie);
    registry.handle(&trusted)
}

/// Lets a request in as the main account where it is refused for its credential and `when` says so.
pub(super) fn trusting(registry: &Registry, request: &Request, when: bool) -> Response {
    let reply = registry.handle(request);
    let refused = matches!(reply.status, 401 | 403);
    if when && refused { as_main(registry, request) } else { reply }
}

/// The value of `Authorization`, without `Bearer`.
pub(super) fn credential(request: &Request) -> &str {
    let value = request.headers.get("authorization").unwrap_or_default();
    value.strip_prefix("Bearer ").unwrap_or(value)
}

/// Answers as ever, and forgets what a good answer changed where `when` says so.
pub(super) fn undone(registry: &Registry, request: &Request, when: bool) -> Response {
    let before = when.then(|| registry.snapshot());
    let reply = registry.handle(request);
    if let Some(before) = before.filter(|_| reply.is_success()) {
        registry.restore(before);
    }
    reply
}
