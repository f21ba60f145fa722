use serde_json::{Value, json};

use super::{NOW, World};
use crate::reference::{
    Rule,
    accounts::sign,
    crates_io::{AUDIENCE, GITHUB},
};

const GITHUB_CONFIGS: &str = "/api/v1/trusted_publishing/github_configs";
const GITLAB_CONFIGS: &str = "/api/v1/trusted_publishing/gitlab_configs";
const TOKENS: &str = "/api/v1/trusted_publishing/tokens";

fn github(name: &str, owner: &str) -> Value {
    json!({ "github_config": {
        "crate": name, "repository_owner": owner, "repository_name": "r", "workflow_filename": "a.yml", "environment": null,
    } })
}

#[test]
fn configurations_come_and_go() {
    let world = World::new(&[]);
    let response =
        world.send("POST", GITHUB_CONFIGS, "alice-trusted-publishing", Some(github("TRUSTING_1", "Example-ORG")));
    assert_eq!(response.status, 200);
    let made = response.body.json().unwrap()["github_config"].clone();
    assert_eq!((&made["crate"], &made["repository_owner"]), (&json!("trusting-1"), &json!("example-org")));
    assert_eq!(made["repository_owner_id"], 42);
    let listed = world.get(&format!("{GITHUB_CONFIGS}?crate=trusting-1&per_page=4"), "alice");
    assert_eq!((listed["github_configs"].as_array().unwrap().len(), &listed["meta"]["total"]), (4, &json!(5)));
    let next = listed["meta"]["next_page"].as_str().unwrap();
    assert_eq!(world.get(&format!("{GITHUB_CONFIGS}{next}"), "alice")["github_configs"], json!([made]));
    let told = "This crate already has the maximum number of GitHub Trusted Publishing configurations (5)";
    assert_eq!(
        world.call("POST", GITHUB_CONFIGS, "alice", github("trusting-1", "example-org")),
        (409, told.to_owned())
    );
    let one = format!("{GITHUB_CONFIGS}/{}", made["id"]);
    assert_eq!(world.call("DELETE", &one, "dave", Value::Null), (400, "You are not an owner of this crate".to_owned()));
    assert_eq!(world.call("DELETE", &one, "alice", Value::Null).0, 204);
    assert_eq!(world.call("DELETE", &one, "", Value::Null), (404, "Not Found".to_owned()));
}

#[test]
fn the_first_fault_is_told() {
    let world = World::new(&[]);
    for (who, body, status, told) in [
        ("", github("nope", ""), 400, "GitHub repository owner name may not be empty"),
        ("", github("nope", "o"), 403, "this action requires authentication"),
        ("alice", github("nope", "o"), 404, "crate `nope` does not exist"),
        ("alice", github("bobs", "o"), 400, "You are not an owner of this crate"),
        ("alice", github("trusting-1", "o"), 400, "Unknown GitHub user or organization"),
        (
            "alice-bound",
            github("trusting-1", "o"),
            403,
            "this token does not have the required permissions to perform this action",
        ),
    ] {
        assert_eq!(world.call("POST", GITHUB_CONFIGS, who, body), (status, told.to_owned()), "{who}");
    }
    let gitlab = json!({ "gitlab_config": {
        "crate": "trusting-1", "namespace": "a/b", "project": "c", "workflow_filepath": "x/y.yml",
    } });
    let made = world.send("POST", GITLAB_CONFIGS, "alice", Some(gitlab)).body.json().unwrap()["gitlab_config"].clone();
    assert_eq!((&made["namespace_id"], &made["environment"]), (&Value::Null, &Value::Null));
    for (query, who, told) in [
        ("", "", "Must specify either `crate` or `user_id` query parameter"),
        ("?crate=a&user_id=1", "", "Cannot specify both `crate` and `user_id` query parameters"),
        ("?crate=bobs&page=1", "alice", "You are not an owner of this crate"),
        ("?crate=trusting-1&page=1", "alice", "?page= is not supported for this request"),
    ] {
        assert_eq!(
            world.call("GET", &format!("{GITLAB_CONFIGS}{query}"), who, Value::Null),
            (400, told.to_owned()),
            "{query}"
        );
    }
    let foreign = format!("{GITHUB_CONFIGS}?user_id=1");
    let told = (403, "this action requires authentication as the specified user".to_owned());
    assert_eq!(world.call("GET", &foreign, "bob", Value::Null), told);
    assert_eq!(world.get(&foreign, "alice-bound")["meta"]["total"], 0);
    assert_eq!(world.get(&foreign, "alice-all-scopes")["meta"]["total"], 16);
}

#[test]
fn a_workflow_gets_a_token_once() {
    let world = World::new(&[]);
    let exchange = |jwt: &str| world.call("POST", TOKENS, "", json!({ "jwt": jwt }));
    for jwt in &world.resources("oidc-jwt") {
        assert_eq!(exchange(jwt).0, 200);
        assert_eq!(exchange(jwt), (400, "JWT has already been used".to_owned()));
    }
    let lax = World::new(&[Rule::JwtOnce]);
    for _ in 0..2 {
        assert_eq!(lax.call("POST", TOKENS, "", json!({ "jwt": lax.resource("oidc-jwt") })).0, 200);
    }
}

#[test]
fn what_a_jwt_lacks_is_told() {
    let world = World::new(&[]);
    let key = world.registry.state().accounts.issuer_key.clone();
    let refused = |change: fn(&mut Value)| {
        let mut claims = json!({
            "iss": GITHUB, "aud": AUDIENCE, "iat": NOW, "exp": NOW, "jti": "x",
            "repository": "EXAMPLE-org/trusting-1", "repository_owner_id": "42", "event_name": "push", "run_id": "1", "sha": "0",
            "workflow_ref": "example-org/trusting-1/.github/workflows/release.yml@refs/heads/main",
        });
        change(&mut claims);
        world.call("POST", TOKENS, "", json!({ "jwt": sign(key.as_bytes(), &claims) }))
    };
    for (change, told) in [
        (
            (|claims| claims["iss"] = "https://else.example".into()) as fn(&mut Value),
            "Unsupported JWT issuer: https://else.example",
        ),
        (|claims| claims["exp"] = (NOW - 61).into(), "Failed to decode JWT"),
        (|claims| claims["aud"] = "else".into(), "Failed to decode JWT"),
        (|claims| claims["repository"] = "x".into(), "Unexpected `repository` value"),
        (|claims| claims["workflow_ref"] = "x".into(), "Unexpected `workflow_ref` value"),
        (|claims| claims["repository_owner_id"] = "x".into(), "Unexpected `repository_owner_id` value"),
        (|claims| claims["repository"] = "a/b".into(), "No Trusted Publishing config found for repository `a/b`."),
    ] {
        assert_eq!(refused(change), (400, told.to_owned()));
    }
    let (status, told) = refused(|claims| claims["event_name"] = "workflow_run".into());
    assert!(status == 400 && told.starts_with("Trusted Publishing does not support the `workflow_run` event trigger"));
    for (change, about) in [
        ((|claims| claims["repository_owner_id"] = "43".into()) as fn(&mut Value), "owner ID (`43`)"),
        (
            |claims| claims["workflow_ref"] = "example-org/trusting-1/.github/workflows/b.yml@x".into(),
            "workflow `b.yml`",
        ),
    ] {
        let (status, told) = refused(change);
        assert!(status == 400 && told.contains(about), "{told}");
    }
    // Without the configuration that takes every environment there has to be the right one.
    world.registry.state().accounts.configs.retain(|_, config| config.environment.is_some());
    assert!(refused(|_| ()).1.contains("requires an environment"));
    assert!(refused(|claims| claims["environment"] = "else".into()).1.contains("environment `else`"));
    assert_eq!(refused(|claims| claims["environment"] = "STAGE-2".into()), (200, String::new()));
    assert_eq!(refused(|claims| claims["jti"] = "x".into()), (400, "JWT has already been used".to_owned()));
    assert_eq!(
        world.call(
            "POST",
            TOKENS,
            "",
            json!({ "jwt": sign(b"else", &json!({ "iss": GITHUB, "aud": "", "exp": 0, "jti": "" })) })
        ),
        (400, "Failed to decode JWT".to_owned())
    );
}

#[test]
fn a_token_of_a_workflow_ends_itself() {
    let world = World::new(&[]);
    let response = world.send("POST", TOKENS, "", Some(json!({ "jwt": world.resource("oidc-jwt") })));
    let token = response.body.json().unwrap()["token"].as_str().unwrap().to_owned();
    let send = |value: &str| {
        let url = format!("{}{TOKENS}", super::ORIGIN);
        let request =
            crate::exchange::Request::new("DELETE", url).header("User-Agent", "tests").header("authorization", value);
        world.registry.handle(&request).status
    };
    assert_eq!(world.call("DELETE", TOKENS, "alice", Value::Null), (401, "Missing `Authorization` header".to_owned()));
    assert_eq!(send(&world.access.token), 401);
    let held = || world.registry.state().accounts.trustpub_tokens.len();
    let before = held();
    for _ in 0..2 {
        assert_eq!(send(&format!("Bearer {token}")), 204);
    }
    assert_eq!(held(), before - 1);
}
