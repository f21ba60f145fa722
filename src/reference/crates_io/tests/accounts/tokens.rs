use serde_json::{Value, json};

use super::World;
use crate::reference::Rule;

const TOKENS: &str = "/api/v1/me/tokens";

fn create(world: &World, token: Value) -> Value {
    let response = world.send("PUT", TOKENS, "bob", Some(json!({ "api_token": token })));
    assert_eq!(response.status, 200);
    response.body.json().unwrap()["api_token"].clone()
}

fn ids(world: &World, path: &str, who: &str) -> Vec<i64> {
    let listed = world.get(path, who)["api_tokens"].as_array().unwrap().clone();
    assert!(listed.iter().all(|token| token.get("token").is_none()));
    listed.iter().map(|token| token["id"].as_i64().unwrap()).collect()
}

#[test]
fn a_token_lives_until_it_is_revoked() {
    let world = World::new(&[]);
    let before = ids(&world, TOKENS, "bob");
    let made = create(
        &world,
        json!({ "name": "x", "crate_scopes": ["a-*", "*", "b"], "endpoint_scopes": ["yank"], "expired_at": "2098-12-31T22:00:00.5-02:00" }),
    );
    assert_eq!(made["expired_at"], "2099-01-01T00:00:00.500Z");
    assert_eq!((&made["crate_scopes"], &made["endpoint_scopes"]), (&json!(["a-*", "*", "b"]), &json!(["yank"])));
    assert!(made["token"].as_str().is_some_and(|text| text.starts_with("cio") && text.len() == 35));
    let id = made["id"].as_i64().unwrap();
    assert_eq!(ids(&world, TOKENS, "bob"), [&[id], &before[..]].concat());
    let one = format!("{TOKENS}/{id}");
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("token");
    assert_eq!(world.get(&one, "bob")["api_token"], shown);
    assert_eq!(world.call("GET", &one, "alice", Value::Null), (404, "Not Found".to_owned()));
    assert_eq!(world.call("DELETE", &one, "alice", Value::Null).0, 200);
    assert_eq!(ids(&world, TOKENS, "bob").len(), before.len() + 1);
    assert_eq!(world.call("DELETE", &one, "bob-legacy", Value::Null).0, 200);
    assert_eq!(ids(&world, TOKENS, "bob"), before);
    assert_eq!(world.get(&one, "bob")["api_token"]["id"], id);
}

#[test]
fn expired_tokens_are_listed_when_asked_for() {
    let world = World::new(&[]);
    let past = create(&world, json!({ "name": "past", "expired_at": "2025-12-30T01:00:00Z" }))["id"].as_i64().unwrap();
    for (days, listed) in [("0", false), ("-1", false), ("1", false), ("2", true), ("2147483647", true)] {
        assert_eq!(ids(&world, &format!("{TOKENS}?expired_days={days}"), "bob").contains(&past), listed, "{days}");
    }
}

#[test]
fn a_token_revokes_itself_once() {
    let world = World::new(&[]);
    let current = |who: &str| world.call("DELETE", "/api/v1/tokens/current", who, Value::Null);
    assert_eq!(current("alice"), (400, "token not provided".to_owned()));
    assert_eq!(current("alice-yank").0, 403);
    assert_eq!(current("alice-burn-1"), (204, String::new()));
    assert_eq!(current("alice-burn-1"), (403, "authentication failed".to_owned()));
}

#[test]
fn the_first_fault_is_told() {
    let world = World::new(&[]);
    let refused = |who: &str, token: Value| world.call("PUT", TOKENS, who, json!({ "api_token": token }));
    for (who, token, told) in [
        ("", json!({ "name": "" }), "name must have a value"),
        ("alice-legacy", json!({ "name": "x" }), "cannot use an API token to create a new API token"),
        ("bob", json!({ "name": "x", "crate_scopes": ["a*b"], "endpoint_scopes": ["fly"] }), "invalid crate scope"),
        ("bob", json!({ "name": "x", "crate_scopes": ["1a"] }), "invalid crate scope"),
        ("bob", json!({ "name": "x", "endpoint_scopes": ["fly"] }), "invalid endpoint scope"),
    ] {
        assert_eq!(refused(who, token), (400, told.to_owned()), "{who}");
    }
    let (status, told) = refused("bob", json!({ "name": "x", "expired_at": "tomorrow" }));
    assert!(status == 422 && told.contains("api_token.expired_at: input contains invalid characters"), "{told}");
}

#[test]
fn broken_rules_let_it_pass() {
    let world = World::new(&[Rule::TokenBySession, Rule::OwnTokens, Rule::PlaintextOnce, Rule::RevokingWorks]);
    let foreign = format!("{TOKENS}/1");
    assert_eq!(world.call("PUT", TOKENS, "bob-legacy", json!({ "api_token": { "name": "x" } })).0, 200);
    assert_eq!(world.get(&foreign, "bob")["api_token"]["token"], world.access.token);
    assert_eq!(world.call("DELETE", "/api/v1/tokens/current", "alice-burn-1", Value::Null).0, 204);
    assert_eq!(world.call("DELETE", "/api/v1/tokens/current", "alice-burn-1", Value::Null).0, 204);
}
