use super::{
    Mutant,
    index_auth::leak,
    spoil::{Action, has_token, is, refusal, refusals, refuse_if, successes},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
    suite::Variant,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::without(
        "downloads-open",
        &["auth/everything-gated", "auth/no-existence-leak", "tok/revoked-denied", "tok/near-miss"],
        "derived",
        Rule::DownloadAuth,
    )
    .on(Variant::Private),
    Mutant::without(
        "search-open",
        &["auth/everything-gated", "auth/no-existence-leak", "tok/revoked-denied"],
        "derived",
        Rule::SearchAuth,
    )
    .on(Variant::Private),
    Mutant::without("owners-open", &["auth/everything-gated", "auth/no-existence-leak"], "derived", Rule::OwnersAuth)
        .on(Variant::Private),
    Mutant::spoilt(
        "gated-as-400",
        &["auth/gated-status", "path/absent-404", "path/absent-not-denied", "path/absent-variants"],
        "derived",
        |registry, request| {
            let gated = &[Action::File, Action::Download, Action::Search, Action::ListOwners];
            refusals(registry, request, gated, |reply| {
                if !has_token(request) {
                    reply.status = 400;
                }
            })
        },
    )
    .on(Variant::Private),
    Mutant::spoilt("search-closed-to-tokens", &["auth/search-token"], "derived", |registry, request| {
        refuse_if(registry, request, is(registry, request, &[Action::Search]), 403, "log in with a browser")
    })
    .on(Variant::Private),
    Mutant::spoilt("download-refuses-token", &["auth/download-token"], "derived", |registry, request| {
        successes(registry, request, &[Action::Download], |reply| {
            *reply = refusal(400, "only one way of authentication is allowed");
        })
    })
    .on(Variant::Private),
    Mutant::spoilt("downloads-leak-existence", &["auth/no-existence-leak"], "derived", |registry, request| {
        leak(registry, request, Action::Download)
    })
    .on(Variant::Private),
    Mutant::spoilt("private-files-cached-publicly", &["auth/no-shared-cache"], "derived", |registry, request| {
        cached(registry, request, FILES, "public, max-age=60")
    })
    .on(Variant::Private),
    Mutant::spoilt("private-api-cached-publicly", &["auth/no-shared-cache"], "derived", |registry, request| {
        cached(registry, request, &[Action::Search, Action::ListOwners], "public, max-age=60")
    })
    .on(Variant::Private),
    Mutant::spoilt("private-config-cached-publicly", &["auth/no-shared-cache"], "derived", |registry, request| {
        cached(registry, request, &[Action::Config], "public, max-age=3600")
    })
    .on(Variant::Private),
    Mutant::spoilt("private-files-in-shared-caches", &["auth/no-shared-cache"], "derived", |registry, request| {
        cached(registry, request, FILES, "s-maxage=60, must-revalidate")
    })
    .on(Variant::Private),
];

const FILES: &[Action] = &[Action::File, Action::Download];

fn cached(registry: &Registry, request: &Request, actions: &[Action], control: &str) -> Response {
    successes(registry, request, actions, |reply| reply.headers.set("cache-control", control))
}
