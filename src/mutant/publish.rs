use std::sync::Mutex;

use serde_json::{Value, json};

use super::{
    Mutant,
    envelope::published,
    spoil::{
        Action, By, bodies, is, lock, refusal, refuse_if, remembering, replies, soundly, status, status_of, successes,
    },
    upload::Upload,
};
use crate::{
    exchange::{Request, Response},
    package::index_path,
    reference::{Registry, Route, Rule},
    suite::Variant,
};

const PUBLISH: &[Action] = &[Action::Publish];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt("publish-says-ok", &["pub/reply-json"], "derived", |registry, request| {
        successes(registry, request, PUBLISH, |reply| reply.body = "OK".into())
    }),
    Mutant::spoilt("warnings-array", &["pub/reply-warnings"], "derived", |registry, request| {
        bodies(registry, request, PUBLISH, |body| body["warnings"] = json!([]))
    }),
    Mutant::spoilt("warnings-null-inside", &["pub/reply-warnings"], "derived", |registry, request| {
        bodies(registry, request, PUBLISH, |body| body["warnings"]["invalid_categories"] = Value::Null)
    }),
    Mutant::spoilt("throttled-with-a-page", &["pub/rate-limit-shape"], "derived", |registry, request| {
        status_of(registry, request, 429, |reply| {
            reply.headers.set("content-type", "text/html");
            reply.body = "<!doctype html><title>Too many requests</title>".into();
        })
    })
    .on(Variant::Throttling),
    Mutant::spoilt("further-version-of-a-capital", &["pub/further-version"], "derived", |registry, request| {
        let further = Upload::read(registry, request)
            .is_some_and(|upload| upload.name().starts_with(char::is_uppercase) && upload.version() != "1.0.0");
        refuse_if(registry, request, further, 500, "UNIQUE constraint failed: krate.name")
    }),
    Mutant::without(
        "publish-without-token",
        &[
            "pub/auth-required-for-publish",
            "api/missing-token-denied",
            "tok/constant-error",
            "tok/near-miss",
            "auth/everything-gated",
            "tok/revoked-denied",
        ],
        "derived",
        Rule::TokenForPublish,
    ),
    Mutant::spoilt(
        "publish-unauthorised-404",
        &["pub/auth-status", "auth/gated-status", "api/bad-token-403"],
        "derived",
        |registry, request| status(registry, request, PUBLISH, 403, 404),
    ),
    Mutant::stateful("second-version-unlisted", &["pub/index-eventual"], "A16 crates.io#1201", |registry| {
        remembering::<By<Vec<String>>>(registry, |registry, request, published| {
            unlisted(registry, request, published, 2)
        })
    }),
    Mutant::stateful(
        "first-version-unlisted",
        &["pub/index-eventual", "line/vers-verbatim"],
        "B15 cargo-http-registry#61",
        |registry| {
            remembering::<By<Vec<String>>>(registry, |registry, request, published| {
                unlisted(registry, request, published, 1)
            })
        },
    ),
    Mutant::spoilt(
        "prerelease-unlisted",
        &["pub/index-eventual", "line/vers-verbatim"],
        "derived",
        |registry, request| {
            super::spoil::files(registry, request, |text| {
                let listed = |line: &&str| {
                    let line: Value = serde_json::from_str(line).unwrap_or_default();
                    !line["vers"].as_str().unwrap_or_default().contains('-')
                };
                text.lines().filter(listed).map(|line| format!("{line}\n")).collect()
            })
        },
    ),
    Mutant::stateful("index-500-after-publish", &["pub/poll-clean"], "B7 nexus-repository-cargo#18", |registry| {
        remembering::<By<()>>(registry, |registry, request, busy| {
            let upload = Upload::read(registry, request).map(|upload| index_path(upload.name()));
            let reply = registry.handle(request);
            match (upload, registry.route(request)) {
                (Some(path), _) if reply.is_success() => drop(lock(busy).insert(path, ())),
                (_, Route::IndexFile(path)) if lock(busy).remove(&path).is_some() => {
                    return refusal(500, "the index is being written");
                }
                _ => {}
            }
            reply
        })
    }),
    Mutant::stateful("missing-is-remembered", &["pub/no-negative-cache"], "B3 nora#640", |registry| {
        remembering::<By<Response>>(registry, |registry, request, missing| {
            replies(registry, request, &[Action::File], |reply| {
                let path = request.path().to_owned();
                if reply.status == 404 {
                    lock(missing).insert(path, reply.clone());
                } else if let Some(known) = lock(missing).get(&path) {
                    *reply = known.clone();
                }
            })
        })
    }),
    Mutant::without(
        "duplicate-adds-line",
        &[
            "pub/duplicate-rejected",
            "line/vers-unique",
            "pub/duplicate-yanked",
            "pub/concurrent-same",
            "pub/concurrent-one-wins",
        ],
        "D14 freighter#19",
        Rule::VersionUnique,
    ),
    Mutant::stateful(
        "duplicate-replaces-file",
        &[
            "pub/duplicate-rejected",
            "pub/duplicate-build-metadata",
            "pub/duplicate-yanked",
            "pub/concurrent-same",
            "pub/concurrent-one-wins",
        ],
        "D6 kin#34",
        |registry| {
            remembering::<By<Vec<u8>>>(registry, |registry, request, files| {
                let reply = registry.handle(request);
                if let Some(upload) = Upload::read(registry, request)
                    && reply.body.lossy().contains("is already published")
                {
                    lock(files).insert(upload.id(), upload.tarball);
                    return published();
                }
                match registry.route(request) {
                    Route::Download { name, version } if reply.status == 200 => {
                        let file = lock(files).get(&format!("{name}/{version}")).cloned();
                        file.map_or(reply.clone(), |file| reply.body(file))
                    }
                    _ => reply,
                }
            })
        },
    ),
    Mutant::spoilt(
        "duplicate-says-ok",
        &[
            "pub/duplicate-rejected",
            "pub/duplicate-build-metadata",
            "pub/duplicate-yanked",
            "pub/concurrent-same",
            "pub/concurrent-one-wins",
        ],
        "B16 crates.io#11150",
        |registry, request| duplicates(registry, request, |reply| *reply = published()),
    ),
    Mutant::spoilt("duplicate-500", &["api/error-shape", "api/no-5xx"], "D5 chartered#9", |registry, request| {
        duplicates(registry, request, |reply| {
            *reply = Response::new(500).header("content-type", "text/plain").body("Failed to query database");
        })
    }),
    Mutant::without(
        "build-metadata-counts",
        &["pub/duplicate-build-metadata", "line/vers-unique"],
        "D18 pulp_rust@eb6198d",
        Rule::VersionUniqueIgnoringBuild,
    ),
    Mutant::spoilt(
        "yank-frees-version",
        &["pub/duplicate-yanked", "pub/concurrent-same", "pub/concurrent-one-wins"],
        "B16 crates.io#11150",
        |registry, request| {
            let sound = soundly(registry, request);
            match Upload::read(registry, request) {
                Some(upload) if !sound.is_success() && !is_yanked(registry, &upload, request) => sound,
                _ => registry.handle(request),
            }
        },
    )
    .partly(Rule::VersionUnique),
    Mutant::spoilt(
        "older-version-refused",
        &["pub/older-version-ok"],
        "D12 alexandrie@69824c5",
        |registry, request| refuse_existing(registry, request, |new, old| new < old),
    ),
    Mutant::spoilt("second-version-refused", &["pub/older-version-ok"], "B6 alexandrie#119", |registry, request| {
        refuse_existing(registry, request, |_, _| true)
    }),
    Mutant::stateful("failed-takes-version", &["pub/failed-leaves-nothing"], "derived", |registry| {
        remembering::<By<()>>(registry, |registry, request, taken| {
            let Some(upload) = Upload::read(registry, request) else { return registry.handle(request) };
            if lock(taken).contains_key(&upload.id()) {
                return refusal(400, "this version is already published");
            }
            let reply = registry.handle(request);
            if reply.status == 400 {
                lock(taken).insert(upload.id(), ());
            }
            reply
        })
    }),
    Mutant::without(
        "first-publisher-no-owner",
        &[
            "pub/owner-first-publisher",
            "yank/route",
            "own/add-request",
            "api/success-2xx",
            "api/no-errors-key-on-success",
        ],
        "derived",
        Rule::OwnerFirstPublisher,
    ),
    Mutant::without("anyone-publishes-versions", &["pub/non-owner-refused"], "derived", Rule::OwnerForPublish),
    Mutant::without("entries-outside-root", &["pub/tarball-paths-refused"], "derived", Rule::TarballRoot),
    Mutant::without("entries-that-wander", &["pub/tarball-paths-refused"], "derived", Rule::TarballTraversal),
    Mutant::without(
        "links-in-tarball",
        &["pub/tarball-paths-refused", "dl/tarball-entry-types"],
        "derived",
        Rule::TarballTypes,
    ),
    Mutant::without("no-tarball-needed", &["pub/tarball-not-gzip-refused"], "derived", Rule::TarballGzip),
];

/// Edits what is said of a version that exists.
fn duplicates(registry: &Registry, request: &Request, edit: impl FnOnce(&mut Response)) -> Response {
    replies(registry, request, PUBLISH, |reply| {
        if reply.status == 400 && reply.body.lossy().contains("is already published") {
            edit(reply);
        }
    })
}

/// Leaves the version of each crate that comes in that place out of the index.
fn unlisted(registry: &Registry, request: &Request, published: &Mutex<By<Vec<String>>>, place: usize) -> Response {
    let reply = registry.handle(request);
    if !reply.is_success() {
        return reply;
    }
    if let Some(upload) = Upload::read(registry, request) {
        lock(published).entry(index_path(upload.name())).or_default().push(upload.version().to_owned());
        return reply;
    }
    let Route::IndexFile(path) = registry.route(request) else { return reply };
    let Some(missing) = lock(published).get(&path).and_then(|versions| versions.get(place - 1).cloned()) else {
        return reply;
    };
    let text = reply.body.lossy().into_owned();
    let is_listed =
        |line: &&str| serde_json::from_str::<Value>(line).is_ok_and(|line| line["vers"] != missing.as_str());
    let rest: String = text.lines().filter(is_listed).map(|line| format!("{line}\n")).collect();
    if rest.is_empty() { refusal(404, "there is no such crate") } else { reply.body(rest) }
}

/// The lines of the crate that an upload is of.
fn lines_of(registry: &Registry, upload: &Upload, request: &Request) -> Vec<Value> {
    let url = format!("{}/index/{}", request.origin(), index_path(upload.name()));
    let file = super::spoil::as_main(registry, &Request::new("GET", url));
    if file.status != 200 {
        return Vec::new();
    }
    file.body.lossy().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn is_yanked(registry: &Registry, upload: &Upload, request: &Request) -> bool {
    lines_of(registry, upload, request).iter().any(|line| line["vers"] == upload.version() && line["yanked"] == true)
}

/// Refuses a version for another one of its crate.
fn refuse_existing(
    registry: &Registry,
    request: &Request,
    clash: fn(&semver::Version, &semver::Version) -> bool,
) -> Response {
    let clashes = Upload::read(registry, request).is_some_and(|upload| {
        let parse = |version: &str| semver::Version::parse(version).ok();
        let old = lines_of(registry, &upload, request);
        let old = old.iter().filter_map(|line| parse(line["vers"].as_str()?));
        parse(upload.version()).is_some_and(|new| old.into_iter().any(|old| clash(&new, &old)))
    });
    refuse_if(registry, request, clashes && is(registry, request, PUBLISH), 400, "there is no such crate")
}
