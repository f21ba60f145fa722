//! One fact told differently on one surface.

use serde_json::Value;

use super::{
    spoil::{edited, index_lines, is, json},
    spoilt,
};
use crate::mutant::Mutant;

/// A surface whose reply has another value at one place.
macro_rules! differs {
    ($id:literal, $breaks:literal, $path:literal, $pointer:literal) => {
        spoilt($id, &[$breaks], |registry, request| {
            json(registry, request, is(request, "GET", $path), |body| {
                body.pointer_mut($pointer).into_iter().for_each(other)
            })
        })
    };
}

/// An index that has another value in each line.
macro_rules! line_differs {
    ($id:literal, $breaks:expr, $member:literal) => {
        spoilt($id, $breaks, |registry, request| {
            index_lines(registry, request, |line| line.get_mut($member).into_iter().for_each(other))
        })
    };
}

const CRATE: &str = "/api/v1/crates/{name}";

pub(super) const MUTANTS: &[Mutant] = &[
    differs!("search-names-in-its-own-way", "surfaces/name", "/api/v1/crates", "/crates/0/name"),
    differs!("versions-name-another-crate", "surfaces/name", "/api/v1/crates/{name}/versions", "/versions/0/crate"),
    differs!("crate-lists-another-number", "surfaces/version", "/api/v1/crates/{name}", "/versions/0/num"),
    differs!("downloads-of-another-number", "surfaces/version", "/api/v1/crates/{name}/downloads", "/versions/0/num"),
    differs!("search-has-another-highest", "surfaces/highest", "/api/v1/crates", "/crates/0/max_version"),
    differs!("crate-has-another-highest", "surfaces/highest", "/api/v1/crates/{name}", "/crate/max_version"),
    differs!("crate-lists-another-id", "surfaces/ids", "/api/v1/crates/{name}", "/crate/versions/0"),
    differs!("downloads-of-another-id", "surfaces/ids", "/api/v1/crates/{name}/downloads", "/versions/0/id"),
    differs!("crate-has-another-checksum", "surfaces/checksum", "/api/v1/crates/{name}", "/versions/0/checksum"),
    differs!("versions-of-another-size", "surfaces/size", "/api/v1/crates/{name}/versions", "/versions/0/crate_size"),
    differs!("crate-of-another-license", "surfaces/license", "/api/v1/crates/{name}", "/versions/0/license"),
    differs!("search-describes-otherwise", "surfaces/texts", "/api/v1/crates", "/crates/0/description"),
    differs!("crate-lives-elsewhere", "surfaces/texts", "/api/v1/crates/{name}", "/crate/homepage"),
    line_differs!("line-of-another-rust-version", &["surfaces/rust-version"], "rust_version"),
    differs!("version-of-another-edition", "surfaces/edition", "/api/v1/crates/{name}/{version}", "/version/edition"),
    line_differs!("line-of-other-links", &["surfaces/links"], "links"),
    differs!(
        "dependency-of-another-requirement",
        "surfaces/dependencies",
        "/api/v1/crates/{name}/{version}/dependencies",
        "/dependencies/0/req"
    ),
    spoilt("features-two-not-indexed", &["surfaces/features"], |registry, request| {
        index_lines(registry, request, |line| drop(line.remove("features2")))
    }),
    differs!("crate-lacks-a-keyword", "surfaces/keywords", "/api/v1/crates/{name}", "/keywords"),
    differs!("crate-lacks-a-category", "surfaces/categories", "/api/v1/crates/{name}", "/crate/categories"),
    differs!("crate-tells-another-yank", "surfaces/yanked", "/api/v1/crates/{name}", "/versions/0/yanked"),
    differs!("versions-born-otherwise", "surfaces/created", "/api/v1/crates/{name}/versions", "/versions/0/created_at"),
    differs!("search-counts-otherwise", "surfaces/downloads", "/api/v1/crates", "/crates/0/downloads"),
    differs!(
        "crate-of-another-publisher",
        "surfaces/publisher",
        "/api/v1/crates/{name}",
        "/versions/0/published_by/id"
    ),
    differs!("users-are-not-the-owners", "surfaces/owners", "/api/v1/crates/{name}/owner_user", "/users"),
    differs!(
        "dependents-of-another-requirement",
        "surfaces/dependents",
        "/api/v1/crates/{name}/reverse_dependencies",
        "/dependencies/0/req"
    ),
    // What only a yank moves, and what only a change of owners does.
    spoilt("yank-loses-the-license", &["surfaces/unmoved"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{name}/{version}"), |body| {
            if body["version"]["audit_actions"].as_array().is_some_and(|actions| actions.len() > 1) {
                body["version"]["license"] = Value::Null;
            }
        })
    }),
    spoilt("owners-become-a-text", &["surfaces/unmoved"], |registry, request| {
        let owners = registry.handle(&at(request, "/owners")).body.json().unwrap_or_default();
        let shared = owners["users"].as_array().is_some_and(|users| users.len() > 1);
        json(registry, request, is(request, "GET", CRATE) && shared, |body| {
            body["crate"]["description"] = "Owned by several.".into();
        })
    }),
    spoilt("only-one-yank-is-told", &["surfaces/yanked"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{name}/versions"), |body| {
            body["versions"].as_array_mut().into_iter().flatten().for_each(|version| version["yanked"] = false.into());
        })
    }),
    spoilt("unyank-not-told-to-the-index", &["surfaces/yanked-in-the-index"], |registry, request| {
        let versions = registry.handle(&named(request)).body.json().unwrap_or_default();
        let once = versions["versions"].as_array().into_iter().flatten().any(|version| {
            version["audit_actions"].as_array().into_iter().flatten().any(|action| action["action"] == "unyank")
        });
        index_lines(registry, request, |line| {
            if once && line["vers"] == "1.1.0" {
                line.insert("yanked".to_owned(), true.into());
            }
        })
    }),
    spoilt("yank-writes-another-checksum", &["surfaces/yanked-in-the-index"], |registry, request| {
        index_lines(registry, request, |line| {
            if line["yanked"] == true {
                line.insert("cksum".to_owned(), "0".repeat(64).into());
            }
        })
    }),
    // Files.
    differs!("version-of-another-checksum", "files/checksum", "/api/v1/crates/{name}/{version}", "/version/checksum"),
    differs!("version-of-another-size", "files/size", "/api/v1/crates/{name}/{version}", "/version/crate_size"),
    differs!("download-told-elsewhere", "files/place", "/api/v1/crates/{name}/{version}/download", "/url"),
    spoilt("download-by-a-number", &["files/file-name"], |registry, request| {
        let place = is(request, "GET", "/api/v1/crates/{name}/{version}/download");
        edited(
            registry,
            request,
            |reply| place && reply.status < 400,
            |reply| {
                if let Some(location) = reply.headers.get("location").map(|location| location.replace(".crate", ".tgz"))
                {
                    reply.headers.set("location", location);
                }
                reply.body = reply.body.lossy().replace(".crate", ".tgz").into();
            },
        )
    }),
    differs!("readme-path-leads-nowhere", "files/links", "/api/v1/crates/{name}/{version}", "/version/readme_path"),
    differs!("owners-path-leads-nowhere", "files/links", "/api/v1/crates/{name}", "/crate/links/owners"),
    differs!("version-of-another-license", "files/manifest", "/api/v1/crates/{name}/{version}", "/version/license"),
    differs!("versions-of-other-links", "files/index-line", "/api/v1/crates/{name}/versions", "/versions/1/lib_links"),
    line_differs!("line-lacks-a-dependency", &["files/index-dependencies"], "deps"),
    spoilt("index-file-for-every-name", &["files/index-presence"], |registry, request| {
        let wanted = request.path().starts_with("/index/");
        edited(registry, request, |reply| wanted && reply.status == 404, |reply| reply.status = 200)
    }),
    line_differs!("line-spells-its-name-otherwise", &["files/index-presence"], "name"),
    line_differs!("line-of-another-syntax", &["files/line-version"], "v"),
    spoilt("line-of-new-syntax-always", &["files/line-version"], |registry, request| {
        index_lines(registry, request, |line| drop(line.insert("v".to_owned(), 2.into())))
    }),
];

/// Another value of the same type.
pub(super) fn other(value: &mut Value) {
    *value = match value.take() {
        Value::Bool(yes) => (!yes).into(),
        Value::Number(number) => (number.as_i64().unwrap_or(0) + 1).into(),
        Value::String(text) => format!("{text}x").into(),
        Value::Array(mut items) => {
            items.pop();
            items.into()
        }
        _ => "x".into(),
    }
}

/// The same request about something below.
fn at(request: &crate::exchange::Request, below: &str) -> crate::exchange::Request {
    let url = request.url.split('?').next().unwrap_or_default();
    crate::exchange::Request { url: format!("{url}{below}"), ..request.clone() }
}

/// The versions of the crate whose index file is asked for.
fn named(request: &crate::exchange::Request) -> crate::exchange::Request {
    let name = request.path().rsplit('/').next().unwrap_or_default();
    let url = format!("{}/api/v1/crates/{name}/versions", request.origin());
    crate::exchange::Request { url, ..request.clone() }
}
