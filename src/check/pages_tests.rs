use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    super::{Readings, testing::*},
    *,
};
use crate::{
    exchange::{Called, Role},
    spec::{Document, Spec},
};

/// A list that knows pages and seek, and three orders.
static LISTS: LazyLock<Spec> = LazyLock::new(|| {
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/list": {"get": {
        "operationId": "list", "responses": {"200": {"description": "d"}},
        "x-regspec-pagination": {"kinds": ["page", "seek"], "items": "/items", "id": "/id", "total": "/total", "next": "/next", "prev": "/prev",
            "default-size": 3, "full-page-links": true, "total-on-empty": "zero"},
        "x-regspec-sort": {"parameter": "sort", "items": "/items", "default": "name", "unknown-value": "name", "any-case": true, "values": {
            "name": {"key": "/name", "order": "ascending"},
            "count": {"key": "/count", "order": "descending", "missing": "last", "tie": {"key": "/id", "order": "descending"}},
            "version": {"key": "/num", "order": "descending", "as": "semver"}, "odd": null}},
    }}}});
    let document = Document::load("d.json", &document.to_string(), &[]).unwrap();
    Spec { operations: document.operations().unwrap(), documents: vec![document], ..Spec::default() }
});

fn walked(pages: &[(&str, Value)]) -> Scene {
    let mut scene = Scene::new();
    for (query, body) in pages {
        scene = scene.get(&format!("/list?{query}"), json_reply(200, body.clone())).role(Role::When).mark("page");
        scene.last().called = Some(Called { operation: "list".to_owned(), ..Called::default() });
    }
    scene
}

fn judged(scene: &Scene, toml: &str) -> Vec<String> {
    let readings = Readings::of(&scene.transcript);
    let seen = Evidence {
        spec: &LISTS,
        case: &scene.case,
        transcript: &scene.transcript,
        readings: &readings,
        at: scene.transcript.exchanges.len() - 1,
    };
    super::super::judge(&check(toml), &seen)
        .unwrap()
        .into_iter()
        .map(|fault| format!("{} / {}", fault.expected, fault.actual))
        .collect()
}

fn ids(ids: &[u64]) -> Vec<Value> {
    ids.iter().map(|id| json!({ "id": id })).collect()
}

fn page(items: &[u64], total: u64, next: Option<&str>, prev: Option<&str>) -> Value {
    json!({"items": ids(items), "total": total, "next": next, "prev": prev})
}

#[test]
fn a_walk_by_page_is_whole() {
    let good = [
        ("per_page=2&page=1", page(&[1, 2], 3, Some("?per_page=2&page=2"), None)),
        ("per_page=2&page=2", page(&[3], 3, None, Some("?per_page=2&page=1"))),
        ("per_page=2&page=3", page(&[], 0, None, Some("?per_page=2&page=2"))),
    ];
    assert_eq!(judged(&walked(&good), "pages = \"page\""), Vec::<String>::new());
    let broken = |at: usize, body: Value| {
        let mut pages = good.clone();
        pages[at].1 = body;
        judged(&walked(&pages), "pages = \"page\"").join("\n")
    };
    assert!(broken(1, page(&[2], 3, None, Some("?per_page=2&page=1"))).contains("each item on one page alone / 2"));
    assert!(
        broken(0, page(&[1, 2], 4, Some("?per_page=2&page=2"), None)).contains("4, as the total says / 3 on 3 pages")
    );
    assert!(broken(1, page(&[3], 2, None, Some("?per_page=2&page=1"))).contains("a total of 3 / a total of 2"));
    assert!(broken(2, page(&[], 3, None, Some("?per_page=2&page=2"))).contains("a total of 0 / a total of 3"));
    assert!(broken(0, page(&[1, 2], 3, None, None)).contains("a /next on a full page / none"));
    assert!(broken(0, page(&[1, 2], 3, Some("?page=2"), None)).contains("same query and page=2 / ?page=2"));
    assert!(broken(0, page(&[1, 2], 3, Some("?per_page=2&page=3"), None)).contains("page=2 / ?per_page=2&page=3"));
    assert!(
        broken(1, page(&[3], 3, Some("?per_page=2&page=3"), Some("?per_page=2&page=1")))
            .contains("no /next on a page that is not full")
    );
    assert!(broken(1, page(&[3], 3, None, None)).contains("a /prev behind the first page / none"));
    assert!(
        broken(0, page(&[1, 2], 3, Some("?per_page=2&page=2"), Some("?per_page=2&page=0"))).contains("no /prev here")
    );
    assert!(
        broken(0, page(&[1, 2, 3], 3, Some("?per_page=2&page=2"), None))
            .contains("at most 2 items on a page / 3 items")
    );
    assert!(broken(0, json!({})).contains("a list at /items"));
}

#[test]
fn a_walk_by_seek_keeps_the_size_of_its_first_page() {
    let good = [
        ("per_page=2&q=a", page(&[1, 2], 3, Some("?per_page=2&q=a&seek=x"), None)),
        ("per_page=2&q=a&seek=x", page(&[3], 3, None, None)),
    ];
    assert_eq!(judged(&walked(&good), "pages = \"seek\""), Vec::<String>::new());
    let mut lost = good;
    lost[0].1["next"] = json!("?per_page=2&seek=x");
    assert!(judged(&walked(&lost), "pages = \"seek\"")[0].contains("same query and seek=… / ?per_page=2&seek=x"));
}

#[test]
fn a_list_is_in_the_order_asked_for() {
    let sorted = |items: Value, check: &str| judged(&walked(&[("", json!({ "items": items }))]), check);
    let names = |names: [&str; 2]| json!([{"name": names[0]}, {"name": names[1]}]);
    assert_eq!(sorted(names(["a", "b"]), "ordered = {}"), Vec::<String>::new());
    assert_eq!(
        sorted(names(["b", "a"]), "ordered = {}"),
        ["/items ascending by /name / \"b\" before \"a\" (items 1 and 2)"]
    );
    assert_eq!(sorted(names(["b", "a"]), "ordered = { value = \"nonsense\" }").len(), 1);
    assert_eq!(sorted(names(["b", "a"]), "ordered = { value = \"odd\" }").len(), 0);
    // Bytes say one thing, letters another: nobody knows what the database says.
    assert_eq!(sorted(names(["a-c", "ab"]), "ordered = {}").len(), 0);
    let counts = |a: Value, b: Value, ids: [u64; 2]| json!([{"count": a, "id": ids[0]}, {"count": b, "id": ids[1]}]);
    let by_count = "ordered = { value = \"COUNT\" }";
    assert_eq!(sorted(counts(json!(10), json!(9), [1, 2]), by_count).len(), 0);
    assert_eq!(sorted(counts(json!(9), json!(10), [1, 2]), by_count).len(), 1);
    assert_eq!(sorted(counts(json!(9), json!(null), [1, 2]), by_count).len(), 0);
    assert_eq!(sorted(counts(json!(null), json!(9), [1, 2]), by_count).len(), 1);
    assert_eq!(sorted(counts(json!(9), json!(9), [2, 1]), by_count).len(), 0);
    assert_eq!(sorted(counts(json!(9), json!(9), [1, 2]), by_count).len(), 1);
    let by_version = "ordered = { value = \"version\" }";
    assert_eq!(sorted(json!([{"num": "1.10.0"}, {"num": "1.9.0"}]), by_version).len(), 0);
    assert_eq!(sorted(json!([{"num": "1.9.0"}, {"num": "1.10.0"}]), by_version).len(), 1);
}

#[test]
fn a_page_is_as_long_as_was_asked_for() {
    let judged = |query: &str, body: Value| {
        let scene = walked(&[(query, body.clone())]);
        let readings = Readings::of(&scene.transcript);
        let seen =
            Evidence { spec: &LISTS, case: &scene.case, transcript: &scene.transcript, readings: &readings, at: 0 };
        size(&LISTS.operations[0], &body, &seen).map(|fault| fault.expected)
    };
    let of = |items: &[u64], total: u64| page(items, total, None, None);
    for (query, body) in [
        ("", of(&[1, 2, 3], 9)),
        ("", of(&[1], 1)),
        ("per_page=%2B02", of(&[1, 2], 9)),
        // Behind the first page nobody knows how many are left.
        ("per_page=2&page=4", of(&[1], 9)),
        ("seek=x", of(&[1], 9)),
        ("per_page=x", of(&[1, 2, 3, 4], 9)),
    ] {
        assert_eq!(judged(query, body), None, "{query}");
    }
    assert_eq!(judged("", of(&[1, 2], 9)).as_deref(), Some("3 items at /items"));
    assert_eq!(judged("per_page=2&page=1", of(&[1, 2, 3], 9)).as_deref(), Some("2 items at /items"));
    assert_eq!(judged("per_page=2&page=3", of(&[1, 2, 3], 9)).as_deref(), Some("at most 2 items at /items"));
}
