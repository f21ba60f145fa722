//! Downloads, and what depends on what.

use serde_json::{Value, json};

use super::{
    spoil::{asked, is, json as body, list, parameter},
    spoilt,
    surfaces::other,
    without,
};
use crate::{exchange::Request, mutant::Mutant, reference::Rule};

const CRATE: &str = "/api/v1/crates/{name}";
const SUMMARY: &str = "/api/v1/summary";
const OF_CRATE: &str = "/api/v1/crates/{name}/downloads";
const OF_VERSION: &str = "/api/v1/crates/{name}/{version}/downloads";
const DEPENDENCIES: &str = "/api/v1/crates/{name}/{version}/dependencies";
const DEPENDENTS: &str = "/api/v1/crates/{name}/reverse_dependencies";

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("dependencies-of-another-version", &["dependents/version"], |registry, request| {
        each(registry, request, DEPENDENCIES, "/dependencies", |row| other(&mut row["version_id"]))
    }),
    spoilt("dependencies-on-another-crate", &["dependents/crate"], |registry, request| {
        each(registry, request, DEPENDENCIES, "/dependencies", |row| other(&mut row["crate_id"]))
    }),
    spoilt("dependencies-with-downloads", &["dependents/no-downloads"], |registry, request| {
        each(registry, request, DEPENDENCIES, "/dependencies", |row| other(&mut row["downloads"]))
    }),
    spoilt("dependencies-the-other-way", &["dependents/order"], |registry, request| {
        list(registry, request, is(request, "GET", DEPENDENCIES), |rows| rows.reverse())
    }),
    without("yanked-versions-depend", &["dependents/row"], Rule::YankedDependents),
    spoilt("dependents-without-a-version", &["dependents/row"], |registry, request| {
        body(registry, request, is(request, "GET", DEPENDENTS), |body| {
            body["versions"].as_array_mut().into_iter().for_each(|versions| drop(versions.pop()));
        })
    }),
    spoilt("dependents-twice", &["dependents/once", "dependents/total"], |registry, request| {
        body(registry, request, is(request, "GET", DEPENDENTS), |body| {
            for rows in ["dependencies", "versions"] {
                body[rows]
                    .as_array_mut()
                    .into_iter()
                    .for_each(|rows| rows.first().cloned().into_iter().for_each(|row| rows.insert(0, row)));
            }
        })
    }),
    without("dependents-total-of-the-page", &["dependents/total"], Rule::SearchTotal),
    spoilt("dependents-in-a-circle", &["dependents/total", "dependents/order-by-downloads"], |registry, request| {
        let dependents = is(request, "GET", DEPENDENTS);
        asked(registry, request, |name, value| (!dependents || name != "page").then(|| value.to_owned()))
    }),
    spoilt("dependents-the-other-way", &["dependents/order-by-downloads"], |registry, request| {
        body(registry, request, is(request, "GET", DEPENDENTS), |body| {
            body["dependencies"].as_array_mut().into_iter().for_each(|rows| rows.reverse());
        })
    }),
    spoilt("more-recent-than-all", &["counts/recent"], |registry, request| {
        let more = |entry: &mut Value| entry["recent_downloads"] = json!(entry["downloads"].as_u64().unwrap_or(0) + 1);
        body(registry, request, is(request, "GET", CRATE) || is(request, "GET", "/api/v1/crates"), |body| {
            body["crates"].as_array_mut().into_iter().flatten().for_each(more);
            body.get_mut("crate").into_iter().for_each(more);
        })
    }),
    spoilt("all-downloads-are-few", &["counts/all"], |registry, request| {
        body(registry, request, is(request, "GET", SUMMARY), |body| body["num_downloads"] = json!(1))
    }),
    spoilt("user-with-one-more-download", &["counts/user"], |registry, request| {
        body(registry, request, is(request, "GET", "/api/v1/users/{id}/stats"), |body| {
            other(&mut body["total_downloads"])
        })
    }),
    spoilt("five-oldest-versions", &["counts/five-versions"], |registry, request| {
        body(registry, request, is(request, "GET", OF_CRATE), |body| {
            body["versions"].as_array_mut().into_iter().for_each(|versions| versions.rotate_left(1));
        })
    }),
    spoilt("rows-of-nobody", &["counts/rows-of-shown", "counts/rows-of-version"], |registry, request| {
        each(registry, request, OF_CRATE, "/version_downloads", |row| row["version"] = json!(i32::MAX))
    }),
    spoilt("rows-one-more-by-crate", &["counts/rows-of-version"], |registry, request| {
        each(registry, request, OF_CRATE, "/version_downloads", |row| other(&mut row["downloads"]))
    }),
    spoilt(
        "days-twice",
        &["counts/days-once", "counts/version-total", "counts/rows-of-version"],
        |registry, request| {
            body(registry, request, is(request, "GET", OF_VERSION), |body| {
                let rows = body["version_downloads"].as_array_mut();
                rows.into_iter().for_each(|rows| rows.extend(rows.clone()));
            })
        },
    ),
    spoilt("version-with-fewer-than-its-rows", &["counts/version-total"], |registry, request| {
        body(registry, request, is(request, "GET", "/api/v1/crates/{name}/{version}"), |body| {
            body.pointer_mut("/version/downloads").into_iter().for_each(|count| *count = json!(0));
        })
    }),
    spoilt("downloads-from-nowhere", &["counts/nobody-yet"], |registry, request| {
        body(registry, request, is(request, "GET", CRATE), |body| {
            if body["crate"]["downloads"] == 0 {
                body["crate"]["recent_downloads"] = json!(7);
            }
        })
    }),
    without("window-without-an-end", &["counts/window"], Rule::BeforeDate),
    spoilt("window-of-every-day", &["counts/window"], |registry, request| {
        asked(registry, request, |name, value| (name != "before_date").then(|| value.to_owned()))
    }),
    spoilt("windows-differ", &["counts/overlap"], |registry, request| {
        let windowed = parameter(request, "before_date").is_some();
        let path = if windowed { OF_VERSION } else { "" };
        each(registry, request, path, "/version_downloads", |row| other(&mut row["downloads"]))
    }),
];

/// Edits each item of a list.
pub(super) fn each(
    registry: &crate::reference::Registry,
    request: &Request,
    path: &str,
    pointer: &str,
    edit: impl Fn(&mut Value),
) -> crate::exchange::Response {
    body(registry, request, is(request, "GET", path), |body| {
        body.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten().for_each(edit);
    })
}
