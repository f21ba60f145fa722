use serde_json::json;

use super::{cookie, get, publish, refused, registry, send, token, upload};
use crate::reference::{Rule, testing::detail};

#[test]
fn a_yank_shows_everywhere_and_goes_back() {
    let registry = registry(&[]);
    let alice = token(&registry, "alice-legacy");
    let path = "/api/v1/crates/eta/0.1.0";
    let before = get(&registry, "/api/v1/crates/eta");
    assert_eq!(send(&registry, "DELETE", &format!("{path}/yank"), &alice, b"").status, 200);
    let yanked = get(&registry, "/api/v1/crates/ETA");
    assert_eq!((&yanked["crate"]["yanked"], &yanked["crate"]["max_version"]), (&json!(true), &json!("0.0.0")));
    assert_eq!(yanked["versions"][0]["audit_actions"][1]["action"], "yank");
    let line = send(&registry, "GET", "/index/3/e/eta", "", b"");
    assert!(line.body.text().unwrap().contains("\"yanked\":true"));
    assert_eq!(send(&registry, "PUT", &format!("{path}/unyank"), &alice, b"").status, 200);
    assert_eq!(get(&registry, "/api/v1/crates/eta")["crate"]["max_version"], before["crate"]["max_version"]);
}

#[test]
fn a_message_comes_and_goes_with_the_yank() {
    let registry = registry(&[]);
    let alice = token(&registry, "alice-legacy");
    let path = "/api/v1/crates/eta/0.1.0";
    let patch = |body: &str| send(&registry, "PATCH", path, &alice, body.as_bytes());
    let told = patch(r#"{"version":{"yank_message":"why"}}"#);
    assert_eq!(detail(&told), "Cannot update yank message for a version that is not yanked");
    let told = patch(r#"{"version":{"yanked":false,"yank_message":"why"}}"#);
    assert_eq!(detail(&told), "Cannot set yank message when unyanking");
    let yanked = patch(r#"{"version":{"yanked":true,"yank_message":"why"}}"#).body.json().unwrap();
    assert_eq!((&yanked["version"]["yanked"], &yanked["version"]["yank_message"]), (&json!(true), &json!("why")));
    let cleared = patch(r#"{"version":{}}"#).body.json().unwrap();
    assert_eq!((&cleared["version"]["yanked"], &cleared["version"]["yank_message"]), (&json!(true), &json!(null)));
    assert_eq!(cleared["version"]["audit_actions"].as_array().unwrap().len(), 2);
}

#[test]
fn what_does_not_exist_is_told_before_who_calls() {
    let registry = registry(&[]);
    let yank = |path: &str| refused(&registry, "DELETE", path, "", b"");
    assert_eq!(yank("/api/v1/crates/1a/x/yank").0, 400);
    assert_eq!(yank("/api/v1/crates/eta/9.9.9/yank"), (404, "crate `eta` does not have a version `9.9.9`".to_owned()));
    assert_eq!(yank("/api/v1/crates/eta/0.1.0/yank").0, 403);
    let shy = super::registry(&[Rule::ExistenceFirst]);
    assert_eq!(refused(&shy, "DELETE", "/api/v1/crates/eta/9.9.9/yank", "", b"").0, 403);
    let hidden = refused(&registry, "POST", "/api/v1/crates/nope/1.0.0/rebuild_docs", "", b"");
    assert_eq!(hidden.0, 403);
}

#[test]
fn strangers_change_nothing_and_administrators_yank() {
    let registry = registry(&[]);
    let [bob, erin] = ["bob-legacy", "erin-legacy"].map(|name| token(&registry, name));
    let path = "/api/v1/crates/epsilon/1.0.0/unyank";
    assert_eq!(
        refused(&registry, "PUT", path, &bob, b""),
        (403, "must already be an owner to yank or unyank".to_owned())
    );
    assert_eq!(send(&registry, "PUT", path, &erin, b"").status, 200);
    let docs = "/api/v1/crates/eta/0.1.0/rebuild_docs";
    assert_eq!(send(&registry, "POST", docs, &cookie(&registry, "alice"), b"").status, 201);
    assert_eq!(refused(&registry, "POST", docs, &cookie(&registry, "bob"), b"").0, 403);
}

#[test]
fn a_young_crate_goes_and_its_name_stays_for_a_day() {
    let registry = registry(&[]);
    let (alice, session) = (token(&registry, "alice-legacy"), cookie(&registry, "alice"));
    assert_eq!(publish(&registry, &alice, &upload("short-lived", "1.0.0", "", "")).status, 200);
    assert_eq!(send(&registry, "DELETE", "/api/v1/crates/Short_Lived?message=x", &session, b"").status, 204);
    assert_eq!(refused(&registry, "GET", "/api/v1/crates/short-lived", "", b"").0, 404);
    assert_eq!(send(&registry, "GET", "/index/sh/or/short-lived", "", b"").status, 404);
    let again = publish(&registry, &alice, &upload("short_lived", "1.0.0", "", ""));
    let told = "A crate with the name `short-lived` was recently deleted. Reuse of this name will be available after \
                2026-01-02T00:00:00Z.";
    assert_eq!((again.status, detail(&again).as_str()), (400, told));
}

#[test]
fn an_old_crate_goes_only_where_nobody_would_miss_it() {
    let registry = registry(&[]);
    let session = cookie(&registry, "alice");
    let delete = |name: &str| refused(&registry, "DELETE", &format!("/api/v1/crates/{name}"), &session, b"");
    assert_eq!(delete("alpha-core").1, "only crates with a single owner can be deleted after 72 hours");
    let (status, text) = delete("eta");
    assert!(status == 422 && text.ends_with("depends on this crate)"), "{text}");
    assert_eq!(delete("q"), (403, "only owners have permission to delete crates".to_owned()));
    let (status, text) = delete("zeta-sys");
    assert!(status == 422 && text.contains("downloads per month"), "{text}");
    assert_eq!(send(&registry, "DELETE", "/api/v1/crates/nu-pre", &session, b"").status, 204);
}

#[test]
fn a_crate_can_be_left_to_workflows() {
    let registry = registry(&[]);
    let (alice, session) = (token(&registry, "alice-legacy"), cookie(&registry, "alice"));
    let set = |body: &str| send(&registry, "PATCH", "/api/v1/crates/eta", &session, body.as_bytes());
    let answer = set(r#"{"crate":{"trustpub_only":true}}"#).body.json().unwrap();
    assert_eq!(answer["crate"]["trustpub_only"], true);
    let published = publish(&registry, &alice, &upload("eta", "9.0.0", "", ""));
    assert!(published.status == 403 && detail(&published).contains("Trusted Publishing"));
    assert_eq!(set(r#"{"crate":{}}"#).body.json().unwrap()["crate"]["trustpub_only"], true);
    assert_eq!(set(r#"{"crate":{"trustpub_only":false}}"#).status, 200);
    assert_eq!(publish(&registry, &alice, &upload("eta", "9.0.0", "", "")).status, 200);
    let legacy = send(&registry, "PATCH", "/api/v1/crates/eta", &alice, br#"{"crate":{}}"#);
    assert!(detail(&legacy).starts_with("This endpoint cannot be used with legacy API tokens."));
}
