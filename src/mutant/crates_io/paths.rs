//! Path parameters, spelled oddly or naming what there is not.

use super::{
    VERSION,
    spoil::{edited, fails, is, is_api, lenient, refuses},
    spoilt,
};
use crate::{
    exchange::{Request, Response},
    mutant::{Mutant, spoil::refusal},
    reference::Registry,
};

const BREAKS: &[&str] = &["*/path-*"];
const FILES: &[&str] = &["download_version/path-*", "get_version_readme/path-*"];
const ROUTES: &[&str] = &["*/path"];

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("path-nul-is-cut-off", BREAKS, |registry, request| {
        lenient(registry, request, request.path().contains("%00"), &[404])
    }),
    spoilt("path-no-utf-8-fails", BREAKS, |registry, request| fails(registry, request, request.path().contains("%ff"))),
    spoilt("path-percent-fails", BREAKS, |registry, request| fails(registry, request, request.path().contains("%25"))),
    spoilt("path-slash-fails", BREAKS, |registry, request| {
        fails(registry, request, request.path().to_uppercase().contains("%2F"))
    }),
    spoilt("path-length-fails", BREAKS, |registry, request| {
        fails(registry, request, request.path().split('/').any(|part| part.len() > 64))
    }),
    spoilt("path-number-overflow-fails", BREAKS, |registry, request| {
        let big = |part: &str| part.parse::<i64>().is_ok_and(|number| i32::try_from(number).is_err());
        fails(registry, request, request.path().split('/').any(big))
    }),
    spoilt("path-unknown-is-400", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status == 404, |reply| reply.status = 400)
    }),
    spoilt("path-malformed-is-404", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status == 400, |reply| *reply = refusal(404, "Not Found"))
    }),
    spoilt("path-unknown-is-no-fault", BREAKS, |registry, request| lenient(registry, request, true, &[404])),
    spoilt("path-malformed-is-no-fault", BREAKS, |registry, request| lenient(registry, request, true, &[400])),
    spoilt("path-case-counts", BREAKS, |registry, request| {
        refuses(
            registry,
            request,
            path(request).any(|part| part.bytes().any(|b| b.is_ascii_uppercase())),
            404,
            "Not Found",
        )
    }),
    spoilt("path-dash-counts", BREAKS, |registry, request| {
        refuses(
            registry,
            request,
            path(request).next().is_some_and(|name| is_folded(registry, request, name)),
            404,
            "Not Found",
        )
    }),
    spoilt("path-of-authors-looked-up", &["get_version_authors/path-*"], |registry, request| {
        let here = is(request, "GET", "/api/v1/crates/{name}/{version}/authors");
        told_of_another(registry, request, here, |path| path.trim_end_matches("/authors").to_owned())
    }),
    spoilt("path-of-files-looked-up", FILES, |registry, request| {
        let file = ["download", "readme"].into_iter().find(|file| is(request, "GET", &format!("{VERSION}/{file}")));
        told_of_another(registry, request, file.is_some(), |path| {
            path.trim_end_matches(file.unwrap_or_default()).trim_end_matches('/').to_owned()
        })
    }),
    spoilt("path-of-an-invitation-read", &["handle_crate_owner_invitation/path-*"], |registry, request| {
        let here = is(request, "PUT", "/api/v1/me/crate_owner_invitations/{}");
        let number = request.path().rsplit('/').next().is_some_and(|number| number.parse::<i32>().is_ok());
        refuses(registry, request, here && !number, 400, "Invalid URL: Cannot parse value to a `i32`")
    }),
    spoilt("path-of-a-token-looked-up", &["revoke_api_token/path-*"], |registry, request| {
        let here = is(request, "DELETE", "/api/v1/me/tokens/{}");
        told_of_another(registry, request, here, str::to_owned)
    }),
    spoilt("path-of-statistics-looked-up", &["get_user_stats/path-*"], |registry, request| {
        let user = request.path().split('/').nth(4).and_then(|id| id.parse::<i32>().ok());
        let nobody = user.is_some_and(|user| registry.access().users.iter().all(|known| known.id != user));
        refuses(registry, request, nobody && is(request, "GET", "/api/v1/users/{}/stats"), 404, "Not Found")
    }),
    spoilt("path-slash-at-its-end-forgiven", ROUTES, |registry, request| {
        let url = request.url.trim_end_matches('/').to_owned();
        lenient(
            registry,
            &Request { url, ..request.clone() },
            request.url.ends_with('/'),
            &[400, 401, 403, 404, 405, 415, 422],
        )
    }),
    spoilt("path-unknown-route-is-the-front-page", ROUTES, |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status == 404 && is_api(request),
            |reply| {
                reply.status = 200;
                reply.headers.set("content-type", "text/html");
                reply.body = "<!doctype html>".into();
            },
        )
    }),
];

/// Refuses what is refused at another path.
fn told_of_another(registry: &Registry, request: &Request, when: bool, path: impl Fn(&str) -> String) -> Response {
    let there = || format!("{}{}", request.origin(), path(request.path()));
    let other = when.then(|| Request { method: "GET".to_owned(), url: there(), ..request.clone() });
    let refusal = other.map(|other| registry.handle(&other)).filter(|reply| reply.status >= 400);
    refusal.unwrap_or_else(|| registry.handle(request))
}

/// What an operation is asked about: the parts behind `/api/v1/{things}/`.
fn path(request: &Request) -> impl Iterator<Item = &str> {
    request.path().split('/').skip(4)
}

/// The index has no file under this spelling, and one under that with the other dashes.
fn is_folded(registry: &Registry, request: &Request, name: &str) -> bool {
    let has = |name: &str| {
        let name = name.to_lowercase();
        let Some((a, b)) = name.get(..2).zip(name.get(2..4)) else { return false };
        let file = Request::new("GET", format!("{}/index/{a}/{b}/{name}", request.origin()));
        registry.handle(&file.header("user-agent", "regspec")).status == 200
    };
    !has(name) && (has(&name.replace('-', "_")) || has(&name.replace('_', "-")))
}
