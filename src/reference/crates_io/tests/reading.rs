use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{NOW, column, get, refused, registry, send, token};
use crate::{
    exchange::Request,
    reference::{Clock, Config, Registry, Rule, testing::ORIGIN},
};

/// Every item of a list, page by page, as the links lead.
fn walk(registry: &Registry, path: &str, first: &str, items: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(query) = next {
        let page = get(registry, &format!("{path}{query}"));
        found.extend(page[items].as_array().unwrap().iter().cloned());
        next = page["meta"]["next_page"].as_str().map(str::to_owned);
    }
    found
}

#[test]
fn both_ways_through_a_list_lead_past_everything_once() {
    let registry = registry(&[]);
    for sort in ["alpha", "downloads", "recent-downloads", "recent-updates", "new", "relevance"] {
        for q in ["", "&q=one", "&q=alpha"] {
            let by_seek = walk(&registry, "/api/v1/crates", &format!("?sort={sort}&per_page=3{q}"), "crates");
            let by_page = walk(&registry, "/api/v1/crates", &format!("?sort={sort}&per_page=3{q}&page=1"), "crates");
            assert_eq!(by_seek, by_page, "{sort} {q}");
            let all = get(&registry, &format!("/api/v1/crates?sort={sort}&per_page=100{q}"));
            assert_eq!(all["crates"], json!(by_seek));
            assert_eq!(all["meta"]["total"], by_seek.len());
        }
    }
    for sort in ["date", "semver"] {
        let path = "/api/v1/crates/lambda-many/versions";
        let walked = walk(&registry, path, &format!("?sort={sort}&per_page=7"), "versions");
        assert_eq!(json!(walked), get(&registry, &format!("{path}?sort={sort}"))["versions"]);
        assert_eq!(walked.len(), 30);
    }
}

#[test]
fn broken_pages_show() {
    let walked = |rule| {
        let registry = registry(&[rule]);
        let walked = walk(&registry, "/api/v1/crates", "?per_page=6&page=1&keyword=filler", "crates");
        (walked.len(), walked.into_iter().map(|item| item["name"].to_string()).collect::<BTreeSet<_>>().len())
    };
    assert_eq!(walked(Rule::SearchTotal), (12, 12));
    let (all, different) = walked(Rule::PagesApart);
    assert!(all > different);
    let registry = registry(&[Rule::LinksKeepQuery]);
    let page = get(&registry, "/api/v1/crates?per_page=2&page=1&keyword=filler");
    assert_eq!(page["meta"]["next_page"], "?page=2");
}

#[test]
fn orders_are_what_they_are_called() {
    let registry = registry(&[]);
    let names =
        |query: &str| column(&get(&registry, &format!("/api/v1/crates?per_page=100&{query}"))["crates"], "name");
    let mut sorted = names("");
    sorted.sort();
    assert_eq!(names("sort=alphabetical"), sorted);
    let counts = |query: &str, member: &str| -> Vec<u64> {
        let list = get(&registry, &format!("/api/v1/crates?per_page=100&{query}"));
        list["crates"].as_array().unwrap().iter().map(|item| item[member].as_u64().unwrap()).collect()
    };
    assert!(counts("sort=downloads", "downloads").is_sorted_by(|one, other| one >= other));
    assert!(counts("sort=recent-downloads", "recent_downloads").is_sorted_by(|one, other| one >= other));
    assert_eq!(names("q=eta")[0], "eta");
    assert_eq!(names("q=ETA&sort=zz")[0], "eta");
    assert_eq!(names("q=q"), ["q"]);
    let unsorted = super::registry(&[Rule::ExactFirst]);
    let found = get(&unsorted, "/api/v1/crates?q=eta&sort=zz");
    assert_ne!(found["crates"][0]["name"], "eta");
}

#[test]
fn filters_narrow() {
    let registry = registry(&[]);
    let names =
        |query: &str| column(&get(&registry, &format!("/api/v1/crates?per_page=100&{query}"))["crates"], "name");
    assert_eq!(names("keyword=ALPHA"), ["alpha-core", "beta_util", "mu-bob"]);
    assert_eq!(names("all_keywords=alpha%20testing"), ["alpha-core"]);
    assert_eq!(names("letter=Kxyz"), ["Kappa_Mixed"]);
    assert_eq!(names("ids[]=q&ids%5B%5D=ab&ids[]=alpha_core"), ["ab", "q"]);
    assert!(names("category=development-tools").contains(&"alpha-core".to_owned()));
    assert!(!names("category=development-tools::testing").contains(&"gamma-macros".to_owned()));
    assert_eq!(names("q=epsilon&include_yanked=no"), Vec::<String>::new());
    assert_eq!(names("q=epsilon&include_yanked=yes"), ["epsilon"]);
    assert_eq!(names("team_id=1&letter=d"), names("letter=d"));
    assert_eq!(names("user_id=99999"), Vec::<String>::new());
    let unfollowed = refused(&registry, "GET", "/api/v1/crates?following=1&page=0", "", b"");
    assert_eq!(unfollowed, (403, "this action requires authentication".to_owned()));
    let followed = send(&registry, "GET", "/api/v1/crates?following=1", &token(&registry, "bob-legacy"), b"");
    assert_eq!(column(&followed.body.json().unwrap()["crates"], "name"), ["alpha-core"]);
    assert_eq!(followed.headers.get("cache-control"), Some("no-store"));
}

#[test]
fn a_crate_agrees_with_its_versions() {
    let registry = registry(&[]);
    for entry in get(&registry, "/api/v1/crates?per_page=100")["crates"].as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let found = get(&registry, &format!("/api/v1/crates/{name}"));
        let versions = get(&registry, &format!("/api/v1/crates/{name}/versions"));
        let ids = |list: &Value| column(list, "id").into_iter().collect::<BTreeSet<_>>();
        assert_eq!(ids(&found["versions"]), ids(&versions["versions"]), "{name}");
        assert_eq!(found["crate"]["num_versions"], versions["meta"]["total"]);
        assert_eq!(found["crate"]["max_version"], entry["max_version"]);
        assert_eq!(found["crate"]["keywords"], json!(column(&found["keywords"], "id")));
        for version in versions["versions"].as_array().unwrap() {
            let path = version["links"]["version_downloads"].as_str().unwrap();
            let rows = get(&registry, path);
            let sum: u64 = rows["version_downloads"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["downloads"].as_u64().unwrap())
                .sum();
            assert!(version["downloads"].as_u64().unwrap() >= sum);
        }
    }
}

#[test]
fn parts_of_a_crate_come_as_they_are_asked_for() {
    let registry = registry(&[]);
    let only = get(&registry, "/api/v1/crates/ALPHA_CORE?include=default_version");
    assert_eq!(column(&only["versions"], "num"), ["1.1.0"]);
    assert_eq!(only["crate"]["versions"], Value::Null);
    assert_eq!(only["crate"]["max_version"], "0.0.0");
    let none = get(&registry, "/api/v1/crates/alpha-core?include=");
    assert_eq!((&none["versions"], &none["keywords"], &none["categories"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(
        get(&registry, "/api/v1/crates/alpha-core?include=full"),
        get(&registry, "/api/v1/crates/alpha-core?include=versions,,keywords,categories,badges,downloads")
    );
    let (status, text) = refused(&registry, "GET", "/api/v1/crates/nope?include=Versions", "", b"");
    assert!(status == 400 && text.starts_with("invalid component for ?include="));
    let (status, text) = refused(&registry, "GET", "/api/v1/crates/a%00b", "", b"");
    assert_eq!((status, text.as_str()), (404, "crate `a\0b` does not exist"));
}

#[test]
fn dependents_are_those_whose_default_version_depends() {
    let registry = registry(&[]);
    let found = get(&registry, "/api/v1/crates/beta-util/reverse_dependencies?per_page=100");
    let dependents = column(&found["versions"], "crate");
    assert!(dependents.contains(&"mu-bob".to_owned()) && dependents.contains(&"delta-cli".to_owned()));
    assert_eq!(found["meta"]["total"], dependents.len());
    for row in found["dependencies"].as_array().unwrap() {
        assert_eq!(row["crate_id"], "beta_util");
        let version = found["versions"].as_array().unwrap().iter().find(|version| version["id"] == row["version_id"]);
        let path = version.unwrap()["links"]["dependencies"].as_str().unwrap();
        assert!(column(&get(&registry, path)["dependencies"], "id").contains(&row["id"].to_string()));
    }
    let past = get(&registry, "/api/v1/crates/beta_util/reverse_dependencies?page=200");
    assert_eq!((&past["dependencies"], &past["meta"]), (&json!([]), &found["meta"]));
}

#[test]
fn downloads_lie_in_their_window() {
    let registry = registry(&[]);
    let all = get(&registry, "/api/v1/crates/lambda-many/downloads?include=versions");
    assert_eq!(column(&all["versions"], "num"), ["0.2.9", "0.2.8", "0.2.7", "0.2.6", "0.2.5"]);
    assert!(!all["meta"]["extra_downloads"].as_array().unwrap().is_empty());
    let path = "/api/v1/crates/alpha-core/1.1.0/downloads";
    let until = get(&registry, &format!("{path}?before_date=2025-12-20"));
    let dates = column(&until["version_downloads"], "date");
    assert!(dates.last().is_some_and(|last| last == "2025-12-20") && dates.is_sorted());
    let (status, text) = refused(&registry, "GET", "/api/v1/crates/nope/1.0.0/downloads?before_date=zz", "", b"");
    let told = "Failed to deserialize query string: before_date: input contains invalid characters";
    assert_eq!((status, text.as_str()), (400, told));
}

#[test]
fn categories_add_up() {
    let registry = registry(&[]);
    let tops = get(&registry, "/api/v1/categories?per_page=100&sort=crates");
    let slugs = column(&get(&registry, "/api/v1/category_slugs")["category_slugs"], "slug");
    assert_eq!(tops["meta"]["total"], slugs.iter().filter(|slug| !slug.contains("::")).count());
    assert!(slugs.is_sorted());
    let tools = get(&registry, "/api/v1/categories/Development-Tools")["category"].clone();
    assert!(column(&tools["subcategories"], "slug").contains(&"development-tools::testing".to_owned()));
    let listed = get(&registry, "/api/v1/crates?category=development-tools")["meta"]["total"].as_u64().unwrap();
    assert!(listed >= tools["crates_cnt"].as_u64().unwrap());
    let keyword = get(&registry, "/api/v1/keywords/FILLER")["keyword"].clone();
    assert_eq!(keyword["crates_cnt"], get(&registry, "/api/v1/crates?keyword=filler")["meta"]["total"]);
    assert_eq!(get(&registry, "/api/v1/keywords?page=99")["meta"]["total"], 0);
}

#[test]
fn paths_and_agents_are_looked_at_first() {
    let registry = registry(&[]);
    assert_eq!(get(&registry, "/api/v1/crates/../summary"), get(&registry, "/api//v1/summary/"));
    for (path, status) in [("/api/v1/crates/", 404), ("/api/V1/crates", 404), ("/api/v1/crates/q/follow", 405)] {
        assert_eq!(send(&registry, "GET", path, "", b"").status, status, "{path}");
    }
    let silent = |path: &str| registry.handle(&Request::new("GET", format!("{ORIGIN}{path}")));
    let refused = silent("/api/v1/summary");
    assert_eq!((refused.status, refused.headers.get("access-control-allow-origin")), (403, None));
    assert_eq!(silent("/api/v1/crates/q/0.1.0/download").status, 302);
    let head = send(&registry, "HEAD", "/api/v1/nope", "", b"");
    assert_eq!((head.status, head.headers.get("content-type")), (404, None));
}

#[test]
fn the_state_at_the_start_follows_from_the_seed() {
    let state = |seed| {
        let config = Config::new(ORIGIN).crates_io(seed).clock(Clock::fixed(NOW));
        get(&Registry::new(config), "/api/v1/crates?per_page=100")
    };
    assert_eq!(state(1), state(1));
    assert!(state(1)["meta"]["total"].as_u64().unwrap() >= 25);
}
