//! crates.io's recorded requests, put to this registry.

use serde_json::{Value, json};

use super::World;
use crate::{exchange::Request, reference::accounts::Owner};

/// Exchanges that end otherwise here.
const DIFFERENT: &[(&str, &str)] = &[(
    "null-byte-login",
    "crates.io fails with 500 since its database holds no NUL; here it is a login that nobody has",
)];

/// Exchanges that went with a session, of which the committed record keeps nothing.
const SESSIONS: &[(&str, &str)] = &[("invited-is-not-owner", "bob")];

fn exchanges(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/recordings/crates-io/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let transcript: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    transcript["exchanges"].as_array().unwrap().clone()
}

impl World {
    /// The request as it was recorded, with a credential of the same kind.
    fn again(&self, exchange: &Value) -> Request {
        let recorded = &exchange["request"];
        let url = recorded["url"].as_str().unwrap().replace("http://registry.test", super::ORIGIN);
        let mut request = Request::new(recorded["method"].as_str().unwrap(), url).header("User-Agent", "tests");
        for field in recorded["headers"].as_array().unwrap() {
            let (name, value) = (field[0].as_str().unwrap(), field[1].as_str().unwrap());
            let value = value.strip_prefix("‹token:").and_then(|mark| mark.strip_suffix('›'));
            let value = value.map_or_else(|| field[1].as_str().unwrap().to_owned(), |mark| self.credential(mark));
            request = request.header(name, value);
        }
        let mut sessions = SESSIONS.iter().filter(|(mark, _)| exchange["mark"] == *mark);
        if let Some((_, login)) = sessions.next() {
            let cookie = self.access.cookies.iter().find(|cookie| cookie.user == *login).unwrap();
            request = request.header("Cookie", cookie.value.clone());
        }
        let body = recorded["body"]["text"].as_str().unwrap_or_default();
        // The recorded requests keep only header fields that checks read; these bodies went as what they are.
        let plain = exchange["mark"] == "body-wrong-content-type" || exchange["mark"] == "body-missing";
        request.header("Content-Type", if plain { "text/plain" } else { "application/json" }).body(body)
    }

    fn credential(&self, mark: &str) -> String {
        let name = match mark {
            "main" => "alice-legacy",
            "other" => "bob-legacy",
            "erin-admin-legacy" => "erin-legacy",
            "frank-locked-legacy" => "frank-legacy",
            "unknown" => return format!("cio{}", "A".repeat(32)),
            "malformed-scheme" => return "Basic abc".to_owned(),
            "malformed-no-prefix" => return "abcdefghijklmnop".to_owned(),
            name => name,
        };
        self.access.tokens.iter().find(|token| token.name == name).unwrap_or_else(|| panic!("{name}")).value.clone()
    }
}

/// What of a reply has to be the same: the text of a refusal, what was said, who owns; else the names of the members.
fn gist(body: &Value) -> Value {
    match body {
        Value::Object(members) if members.contains_key("users") => {
            json!(members["users"].as_array().unwrap().iter().map(|owner| owner["login"].clone()).collect::<Vec<_>>())
        }
        Value::Object(members) if ["errors", "msg"].iter().any(|name| members.contains_key(*name)) => body.clone(),
        Value::Object(members) => json!(members.keys().collect::<Vec<_>>()),
        _ => Value::Null,
    }
}

fn replay(world: &World, name: &str) {
    for exchange in exchanges(name) {
        let mark = exchange["mark"].as_str().unwrap();
        let reply = &exchange["reply"]["Ok"];
        let answer = world.registry.handle(&world.again(&exchange));
        let recorded = reply["body"]["text"].as_str().and_then(|text| serde_json::from_str(text).ok());
        let expected = (reply["status"].as_u64(), gist(&recorded.unwrap_or_default()));
        let actual = (Some(u64::from(answer.status)), gist(&answer.body.json().unwrap_or_default()));
        match DIFFERENT.iter().find(|(different, _)| *different == mark) {
            None => assert_eq!(actual, expected, "{name}/{mark}"),
            Some((_, why)) => assert_ne!(actual, expected, "{name}/{mark} ends alike by now, although {why}"),
        }
    }
}

#[test]
fn owners_change_as_they_did() {
    let world = World::new(&[]);
    let id = |name: &str| world.registry.state().catalogue.named(name).map(|entry| entry.id).unwrap();
    let (eta, beta) = (id("eta"), id("beta_util"));
    replay(&world, "list_owners");
    replay(&world, "add_owners");
    // Between the two recordings bob and dave accepted, and grace's invitation went.
    let accept = |login: &str, krate| {
        let mut state = world.registry.state();
        let user = state.accounts.user(login).map(|user| user.id).unwrap();
        state.accounts.own(krate, Owner::User(user));
    };
    accept("bob", eta);
    accept("dave", beta);
    replay(&world, "remove_owners");
}
