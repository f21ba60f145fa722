//! What spoilers are made of.

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};

use crate::{
    exchange::{Request, Response},
    reference::{Config, Handler, Registry, Route},
};

/// A JSON object: a line of the index, a dependency in it, the metadata of an upload.
pub(super) type Object = Map<String, Value>;

/// What a request asks for. Unlike a route it tells the methods of the owners apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Config,
    File,
    Publish,
    Yank,
    Unyank,
    ListOwners,
    AddOwners,
    RemoveOwners,
    Search,
    Download,
    Stored,
    Me,
    Other,
}

pub(super) const OWNER_CHANGES: &[Action] = &[Action::AddOwners, Action::RemoveOwners];
pub(super) const WRITES: &[Action] =
    &[Action::Publish, Action::Yank, Action::Unyank, Action::AddOwners, Action::RemoveOwners];
pub(super) const API: &[Action] = &[
    Action::Publish,
    Action::Yank,
    Action::Unyank,
    Action::ListOwners,
    Action::AddOwners,
    Action::RemoveOwners,
    Action::Search,
];

/// What a request asks for.
pub(super) fn action(registry: &Registry, request: &Request) -> Action {
    match registry.route(request) {
        Route::Config => Action::Config,
        Route::IndexFile(_) => Action::File,
        Route::Publish => Action::Publish,
        Route::Yank { .. } => Action::Yank,
        Route::Unyank { .. } => Action::Unyank,
        Route::Owners { .. } => match request.method.as_str() {
            "PUT" => Action::AddOwners,
            "DELETE" => Action::RemoveOwners,
            _ => Action::ListOwners,
        },
        Route::Search => Action::Search,
        Route::Download { .. } => Action::Download,
        Route::File { .. } => Action::Stored,
        Route::Me => Action::Me,
        Route::WrongMethod { .. } | Route::Unknown => Action::Other,
    }
}

pub(super) fn is(registry: &Registry, request: &Request, actions: &[Action]) -> bool {
    actions.contains(&action(registry, request))
}

/// A refusal in the shape that a conforming registry gives it.
pub(super) fn refusal(status: u16, detail: &str) -> Response {
    Response::new(status).header("content-type", "application/json").body(&json!({ "errors": [{ "detail": detail }] }))
}

/// Refuses where `when` says so, and answers soundly elsewhere.
pub(super) fn refuse_if(registry: &Registry, request: &Request, when: bool, status: u16, detail: &str) -> Response {
    if when { refusal(status, detail) } else { registry.handle(request) }
}

/// Edits the replies to some actions.
pub(super) fn replies(
    registry: &Registry,
    request: &Request,
    actions: &[Action],
    edit: impl FnOnce(&mut Response),
) -> Response {
    let mut reply = registry.handle(request);
    if is(registry, request, actions) {
        edit(&mut reply);
    }
    reply
}

/// Edits the replies to some actions that went well.
pub(super) fn successes(
    registry: &Registry,
    request: &Request,
    actions: &[Action],
    edit: impl FnOnce(&mut Response),
) -> Response {
    replies(registry, request, actions, |reply| {
        if reply.is_success() {
            edit(reply);
        }
    })
}

/// Labels as gzip what is not, where gzip is offered.
pub(super) fn mislabelled(registry: &Registry, request: &Request, actions: &[Action]) -> Response {
    let offered = request.headers.get("accept-encoding").is_some_and(|offered| offered.contains("gzip"));
    successes(registry, request, actions, |reply| {
        if offered {
            reply.headers.set("content-encoding", "gzip");
        }
    })
}

/// Edits the refusals of some actions.
pub(super) fn refusals(
    registry: &Registry,
    request: &Request,
    actions: &[Action],
    edit: impl FnOnce(&mut Response),
) -> Response {
    replies(registry, request, actions, |reply| {
        if reply.status >= 400 {
            edit(reply);
        }
    })
}

/// Gives one status of some actions for another.
pub(super) fn status(registry: &Registry, request: &Request, actions: &[Action], from: u16, to: u16) -> Response {
    replies(registry, request, actions, |reply| {
        if reply.status == from {
            reply.status = to;
        }
    })
}

/// Edits what has one status.
pub(super) fn status_of(
    registry: &Registry,
    request: &Request,
    status: u16,
    edit: impl FnOnce(&mut Response),
) -> Response {
    let mut reply = registry.handle(request);
    if reply.status == status {
        edit(&mut reply);
    }
    reply
}

/// Edits the JSON with which some actions say that all went well.
pub(super) fn bodies(
    registry: &Registry,
    request: &Request,
    actions: &[Action],
    edit: impl FnOnce(&mut Value),
) -> Response {
    successes(registry, request, actions, |reply| {
        if let Ok(mut body) = reply.body.json() {
            edit(&mut body);
            reply.body = (&body).into();
        }
    })
}

/// Edits `config.json`.
pub(super) fn config_json(registry: &Registry, request: &Request, edit: impl FnOnce(&mut Value)) -> Response {
    bodies(registry, request, &[Action::Config], edit)
}

/// Edits the text of index files.
pub(super) fn files(registry: &Registry, request: &Request, edit: impl FnOnce(&str) -> String) -> Response {
    successes(registry, request, &[Action::File], |reply| {
        reply.body = edit(&reply.body.lossy()).into();
    })
}

/// Edits each line of an index file.
pub(super) fn lines(registry: &Registry, request: &Request, mut edit: impl FnMut(&mut Object)) -> Response {
    files(registry, request, |text| {
        text.lines()
            .map(|line| {
                let mut object = serde_json::from_str(line).unwrap_or_default();
                edit(&mut object);
                Value::Object(object).to_string() + "\n"
            })
            .collect()
    })
}

/// Edits one key of each line, which may be null.
pub(super) fn fields(registry: &Registry, request: &Request, key: &str, edit: impl Fn(&mut Value)) -> Response {
    lines(registry, request, |line| {
        if let Some(value) = line.get_mut(key) {
            edit(value);
        }
    })
}

/// Edits each dependency of each line.
pub(super) fn deps(registry: &Registry, request: &Request, edit: impl Fn(&mut Object)) -> Response {
    fields(registry, request, "deps", |deps| objects(deps, &edit))
}

/// Edits each object of an array.
pub(super) fn objects(array: &mut Value, edit: impl Fn(&mut Object)) {
    array.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).for_each(edit);
}

/// The text of a member; empty if it is none.
pub(super) fn text<'a>(object: &'a Object, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Gives a member another name, at the end.
pub(super) fn rename(object: &mut Object, from: &str, to: &str) {
    if let Some(value) = object.shift_remove(from) {
        object.insert(to.to_owned(), value);
    }
}

/// Asks the registry with the `Authorization` that `change` makes of each one there is.
pub(super) fn reauthorised(
    registry: &Registry,
    request: &Request,
    change: impl Fn(&str) -> Option<String>,
) -> Response {
    let mut changed = request.clone();
    changed.headers.remove("authorization");
    for value in request.headers.all("authorization").filter_map(change) {
        changed.headers.push("authorization", value);
    }
    registry.handle(&changed)
}

/// The token of the first user.
pub(super) fn main_token(registry: &Registry) -> Option<String> {
    registry.config().users.first()?.token.clone()
}

pub(super) fn has_token(request: &Request) -> bool {
    request.headers.has("authorization")
}

/// What a registry in this state that upholds every rule would answer.
pub(super) fn soundly(registry: &Registry, request: &Request) -> Response {
    let sound = Registry::new(Config { broken: Vec::new(), ..registry.config().clone() });
    sound.restore(registry.snapshot());
    sound.handle(request)
}

/// A handler that remembers something for as long as its registry lives.
pub(super) fn remembering<M: Default + Send + 'static>(
    registry: Arc<Registry>,
    answer: fn(&Registry, &Request, &Mutex<M>) -> Response,
) -> Handler {
    let memory = Mutex::<M>::default();
    Arc::new(move |request| answer(&registry, request, &memory))
}

/// What is remembered of each name.
pub(super) type By<T> = BTreeMap<String, T>;

pub(super) fn lock<M>(memory: &Mutex<M>) -> MutexGuard<'_, M> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

/// The answer that the first user would get.
pub(super) fn as_main(registry: &Registry, request: &Request) -> Response {
    let mut trusted = request.clone();
    trusted.headers.set("authorization", main_token(registry).unwrap_or_default());
    registry.handle(&trusted)
}
