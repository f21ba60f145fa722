//! Good replies.

use serde_json::Value;

use super::{
    spoil::{edited, is, is_api, json},
    spoilt,
};
use crate::mutant::{Mutant, spoil::refusal};

const BREAKS: &[&str] = &["*/reply"];

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("good-replies-accepted-only", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.is_success() && is_api(request), |reply| reply.status = 202)
    }),
    spoilt("good-replies-as-text", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.is_success(), |reply| reply.headers.set("content-type", "text/plain"))
    }),
    spoilt("good-replies-without-a-body", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.is_success(), |reply| reply.body = Vec::new().into())
    }),
    spoilt("good-replies-in-an-envelope", BREAKS, |registry, request| {
        json(registry, request, true, |body| *body = serde_json::json!({ "data": body.take() }))
    }),
    spoilt("good-replies-lack-a-member", BREAKS, |registry, request| {
        json(registry, request, true, |body| {
            if let Some(members) = body.as_object_mut() {
                let last = members.keys().next_back().cloned().unwrap_or_default();
                members.remove(&last);
            }
        })
    }),
    spoilt("good-replies-with-numbers-as-texts", BREAKS, |registry, request| {
        json(registry, request, true, |body| {
            each(body, &|value| {
                if value.is_number() {
                    *value = value.to_string().into();
                }
            })
        })
    }),
    spoilt("good-replies-with-dates-of-their-own", BREAKS, |registry, request| {
        json(registry, request, true, |body| {
            each(body, &|value| {
                if value.as_str().is_some_and(|text| text.len() >= 20 && text.as_bytes()[10] == b'T') {
                    *value = "yesterday".into();
                }
            })
        })
    }),
    spoilt("good-replies-fail", BREAKS, |registry, request| {
        edited(
            registry,
            request,
            |reply| (200..400).contains(&reply.status) && is_api(request),
            |reply| {
                *reply = refusal(500, "Internal Server Error");
            },
        )
    }),
    spoilt("redirects-for-ever", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status == 302, |reply| reply.status = 301)
    }),
    spoilt("crate-without-its-downloads", &["find_crate/reply"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{name}"), |body| {
            if let Some(members) = body["crate"].as_object_mut() {
                members.remove("downloads");
            }
        })
    }),
    spoilt("accept-not-looked-at", &["*/reply-200"], |registry, request| {
        let mut request = request.clone();
        request.headers.remove("accept");
        registry.handle(&request)
    }),
];

/// Every value within a value, the innermost first.
fn each(value: &mut Value, edit: &dyn Fn(&mut Value)) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| each(member, edit)),
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, edit)),
        _ => edit(value),
    }
}
