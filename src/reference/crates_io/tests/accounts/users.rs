use serde_json::{Value, json};

use super::World;
use crate::reference::Rule;

#[test]
fn an_address_is_confirmed_by_its_token() {
    let world = World::new(&[]);
    let mail = |who: &str| {
        let user = world.get("/api/v1/me", who)["user"].clone();
        (user["email"].clone(), user["email_verified"] == true)
    };
    assert_eq!(mail("dave"), (json!("dave@example.com"), true));
    let change = |email: &str| world.call("PUT", "/api/v1/users/4", "dave", json!({ "user": { "email": email } }));
    assert_eq!(change(" new@example.org ").0, 200);
    assert_eq!(mail("dave"), (json!("new@example.org"), false));
    for (email, told) in
        [("  ", "empty email rejected"), ("nonsense", "invalid email address"), ("a@b@", "invalid email address")]
    {
        assert_eq!(change(email), (400, told.to_owned()), "{email:?}");
    }
    let confirm = format!("/api/v1/confirm/{}", world.resource("email-token"));
    assert!(!mail("ivan-1").1);
    for _ in 0..2 {
        assert_eq!(world.call("PUT", &confirm, "", Value::Null).0, 200);
    }
    assert!(mail("ivan-1").1);
    assert_eq!(world.call("PUT", "/api/v1/users/9/resend", "ivan-1", Value::Null).0, 200);
    assert_eq!(world.call("PUT", &confirm, "", Value::Null), (400, "Email belonging to token not found.".to_owned()));
    assert_eq!(
        world.call("PUT", "/api/v1/users/7/resend", "grace", Value::Null),
        (400, "Email could not be found".to_owned())
    );
}

#[test]
fn nobody_changes_another() {
    let body = json!({ "user": { "publish_notifications": false } });
    let told = (400, "current user does not match requested user".to_owned());
    assert_eq!(World::new(&[]).call("PUT", "/api/v1/users/1", "bob", body.clone()), told);
    assert_eq!(World::new(&[Rule::OwnAccount]).call("PUT", "/api/v1/users/1", "bob", body).0, 200);
}

#[test]
fn settings_are_kept_even_where_the_address_is_refused() {
    let world = World::new(&[]);
    let body = json!({ "user": { "email": "nonsense", "publish_notifications": false } });
    assert_eq!(world.call("PUT", "/api/v1/users/4", "dave", body).0, 400);
    assert_eq!(world.get("/api/v1/me", "dave")["user"]["publish_notifications"], false);
}

#[test]
fn flags_of_crates_that_are_not_ones_own_stay() {
    let world = World::new(&[]);
    let flag = |who: &str| world.get("/api/v1/me", who)["owned_crates"][0]["email_notifications"].clone();
    let id = world.get("/api/v1/me", "bob")["owned_crates"][0]["id"].clone();
    let body = json!([{ "id": id, "email_notifications": false }]);
    assert_eq!(world.call("PUT", "/api/v1/me/email_notifications", "alice", body.clone()).0, 200);
    assert_eq!(flag("bob"), true);
    assert_eq!(world.call("PUT", "/api/v1/me/email_notifications", "bob-legacy", body).0, 200);
    assert_eq!(flag("bob"), false);
}

#[test]
fn users_are_found_by_login_and_teams_by_theirs() {
    let world = World::new(&[]);
    assert_eq!(world.get("/api/v1/users/IVAN_1", "")["user"]["login"], "ivan-1");
    assert_eq!(world.get("/api/v1/users/-1/stats", ""), json!({ "total_downloads": 0 }));
    for (path, status) in [
        ("/api/v1/users/1", 404),
        ("/api/v1/teams/GITHUB:example-org:core", 404),
        ("/api/v1/teams/github:example-org:docs", 404),
        ("/api/v1/users/alice/stats", 400),
    ] {
        assert_eq!(world.call("GET", path, "", Value::Null).0, status, "{path}");
    }
}

#[test]
fn a_session_begins_with_the_word_it_was_given() {
    let world = World::new(&[]);
    let (code, word) = (world.resource("oauth-code"), world.resource("oauth-state"));
    let authorize = format!("/api/private/session/authorize?code={code}&state={word}");
    let begun = world.access.cookie.clone();
    let send = |method: &str, path: &str, cookie: &str, body: Value| {
        let url = format!("{}{path}", super::ORIGIN);
        let request = crate::exchange::Request::new(method, url).header("User-Agent", "tests").header("cookie", cookie);
        world.registry.handle(&request.header("content-type", "application/json").body(&body))
    };
    let session = |response: &crate::exchange::Response| {
        response.headers.get("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let by_get = send("GET", &authorize, &begun, Value::Null);
    let by_post = send("POST", "/api/private/session/authorize", &begun, json!({ "code": code, "state": word }));
    for response in [by_get, by_post] {
        assert_eq!(response.body.json().unwrap()["user"]["login"], "alice");
        let me = send("GET", "/api/v1/me", &session(&response), Value::Null);
        assert_eq!(me.body.json().unwrap()["user"]["login"], "alice");
    }
    let wrong = send("GET", "/api/private/session/authorize?code=x&state=y", &begun, Value::Null);
    assert_eq!(wrong.status, 400);
    assert_eq!(send("GET", &authorize, &session(&wrong), Value::Null).status, 400, "the word was used up");
    let fresh = send("POST", "/api/private/session/begin", "", Value::Null);
    let word = fresh.body.json().unwrap()["state"].as_str().unwrap().to_owned();
    let then = format!("/api/private/session/authorize?code={code}&state={word}");
    assert_eq!(send("GET", &then, &session(&fresh), Value::Null).status, 200);
    let ended = send("DELETE", "/api/private/session", &world.access.cookie, Value::Null);
    assert_eq!(send("GET", "/api/v1/me", &session(&ended), Value::Null).status, 403);
    assert_eq!(send("GET", "/api/v1/me", &world.access.cookie, Value::Null).status, 200);
}
