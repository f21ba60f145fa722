use serde_json::{Value, json};

use super::{
    Mutant,
    spoil::{
        Action, OWNER_CHANGES, Object, bodies, has_token, is, objects, refuse_if, rename, replies, soundly, status,
        text,
    },
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
};

const LIST: &[Action] = &[Action::ListOwners];
const ADD: &[Action] = &[Action::AddOwners];
const REMOVE: &[Action] = &[Action::RemoveOwners];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt("owners-called-owners", &["own/list-shape"], "derived", |registry, request| {
        bodies(registry, request, LIST, |body| rename(body.as_object_mut().expect("ours is one"), "users", "owners"))
    }),
    Mutant::spoilt("owners-bare-array", &["own/list-shape"], "derived", |registry, request| {
        bodies(registry, request, LIST, |body| *body = body["users"].take())
    }),
    Mutant::spoilt("owner-id-text", &["own/id-u32"], "derived", |registry, request| {
        users(registry, request, |user| user["id"] = user["id"].to_string().into())
    }),
    Mutant::spoilt("owner-id-missing", &["own/id-u32"], "derived", |registry, request| {
        users(registry, request, |user| drop(user.shift_remove("id")))
    }),
    Mutant::spoilt("owner-id-negative", &["own/id-u32"], "derived", |registry, request| {
        users(registry, request, |user| user["id"] = json!(-1))
    }),
    Mutant::spoilt("owner-id-too-large", &["own/id-u32"], "derived", |registry, request| {
        users(registry, request, |user| user["id"] = json!(u64::from(u32::MAX) + 1))
    }),
    Mutant::spoilt(
        "owner-login-missing",
        &["own/login", "pub/owner-first-publisher"],
        "derived",
        |registry, request| users(registry, request, |user| rename(user, "login", "username")),
    ),
    Mutant::spoilt("owner-name-object", &["own/name-type"], "derived", |registry, request| {
        users(registry, request, |user| user["name"] = json!({ "first": text(user, "login") }))
    }),
    Mutant::without("owner-listed-twice", &["own/listed-once"], "derived", Rule::OwnerOnce),
    Mutant::spoilt("owners-closed-to-tokens", &["own/list-with-token"], "derived", |registry, request| {
        refuse_if(registry, request, is(registry, request, LIST) && has_token(request), 403, "log in with a browser")
    }),
    Mutant::spoilt(
        "only-first-owner-added",
        &["own/add-request", "own/remove-request"],
        "derived",
        |registry, request| named(registry, request, ADD, |users| users.truncate(1)),
    ),
    Mutant::spoilt(
        "owner-added-by-name-key",
        &["own/add-request", "own/auth-status"],
        "derived",
        |registry, request| {
            let users = is(registry, request, ADD) && request.body.json().is_ok_and(|body| body["users"].is_array());
            refuse_if(registry, request, users, 400, "`name` is missing")
        },
    ),
    Mutant::spoilt("add-ok-text", &["own/add-reply"], "D10 alexandrie@556edc5", |registry, request| {
        bodies(registry, request, ADD, |body| body["ok"] = "true".into())
    }),
    Mutant::spoilt("add-without-msg", &["own/add-reply"], "derived", |registry, request| {
        bodies(registry, request, ADD, |body| *body = json!({ "ok": true }))
    }),
    Mutant::without("unknown-owner-added", &["own/add-unknown-user"], "derived", Rule::OwnerKnown),
    Mutant::spoilt(
        "owner-never-removed",
        &["own/remove-request", "pub/non-owner-refused", "api/delete-body-read"],
        "derived",
        |registry, request| {
            if is(registry, request, REMOVE) { soundly(registry, request) } else { registry.handle(request) }
        },
    ),
    Mutant::spoilt("removal-takes-all", &["own/remove-request"], "derived", |registry, request| {
        let listed = super::spoil::as_main(registry, &Request::new("GET", request.url.clone())).body.json();
        let owners = listed.unwrap_or_default()["users"].as_array().cloned().unwrap_or_default();
        named(registry, request, REMOVE, |users| *users = owners.iter().map(|user| user["login"].clone()).collect())
    })
    .partly(Rule::LastOwner),
    Mutant::spoilt("remove-ok-text", &["own/remove-reply"], "D10 alexandrie@556edc5", |registry, request| {
        bodies(registry, request, REMOVE, |body| body["ok"] = "true".into())
    }),
    Mutant::spoilt("remove-without-msg", &["own/remove-reply"], "derived", |registry, request| {
        bodies(registry, request, REMOVE, |body| body["msg"] = Value::Null)
    }),
    Mutant::without(
        "owners-without-token",
        &["own/auth", "tok/revoked-denied", "tok/near-miss"],
        "derived",
        Rule::TokenForOwners,
    ),
    Mutant::spoilt("owners-unauthorised-404", &["own/auth-status"], "derived", |registry, request| {
        status(registry, request, OWNER_CHANGES, 403, 404)
    }),
    Mutant::without("anyone-changes-owners", &["own/non-owner"], "derived", Rule::OwnerForOwners),
    Mutant::spoilt("owners-of-nothing", &["own/unknown-crate"], "derived", |registry, request| {
        replies(registry, request, LIST, |reply| {
            if reply.status == 404 {
                *reply = Response::new(200).header("content-type", "application/json").body(&json!({ "users": [] }));
            }
        })
    }),
    Mutant::spoilt("owners-of-nothing-changed", &["own/unknown-crate"], "derived", |registry, request| {
        replies(registry, request, OWNER_CHANGES, |reply| {
            if reply.status == 404 {
                let done = json!({ "ok": true, "msg": "owners changed" });
                *reply = Response::new(200).header("content-type", "application/json").body(&done);
            }
        })
    }),
    Mutant::spoilt("login-cut-at-colon", &["own/opaque-logins"], "derived", |registry, request| {
        let odd = |login: &Value| login.as_str().is_some_and(|login| login.contains([':', '.', '@']));
        let body = request.body.json().unwrap_or_default();
        if !is(registry, request, ADD) || !body["users"].as_array().is_some_and(|users| users.iter().any(odd)) {
            // Other logins have to be known.
            let sound = soundly(registry, request);
            return if is(registry, request, ADD) && !sound.is_success() { sound } else { registry.handle(request) };
        }
        named(registry, request, ADD, |users| {
            for user in users {
                *user = user.as_str().and_then(|login| login.split([':', '.', '@']).next()).into();
            }
        })
    })
    .partly(Rule::OwnerKnown),
];

fn users(registry: &Registry, request: &Request, edit: impl Fn(&mut Object)) -> Response {
    bodies(registry, request, LIST, |body| objects(&mut body["users"], edit))
}

/// Asks the registry about other logins than those that were named.
fn named(registry: &Registry, request: &Request, actions: &[Action], change: impl FnOnce(&mut Vec<Value>)) -> Response {
    let mut body = request.body.json().unwrap_or_default();
    match body.get_mut("users").and_then(Value::as_array_mut) {
        Some(users) if is(registry, request, actions) => {
            change(users);
            registry.handle(&request.clone().body(&body))
        }
        _ => registry.handle(request),
    }
}
