use serde_json::{Value, json};

use super::World;
use crate::reference::Rule;

const PRIVATE: &str = "/api/private/crate_owner_invitations";
const MINE: &str = "/api/v1/me/crate_owner_invitations";

fn answer(world: &World, who: &str, krate: &str, accepted: bool) -> (u16, String) {
    let krate: i64 = krate.parse().unwrap();
    let body = json!({ "crate_owner_invite": { "crate_id": krate, "accepted": accepted } });
    world.call("PUT", &format!("{MINE}/whatever"), who, body)
}

fn owners(world: &World, name: &str) -> Vec<Value> {
    let listed = world.get(&format!("/api/v1/crates/{name}/owner_user"), "")["users"].as_array().unwrap().clone();
    listed.iter().map(|owner| owner["login"].clone()).collect()
}

#[test]
fn an_invitation_is_answered_once() {
    let world = World::new(&[]);
    let ids = world.resources("invitation-crate-id");
    assert_eq!(answer(&world, "bob", &ids[0], true).0, 200);
    assert_eq!(answer(&world, "bob", &ids[0], true), (404, "Not Found".to_owned()));
    assert_eq!(owners(&world, "inviting-1"), ["alice", "bob"]);
    assert_eq!(answer(&world, "bob-legacy", &ids[1], false).0, 200);
    assert_eq!(answer(&world, "bob", &ids[1], true).0, 404);
    assert_eq!(owners(&world, "inviting-2"), ["alice"]);
    let unconfirmed = "You need to verify your email address before you can accept the invitation to become an owner of the \
                       inviting-1 crate.";
    assert_eq!(answer(&world, "carol", &ids[0], true), (403, unconfirmed.to_owned()));
    let (status, late) = answer(&world, "carol", &ids[1], true);
    assert!(status == 410 && late.starts_with("The invitation to become an owner of the inviting-2 crate expired."));
    assert_eq!(answer(&world, "carol", &ids[1], false).0, 200);
}

#[test]
fn a_token_accepts_for_the_invitee() {
    let world = World::new(&[]);
    let accept = format!("{MINE}/accept/{}", world.resource("invitation-token"));
    let response = world.send("PUT", &accept, "", None);
    assert_eq!(response.status, 200);
    assert_eq!(response.body.json().unwrap()["crate_owner_invitation"]["accepted"], true);
    assert_eq!(owners(&world, "inviting-1"), ["alice", "dave"]);
    assert_eq!(world.call("PUT", &accept, "", Value::Null).0, 404);
    assert_eq!(world.call("PUT", &format!("{MINE}/accept/nope"), "", Value::Null).0, 404);
}

#[test]
fn lists_are_walked_to_their_end() {
    let world = World::new(&[]);
    let mut path = format!("{PRIVATE}?invitee_id=2&zz=1&per_page=5");
    let mut seen = Vec::new();
    loop {
        let page = world.get(&path, "bob");
        seen.extend(page["invitations"].as_array().unwrap().iter().map(|item| item["crate_id"].as_i64().unwrap()));
        assert_eq!(page["users"].as_array().unwrap().len(), 2);
        match page["meta"]["next_page"].as_str() {
            Some(next) => path = format!("{PRIVATE}{next}"),
            None => break,
        }
    }
    let all: Vec<i64> = world.resources("invitation-crate-id").iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(seen, all);
    let exact = world.get(&format!("{PRIVATE}?invitee_id=2&per_page={}", all.len()), "bob");
    assert_eq!(exact["meta"]["next_page"], Value::Null);
    // Carol has one more, which is expired, for each of the others.
    let mine = world.get(MINE, "carol");
    assert_eq!(mine["crate_owner_invitations"].as_array().unwrap().len(), 1);
    assert_eq!(mine["crate_owner_invitations"][0]["invited_by_username"], "alice");
    assert_eq!(world.get(MINE, "bob")["crate_owner_invitations"].as_array().unwrap().len(), 10);
}

#[test]
fn nobody_reads_what_is_anothers() {
    let world = World::new(&[]);
    for (query, who, status, told) in [
        ("", "alice", 400, "missing or invalid filter"),
        ("?crate_name=nope", "alice", 404, "Not Found"),
        (
            "?crate_name=inviting-1&invitee_id=2",
            "bob",
            403,
            "only crate owners can query pending invitations for their crate",
        ),
        ("?invitee_id=1", "bob", 403, "only the invitee can query their pending invitations"),
        ("?invitee_id=x", "", 400, "Failed to deserialize query string: invitee_id: invalid digit found in string"),
        ("?invitee_id=1&page=1", "alice", 400, "?page= is not supported for this request"),
        ("?invitee_id=1&seek=!!", "alice", 400, "invalid seek parameter"),
    ] {
        assert_eq!(
            world.call("GET", &format!("{PRIVATE}{query}"), who, Value::Null),
            (status, told.to_owned()),
            "{query}"
        );
    }
    let open = World::new(&[Rule::OwnInvitations]);
    assert_eq!(open.call("GET", &format!("{PRIVATE}?invitee_id=1"), "bob", Value::Null).0, 200);
}

#[test]
fn broken_rules_let_it_pass() {
    let world = World::new(&[Rule::InvitationExpiry, Rule::InviteeVerified, Rule::InvitationOnce]);
    let late = &world.resources("invitation-crate-id")[1];
    for _ in 0..2 {
        assert_eq!(answer(&world, "carol", late, true).0, 200);
    }
}
