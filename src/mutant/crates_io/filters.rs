//! Filters that let everything through, or too little.

use serde_json::{Value, json};

use super::{
    spoil::{asked, edited, is, json, list, parameter},
    spoilt, without,
};
use crate::{
    exchange::{Request, Response},
    mutant::Mutant,
    reference::{Registry, Rule},
};

const CRATES: &str = "/api/v1/crates";

pub(super) const MUTANTS: &[Mutant] = &[
    without(
        "filters-of-crates-ignored",
        &[
            "filter/keyword",
            "filter/all-keywords",
            "filter/letter",
            "filter/user",
            "filter/team",
            "filter/following",
            "filter/names",
            "filter/total",
        ],
        Rule::ListFilters,
    ),
    without("subcategories-not-searched", &["filter/category"], Rule::Subcategories),
    without("include-yanked-ignored", &["filter/yanked"], Rule::YankedFilter),
    without("before-date-ignored", &["filter/downloads-before"], Rule::BeforeDate),
    without("exact-match-anywhere", &["filter/exact-match"], Rule::ExactFirst),
    spoilt("q-ignored", &["filter/search", "filter/total"], |registry, request| dropped(registry, request, "q")),
    spoilt("keyword-ignored", &["filter/keyword", "filter/total"], |registry, request| {
        dropped(registry, request, "keyword")
    }),
    spoilt("all-keywords-ignored", &["filter/all-keywords"], |registry, request| {
        dropped(registry, request, "all_keywords")
    }),
    spoilt("all-keywords-by-the-first", &["filter/all-keywords"], |registry, request| {
        asked(registry, request, |name, value| {
            let first = value.split("%20").next().unwrap_or_default();
            Some(if name == "all_keywords" { first.to_owned() } else { value.to_owned() })
        })
    }),
    spoilt("letter-ignored", &["filter/letter"], |registry, request| dropped(registry, request, "letter")),
    spoilt("category-ignored", &["filter/category"], |registry, request| dropped(registry, request, "category")),
    spoilt("user-id-ignored", &["filter/user"], |registry, request| dropped(registry, request, "user_id")),
    spoilt("team-id-ignored", &["filter/team", "filter/total"], |registry, request| {
        dropped(registry, request, "team_id")
    }),
    spoilt("following-ignored", &["filter/following"], |registry, request| dropped(registry, request, "following")),
    spoilt("ids-ignored", &["filter/names", "filter/total"], |registry, request| {
        asked(registry, request, |name, value| (!name.starts_with("ids")).then(|| value.to_owned()))
    }),
    spoilt("ids-by-the-last", &["filter/names", "filter/total"], |registry, request| {
        let all = request.query().split('&').filter(|pair| pair.starts_with("ids")).count();
        let kept = std::cell::Cell::new(all);
        asked(registry, request, |name, value| {
            let ids = name.starts_with("ids");
            kept.set(kept.get() - usize::from(ids));
            (!ids || kept.get() == 0).then(|| value.to_owned())
        })
    }),
    spoilt("ids-in-any-case", &["filter/names"], |registry, request| {
        asked(registry, request, |name, value| {
            Some(if name.starts_with("ids") { value.to_lowercase() } else { value.to_owned() })
        })
    }),
    spoilt("keyword-by-its-case", &["filter/keyword", "filter/total"], |registry, request| {
        let capitals = parameter(request, "keyword").is_some_and(|word| word.bytes().any(|b| b.is_ascii_uppercase()));
        nothing(registry, request, capitals)
    }),
    spoilt("letter-by-its-case", &["filter/letter"], |registry, request| {
        let capital = parameter(request, "letter").is_some_and(|letter| letter.bytes().any(|b| b.is_ascii_uppercase()));
        nothing(registry, request, capital)
    }),
    spoilt("letter-of-any-place", &["filter/letter"], |registry, request| {
        // A pattern that may match anywhere: the wildcard has got in front of the letter.
        asked(registry, request, |name, value| Some(if name == "letter" { "%25".to_owned() } else { value.to_owned() }))
    }),
    spoilt("yanked-left-out-unless-asked-for", &["filter/yanked"], |registry, request| {
        let silent = is(request, "GET", CRATES) && parameter(request, "include_yanked").is_none();
        if !silent {
            return registry.handle(request);
        }
        let sign = if request.query().is_empty() { '?' } else { '&' };
        registry.handle(&Request { url: format!("{}{sign}include_yanked=no", request.url), ..request.clone() })
    }),
    spoilt("crates-with-any-yank-left-out", &["filter/yanked"], |registry, request| {
        let live = is(request, "GET", CRATES) && parameter(request, "include_yanked") == Some("no");
        list(registry, request, live, |items| {
            items.retain(|item| item["max_version"] == item["default_version"] && item["num_versions"] == 1)
        })
    }),
    spoilt("user-id-before-keyword", &["filter/precedence"], |registry, request| {
        let both = parameter(request, "user_id").is_some();
        asked(registry, request, |name, value| (!both || name != "keyword").then(|| value.to_owned()))
    }),
    spoilt("total-without-filters", &["filter/total"], |registry, request| {
        json(registry, request, is(request, "GET", CRATES) && !request.query().is_empty(), |body| {
            body["meta"]["total"] = json!(4711);
        })
    }),
    spoilt("exact-match-never", &["filter/exact-match"], |registry, request| {
        each(registry, request, |item| item["exact_match"] = json!(false))
    }),
    spoilt("exact-match-always", &["filter/exact-match"], |registry, request| {
        each(registry, request, |item| item["exact_match"] = json!(true))
    }),
    spoilt("nums-ignored", &["filter/versions"], |registry, request| {
        asked(registry, request, |name, value| (!name.starts_with("nums")).then(|| value.to_owned()))
    }),
    spoilt("nums-not-counted", &["filter/versions"], |registry, request| {
        let nums = request.query().contains("nums");
        json(registry, request, nums, |body| body["meta"]["total"] = json!(3))
    }),
    spoilt("tracks-with-yanked", &["filter/tracks"], |registry, request| track(registry, request, "1.4.0")),
    spoilt("tracks-with-pre-releases", &["filter/tracks"], |registry, request| track(registry, request, "1.3.0-rc.1")),
    spoilt("tracks-by-the-lowest", &["filter/tracks"], |registry, request| track(registry, request, "1.0.0")),
    spoilt("tracks-of-zero-together", &["filter/tracks"], |registry, request| {
        json(registry, request, request.query().contains("release_tracks"), |body| {
            if let Some(tracks) = body["meta"]["release_tracks"].as_object_mut()
                && let Some(track) = tracks.shift_remove("0.3")
            {
                tracks.insert("0".to_owned(), track);
            }
        })
    }),
    spoilt("include-ignored", &["filter/include", "filter/downloads-versions"], |registry, request| {
        dropped(registry, request, "include")
    }),
    spoilt("nothing-included-untold", &["filter/include"], |registry, request| {
        let untold = is(request, "GET", "/api/v1/crates/{}") && !request.url.contains("include=");
        json(registry, request, untold, |body| {
            for part in ["versions", "keywords", "categories"] {
                body[part] = Value::Null;
            }
        })
    }),
    spoilt("include-empty-is-all", &["filter/include"], |registry, request| {
        asked(registry, request, |name, value| (name != "include" || !value.is_empty()).then(|| value.to_owned()))
    }),
    spoilt("default-version-brings-all", &["filter/include"], |registry, request| {
        asked(registry, request, |_, value| {
            Some(if value == "default_version" { "versions".to_owned() } else { value.to_owned() })
        })
    }),
    spoilt("downloads-with-versions-always", &["filter/downloads-versions"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}/downloads"), |body| {
            if body.get("versions").is_none() {
                body["versions"] = json!([]);
            }
        })
    }),
    spoilt("expired-tokens-listed", &["filter/tokens"], |registry, request| {
        if !is(request, "GET", "/api/v1/me/tokens") {
            return registry.handle(request);
        }
        registry.handle(&Request {
            url: format!("{}/api/v1/me/tokens?expired_days=36500", request.origin()),
            ..request.clone()
        })
    }),
    spoilt("expired-days-ignored", &["filter/tokens"], |registry, request| dropped(registry, request, "expired_days")),
    spoilt("tokens-of-all-listed", &["filter/tokens", "secret/token"], |registry, request| {
        let reply = registry.handle(request);
        if !is(request, "GET", "/api/v1/me/tokens") || !reply.is_success() {
            return reply;
        }
        let mut main = request.clone();
        main.headers.set("cookie", registry.access().cookie);
        registry.handle(&main)
    }),
    spoilt("invitations-to-every-crate", &["filter/invitations"], |registry, request| {
        if !is(request, "GET", "/api/private/crate_owner_invitations") {
            return registry.handle(request);
        }
        json(registry, request, true, |body| {
            if let Some(first) = body["invitations"].as_array_mut().and_then(|all| all.first().cloned()) {
                let mut other = first;
                other["crate_name"] = json!("another-crate");
                body["invitations"].as_array_mut().into_iter().for_each(|all| all.push(other.clone()));
            }
        })
    }),
    spoilt("configurations-of-every-crate", &["filter/trustpub"], |registry, request| {
        // The filter by crate has got lost, and that by owner is left.
        let user = registry.access().users.iter().find(|user| user.login == "alice").map_or(0, |user| user.id);
        let lists = request.path().ends_with("_configs") && request.method == "GET";
        if !lists {
            return registry.handle(request);
        }
        let mut wide = request.clone();
        wide.headers.remove("authorization");
        wide.headers.set("cookie", registry.access().cookie);
        wide.url = format!("{}{}?user_id={user}&per_page=100", request.origin(), request.path());
        registry.handle(&wide)
    }),
    spoilt("configurations-of-both-providers", &["filter/trustpub"], |registry, request| {
        if request.method != "GET" {
            return registry.handle(request);
        }
        let url = request.url.replace("github_configs", "gitlab_configs");
        let other = registry.handle(&Request { url, ..request.clone() });
        edited(
            registry,
            request,
            |reply| reply.is_success() && request.path().ends_with("github_configs"),
            |reply| {
                let text = other.body.lossy().replace("gitlab_configs", "github_configs");
                reply.body = text.into();
            },
        )
    }),
    spoilt("keyword-of-another-name", &["filter/taxa"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/keywords/{}"), |body| {
            body["keyword"]["id"] = json!("another");
        })
    }),
    spoilt("categories-below-have-no-parents", &["filter/taxa"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/categories/{}"), |body| {
            body["category"]["parent_categories"] = json!([]);
        })
    }),
];

/// Asks without one parameter.
fn dropped(registry: &Registry, request: &Request, parameter: &str) -> Response {
    asked(registry, request, |name, value| (name != parameter).then(|| value.to_owned()))
}

/// Finds no crate where `when` says so.
fn nothing(registry: &Registry, request: &Request, when: bool) -> Response {
    json(registry, request, when && is(request, "GET", CRATES), |body| {
        body["crates"] = json!([]);
        body["meta"]["total"] = json!(0);
    })
}

/// Edits each crate of a list.
fn each(registry: &Registry, request: &Request, edit: impl Fn(&mut Value)) -> Response {
    list(registry, request, is(request, "GET", CRATES), |items| items.iter_mut().for_each(edit))
}

/// Tells another version of the first track.
fn track(registry: &Registry, request: &Request, highest: &str) -> Response {
    json(registry, request, request.query().contains("release_tracks"), |body| {
        if body.pointer("/meta/release_tracks/1").is_some() {
            body["meta"]["release_tracks"]["1"]["highest"] = json!(highest);
        }
    })
}
