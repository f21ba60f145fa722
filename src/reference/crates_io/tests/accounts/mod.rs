//! What the operations of the accounts side answer, and what they answer where a rule is broken.

mod authentication;
mod invitations;
mod owners;
mod recorded;
mod tokens;
mod trustpub;
mod users;

use serde_json::Value;

use crate::{
    exchange::{Request, Response},
    reference::{Access, AccessResource, Clock, Config, Registry, Rule},
};

const ORIGIN: &str = "http://127.0.0.1:1";
const NOW: u64 = 1_767_225_600;

/// A registry at its start, with what it can be entered with.
struct World {
    registry: Registry,
    access: Access,
}

impl World {
    fn new(broken: &[Rule]) -> Self {
        let config = Config::new(ORIGIN).crates_io(7).clock(Clock::fixed(NOW));
        let registry = Registry::new(config.broken(broken.iter().copied()));
        Self { access: registry.access(), registry }
    }

    /// Calls as the owner of a cookie, where `who` is a login, or of a token, where it is the name of one; as nobody where it is empty.
    fn send(&self, method: &str, path: &str, who: &str, body: Option<Value>) -> Response {
        let mut request = Request::new(method, format!("{ORIGIN}{path}")).header("User-Agent", "tests");
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(&body);
        }
        let cookie = self.access.cookies.iter().find(|cookie| cookie.user == who && !who.is_empty());
        let token = self.access.tokens.iter().find(|token| token.name == who);
        let request = match (cookie, token) {
            (Some(cookie), _) => request.header("cookie", cookie.value.clone()),
            (None, Some(token)) => request.header("authorization", token.value.clone()),
            (None, None) => {
                assert_eq!(who, "", "nobody is called so");
                request
            }
        };
        self.registry.handle(&request)
    }

    fn get(&self, path: &str, who: &str) -> Value {
        let response = self.send("GET", path, who, None);
        assert_eq!(response.status, 200, "{path}");
        response.body.json().unwrap()
    }

    /// The status, and the text of an error.
    fn call(&self, method: &str, path: &str, who: &str, body: Value) -> (u16, String) {
        let response = self.send(method, path, who, (!body.is_null()).then_some(body));
        let detail = response.body.json().ok().and_then(|json| Some(json["errors"][0]["detail"].as_str()?.to_owned()));
        (response.status, detail.unwrap_or_default())
    }

    /// The values of a kind.
    fn resources(&self, kind: &str) -> Vec<String> {
        match &self.access.resources[kind] {
            AccessResource::One(value) => vec![value.clone()],
            AccessResource::Many(values) => values.clone(),
        }
    }

    /// The first of them.
    fn resource(&self, kind: &str) -> String {
        self.resources(kind).remove(0)
    }
}

#[test]
fn a_start_follows_from_the_seed() {
    let access =
        |seed| serde_json::to_value(Config::new(ORIGIN).crates_io(seed).clock(Clock::fixed(NOW)).access()).unwrap();
    assert_eq!(access(7), access(7));
    assert_ne!(access(7)["token"], access(8)["token"]);
    let resources = access(7)["resources"].clone();
    for (kind, values) in resources.as_object().unwrap() {
        assert!(values.is_string() || values.as_array().is_some_and(|values| values.len() > 1), "{kind}");
    }
    assert_eq!(resources["user-id"], "1");
}

#[test]
fn what_is_handed_out_is_good_for_what_it_says() {
    let world = World::new(&[]);
    for token in world.access.tokens.iter().filter(|token| !token.trustpub) {
        let (status, detail) = world.call("PUT", "/api/v1/crates/nope-nope/follow", &token.name, Value::Null);
        let expected = match (token.state, token.user.as_str()) {
            ("valid" | "burn", "frank") => (403, "This account is indefinitely locked. Reason: locked for testing"),
            ("valid" | "burn", _) if token.endpoint_scopes.is_some() => {
                (403, "this token does not have the required permissions to perform this action")
            }
            ("valid" | "burn", _) => (404, "crate `nope-nope` does not exist"),
            _ => (403, "authentication failed"),
        };
        assert_eq!((status, detail.as_str()), expected, "{}", token.name);
    }
    for cookie in world.access.cookies.iter().filter(|cookie| cookie.user != "frank") {
        assert_eq!(world.get("/api/v1/me", &cookie.user)["user"]["login"], cookie.user);
    }
}
