use serde_json::Value;

use super::{ORIGIN, World};
use crate::{
    exchange::{Request, Response},
    reference::{Rule, testing::detail},
};

const NO_SCOPE: &str = "this token does not have the required permissions to perform this action";
const WEBSITE: &str = "this action can only be performed on the crates.io website";
const LEGACY: &str = "This endpoint cannot be used with legacy API tokens. Use a scoped API token instead.";

fn with(world: &World, headers: &[(&str, &str)]) -> (u16, String) {
    let request = headers.iter().fold(
        Request::new("PUT", format!("{ORIGIN}/api/v1/crates/inviting-1/follow")).header("User-Agent", "tests"),
        |request, (name, value)| request.header(*name, *value),
    );
    let response: Response = world.registry.handle(&request);
    (response.status, if response.status == 200 { String::new() } else { detail(&response) })
}

#[test]
fn credentials_are_read_in_the_order_of_crates_io() {
    let world = World::new(&[]);
    let (token, cookie) = (world.access.token.as_str(), world.access.cookie.as_str());
    let bearer = format!("bEARER {token}");
    let format = |values: &[(&str, &str)]| with(&world, values);
    assert_eq!(format(&[("authorization", token)]).0, 200);
    assert_eq!(format(&[("authorization", &bearer)]).0, 200);
    assert_eq!(format(&[("cookie", &format!("a=b; {cookie}")), ("authorization", "Basic x")]).0, 200);
    assert_eq!(format(&[("origin", ORIGIN), ("authorization", token)]).0, 200);
    for (headers, status, told) in [
        (&[][..], 403, "this action requires authentication"),
        (&[("cookie", "cargo_session=broken")], 403, "this action requires authentication"),
        (&[("origin", "https://evil.example"), ("cookie", cookie)], 403, "invalid origin header"),
        (
            &[("authorization", "cio\u{e9}")],
            401,
            "Invalid `Authorization` header: Found unexpected non-ASCII characters",
        ),
        (
            &[("authorization", "Basic cio")],
            401,
            "Invalid `Authorization` header: Found unexpected authentication scheme `Basic`",
        ),
        (&[("authorization", "cioAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")], 403, "authentication failed"),
    ] {
        assert_eq!(with(&world, headers), (status, told.to_owned()), "{headers:?}");
    }
    for value in ["", "abc", "Bearer ", "Bearer abc"] {
        let (status, told) = with(&world, &[("authorization", value)]);
        assert!(status == 401 && told.starts_with("The given API token does not match the format"), "{value:?}");
    }
}

#[test]
fn near_misses_pass_where_their_rule_is_broken() {
    for (rule, spoil) in [
        (Rule::TokenCase, (|token: &str| token.to_ascii_lowercase()) as fn(&str) -> String),
        (Rule::TokenPrefix, |token| token[..20].to_owned()),
    ] {
        for (broken, status) in [(&[][..], 403), (&[rule], 200)] {
            let world = World::new(broken);
            let value = spoil(&world.access.token);
            assert_eq!(with(&world, &[("authorization", &value)]).0, status, "{rule:?}");
        }
    }
}

#[test]
fn each_rule_keeps_somebody_out() {
    let owners = "/api/v1/crates/trusting-1/owners";
    let configs = "/api/v1/trusted_publishing/github_configs";
    let of_alice = format!("{configs}?user_id=1");
    let none = || serde_json::json!({ "owners": [] });
    for (rule, method, path, who, body, told, then) in [
        (Rule::SessionOnly, "GET", "/api/v1/me", "alice-legacy", Value::Null, WEBSITE, 200),
        (Rule::EndpointScopes, "PUT", owners, "alice-yank", none(), NO_SCOPE, 200),
        (Rule::CrateScopes, "PUT", owners, "alice-bound", none(), NO_SCOPE, 200),
        (Rule::LegacyTokens, "GET", &of_alice, "alice-legacy", Value::Null, LEGACY, 200),
        (Rule::TokenExpiry, "PUT", owners, "alice-expired", none(), "authentication failed", 200),
        (Rule::TokenRevoked, "PUT", owners, "alice-revoked", none(), "authentication failed", 200),
        (
            Rule::AccountLock,
            "GET",
            "/api/v1/me",
            "frank",
            Value::Null,
            "This account is indefinitely locked. Reason: locked for testing",
            200,
        ),
    ] {
        let kept = World::new(&[]).call(method, path, who, body.clone());
        assert_eq!(kept, (403, told.to_owned()), "{rule:?}");
        assert_eq!(World::new(&[rule]).call(method, path, who, body).0, then, "{rule:?}");
    }
}

#[test]
fn a_lock_says_how_long() {
    let world = World::new(&[]);
    let lock = |until: i64| {
        let mut state = world.registry.state();
        let account = state.accounts.users.get_mut(&6).unwrap();
        account.lock.as_mut().unwrap().until = Some(until * 1_000_000);
    };
    lock(4_102_444_799);
    assert_eq!(
        world.call("GET", "/api/v1/me", "frank", Value::Null).1,
        "This account is locked until 2099-12-31 at 23:59:59 UTC. Reason: locked for testing"
    );
    lock(1);
    assert_eq!(world.call("GET", "/api/v1/me", "frank", Value::Null).0, 200);
}
