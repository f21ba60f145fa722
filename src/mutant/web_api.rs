use serde_json::{Value, json};

use super::{
    Mutant,
    downloads::readdressed,
    spoil::{
        API, Action, OWNER_CHANGES, WRITES, bodies, has_token, is, main_token, reauthorised, refusal, refusals,
        refuse_if, replies, status, successes,
    },
    upload::Upload,
};
use crate::{
    exchange::{Request, Response},
    reference::Registry,
};

/// What tells of an error by the shape that all have.
const ERRORS: &[&str] = &["api/error-shape", "env/limit-413", "pub/rate-limit-shape"];
const MARKS: &[Action] = &[Action::Yank, Action::Unyank];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt(
        "done-but-500",
        &["api/success-2xx", "pub/concurrent-one-wins"],
        "D9 gitea#26844",
        |registry, request| successes(registry, request, WRITES, |reply| reply.status = 500),
    ),
    Mutant::spoilt("done-with-empty-body", &["api/body-needed"], "D11 freighter@203110c", |registry, request| {
        successes(registry, request, &[MARKS, OWNER_CHANGES].concat(), |reply| {
            reply.body = Vec::new().into();
        })
    }),
    Mutant::spoilt("done-with-204", &["api/body-needed"], "derived", |registry, request| {
        successes(registry, request, &[MARKS, OWNER_CHANGES].concat(), |reply| *reply = Response::new(204))
    }),
    Mutant::spoilt(
        "api-redirected",
        &["api/no-redirect", "api/error-status", "search/shape"],
        "derived",
        |registry, request| redirected(registry, request, API),
    ),
    Mutant::spoilt(
        "reads-redirected",
        &["api/no-redirect", "search/shape", "own/list-with-token"],
        "derived",
        |r, q| redirected(r, q, &[Action::Search, Action::ListOwners]),
    ),
    Mutant::spoilt("marks-redirected", &["api/no-redirect", "yank/route", "unyank/route"], "derived", |r, q| {
        redirected(r, q, MARKS)
    }),
    Mutant::spoilt("owner-changes-redirected", &["api/no-redirect", "own/add-request"], "derived", |r, q| {
        redirected(r, q, OWNER_CHANGES)
    }),
    Mutant::spoilt("policy-in-plain-text", &["api/error-shape"], "derived", |registry, request| {
        let bare = Upload::read(registry, request)
            .is_some_and(|upload| upload.metadata.get("license").is_some_and(Value::is_null));
        if !bare {
            return registry.handle(request);
        }
        Response::new(400).header("content-type", "text/plain").body("missing or empty metadata fields: license")
    }),
    Mutant::stateful(
        "missing-features-are-made-up",
        &["api/missing-json-null", "meta/features-copied"],
        "derived",
        |r| {
            super::upload::indexing(r, |line, metadata| {
                if !metadata.contains_key("description") {
                    line.insert("features".to_owned(), json!({ "default": [] }));
                }
            })
        },
    ),
    Mutant::spoilt("error-as-text", ERRORS, "D4 crates.io#3028", |registry, request| {
        refusals(registry, request, API, |reply| {
            *reply = Response::new(reply.status).header("content-type", "text/plain").body("It did not work.");
        })
    }),
    Mutant::spoilt("error-alone", ERRORS, "derived", |registry, request| {
        refusals(registry, request, API, |reply| reply.body = (&json!({ "error": "it did not work" })).into())
    }),
    Mutant::spoilt("error-without-detail", ERRORS, "derived", |registry, request| {
        refusals(registry, request, API, |reply| {
            reply.body = (&json!({ "errors": [{ "message": "it did not work" }] })).into();
        })
    }),
    Mutant::spoilt(
        "error-with-200",
        &[
            "api/error-status",
            "auth/gated-status",
            "own/auth-status",
            "pub/auth-status",
            "own/unknown-crate",
            "api/bad-token-403",
            "yank/auth-status",
            "unyank/auth-status",
            "env/limit-413",
        ],
        "derived",
        |registry, request| refusals(registry, request, API, |reply| reply.status = 200),
    ),
    Mutant::spoilt("errors-empty-on-success", &["api/no-errors-key-on-success"], "derived", |registry, request| {
        bodies(registry, request, API, |body| body["errors"] = json!([]))
    }),
    Mutant::spoilt(
        "api-bom",
        &["api/utf8", "api/error-shape", "env/limit-413", "pub/rate-limit-shape", "api/body-needed"],
        "derived",
        |registry, request| {
            replies(registry, request, API, |reply| reply.body = format!("\u{feff}{}", reply.body.lossy()).into())
        },
    ),
    Mutant::spoilt("api-latin-1", &["api/utf8", "api/body-needed"], "derived", |registry, request| {
        successes(registry, request, API, |reply| {
            let mut bytes = reply.body.to_vec();
            bytes.truncate(bytes.len().saturating_sub(1));
            bytes.extend_from_slice(b",\"note\":\"\xe9\"}");
            reply.body = bytes.into();
        })
    }),
    Mutant::spoilt(
        "unknown-query-refused",
        &["api/unknown-query-ignored", "tok/in-query-ignored", "search/shape"],
        "derived",
        |registry, request| {
            let known =
                |pair: &str| ["q", "per_page", "page", ""].contains(&pair.split('=').next().unwrap_or_default());
            let unknown = is(registry, request, API) && !request.query().split('&').all(known);
            refuse_if(registry, request, unknown, 400, "there is an unknown parameter")
        },
    ),
    Mutant::spoilt("unknown-owner-key-refused", &["api/unknown-json-ignored"], "derived", |registry, request| {
        let unknown = is(registry, request, OWNER_CHANGES) && !only_users(request);
        refuse_if(registry, request, unknown, 400, "there is an unknown key")
    }),
    Mutant::stateful("missing-links-are-empty", &["api/missing-json-null"], "derived", |registry| {
        super::upload::indexing(registry, |line, metadata| {
            if !metadata.contains_key("links") {
                line.insert("links".to_owned(), "".into());
            }
        })
    }),
    Mutant::spoilt(
        "bearer-wanted",
        &["api/raw-authorization", "iauth/config-with-token", "path/absent-404"],
        "C9 alexandrie@b66cd10",
        |registry, request| reauthorised(registry, request, |value| value.strip_prefix("Bearer ").map(str::to_owned)),
    ),
    Mutant::spoilt(
        "basic-wanted",
        &["api/raw-authorization", "iauth/config-with-token", "path/absent-404"],
        "C9 kellnr#773",
        |registry, request| reauthorised(registry, request, |value| value.strip_prefix("Basic ").map(str::to_owned)),
    ),
    Mutant::spoilt(
        "wrong-token-400",
        &["api/bad-token-403", "own/auth-status", "pub/auth-status", "yank/auth-status", "unyank/auth-status"],
        "derived",
        |registry, request| {
            refusals(registry, request, WRITES, |reply| {
                if reply.status == 403 && has_token(request) {
                    reply.status = 400;
                }
            })
        },
    ),
    Mutant::spoilt(
        "no-token-is-good-enough",
        &[
            "api/missing-token-denied",
            "pub/auth-required-for-publish",
            "yank/auth",
            "unyank/auth",
            "own/auth",
            "auth/everything-gated",
            "auth/no-existence-leak",
            "iauth/files-denied",
            "iauth/files-look-alike",
        ],
        "C10 crates-registry#21",
        |registry, request| {
            if has_token(request) {
                return registry.handle(request);
            }
            super::spoil::as_main(registry, request)
        },
    ),
    Mutant::spoilt(
        "missing-token-500",
        &[
            "api/no-5xx",
            "pub/auth-status",
            "yank/auth-status",
            "unyank/auth-status",
            "own/auth-status",
            "auth/gated-status",
        ],
        "C10 ktra#37",
        |registry, request| {
            let missing = is(registry, request, WRITES) && !has_token(request);
            refuse_if(registry, request, missing, 500, "there is no header")
        },
    ),
    Mutant::spoilt(
        "delete-body-dropped",
        &["api/delete-body-read", "own/remove-request", "pub/non-owner-refused"],
        "derived",
        |r, q| {
            let reply =
                r.handle(&q.clone().body(if is(r, q, &[Action::RemoveOwners]) { &b""[..] } else { &q.body }.to_vec()));
            // Nobody was named, so nobody had to go.
            if reply.status == 400 && is(r, q, &[Action::RemoveOwners]) {
                return Response::new(200)
                    .header("content-type", "application/json")
                    .body(&json!({ "ok": true, "msg": "owners removed" }));
            }
            reply
        },
    ),
    Mutant::spoilt("unyank-wants-length", &["api/empty-put", "api/path-plus"], "derived", |registry, request| {
        let empty = is(registry, request, &[Action::Unyank]) && request.body.is_empty();
        refuse_if(registry, request, empty, 411, "there is no body")
    }),
    Mutant::spoilt("unyank-reads-empty-json", &["api/empty-put"], "derived", |registry, request| {
        let json = request.headers.get("content-type").is_some_and(|kind| kind.contains("json"));
        let unreadable = is(registry, request, &[Action::Unyank]) && json && request.body.is_empty();
        refuse_if(registry, request, unreadable, 400, "the body is no JSON")
    }),
    Mutant::spoilt("yank-wants-length", &["api/delete-without-length"], "derived", |registry, request| {
        let bare = is(registry, request, &[Action::Yank]) && !request.headers.has("content-length");
        refuse_if(registry, request, bare, 411, "there is no Content-Length")
    }),
    Mutant::spoilt("yank-wants-content-type", &["api/delete-without-length"], "derived", |registry, request| {
        let bare = is(registry, request, &[Action::Yank]) && !request.headers.has("content-type");
        refuse_if(registry, request, bare, 415, "there is no Content-Type")
    }),
    Mutant::spoilt("html-for-everyone", &["api/accept-json"], "derived", |registry, request| {
        successes(registry, request, &[Action::Search, Action::ListOwners], |reply| {
            *reply =
                Response::new(200).header("content-type", "text/html").body("<!doctype html><title>Crates</title>");
        })
    }),
    Mutant::spoilt("json-not-acceptable", &["api/accept-json"], "derived", |registry, request| {
        let json = request.headers.get("accept") == Some("application/json");
        let reading = is(registry, request, &[Action::Search, Action::ListOwners]);
        refuse_if(registry, request, json && reading, 406, "there is no such representation")
    }),
    Mutant::spoilt("json-called-text", &["api/content-type-reply"], "derived", |registry, request| {
        replies(registry, request, API, |reply| reply.headers.set("content-type", "text/plain"))
    }),
    Mutant::spoilt("json-without-type", &["api/content-type-reply"], "derived", |registry, request| {
        replies(registry, request, API, |reply| reply.headers.remove("content-type"))
    }),
    Mutant::spoilt("known-user-agents-only", &["api/any-user-agent"], "derived", |registry, request| {
        let stranger = |agent: &str| !["cargo", "curl", "regspec"].iter().any(|known| agent.starts_with(known));
        let unknown = request.headers.get("user-agent").is_some_and(stranger);
        refuse_if(registry, request, unknown && is(registry, request, API), 403, "this client is not known")
    }),
    Mutant::spoilt("plus-is-blank-in-api", &["api/path-plus", "yank/route"], "derived", |registry, request| {
        readdressed(registry, request, MARKS, |url| url.replace('+', "%20"))
    }),
    Mutant::spoilt("token-in-error", &["api/no-secret-echo"], "derived", |registry, request| {
        let token = request.headers.get("authorization").unwrap_or_default();
        refusals(registry, request, WRITES, |reply| {
            *reply = refusal(reply.status, &format!("this was refused to {token:?}"));
        })
    }),
    Mutant::spoilt("token-in-header", &["api/no-secret-echo"], "derived", |registry, request| {
        replies(registry, request, WRITES, |reply| {
            reply.headers.set("x-authorization", request.headers.get("authorization").unwrap_or_default());
        })
    }),
    Mutant::spoilt("huge-version-500", &["api/no-5xx"], "D15 crates.io#1038", |registry, request| {
        let huge = request.path().split(['/', '.']).any(|part| part.len() > 9 && part.parse::<u64>().is_ok());
        refuse_if(registry, request, huge && is(registry, request, MARKS), 500, "out of range for type integer")
    }),
    Mutant::spoilt("nul-in-path-500", &["api/no-5xx"], "D15 nora#565", |registry, request| {
        refuse_if(registry, request, request.path().contains("%00"), 500, "invalid byte sequence for encoding")
    }),
    Mutant::spoilt("unreadable-upload-500", &["api/no-5xx"], "D2 kellnr@2e0ec143", |registry, request| {
        let entitled = request.headers.get("authorization") == main_token(registry).as_deref();
        let torn = is(registry, request, &[Action::Publish]) && Upload::read(registry, request).is_none();
        refuse_if(registry, request, entitled && torn, 500, "range end index out of range")
    }),
    Mutant::spoilt("missing-crate-500", &["api/no-5xx"], "B5 crates.io#1591", |registry, request| {
        status(registry, request, MARKS, 404, 500)
    }),
];

/// Sends clients to another address of the same thing.
fn redirected(registry: &Registry, request: &Request, actions: &[Action]) -> Response {
    if !is(registry, request, actions) || request.query().split('&').any(|pair| pair == "moved=1") {
        return registry.handle(request);
    }
    let mark = if request.query().is_empty() { '?' } else { '&' };
    Response::new(307).header("location", format!("{}{mark}moved=1", request.url))
}

fn only_users(request: &Request) -> bool {
    request.body.json().is_ok_and(|body| body.as_object().is_none_or(|body| body.keys().all(|key| key == "users")))
}
