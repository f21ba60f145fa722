//! What a crate tells of its versions, where it does not follow from them.

use semver::Version;
use serde_json::{Value, json};

use super::{
    CRATE, LIST, VERSIONS,
    spoil::{asked, is, json as edit, list, parameter},
    spoilt,
};
use crate::{
    exchange::{Request, Response},
    mutant::Mutant,
    reference::Registry,
};

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("crate-versions-the-other-way-round", &["versions/listed"], |registry, request| {
        told(registry, request, |krate, _| krate["versions"].as_array_mut().into_iter().for_each(|ids| ids.reverse()))
    }),
    spoilt("crate-with-its-first-version-first", &["versions/order"], |registry, request| {
        edit(registry, request, is(request, "GET", CRATE), |body| {
            for pointer in ["/versions", "/crate/versions"] {
                body.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().for_each(|list| list.reverse());
            }
        })
    }),
    spoilt("crate-counts-one-version-more", &["versions/count"], |registry, request| {
        told(registry, request, |krate, versions| krate["num_versions"] = json!(versions.len() + 1))
    }),
    spoilt("versions-count-their-page", &["versions/count"], |registry, request| {
        edit(registry, request, is(request, "GET", VERSIONS), |body| body["meta"]["total"] = json!(1))
    }),
    spoilt("highest-version-may-be-yanked", &["versions/highest"], |registry, request| {
        told(registry, request, |krate, versions| krate["max_version"] = highest(versions, |_, _| true))
    }),
    spoilt("highest-stable-version-may-be-yanked", &["versions/highest-stable"], |registry, request| {
        told(registry, request, |krate, versions| krate["max_stable_version"] = highest(versions, |_, stable| stable))
    }),
    spoilt("newest-version-by-precedence", &["versions/newest"], |registry, request| {
        told(registry, request, |krate, _| krate["newest_version"] = krate["max_version"].clone())
    }),
    spoilt("default-version-is-the-first", &["versions/default"], |registry, request| {
        told(registry, request, |krate, versions| krate["default_version"] = number(versions.last()))
    }),
    spoilt("default-version-may-be-a-pre-release", &["versions/default"], |registry, request| {
        told(registry, request, |krate, versions| {
            let live = highest(versions, |version, _| version["yanked"] == false);
            krate["default_version"] = if live.is_null() { highest(versions, |_, _| true) } else { live };
        })
    }),
    spoilt("crate-yanked-with-no-version", &["versions/yanked"], |registry, request| {
        told(registry, request, |krate, _| krate["yanked"] = json!(true))
    }),
    spoilt("crate-hides-its-pre-releases", &["versions/index-lines"], |registry, request| {
        edit(registry, request, is(request, "GET", CRATE), |body| {
            if let Some(versions) = body["versions"].as_array_mut() {
                versions.retain(is_stable);
                body["crate"]["num_versions"] = json!(body["versions"].as_array().map_or(0, Vec::len));
            }
        })
    }),
    spoilt("versions-updated-before-they-were", &["versions/times"], |registry, request| {
        each_version(registry, request, |version| version["updated_at"] = "2001-01-01T00:00:00Z".into())
    }),
    spoilt("crate-older-than-its-versions", &["versions/created-with-the-first"], |registry, request| {
        told(registry, request, |krate, _| krate["created_at"] = "2001-01-01T00:00:00Z".into())
    }),
    spoilt("crate-described-by-its-first-version", &["versions/texts"], |registry, request| {
        told(registry, request, |krate, versions| {
            krate["description"] = versions.last().map(|version| version["description"].clone()).unwrap_or_default();
        })
    }),
    spoilt("versions-by-date-lack-one", &["versions/permutations"], |registry, request| {
        let by_date = parameter(request, "sort") == Some("date") && is(request, "GET", VERSIONS);
        list(registry, request, by_date, |versions| drop(versions.pop()))
    }),
    spoilt("versions-by-number-are-all", &["versions/by-number"], |registry, request| {
        asked(registry, request, |name, value| (!name.starts_with("nums")).then(|| value.to_owned()))
    }),
    spoilt("release-tracks-of-the-first-version", &["versions/release-tracks"], |registry, request| {
        edit(registry, request, is(request, "GET", VERSIONS), |body| {
            let first = number(body["versions"].as_array().and_then(|versions| versions.last()));
            let tracks = body["meta"]["release_tracks"].as_object_mut();
            tracks
                .into_iter()
                .flat_map(|tracks| tracks.values_mut())
                .for_each(|track| track["highest"] = first.clone());
        })
    }),
    spoilt("release-tracks-know-yanked-versions", &["versions/release-tracks"], |registry, request| {
        edit(registry, request, is(request, "GET", VERSIONS), |body| {
            let versions = body["versions"].as_array().cloned().unwrap_or_default();
            if let Some(tracks) = body["meta"]["release_tracks"].as_object_mut() {
                for version in versions.iter().filter(|version| version["yanked"] == true) {
                    let track = version["num"].as_str().and_then(|num| num.split('.').next()).unwrap_or_default();
                    tracks.insert(track.to_owned(), json!({ "highest": version["num"] }));
                }
            }
        })
    }),
    spoilt("pages-of-versions-begin-too-late", &["versions/pages"], |registry, request| {
        let later = parameter(request, "seek").is_some() && is(request, "GET", VERSIONS);
        list(registry, request, later, |versions| {
            let first = versions.len().min(1);
            versions.drain(..first);
        })
    }),
    spoilt("default-version-comes-with-all", &["versions/default-alone"], |registry, request| {
        asked(registry, request, |name, value| {
            let alone = name == "include" && value == "default_version";
            Some(if alone { "versions".to_owned() } else { value.to_owned() })
        })
    }),
    spoilt("part-of-a-crate-is-empty", &["versions/parts"], |registry, request| {
        let part = parameter(request, "include") == Some("keywords");
        edit(registry, request, part && is(request, "GET", CRATE), |body| body["crate"]["keywords"] = json!([]))
    }),
    spoilt("parts-of-a-crate-always-come", &["versions/parts-left-out"], |registry, request| {
        asked(registry, request, |name, value| (name != "include").then(|| value.to_owned()))
    }),
    spoilt("full-crate-lacks-categories", &["versions/full"], |registry, request| {
        let full = parameter(request, "include") == Some("full");
        edit(registry, request, full && is(request, "GET", CRATE), |body| body["categories"] = json!([]))
    }),
    spoilt("list-of-crates-knows-no-versions", &["versions/found"], |registry, request| {
        list(registry, request, is(request, "GET", LIST), |crates| {
            crates.iter_mut().for_each(|krate| krate["max_version"] = "0.0.0".into());
        })
    }),
];

/// Edits a crate that comes with its versions.
fn told(registry: &Registry, request: &Request, change: impl Fn(&mut Value, &[Value])) -> Response {
    edit(registry, request, is(request, "GET", CRATE), |body| {
        let Some(versions) = body["versions"].as_array().cloned() else { return };
        // The default version alone is not told apart from all there are.
        if !body["crate"]["versions"].is_null() {
            change(&mut body["crate"], &versions);
        }
    })
}

fn each_version(registry: &Registry, request: &Request, change: impl Fn(&mut Value)) -> Response {
    edit(registry, request, is(request, "GET", CRATE), |body| {
        body["versions"].as_array_mut().into_iter().flatten().for_each(change);
    })
}

fn parsed(version: &Value) -> Option<Version> {
    Version::parse(version["num"].as_str()?).ok()
}

fn is_stable(version: &Value) -> bool {
    parsed(version).is_some_and(|number| number.pre.is_empty())
}

fn number(version: Option<&Value>) -> Value {
    version.map(|version| version["num"].clone()).unwrap_or_default()
}

/// The number of the highest version that counts; null if none does.
fn highest(versions: &[Value], counts: impl Fn(&Value, bool) -> bool) -> Value {
    let counted = versions.iter().filter(|version| counts(version, is_stable(version)));
    number(counted.max_by_key(|version| parsed(version)))
}
