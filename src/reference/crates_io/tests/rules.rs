//! Of each rule of the crates side, that it holds, and that it is gone where it is broken.

use super::{cookie, get, publish, registry, send, token, upload};
use crate::{
    exchange::Request,
    reference::{Registry, Rule, testing::ORIGIN},
};

fn total(registry: &Registry, query: &str) -> u64 {
    get(registry, &format!("/api/v1/crates?per_page=100&{query}"))["meta"]["total"].as_u64().unwrap()
}

fn status(registry: &Registry, method: &str, path: &str, credential: &str) -> u16 {
    send(registry, method, path, credential, b"").status
}

/// Whether a rule shows.
type Probe = fn(&Registry) -> bool;

const RULES: &[(Rule, Probe)] = &[
    (Rule::UserAgent, |registry| {
        registry.handle(&Request::new("GET", format!("{ORIGIN}/api/v1/summary"))).status == 403
    }),
    (Rule::ListFilters, |registry| total(registry, "keyword=ffi") == 1),
    (Rule::Subcategories, |registry| {
        total(registry, "category=development-tools") > total(registry, "category=development-tools::testing") + 3
    }),
    (Rule::YankedFilter, |registry| total(registry, "q=epsilon&include_yanked=no") == 0),
    (Rule::SortDirection, |registry| {
        let found = get(registry, "/api/v1/crates?sort=downloads&per_page=1");
        found["crates"][0]["name"] == "zeta-sys"
    }),
    (Rule::SearchTotal, |registry| get(registry, "/api/v1/crates?per_page=2")["meta"]["total"] != 2),
    (Rule::PagesApart, |registry| {
        let page = |n: u8| get(registry, &format!("/api/v1/crates?per_page=2&page={n}"))["crates"].clone();
        page(1)[1] != page(2)[0]
    }),
    (Rule::LinksKeepQuery, |registry| {
        get(registry, "/api/v1/crates?per_page=2&zz=1")["meta"]["next_page"].as_str().unwrap().contains("zz=1")
    }),
    (Rule::ExactFirst, |registry| get(registry, "/api/v1/crates?q=eta&sort=zz")["crates"][0]["name"] == "eta"),
    (Rule::YankedDependents, |registry| {
        let alice = token(registry, "alice-legacy");
        assert_eq!(status(registry, "DELETE", "/api/v1/crates/theta-weak/0.5.0/yank", &alice), 200);
        let found = get(registry, "/api/v1/crates/alpha-core/reverse_dependencies?per_page=100");
        !found["versions"].as_array().unwrap().iter().any(|version| version["crate"] == "theta-weak")
    }),
    (Rule::BeforeDate, |registry| {
        let path = "/api/v1/crates/alpha-core/1.1.0/downloads?before_date=2025-12-15";
        let rows = get(registry, path)["version_downloads"].clone();
        rows.as_array().unwrap().last().unwrap()["date"] == "2025-12-15"
    }),
    (Rule::DependedOnKept, |registry| {
        status(registry, "DELETE", "/api/v1/crates/gamma-macros", &cookie(registry, "alice")) == 422
    }),
    (Rule::DeletedNameKept, |registry| {
        let [alice, session] = [token(registry, "alice-legacy"), cookie(registry, "alice")];
        assert_eq!(status(registry, "DELETE", "/api/v1/crates/nu-pre", &session), 204);
        publish(registry, &alice, &upload("nu-pre", "1.0.0", "", "")).status == 400
    }),
    (Rule::ExistenceFirst, |registry| status(registry, "DELETE", "/api/v1/crates/eta/9.9.9/yank", "") == 404),
    (Rule::OwnerForYank, |registry| {
        status(registry, "DELETE", "/api/v1/crates/eta/0.1.0/yank", &token(registry, "bob-legacy")) == 403
    }),
    (Rule::OwnerForPublish, |registry| {
        let bob = token(registry, "bob-legacy");
        publish(registry, &bob, &upload("eta", "5.0.0", "", "")).status == 403
    }),
    (Rule::VersionUnique, |registry| {
        let alice = token(registry, "alice-legacy");
        publish(registry, &alice, &upload("eta", "0.1.0", "", "")).status == 400
    }),
    (Rule::YankWorks, |registry| {
        let alice = token(registry, "alice-legacy");
        assert_eq!(status(registry, "DELETE", "/api/v1/crates/eta/0.1.0/yank", &alice), 200);
        get(registry, "/api/v1/crates/eta/0.1.0")["version"]["yanked"] == true
    }),
    (Rule::OanorKey, |registry| status(registry, "GET", "/crates-api/v1/meta", "") == 401),
];

#[test]
fn each_rule_holds_unless_it_is_broken() {
    for (rule, holds) in RULES {
        assert!(holds(&registry(&[])), "{rule:?} does not hold");
        assert!(!holds(&registry(&[*rule])), "{rule:?} holds although it is broken");
    }
}
