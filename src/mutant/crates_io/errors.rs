//! What refusals look like.

use serde_json::json;

use super::{spoil::edited, spoilt};
use crate::{mutant::Mutant, suite::Variant};

/// Enough to see it by: each kind of refusal is told by operations of this path.
const BREAKS: &[&str] = &["find_crate/*", "list_crates/*", "find_version/*", "create_api_token/*", "add_owners/*"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        variant: Variant::Throttling,
        ..spoilt("throttled-without-a-time", &["*/throttled*"], |registry, request| {
            edited(registry, request, |reply| reply.status == 429, |reply| reply.headers.remove("retry-after"))
        })
    },
    Mutant {
        variant: Variant::Throttling,
        ..spoilt("throttled-is-a-page", &["*/throttled*"], |registry, request| {
            edited(
                registry,
                request,
                |reply| reply.status == 429,
                |reply| {
                    reply.headers.set("content-type", "text/html");
                    reply.body = "<h1>Too Many Requests</h1>".into();
                },
            )
        })
    },
    Mutant {
        variant: Variant::Throttling,
        ..spoilt("throttled-is-a-failure", &["*/throttled*"], |registry, request| {
            edited(registry, request, |reply| reply.status == 429, |reply| reply.status = 503)
        })
    },
    spoilt("errors-as-one-text", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status >= 400, |reply| reply.body = (&json!({ "error": "no" })).into())
    }),
    spoilt("errors-without-detail", BREAKS, |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status >= 400,
            |reply| reply.body = (&json!({ "errors": [{ "message": "no" }] })).into(),
        )
    }),
    spoilt("errors-no-list", BREAKS, |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status >= 400,
            |reply| reply.body = (&json!({ "errors": { "detail": "no" } })).into(),
        )
    }),
    spoilt("errors-with-a-number-for-a-text", BREAKS, |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status >= 400,
            |reply| reply.body = (&json!({ "errors": [{ "detail": 4 }] })).into(),
        )
    }),
    spoilt("errors-as-a-page", BREAKS, |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status >= 400,
            |reply| {
                reply.headers.set("content-type", "text/html");
                reply.body = "<h1>Not Found</h1>".into();
            },
        )
    }),
    spoilt("errors-with-another-text", BREAKS, |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status >= 400,
            |reply| reply.body = (&json!({ "errors": [{ "detail": "something went wrong" }] })).into(),
        )
    }),
    spoilt("errors-are-failures", BREAKS, |registry, request| {
        edited(registry, request, |reply| (400..500).contains(&reply.status), |reply| reply.status = 500)
    }),
    spoilt("errors-are-successes", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status >= 400, |reply| reply.status = 202)
    }),
];
