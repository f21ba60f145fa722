use serde_json::{Value, json};

use super::World;
use crate::reference::Rule;

const OWNERS: &str = "/api/v1/crates/trusting-1/owners";

fn logins(world: &World, path: &str, list: &str) -> Vec<String> {
    let listed = world.get(path, "")[list].as_array().unwrap().clone();
    listed.iter().map(|owner| owner["login"].as_str().unwrap().to_owned()).collect()
}

fn change(world: &World, method: &str, who: &str, owners: &[&str]) -> (u16, String) {
    world.call(method, OWNERS, who, json!({ "owners": owners }))
}

#[test]
fn users_are_asked_and_teams_are_not() {
    let world = World::new(&[]);
    let response = world.send("PUT", OWNERS, "alice-change-owners", Some(json!({ "users": ["BOB", "dave", "bob"] })));
    assert_eq!(
        response.body.json().unwrap(),
        json!({
            "msg": "user bob has been invited to be an owner of crate trusting-1,\
                    user dave has been invited to be an owner of crate trusting-1,\
                    user bob already has a pending invitation to be an owner of crate trusting-1",
            "ok": true,
        })
    );
    assert_eq!(logins(&world, OWNERS, "users"), ["alice", "github:example-org:core"]);
    assert_eq!(change(&world, "PUT", "alice", &["github:Example-Org:docs"]).0, 200);
    let teams = ["github:example-org:core", "github:example-org:docs"];
    assert_eq!(logins(&world, "/api/v1/crates/TRUSTING_1/owner_team", "teams"), teams);
    assert_eq!(logins(&world, "/api/v1/crates/trusting-1/owner_user", "users"), ["alice"]);
    assert_eq!(world.get("/api/v1/teams/github:example-org:docs", "")["team"]["name"], "docs");
}

#[test]
fn what_is_refused_changes_nothing() {
    let world = World::new(&[]);
    let eleven = ["bob"; 11];
    for (method, who, owners, status, told) in [
        ("PUT", "", &["bob"][..], 403, "this action requires authentication"),
        ("PUT", "", &eleven, 400, "too many invites for this request - maximum 10"),
        ("PUT", "bob", &["carol"], 403, "team members don't have permission to modify owners"),
        ("PUT", "dave", &["carol"], 403, "only owners have permission to modify owners"),
        ("PUT", "alice", &["dave", "ALICE"], 400, "`ALICE` is already an owner"),
        ("PUT", "alice", &["dave", "nobody"], 400, "could not find user with login `nobody`"),
        ("PUT", "alice", &["gitlab:a:b"], 400, "unknown organization handler, only 'github:org:team' is supported"),
        ("PUT", "alice", &["github:a"], 400, "missing github team argument; format is github:org:team"),
        ("PUT", "alice", &["github:a%b:c"], 400, "organization cannot contain special characters like %"),
        (
            "PUT",
            "alice",
            &["github:example-org:other"],
            403,
            "only members of a team or organization owners can add it as an owner",
        ),
        ("DELETE", "alice", &["bob"], 400, "could not find owner with login `bob`"),
        (
            "DELETE",
            "alice",
            &["alice"],
            400,
            "cannot remove all individual owners of a crate. Team member don't have permission to modify owners, so at least one \
             individual owner is required.",
        ),
    ] {
        assert_eq!(change(&world, method, who, owners), (status, told.to_owned()), "{who} {owners:?}");
        assert_eq!(logins(&world, OWNERS, "users"), ["alice", "github:example-org:core"]);
    }
    let invited = world.get("/api/private/crate_owner_invitations?crate_name=trusting-1", "alice");
    assert_eq!(invited["invitations"], json!([]));
    assert_eq!(world.call("GET", "/api/v1/crates/nope/owners", "", Value::Null).0, 404);
}

#[test]
fn broken_rules_let_it_pass() {
    let world = World::new(&[Rule::OwnersInvited, Rule::LastOwner, Rule::OwnerForOwners]);
    assert_eq!(change(&world, "PUT", "dave", &["dave"]).0, 200);
    assert_eq!(logins(&world, OWNERS, "users"), ["alice", "dave", "github:example-org:core"]);
    assert_eq!(change(&world, "DELETE", "carol", &["alice", "DAVE", "github:example-org:core"]).0, 200);
    assert!(logins(&world, OWNERS, "users").is_empty());
}

#[test]
fn crates_are_followed() {
    let world = World::new(&[]);
    let following = |who: &str| world.get("/api/v1/crates/inviting_2/following", who)["following"].clone();
    assert_eq!(following("dave"), false);
    for _ in 0..2 {
        assert_eq!(world.call("PUT", "/api/v1/crates/inviting-2/follow", "dave-legacy", Value::Null).0, 200);
    }
    assert_eq!((following("dave"), following("alice")), (json!(true), json!(false)));
    let updates = world.get("/api/v1/me/updates?per_page=1", "dave");
    assert_eq!((&updates["versions"][0]["crate"], &updates["meta"]), (&json!("inviting-2"), &json!({ "more": true })));
    assert_eq!(world.get("/api/v1/me/updates?per_page=2", "dave")["meta"], json!({ "more": false }));
    assert_eq!(world.call("DELETE", "/api/v1/crates/inviting-2/follow", "dave", Value::Null).0, 200);
    assert_eq!(following("dave"), false);
}
