//! Request bodies: taken without a look, refused for what is no fault, or answered wrongly.

use super::{
    spoil::{edited, is_api, lenient, refuses},
    spoilt,
};
use crate::{
    exchange::Request,
    mutant::{Mutant, spoil::refusal},
};

const BREAKS: &[&str] = &["*/body", "*/body-*"];

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("bodies-not-validated", BREAKS, |registry, request| {
        lenient(registry, request, writes(request), &[400, 415, 422])
    }),
    spoilt("body-missing-accepted", BREAKS, |registry, request| {
        lenient(registry, request, writes(request) && request.body.is_empty(), &[400, 415, 422])
    }),
    spoilt("body-content-type-not-looked-at", BREAKS, |registry, request| lenient(registry, request, true, &[415])),
    spoilt("body-syntax-not-looked-at", BREAKS, |registry, request| {
        lenient(registry, request, writes(request) && request.body.json().is_err(), &[400])
    }),
    spoilt("body-fields-not-looked-at", BREAKS, |registry, request| {
        lenient(registry, request, writes(request), &[422])
    }),
    spoilt("body-syntax-is-422", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status == 400 && writes(request), |reply| reply.status = 422)
    }),
    spoilt("body-shape-is-400", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status == 422, |reply| reply.status = 400)
    }),
    spoilt("body-faults-fail", BREAKS, |registry, request| {
        edited(
            registry,
            request,
            |reply| matches!(reply.status, 415 | 422),
            |reply| *reply = refusal(500, "Internal Server Error"),
        )
    }),
    spoilt("body-unknown-fields-refused", BREAKS, |registry, request| {
        let unknown = writes(request) && request.body.json().is_ok_and(|body| body.get("regspec_unknown").is_some());
        refuses(registry, request, unknown, 422, "unknown field `regspec_unknown`")
    }),
    // A column that takes no zero character, and an error that nobody handles.
    spoilt("body-zero-character-fails", &["*/drawn-*"], |registry, request| {
        let zero = writes(request) && request.body.lossy().contains("\\u0000");
        refuses(registry, request, zero, 500, "Internal Server Error")
    }),
    spoilt("body-long-text-answered-by-202", &["*/drawn-*"], |registry, request| {
        let long = content_type(request).contains("json") && request.body.lossy().contains(&"x".repeat(60));
        edited(registry, request, |reply| long && reply.is_success(), |reply| reply.status = 202)
    }),
    spoilt("body-charset-refused", BREAKS, |registry, request| {
        refuses(registry, request, content_type(request).contains("charset"), 415, "Unsupported Media Type")
    }),
    spoilt("body-json-api-refused", BREAKS, |registry, request| {
        refuses(registry, request, content_type(request).contains('+'), 415, "Unsupported Media Type")
    }),
];

fn writes(request: &Request) -> bool {
    is_api(request) && !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
}

fn content_type(request: &Request) -> &str {
    request.headers.get("content-type").unwrap_or_default()
}
