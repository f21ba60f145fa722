//! Methods, and header fields by which a caller is told apart.

use super::{
    spoil::{edited, is, is_api, refuses},
    spoilt, whole, without,
};
use crate::{
    exchange::{Request, Response},
    mutant::{Mutant, spoil::refusal},
    reference::Rule,
};

pub(super) const MUTANTS: &[Mutant] = &[
    without("user-agent-not-asked-for", &["*/header-user-agent"], Rule::UserAgent),
    spoilt("user-agent-asked-for-by-downloads", &["download_version/header-user-agent"], |registry, request| {
        let asked = is(request, "GET", "/api/v1/crates/{}/{}/download") && !request.headers.has("user-agent");
        refuses(registry, request, asked, 403, "We require that all requests include a `User-Agent` header.")
    }),
    without("origin-not-looked-at", &["*/header-origin"], Rule::OriginKnown),
    spoilt("unknown-methods-answered", &["*/method-*"], |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status == 405,
            |reply| {
                reply.status = 200;
                reply.body = r#"{"ok":true}"#.into();
            },
        )
    }),
    spoilt("unknown-methods-not-found", &["*/method-*"], |registry, request| {
        edited(registry, request, |reply| reply.status == 405, |reply| *reply = refusal(404, "Not Found"))
    }),
    spoilt("options-fail", &["*/method-options"], |registry, request| {
        refuses(registry, request, request.method == "OPTIONS", 500, "Internal Server Error")
    }),
    whole("head-not-known", &["*/method-head"], |registry, request| {
        refuses(registry, request, request.method == "HEAD", 405, "Method Not Allowed")
    }),
    whole("head-has-a-status-of-its-own", &["*/method-head"], |registry, request| {
        if request.method != "HEAD" || !is_api(request) {
            return registry.handle(request);
        }
        let get = registry.handle(&Request { method: "GET".to_owned(), ..request.clone() });
        Response { status: if get.status == 200 { 204 } else { 200 }, body: Vec::new().into(), ..get }
    }),
];
