use serde_json::{Value, json};

use super::{
    Mutant,
    spoil::{Action, Object, bodies, has_token, is, objects, refuse_if, rename, text},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
};

const SEARCH: &[Action] = &[Action::Search];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt("search-bare-array", &["search/shape"], "derived", |registry, request| {
        bodies(registry, request, SEARCH, |body| *body = body["crates"].take())
    }),
    Mutant::spoilt("search-without-meta", &["search/shape"], "derived", |registry, request| {
        bodies(registry, request, SEARCH, |body| *body = json!({ "crates": body["crates"] }))
    }),
    Mutant::spoilt(
        "hit-with-version",
        &["search/item", "search/max-version-semver"],
        "derived",
        |registry, request| hits(registry, request, |hit| rename(hit, "max_version", "version")),
    ),
    Mutant::spoilt("hit-without-name", &["search/item", "search/finds-published"], "derived", |registry, request| {
        hits(registry, request, |hit| rename(hit, "name", "id"))
    }),
    Mutant::spoilt(
        "hit-with-null-version",
        &["search/item", "search/max-version-semver"],
        "derived",
        |registry, request| hits(registry, request, |hit| hit["max_version"] = Value::Null),
    ),
    Mutant::spoilt("description-array", &["search/description-type"], "derived", |registry, request| {
        hits(registry, request, |hit| hit["description"] = json!([hit["description"]]))
    }),
    Mutant::spoilt("total-text", &["search/total-u32"], "derived", |registry, request| {
        total(registry, request, |total| total.to_string().into())
    }),
    Mutant::spoilt("total-unknown", &["search/total-u32"], "derived", |registry, request| {
        total(registry, request, |_| json!(-1))
    }),
    Mutant::spoilt("total-null", &["search/total-u32"], "derived", |registry, request| {
        total(registry, request, |_| Value::Null)
    }),
    Mutant::spoilt(
        "total-always-zero",
        &["search/total-meaning", "search/total-all"],
        "derived",
        |registry, request| total(registry, request, |_| json!(0)),
    ),
    Mutant::without("total-of-page", &["search/total-all"], "D17 artifact-keeper#1777", Rule::SearchTotal),
    Mutant::without("per-page-ignored", &["search/per-page-honoured"], "derived", Rule::PerPageHonoured),
    Mutant::without("all-on-one-page", &["search/per-page-honoured"], "derived", Rule::PerPageDefault),
    Mutant::spoilt("per-page-at-most-fifty", &["search/per-page-100"], "derived", |registry, request| {
        let many = is(registry, request, SEARCH) && request.query().contains("per_page=100");
        refuse_if(registry, request, many, 400, "`per_page` is at most 50")
    }),
    Mutant::spoilt(
        "exact-name-not-found",
        &["search/finds-published", "search/percent-decoding"],
        "derived",
        |registry, request| {
            bodies(registry, request, SEARCH, |body| {
                let sought = |hit: &Value| request.query().contains(hit["name"].as_str().unwrap_or_default());
                if let Some(hits) = body["crates"].as_array_mut() {
                    hits.retain(|hit| !sought(hit));
                }
            })
        },
    ),
    Mutant::without(
        "query-not-decoded",
        &["search/percent-decoding", "search/finds-published"],
        "derived",
        Rule::SearchDecoding,
    ),
    Mutant::spoilt("empty-query-500", &["search/empty-query"], "derived", |registry, request| {
        let empty = request.query().split('&').any(|pair| pair == "q=");
        refuse_if(registry, request, empty && is(registry, request, SEARCH), 500, "the query is empty")
    }),
    Mutant::spoilt("search-without-query-500", &["search/empty-query"], "derived", |registry, request| {
        let absent = !request.query().split('&').any(|pair| pair.starts_with("q="));
        refuse_if(registry, request, absent && is(registry, request, SEARCH), 500, "q is missing")
    }),
    Mutant::spoilt("search-wants-token", &["search/anonymous"], "derived", |registry, request| {
        refuse_if(registry, request, is(registry, request, SEARCH) && !has_token(request), 403, "this needs a token")
    }),
    Mutant::spoilt("max-version-of-nobody", &["search/max-version-semver"], "derived", |registry, request| {
        hits(registry, request, |hit| hit["max_version"] = format!("{}.1", text(hit, "max_version")).into())
    }),
    Mutant::spoilt("max-version-one-ahead", &["search/max-version-semver"], "derived", |registry, request| {
        hits(registry, request, |hit| hit["max_version"] = "1000000.0.0".into())
    }),
];

fn hits(registry: &Registry, request: &Request, edit: impl Fn(&mut Object)) -> Response {
    bodies(registry, request, SEARCH, |body| objects(&mut body["crates"], edit))
}

fn total(registry: &Registry, request: &Request, edit: impl FnOnce(&Value) -> Value) -> Response {
    bodies(registry, request, SEARCH, |body| body["meta"]["total"] = edit(&body["meta"]["total"]))
}
