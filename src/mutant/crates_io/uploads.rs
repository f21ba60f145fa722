//! Rules for uploads that are forgotten, and bounds that are one off.

use serde_json::{Value, json};

use super::{
    spoil::{edited, is, refuses},
    spoilt, without,
};
use crate::{
    exchange::{Request, Response},
    mutant::{Mutant, upload::part},
    reference::{Registry, Rule},
};

const BOUNDS: &[&str] = &["upload/bounds"];

/// Mutants that forget a rule: id, requirement, and what the refusal says.
macro_rules! forgotten {
    ($($id:literal $requirement:literal $detail:literal,)+) => {
        &[$(spoilt($id, &[concat!("upload/", $requirement)], |registry, request| forgives(registry, request, $detail)),)+]
    };
}

pub(super) const FORGOTTEN: &[Mutant] = forgotten! {
    "description-not-asked-for" "fields-there" "fields: description",
    "license-not-asked-for" "fields-there" "license. Please",
    "description-of-any-length" "fields" "`description` is too long",
    "license-of-any-words" "fields" "invalid license expression",
    "address-of-any-scheme" "fields" "must begin with http",
    "rust-version-of-any-words" "fields" "`rust-version`",
    "any-number-of-keywords" "keywords" "at most 5 keywords",
    "keyword-of-any-length" "keywords" "less than 20 characters",
    "keyword-of-any-characters" "keywords" "is an invalid keyword",
    "any-number-of-categories" "categories" "at most 5 categories",
    "any-category" "categories" "category slugs are not currently supported",
    "dependency-on-any-version" "dependencies" "wildcard",
    "dependency-by-no-requirement" "dependencies" "invalid version requirement",
    "dependency-of-any-name" "dependencies" "dependency name",
    "dependency-on-no-crate" "dependency-known" "no known crate named",
    "feature-of-any-name" "features" "in feature",
    "name-begins-with-a-digit" "names" "cannot start with a digit",
    "name-begins-with-no-letter" "names" "the first character must be an ASCII character",
    "name-of-any-characters" "names" "characters must be an ASCII alphanumeric",
    "crate-name-of-any-length" "names" "is too long (max 64",
    "version-no-semver" "versions" "invalid semver version",
    "tarball-without-manifest" "tarball" "missing a `Cargo.toml`",
    "tarball-of-another-name" "tarball" "does not match manifest name",
    "tarball-of-another-version" "tarball" "does not match manifest version",
    "tarball-with-links" "tarball" "unexpected tar entry type",
    "tarball-with-any-path" "tarball" "invalid path found",
};

pub(super) const MUTANTS: &[Mutant] = &[
    without("reserved-name-taken", &["upload/names"], Rule::NameReserved),
    spoilt("four-keywords-at-most", BOUNDS, |registry, request| {
        beyond(registry, request, |m| count(m, "keywords") > 4)
    }),
    spoilt("four-categories-at-most", BOUNDS, |registry, request| {
        beyond(registry, request, |m| count(m, "categories") > 4)
    }),
    spoilt("keyword-of-19-characters-at-most", BOUNDS, |registry, request| {
        beyond(registry, request, |m| words(m, "keywords").any(|word| word.len() > 19))
    }),
    spoilt("keyword-begins-with-a-letter", BOUNDS, |registry, request| {
        beyond(registry, request, |m| words(m, "keywords").any(|word| word.starts_with(|c: char| c.is_ascii_digit())))
    }),
    spoilt("keyword-without-signs", BOUNDS, |registry, request| {
        beyond(registry, request, |m| words(m, "keywords").any(|word| word.contains('+')))
    }),
    spoilt("description-of-999-bytes-at-most", BOUNDS, |registry, request| {
        beyond(registry, request, |m| m["description"].as_str().is_some_and(|text| text.len() > 999))
    }),
    spoilt("license-without-slash", BOUNDS, |registry, request| {
        beyond(registry, request, |m| m["license"].as_str().is_some_and(|text| text.contains('/')))
    }),
    spoilt("license-without-exception", BOUNDS, |registry, request| {
        beyond(registry, request, |m| m["license"].as_str().is_some_and(|text| text.contains("WITH")))
    }),
    spoilt("address-with-tls-alone", BOUNDS, |registry, request| {
        beyond(registry, request, |m| m["homepage"].as_str().is_some_and(|text| text.starts_with("http://")))
    }),
    spoilt("feature-begins-with-a-letter", BOUNDS, |registry, request| {
        beyond(registry, request, |m| m["features"].as_object().is_some_and(|all| all.contains_key("2d")))
    }),
    spoilt("rust-version-of-three-numbers", BOUNDS, |registry, request| {
        beyond(registry, request, |m| m["rust_version"] == "1.70")
    }),
    spoilt("publish-answers-201", &["upload/bounds", "publish/reply"], |registry, request| {
        edited(registry, request, |reply| reply.status == 200 && is_upload(request), |reply| reply.status = 201)
    }),
];

fn is_upload(request: &Request) -> bool {
    is(request, "PUT", "/api/v1/crates/new")
}

/// Takes an upload that is refused with these words.
fn forgives(registry: &Registry, request: &Request, detail: &str) -> Response {
    edited(
        registry,
        request,
        |reply| is_upload(request) && reply.status >= 400 && reply.body.lossy().contains(detail),
        |reply| {
            let warnings = json!({ "invalid_categories": [], "invalid_badges": [], "other": [] });
            reply.status = 200;
            reply.body = (&json!({ "crate": {}, "warnings": warnings })).into();
        },
    )
}

/// Refuses an upload whose metadata is as `fault` says.
fn beyond(registry: &Registry, request: &Request, fault: impl FnOnce(&Value) -> bool) -> Response {
    let metadata = part(&request.body).filter(|_| is_upload(request)).map(|(metadata, _)| metadata);
    let metadata = metadata.and_then(|metadata| serde_json::from_slice::<Value>(metadata).ok());
    refuses(registry, request, metadata.is_some_and(|metadata| fault(&metadata)), 400, "expected less")
}

fn count(metadata: &Value, list: &str) -> usize {
    metadata[list].as_array().map_or(0, Vec::len)
}

fn words<'m>(metadata: &'m Value, list: &str) -> impl Iterator<Item = &'m str> {
    metadata[list].as_array().into_iter().flatten().filter_map(Value::as_str)
}
