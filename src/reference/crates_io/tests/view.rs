use serde_json::json;

use super::{NOW, get, registry, send};
use crate::{
    exchange::{Request, Response},
    reference::{Clock, Config, Registry, testing::ORIGIN},
};

fn ask(registry: &Registry, path: &str) -> Response {
    let key = registry.config().oanor_key();
    registry.handle(&Request::new("GET", format!("{ORIGIN}/crates-api{path}")).header("x-oanor-key", key))
}

#[test]
fn the_view_says_what_the_web_api_says() {
    let registry = registry(&[]);
    let shown = ask(&registry, "/v1/crate?name=alpha-core").body.json().unwrap();
    let entry = get(&registry, "/api/v1/crates/alpha-core")["crate"].clone();
    for member in ["name", "keywords", "categories", "downloads", "newest_version", "recent_downloads"] {
        assert_eq!(shown["data"]["crate"][member], entry[member], "{member}");
    }
    assert_eq!(shown["data"]["recent_versions"][0]["num"], "1.1.0");
    let found = ask(&registry, "/v1/search?q=alpha&limit=2&sort=alpha").body.json().unwrap()["data"].clone();
    let listed = get(&registry, "/api/v1/crates?q=alpha&per_page=2&page=1&sort=alpha");
    assert_eq!(found["total"], listed["meta"]["total"]);
    assert_eq!(found["results"][0]["name"], "alpha-core");
    assert_eq!(found["results"][0]["keywords"], json!([]));
    let listed = ask(&registry, "/v1/dependencies?name=delta-cli").body.json().unwrap()["data"].clone();
    assert_eq!((&listed["version"], &listed["count"]), (&json!("2.3.4"), &json!(6)));
    assert_eq!(ask(&registry, "/v1/meta").body.json().unwrap()["message"], "Meta retrieved");
}

#[test]
fn the_view_refuses_in_its_own_envelope() {
    let registry = registry(&[]);
    for (path, status) in [
        ("/v1/crate", 400),
        ("/v1/crate?name=nope", 404),
        ("/v1/dependencies?name=q&version=9.9.9", 404),
        ("/v1/search?limit=101", 400),
        ("/v1/search?sort=zz", 400),
        ("/v1/search?page=201", 400),
        ("/v1/nope", 404),
    ] {
        let answer = ask(&registry, path);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.body.json().unwrap()["success"], false);
    }
    assert_eq!(send(&registry, "GET", "/crates-api/v1/meta", "", b"").status, 401);
}

#[test]
fn what_was_taken_away_is_there_where_it_is_wanted() {
    let registry = registry(&[]);
    assert_eq!(send(&registry, "GET", "/api/v1/versions?ids[]=1", "", b"").status, 404);
    let config = Config::new(ORIGIN).crates_io(7).clock(Clock::fixed(NOW)).removed_operations();
    let old = Registry::new(config);
    let found = get(&old, "/api/v1/versions?ids[]=1&ids[]=99999");
    assert_eq!(found["versions"], json!([get(&old, "/api/v1/versions/1")["version"]]));
    assert_eq!(send(&old, "GET", "/api/v1/versions/99999", "", b"").status, 404);
}
