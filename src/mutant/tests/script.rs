//! Requests that touch whatever some mutant spoils.

use serde_json::{Value, json};

use super::requests::{OTHER, TOKEN, forms, large, members, publish, request, upload, with, with_token};
use crate::{
    exchange::{Request, Response},
    package::{self, Crate, Edit, Envelope, Kind, OddMember, Tarball},
    reference::Handler,
};

/// A handler with the replies it gave.
struct Client {
    handler: Handler,
    replies: Vec<Response>,
}

impl Client {
    fn send(&mut self, request: Request) -> Response {
        let reply = (self.handler)(&request);
        self.replies.push(reply.clone());
        reply
    }

    fn get(&mut self, path: &str) -> Response {
        self.send(with_token(request("GET", path)))
    }

    fn call(&mut self, method: &str, path: &str, body: &str) -> Response {
        self.send(with_token(request(method, path)).body(body))
    }

    fn config(&mut self) {
        for accept in ["text/plain", "*/*"] {
            self.send(with_token(request("GET", "/index/config.json")).header("accept", accept));
        }
        self.send(request("GET", "/index/config.json"));
        self.send(request("GET", "/index/config.json").header("authorization", "wrong"));
        self.get("/me");
    }

    fn dependencies(&mut self) {
        let dep = |members_of: Value| {
            let mut dep = members(json!({ "name": "aa-bb", "version_req": "^1", "features": [], "optional": false,
                "default_features": true, "target": null, "kind": "normal" }));
            dep.extend(members(members_of));
            Value::Object(dep)
        };
        let deps = [
            dep(json!({ "version_req": ">=1, <2", "features": ["x"], "default_features": false })),
            dep(json!({ "kind": "dev", "version_req": "*" })),
            dep(json!({ "kind": "build", "target": "cfg(unix)", "version_req": "=1.0.0" })),
            dep(json!({ "name": "ab", "optional": true, "explicit_name_in_toml": "alias" })),
            dep(json!({ "name": "abc", "explicit_name_in_toml": "other" })),
            dep(json!({ "name": "foreign", "registry": "sparse+https://other.example/index/" })),
            dep(json!({ "name": "serde", "registry": "https://github.com/rust-lang/crates.io-index" })),
            dep(json!({ "name": "a", "registry": null, "explicit_name_in_toml": null })),
        ];
        let features = json!({ "default": ["f"], "f": ["dep:alias"], "g": ["alias?/x"], "h": [] });
        let rich = json!({ "deps": deps, "features": features, "links": "z", "rust_version": "1.60",
            "description": "größe", "categories": ["unheard-of"], "cksum": "00" });
        self.send(with("rich", "1.0.0", rich));
        self.send(publish("rich", "0.9.0", None));
    }

    fn publishes(&mut self) {
        self.get("/index/aa/-b/aa-bb");
        for (name, version) in [
            ("aa-bb", "1.0.0"),
            ("aa-bb", "1.1.0"),
            ("aa-bb", "0.9.0"),
            ("aa-bb", "2.0.0-rc.1"),
            ("aa-bb", "2.0.0+b.1"),
            ("aa-bb", "2.0.0+b.2"),
            ("aa-bb", "1.0.0"),
            ("a", "1.0.0"),
            ("ab", "1.0.0"),
            ("abc", "1.0.0"),
            ("un_der", "1.0.0"),
            ("Capital", "1.0.0"),
            ("capital", "1.1.0"),
            ("Capital", "1.2.0-RC.1"),
            ("un-der", "1.0.0"),
            ("1abc", "1.0.0"),
            ("a/b", "1.0.0"),
            ("größe", "1.0.0"),
            ("nul", "1.0.0"),
            ("bad-version", "1.0"),
        ] {
            self.send(publish(name, version, None));
        }
        self.send(publish(&"a".repeat(70), "1.0.0", None));
        self.send(publish("aa-bb", "1.1.0", Some("other")));
        self.dependencies();
        for metadata in [
            json!({ "deps": [{ "name": "a", "version_req": "abc" }] }),
            json!({ "deps": [{ "name": "a", "version_req": "1", "target": "cfg(" }] }),
            json!({ "deps": [{ "name": "a", "version_req": "1", "registry": "" }] }),
            json!({ "deps": [{ "name": "a", "version_req": "1", "kind": "dev", "optional": true }] }),
            json!({ "features": { "a b": [] } }),
            json!({ "features": { "a": ["nope"] } }),
            json!({ "rust_version": ">=1.60" }),
        ] {
            self.send(with("odd-one", "1.0.0", metadata));
        }
        let mut bare = Crate::new("no-links", "1.0.0");
        bare.drop_key("links");
        self.send(upload(&bare, Tarball::Sound, Envelope::Sound));
        self.get("/index/no/-l/no-links");
    }

    fn uploads(&mut self) {
        for (name, form, request) in forms() {
            self.send(request.clone());
            self.get(&format!("/index/{}/{}/{name}", &name[..2], &name[2..4]));
            self.get(&format!("/api/v1/crates/{name}/1.0.0/download"));
            if *form {
                self.send(publish(name, "1.0.0", None));
            }
        }
        let typed = publish("bare", "1.0.0", None);
        let mut bare = typed.clone();
        bare.headers.remove("content-type");
        self.send(bare);
        self.send(publish("bare", "1.0.1", None).header("expect", "100-continue"));
    }

    fn tokens(&mut self) {
        let padded = format!("{TOKEN}x");
        let lower = TOKEN.to_lowercase();
        let long = "x".repeat(2000);
        let calls = [
            publish("aa-bb", "3.0.0", None),
            request("DELETE", "/api/v1/crates/aa-bb/1.1.0/yank"),
            request("PUT", "/api/v1/crates/aa-bb/1.1.0/unyank"),
            request("PUT", "/api/v1/crates/aa-bb/owners").body(r#"{"users":["bob"]}"#),
            request("GET", "/api/v1/crates/aa-bb/owners"),
            request("GET", "/api/v1/crates?q=aa-bb"),
            request("GET", "/index/aa/-b/aa-bb"),
            request("GET", "/index/zz/zz/zzzz"),
            request("GET", "/api/v1/crates/aa-bb/1.1.0/download"),
            request("GET", "/api/v1/crates/zzzz/1.1.0/download"),
        ];
        for token in ["wrong", "", &TOKEN[..8], &lower, &padded, OTHER, "\u{e9}", &long] {
            for call in &calls {
                let mut call = call.clone();
                call.headers.set("authorization", token);
                self.send(call);
            }
        }
        for mut call in calls {
            call.headers.remove("authorization");
            self.send(call);
        }
    }

    fn reads(&mut self) {
        for path in [
            "/index/1/a",
            "/index/2/ab",
            "/index/3/a/abc",
            "/index/ri/ch/rich",
            "/index/un/_d/un_der",
            "/index/ca/pi/capital",
            "/index/zz/zz/zzzz",
            "/index/zz/_z/zz_zz",
            "/index/3/a/abd",
            "/api/v1/crates/aa-bb/1.0.0/download",
            "/api/v1/crates/aa-bb/2.0.0+b.1/download",
            "/api/v1/crates/aa-bb/2.0.0%2Bb.1/download",
            "/api/v1/crates/Capital/1.0.0/download",
            "/api/v1/crates/zzzz/1.0.0/download",
            "/files/%00",
        ] {
            self.get(path);
        }
        let lines = self.get("/index/3/a/abc");
        self.expanded("abc", "3/a", "3/a", &lines);
        let lines = self.get("/index/ca/pi/capital");
        self.expanded("Capital", "Ca/pi", "ca/pi", &lines);
        let first = self.get("/api/v1/crates/abc/1.0.0/download");
        if let Some(location) = first.headers.get("location") {
            self.send(Request::new("GET", location));
        }
    }

    /// A download by the template with markers.
    fn expanded(&mut self, name: &str, prefix: &str, lower: &str, lines: &Response) {
        let line: Value =
            serde_json::from_str(lines.body.lossy().lines().next().unwrap_or_default()).unwrap_or_default();
        let cksum = line["cksum"].as_str().unwrap_or_default();
        self.get(&format!("/files/{prefix}/{lower}/{name}-1.0.0-{cksum}.crate"));
    }

    fn conditions(&mut self) {
        let path = "/index/aa/-b/aa-bb";
        let first = self.get(path);
        let validators = |reply: &Response| {
            let of = |name: &str| reply.headers.get(name).unwrap_or_default().to_owned();
            [("if-none-match", of("etag")), ("if-modified-since", of("last-modified"))]
        };
        let known = validators(&first);
        let again = |client: &mut Self, validators: &[(&str, String)]| {
            for (name, value) in validators.iter().filter(|(_, value)| !value.is_empty()) {
                client.send(with_token(request("GET", path)).header(*name, value.as_str()));
            }
        };
        again(self, &known);
        let gzip = self.send(with_token(request("GET", path)).header("accept-encoding", "gzip"));
        again(self, &validators(&gzip));
        self.call("DELETE", "/api/v1/crates/aa-bb/1.0.0/yank", "");
        again(self, &known);
        let yanked = self.get(path);
        self.send(publish("aa-bb", "5.0.0", None));
        again(self, &validators(&yanked));
        for (name, value) in [
            ("if-none-match", "\"nope\""),
            ("if-modified-since", "Sat, 29 Oct 1994 19:43:31 GMT"),
            ("accept", "text/plain"),
            ("cargo-protocol", "version=1"),
            ("x-unknown", "1"),
            ("upgrade", "h2c"),
        ] {
            self.send(with_token(request("GET", path)).header(name, value));
        }
    }

    fn yanks(&mut self) {
        for version in ["1.1.0", "2.0.0+b.1", "9.9.9", "18446744073709551615.0.0"] {
            self.call("DELETE", &format!("/api/v1/crates/aa-bb/{version}/yank"), "");
            self.get("/index/aa/-b/aa-bb");
            self.get("/api/v1/crates/aa-bb/1.1.0/download");
            self.send(publish("aa-bb", version, Some("again")));
            self.call("PUT", &format!("/api/v1/crates/aa-bb/{version}/unyank"), "");
        }
        self.call("DELETE", "/api/v1/crates/rich/1.0.0/yank", "");
        self.get("/index/ri/ch/rich");
        let unyank = with_token(request("PUT", "/api/v1/crates/rich/1.0.0/unyank"));
        self.send(unyank.header("content-type", "application/json"));
        self.get("/index/ri/ch/rich");
    }

    fn owners(&mut self) {
        let path = "/api/v1/crates/aa-bb/owners";
        for (method, body) in [
            ("PUT", r#"{"users":["bob","carol"],"zz":1}"#),
            ("PUT", r#"{"users":["bob"]}"#),
            ("PUT", r#"{"users":["github:org:team"]}"#),
            ("PUT", r#"{"users":["nobody"]}"#),
            ("DELETE", r#"{"users":["bob"]}"#),
        ] {
            self.call(method, path, body);
            self.get(path);
        }
        self.get("/api/v1/crates/zzzz/owners");
        self.call("PUT", "/api/v1/crates/zzzz/owners", r#"{"users":["bob"]}"#);
    }

    fn searches(&mut self) {
        for query in ["q=aa-bb", "q=", "q=a", "q=a&per_page=2", "q=a&per_page=100", "q=gr%C3%B6%C3%9Fe", "q=a&zz=1"] {
            let search = with_token(request("GET", &format!("/api/v1/crates?{query}")));
            self.send(search.header("accept", "application/json").header("user-agent", "odd/1"));
            self.send(request("GET", &format!("/api/v1/crates?{query}")));
        }
    }

    fn drawn(&mut self) {
        self.send(publish("drawn", &format!("1.0.0-{}", "a".repeat(60)), None));
        self.send(publish("drawn", "1.1.0+B", None));
        self.send(with("drawn", "1.2.0", json!({ "description": "\0" })));
        let features = json!({ "a": [], "b": [], "c": [], "d": [], "e": ["a", "b", "c", "d"] });
        self.send(with("drawn", "1.3.0", json!({ "features": features })));
        let short = package::upload(&Crate::new("drawn", "1.4.0"), Tarball::Sound, Envelope::Sound);
        let short = short.edited(&[Edit::CrateLength(1)]).body;
        self.send(with_token(request("PUT", "/api/v1/crates/new")).body(short));
        self.odd_tarballs();
        self.get("/index/dr/aw/drawn");
        self.get("/api/v1/crates?q=drawn&per_page=3000000000");
    }

    /// Crate files with members, and with a gzip header, that no plain one has.
    fn odd_tarballs(&mut self) {
        let member = |path: String, kind| OddMember { path, kind, link: "~/src".to_owned(), bytes: 1 };
        let long = [Edit::Member(member(format!("~/{}", "a".repeat(256)), Kind::File))];
        let through = [("~/door", Kind::Symlink), ("~/door/behind", Kind::File)];
        let through = through.map(|(path, kind)| Edit::Member(member(path.to_owned(), kind)));
        for (at, edits) in (5..).zip([&long[..], &through, &[Edit::CrateByte(4, 1)]]) {
            let sound = Crate::new("drawn", &format!("1.{at}.0"));
            let sound = package::upload(&sound, Tarball::Sound, Envelope::Sound);
            self.send(with_token(request("PUT", "/api/v1/crates/new")).body(sound.edited(edits).body));
            self.get(&format!("/api/v1/crates/drawn/1.{at}.0/download"));
        }
    }

    fn large(&mut self) {
        for request in large() {
            self.send(request.clone());
        }
    }
}

type Stage = fn(&mut Client);

/// What takes long stands last.
const STAGES: &[Stage] = &[
    Client::config,
    Client::publishes,
    Client::reads,
    Client::conditions,
    Client::yanks,
    Client::owners,
    Client::tokens,
    Client::uploads,
    Client::searches,
    Client::drawn,
    Client::large,
];

/// The replies to all of it, in order.
pub(super) fn run(handler: &Handler) -> Vec<Response> {
    let mut client = Client { handler: handler.clone(), replies: Vec::new() };
    for stage in STAGES {
        stage(&mut client);
    }
    client.replies
}

/// Whether some reply is another than expected. Stops soon after the first.
pub(super) fn differs(handler: &Handler, expected: &[Response]) -> bool {
    let mut client = Client { handler: handler.clone(), replies: Vec::new() };
    STAGES.iter().any(|stage| {
        stage(&mut client);
        !expected.starts_with(&client.replies)
    })
}
