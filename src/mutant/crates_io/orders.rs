//! One order taken for another.

use serde_json::Value;

use super::{
    spoil::{asked, is, json, list, parameter},
    spoilt,
};
use crate::{
    exchange::{Request, Response},
    mutant::Mutant,
    reference::Registry,
};

const CRATES: &[&str] = &["list_crates/sort"];
const VERSIONS: &[&str] = &["list_versions/sort"];

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("downloads-sorted-by-recent-ones", CRATES, |registry, request| {
        instead(registry, request, "downloads", "recent-downloads")
    }),
    spoilt("recent-downloads-sorted-by-name", CRATES, |registry, request| {
        instead(registry, request, "recent-downloads", "alpha")
    }),
    spoilt("updates-sorted-by-creation", CRATES, |registry, request| {
        instead(registry, request, "recent-updates", "new")
    }),
    spoilt("new-sorted-by-update", CRATES, |registry, request| instead(registry, request, "new", "recent-updates")),
    spoilt("crates-sorted-by-creation-unless-told", CRATES, |registry, request| {
        if !is(request, "GET", "/api/v1/crates") || parameter(request, "sort").is_some() {
            return registry.handle(request);
        }
        let sign = if request.query().is_empty() { '?' } else { '&' };
        registry.handle(&Request { url: format!("{}{sign}sort=new", request.url), ..request.clone() })
    }),
    spoilt("versions-sorted-as-text", VERSIONS, |registry, request| {
        let by_number = is(request, "GET", "/api/v1/crates/{}/versions") && parameter(request, "sort").is_none();
        list(registry, request, by_number, |items| {
            items.sort_by(|one, other| other["num"].as_str().cmp(&one["num"].as_str()));
        })
    }),
    spoilt("pre-releases-sorted-as-text", VERSIONS, |registry, request| {
        let by_number = is(request, "GET", "/api/v1/crates/{}/versions") && parameter(request, "sort").is_none();
        let parts = |item: &Value| {
            let number = item["num"].as_str().unwrap_or_default();
            let (core, pre) = number.split_once('-').unwrap_or((number, "~"));
            let core: Vec<u64> = core.split('.').filter_map(|part| part.parse().ok()).collect();
            (core, pre.to_owned())
        };
        list(registry, request, by_number, |items| items.sort_by_key(|item| std::cmp::Reverse(parts(item))))
    }),
    spoilt("versions-by-date-by-number", VERSIONS, |registry, request| instead(registry, request, "date", "semver")),
    spoilt("versions-by-number-by-date", VERSIONS, |registry, request| instead(registry, request, "semver", "date")),
    spoilt("versions-of-a-crate-by-number", &["find_crate/sort"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}"), |body| {
            let number = |item: &Value| item["num"].as_str().and_then(|text| text.parse::<semver::Version>().ok());
            if let Some(items) = body["versions"].as_array_mut() {
                items.sort_by_key(|item| std::cmp::Reverse(number(item)));
            }
        })
    }),
    spoilt("dependencies-by-name-alone", &["get_version_dependencies/sort"], |registry, request| {
        list(registry, request, is(request, "GET", "/api/v1/crates/{}/{}/dependencies"), |items| {
            items.sort_by_key(|item| (item["crate_id"].to_string(), item["optional"] == false));
        })
    }),
    spoilt("dependents-least-downloaded-first", &["list_reverse_dependencies/sort"], |registry, request| {
        reversed(registry, request, "/api/v1/crates/{}/reverse_dependencies", "/dependencies")
    }),
    spoilt("invitations-of-the-latest-account-first", &["list_crate_owner_invitations/sort"], |registry, request| {
        reversed(registry, request, "/api/private/crate_owner_invitations", "/invitations")
    }),
    spoilt("github-configurations-newest-first", &["list_trustpub_github_configs/sort"], |registry, request| {
        reversed(registry, request, "/api/v1/trusted_publishing/github_configs", "/github_configs")
    }),
    spoilt("gitlab-configurations-newest-first", &["list_trustpub_gitlab_configs/sort"], |registry, request| {
        reversed(registry, request, "/api/v1/trusted_publishing/gitlab_configs", "/gitlab_configs")
    }),
    spoilt("keywords-by-name-always", &["list_keywords/sort"], |registry, request| {
        unsorted(registry, request, "/api/v1/keywords")
    }),
    spoilt("categories-by-name-always", &["list_categories/sort"], |registry, request| {
        unsorted(registry, request, "/api/v1/categories")
    }),
];

/// Takes one order for another.
fn instead(registry: &Registry, request: &Request, sort: &str, other: &str) -> Response {
    asked(registry, request, |name, value| {
        Some(if name == "sort" && value == sort { other.to_owned() } else { value.to_owned() })
    })
}

/// Hands out a list from its end.
fn reversed(registry: &Registry, request: &Request, template: &str, list: &str) -> Response {
    json(registry, request, is(request, "GET", template), |body| {
        if let Some(items) = body.pointer_mut(list).and_then(Value::as_array_mut) {
            items.reverse();
        }
    })
}

/// Does not look at which order is asked for.
fn unsorted(registry: &Registry, request: &Request, template: &str) -> Response {
    let here = is(request, "GET", template);
    asked(registry, request, |name, value| (!here || name != "sort").then(|| value.to_owned()))
}
