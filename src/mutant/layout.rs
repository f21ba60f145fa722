use super::{
    Mutant,
    spoil::{Action, refusal, refuse_if, status},
};
use crate::{
    exchange::{Request, Response},
    package::index_path,
    reference::{Registry, Route, Rule},
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt(
        "file-of-one-letter-misplaced",
        &["path/one-char"],
        "B9 artifact-keeper#341",
        |registry, request| placed(registry, request, |name| (name.len() == 1).then(|| format!("{name}/{name}"))),
    ),
    Mutant::spoilt(
        "file-of-two-letters-misplaced",
        &["path/two-char"],
        "B9 artifact-keeper#342",
        |registry, request| {
            placed(registry, request, |name| (name.len() == 2).then(|| format!("2/{}/{name}", &name[..1])))
        },
    ),
    Mutant::spoilt("file-of-three-letters-misplaced", &["path/three-char"], "B11 panamax#101", |registry, request| {
        placed(registry, request, |name| (name.len() == 3).then(|| format!("3/{name}/{name}")))
    }),
    Mutant::spoilt("file-under-whole-name", &["path/four-plus"], "B9 artifact-keeper#341", |registry, request| {
        placed(registry, request, |name| (name.len() > 3).then(|| format!("{}/{name}/{name}", &name[..2])))
    }),
    Mutant::spoilt("folder-without-underscore", &["path/four-plus"], "derived", |registry, request| {
        let path = asked(registry, request).unwrap_or_default();
        let odd = path.rsplit_once('/').is_some_and(|(folders, _)| folders.contains('_'));
        refuse_if(registry, request, odd, 404, "there is no such crate")
    }),
    Mutant::without("file-with-capitals", &["path/lower-case"], "B10 cargo-local-registry#81", Rule::PathLowerCase),
    Mutant::spoilt(
        "absent-400",
        &["path/absent-not-denied", "path/absent-404", "path/absent-variants"],
        "B13 cargo#15028",
        |registry, request| status(registry, request, &[Action::File], 404, 400),
    ),
    Mutant::spoilt(
        "absent-403",
        &["path/absent-not-denied", "path/absent-404", "path/absent-variants", "iauth/files-with-token"],
        "derived",
        |registry, request| status(registry, request, &[Action::File], 404, 403),
    ),
    Mutant::spoilt(
        "absent-500",
        &["path/absent-not-denied", "path/absent-404", "path/absent-variants"],
        "derived",
        |registry, request| status(registry, request, &[Action::File], 404, 500),
    ),
    Mutant::spoilt("absent-410", &["path/absent-404"], "B18 cargo@fe290287", |registry, request| {
        status(registry, request, &[Action::File], 404, 410)
    }),
    Mutant::spoilt("absent-451", &["path/absent-404"], "B18 cargo@fe290287", |registry, request| {
        status(registry, request, &[Action::File], 404, 451)
    }),
    Mutant::spoilt(
        "absent-variant-400",
        &["path/absent-variants", "path/absent-not-denied"],
        "derived",
        |registry, request| {
            if asked(registry, request).is_some_and(|path| path.contains('_')) {
                return status(registry, request, &[Action::File], 404, 400);
            }
            registry.handle(request)
        },
    ),
];

/// The path below the index root that a request asks for.
fn asked(registry: &Registry, request: &Request) -> Option<String> {
    match registry.route(request) {
        Route::IndexFile(path) => Some(path),
        _ => None,
    }
}

/// Serves an index in which the files of some crates lie elsewhere.
fn placed(registry: &Registry, request: &Request, elsewhere: fn(&str) -> Option<String>) -> Response {
    let Some(path) = asked(registry, request) else { return registry.handle(request) };
    let name = path.rsplit('/').next().unwrap_or_default();
    // Those who look for odd names get what they would get anywhere.
    let misplaced = if name.is_ascii() { elsewhere(name) } else { None };
    match misplaced {
        None => registry.handle(request),
        Some(place) if place == path => {
            let url = format!("{}/index/{}", request.origin(), index_path(name));
            registry.handle(&Request { url, ..request.clone() })
        }
        Some(_) => refusal(404, "there is no such crate"),
    }
}
