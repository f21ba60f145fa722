//! Names and ids that differ from place to place.

use serde_json::{Value, json};

use super::{
    CRATE, LIST, VERSION, VERSIONS,
    spoil::{is, json as edit, list},
    spoilt,
};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("crate-id-is-a-number", &["identity/ids"], |registry, request| {
        edit(registry, request, is(request, "GET", CRATE), |body| body["crate"]["id"] = "1".into())
    }),
    spoilt("versions-under-the-exact-name-alone", &["identity/spellings"], |registry, request| {
        let capitals = request.path().bytes().any(|byte| byte.is_ascii_uppercase());
        list(registry, request, capitals && is(request, "GET", VERSIONS), Vec::clear)
    }),
    spoilt("crate-called-new-twice", &["identity/new"], |registry, request| {
        edit(registry, request, request.path().ends_with("/NEW"), |body| body["crate"]["name"] = "NEW".into())
    }),
    spoilt("version-of-another-crate", &["identity/crate-of-version"], |registry, request| {
        edit(registry, request, is(request, "GET", VERSION), |body| body["version"]["crate"] = "another".into())
    }),
    spoilt("version-counted-twice-in-the-list", &["identity/version-alike"], |registry, request| {
        list(registry, request, is(request, "GET", VERSIONS), |versions| {
            for version in versions {
                version["downloads"] = json!(version["downloads"].as_u64().unwrap_or_default() + 1);
            }
        })
    }),
    spoilt("owners-numbered-for-each-crate", &["identity/user"], |registry, request| {
        list(registry, request, is(request, "GET", "/api/v1/crates/{name}/owners"), |owners| renumber(owners))
    }),
    spoilt("teams-numbered-for-each-crate", &["identity/team"], |registry, request| {
        list(registry, request, is(request, "GET", "/api/v1/crates/{name}/owner_team"), |teams| renumber(teams))
    }),
    spoilt("crates-listed-under-one-id", &["identity/once"], |registry, request| {
        list(registry, request, is(request, "GET", LIST), |crates| {
            if let Some(id) = crates.first().map(|krate| krate["id"].clone()) {
                crates.iter_mut().for_each(|krate| krate["id"] = id.clone());
            }
        })
    }),
    spoilt("versions-numbered-for-each-crate", &["identity/one-crate"], |registry, request| {
        list(registry, request, is(request, "GET", VERSIONS), |versions| renumber(versions))
    }),
];

fn renumber(items: &mut [Value]) {
    items.iter_mut().zip(9001..).for_each(|(item, id)| item["id"] = json!(id));
}
