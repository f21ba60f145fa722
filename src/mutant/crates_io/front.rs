//! The front page, what an account follows, and what all replies have in common.

use serde_json::{Value, json};

use super::{
    counts::each,
    spoil::{asked, edited, is, is_api, json as body, list, parameter},
    spoilt,
    surfaces::other,
    whole,
};
use crate::{exchange::Request, mutant::Mutant};

const CRATE: &str = "/api/v1/crates/{name}";
const SUMMARY: &str = "/api/v1/summary";

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("followed-by-nobody", &["front/followed"], |registry, request| {
        list(registry, request, parameter(request, "following").is_some(), Vec::clear)
    }),
    spoilt("follows-everything", &["front/followed"], |registry, request| {
        asked(registry, request, |name, value| match (name, value) {
            ("following", _) => None,
            (_, value) => Some(value.to_owned()),
        })
    }),
    spoilt("front-counts-one-more", &["front/how-many"], |registry, request| {
        body(registry, request, is(request, "GET", SUMMARY), |body| other(&mut body["num_crates"]))
    }),
    spoilt("front-is-long", &["front/length"], |registry, request| {
        let all =
            Request { url: format!("{}/api/v1/crates?sort=new&per_page=11", request.origin()), ..request.clone() };
        let all = registry.handle(&all).body.json().unwrap_or_default();
        body(registry, request, is(request, "GET", SUMMARY), |body| body["new_crates"] = all["crates"].clone())
    }),
    spoilt("front-upside-down", &["front/order"], |registry, request| front(registry, request, |list| list.reverse())),
    spoilt("front-begins-later", &["front/newest"], |registry, request| {
        front(registry, request, |list| drop(list.remove(0)))
    }),
    spoilt("front-of-unknown-crates", &["front/most-downloaded"], |registry, request| {
        each(registry, request, SUMMARY, "/most_downloaded", |entry| other(&mut entry["name"]))
    }),
    whole("head-is-not-known", &["uniform/head"], |registry, request| {
        edited(registry, request, |_| request.method == "HEAD" && is_api(request), |reply| reply.status = 405)
    }),
    whole("head-lacks-fields", &["uniform/head-fields"], |registry, request| {
        edited(
            registry,
            request,
            |_| request.method == "HEAD",
            |reply| {
                for name in ["content-type", "location", "cache-control"] {
                    reply.headers.remove(name);
                }
            },
        )
    }),
    spoilt("errors-in-two-entries", &["uniform/envelope"], |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status >= 400,
            |reply| {
                let mut body = reply.body.json().unwrap_or_default();
                body["errors"].as_array_mut().into_iter().for_each(|errors| errors.extend(errors.first().cloned()));
                reply.body = (&body).into();
            },
        )
    }),
    spoilt("owner-sees-more", &["uniform/whoever-asks"], |registry, request| {
        let known = request.headers.has("authorization");
        body(registry, request, known && is(request, "GET", CRATE), |body| body["crate"]["mine"] = json!(true))
    }),
    spoilt("html-for-browsers", &["uniform/accept"], |registry, request| {
        let browser = request.headers.get("accept") == Some("text/html");
        edited(registry, request, |_| browser && is_api(request), |reply| reply.body = "<!doctype html>".into())
    }),
    spoilt("unknown-parameters-count", &["uniform/unknown-parameters"], |registry, request| {
        let odd = parameter(request, "regspec-nobody-knows").is_some();
        body(registry, request, odd && is(request, "GET", CRATE), |body| body["crate"]["odd"] = json!(true))
    }),
    spoilt("two-commits", &["uniform/commit"], |registry, request| {
        body(registry, request, is(request, "GET", "/api/v1/site_metadata"), |body| other(&mut body["commit"]))
    }),
];

/// Edits the newest crates of the front page.
fn front(
    registry: &crate::reference::Registry,
    request: &Request,
    edit: impl Fn(&mut Vec<Value>),
) -> crate::exchange::Response {
    body(registry, request, is(request, "GET", SUMMARY), |body| {
        body["new_crates"].as_array_mut().into_iter().for_each(edit);
    })
}
