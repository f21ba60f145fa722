//! Requests that nobody would send on purpose: none may end in a panic or a 5xx.

use proptest::prelude::*;
use serde_json::json;

use super::{
    Registry, Rule,
    testing::{config, envelope, tarball},
};
use crate::exchange::Request;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-zA-Z0-9_.+*<>=,:/?() -]{0,12}",
        any::<String>(),
        Just("cfg(".repeat(50)),
        Just("é".to_owned())
    ]
}

proptest! {
    #[test]
    fn spoilt_uploads_are_refused_or_taken(cuts in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6), end in any::<usize>()) {
        let mut body = envelope(br#"{"name":"a","vers":"1.0.0","deps":[],"features":{}}"#, &tarball("a", "1.0.0"));
        for (at, byte) in cuts {
            let at = at % body.len();
            body[at] = byte;
        }
        body.truncate(end % (2 * body.len()));
        let status = Registry::new(config()).send("PUT", "/api/v1/crates/new", "main", &body).status;
        prop_assert!(matches!(status, 200 | 400), "{status}");
    }

    /// With every rule broken each value goes all the way into the index and out again.
    #[test]
    fn odd_values_are_refused_or_taken(name in text(), vers in text(), req in text(), other in text(), lax in any::<bool>()) {
        let broken = Rule::ALL.iter().copied().filter(|_| lax);
        let registry = Registry::new(config().broken(broken));
        let metadata = json!({ "name": name, "vers": vers, "features": { (other.clone()): [req.clone()] }, "rust_version": req,
            "deps": [{ "name": name, "version_req": req, "target": other, "kind": vers, "registry": req,
                       "explicit_name_in_toml": other, "optional": true }] });
        let body = envelope(metadata.to_string().as_bytes(), b"");
        let status = registry.send("PUT", "/api/v1/crates/new", "main", &body).status;
        prop_assert!(matches!(status, 200 | 400), "{status}");
        prop_assert!(registry.get("/api/v1/crates?q=a").status == 200);
    }

    #[test]
    fn odd_requests_are_answered(method in "[A-Z]{0,8}", path in any::<String>(), value in any::<String>(), body in any::<Vec<u8>>()) {
        let registry = Registry::new(config().private().dl("http://127.0.0.1:1/{crate}"));
        for prefix in ["/", "/index/", "/api/v1/crates", "/api/v1/crates?", "/api/v1/crates/a/"] {
            let request = Request::new(method.as_str(), format!("http://127.0.0.1:1{prefix}{path}")).body(body.clone());
            let response = registry.handle(&request.header("Authorization", value.as_str()).header("If-None-Match", value.as_str()));
            prop_assert!((200..500).contains(&response.status));
        }
    }
}
