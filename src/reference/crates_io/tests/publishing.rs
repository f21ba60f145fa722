use serde_json::json;

use super::{get, publish, registry, send, token, upload};
use crate::reference::{
    Rule,
    testing::{Tarball, detail, envelope},
};

#[test]
fn a_version_shows_everywhere() {
    let registry = registry(&[]);
    let alice = token(&registry, "alice-publish-new");
    let package = "keywords = [\"Unheard\", \"fresh\"]\ncategories = [\"parsing\"]\nrust-version = \"1.70\"";
    let tables = "[dependencies]\nrenamed = { package = \"eta\", version = \">=0.1,<2\" }\n[features]\nf = [\"dep:renamed\"]\ng = [\"f\"]\nh = []\n";
    let answer = publish(&registry, &alice, &upload("Fresh-Crate", "1.0.0+b", package, tables));
    assert_eq!(answer.status, 200, "{}", answer.body.text().unwrap());
    let answer = answer.body.json().unwrap();
    assert_eq!(answer["crate"]["max_version"], "1.0.0+b");
    assert_eq!(answer["warnings"], json!({ "invalid_categories": [], "invalid_badges": [], "other": [] }));
    let line = send(&registry, "GET", "/index/fr/es/fresh-crate", "", b"").body.text().unwrap().to_owned();
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["deps"][0]["package"], "eta");
    assert_eq!(line["deps"][0]["req"], ">=0.1, <2");
    assert_eq!((&line["features"], &line["v"]), (&json!({ "h": [] }), &json!(2)));
    let version = get(&registry, "/api/v1/crates/fresh_crate/1.0.0%2Bb")["version"].clone();
    assert_eq!((&version["checksum"], &version["rust_version"]), (&line["cksum"], &json!("1.70")));
    assert_eq!(get(&registry, "/api/v1/keywords/unheard")["keyword"]["crates_cnt"], 1);
    let told = get(&registry, "/api/v1/crates/fresh-crate/1.0.0+b/dependencies");
    assert_eq!(told["dependencies"][0]["crate_id"], "eta");
    let found = send(&registry, "GET", "/crates/Fresh-Crate/Fresh-Crate-1.0.0%2Bb.crate", "", b"");
    assert_eq!(found.body.len(), version["crate_size"].as_u64().unwrap() as usize);
}

#[test]
fn refusals_come_in_their_order() {
    let registry = registry(&[]);
    let alice = token(&registry, "alice-legacy");
    let plain = |name: &str, number: &str| upload(name, number, "", "");
    let package = |package: &str| upload("rule-crate", "1.0.0", package, "");
    let tables = |tables: &str| upload("rule-crate", "1.0.0", "", tables);
    let many = |count: usize| (0..count).map(|n| format!("f{n} = []\n")).collect::<String>();
    for (body, status, told) in [
        (vec![], 400, "invalid metadata length"),
        (vec![255; 8], 413, "JSON metadata blob too large"),
        (vec![9, 0, 0, 0, 1], 400, "invalid metadata length for remaining payload: 9"),
        (envelope(b"{}", b""), 400, "invalid upload request: missing field `name`"),
        (plain(&"n".repeat(65), "1.0.0"), 400, "is too long (max 64 characters)"),
        (plain("", "1.0.0"), 400, "crate name cannot be empty"),
        (plain("1abc", "x"), 400, "the name cannot start with a digit"),
        (plain("_abc", "x"), 400, "the first character must be an ASCII character"),
        (plain("a.b", "x"), 400, "characters must be an ASCII alphanumeric characters"),
        (plain("abc", "1.0"), 400, "\"1.0\" is an invalid semver version"),
        (plain("abc", &format!("1.0.0-{}", "a".repeat(150))), 400, "is too long (max 150 characters)"),
        (envelope(br#"{"name":"abc","vers":"1.0.0"}"#, b"x"), 400, "uploaded tarball is malformed"),
        (package("homepage = \"ftp://x\""), 400, "must begin with http:// or https:// (url: ftp://x)"),
        (package("homepage = \"http://\""), 400, "`homepage` is not a valid url: `http://`"),
        (package("rust-version = \"1.2.3.4\""), 400, "invalid `rust-version` value"),
        (package("keywords = [\"-a\"]"), 400, "\"-a\" is an invalid keyword"),
        (package("keywords = [\"123456789012345678901\"]"), 400, "keywords must have less than 20 characters"),
        (package("keywords = [\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]"), 400, "expected at most 5 keywords"),
        (package("categories = [\"nope\"]"), 400, "not currently supported on crates.io: nope"),
        (tables(&format!("[features]\n{}", many(301))), 400, "maximum number of 300 features"),
        (tables("[features]\n\"a b\" = []"), 400, "invalid character ` ` in feature `a b`"),
        (tables("[dependencies]\nnope-nope = \"1\""), 400, "no known crate named `nope-nope`"),
        (tables("[dependencies]\nalpha_core = \"1\""), 400, "no known crate named `alpha_core`"),
        (tables("[dependencies]\neta = \"*\""), 400, "wildcard (`*`) dependency constraints are not allowed"),
        (tables("[dependencies]\neta = \"abc\""), 400, "\"abc\" is an invalid version requirement"),
        (tables("[dependencies]\neta = { version = \"1\", registry = \"r\" }"), 400, "is hosted on another registry"),
        (tables("[patch.crates-io]"), 400, "crates cannot be published with `[patch]` tables"),
        (plain("nul", "1.0.0"), 400, "cannot upload a crate with a reserved name"),
        (plain("q", "1.0.0"), 403, "this crate exists but you don't seem to be an owner."),
        (plain("Q", "1.0.0"), 403, "this crate exists but you don't seem to be an owner."),
        (plain("ETA", "1.0.0"), 400, "crate was previously named `eta`"),
        (plain("eta", "0.1.0+b"), 400, "crate version `0.1.0` is already uploaded"),
    ] {
        let answer = publish(&registry, &alice, &body);
        assert_eq!(answer.status, status, "{told}: {}", answer.body.text().unwrap());
        assert!(detail(&answer).contains(told), "{told}: {}", detail(&answer));
    }
    assert_eq!(send(&registry, "GET", "/api/v1/crates/rule-crate", "", b"").status, 404);
}

#[test]
fn files_are_looked_into() {
    let registry = registry(&[]);
    let alice = token(&registry, "alice-legacy");
    let manifest = b"[package]\nname = \"f\"\nversion = \"1.0.0\"\ndescription = \"d\"\nlicense = \"MIT\"\n";
    let good = || Tarball::default().file("f-1.0.0/Cargo.toml", manifest);
    for (file, told) in [
        (good().file("g-1.0.0/x", b""), "invalid path found: g-1.0.0/x"),
        (good().file("f-1.0.0/../x", b""), "invalid path found: f-1.0.0/../x"),
        (good().entry("f-1.0.0/x", tar::EntryType::Symlink, b""), "unexpected tar entry type Symlink found: f-1.0.0/x"),
        (good().file("f-1.0.0/cargo.toml", manifest), "found `Cargo.toml`, `cargo.toml`"),
        (Tarball::default().file("f-1.0.0/x", b""), "uploaded tarball is missing a `Cargo.toml` manifest file"),
        (Tarball::default().file("f-1.0.0/CARGO.toml", manifest), "must be named `Cargo.toml` with that exact casing"),
        (Tarball::default().file("f-1.0.0/Cargo.toml", b""), "missing field `name`"),
    ] {
        let answer = publish(&registry, &alice, &envelope(br#"{"name":"f","vers":"1.0.0"}"#, &file.gzip()));
        assert_eq!(answer.status, 400, "{told}");
        assert!(detail(&answer).contains(told), "{told}: {}", detail(&answer));
    }
    let sound = envelope(br#"{"name":"f","vers":"1.0.0"}"#, &good().gzip());
    assert_eq!(publish(&registry, &alice, &[sound, b"more".to_vec()].concat()).status, 200);
}

#[test]
fn callers_are_asked_before_their_files() {
    let registry = registry(&[]);
    let body = upload("asked", "1.0.0", "", "");
    for (name, told) in [
        ("carol-legacy", "A verified email address is required"),
        ("grace-legacy", "A verified email address is required"),
        ("alice-yank", "this token does not have the required permissions"),
        ("alice-crate-scoped", "this token does not have the required permissions"),
        ("frank-legacy", "This account is indefinitely locked."),
        ("alice-revoked", "authentication failed"),
    ] {
        let answer = publish(&registry, &token(&registry, name), &body);
        assert!(detail(&answer).contains(told), "{name}: {}", detail(&answer));
    }
    let dave = token(&registry, "dave-legacy");
    let answers = (0..6).map(|n| publish(&registry, &dave, &upload(&format!("dave-{n}"), "1.0.0", "", "")));
    let last = answers.last().unwrap();
    assert_eq!((last.status, last.headers.get("retry-after")), (429, Some("Thu, 01 Jan 2026 00:10:00 GMT")));
}

#[test]
fn keywords_are_those_of_the_last_publish() {
    for (broken, expected) in [(&[][..], json!(["b"])), (&[Rule::KeywordsReplaced], json!(["a", "b"]))] {
        let registry = registry(broken);
        let alice = token(&registry, "alice-legacy");
        for (number, keyword) in [("1.0.0", "a"), ("0.9.0", "b")] {
            let body = upload("tagged", number, &format!("keywords = [\"{keyword}\"]"), "");
            assert_eq!(publish(&registry, &alice, &body).status, 200);
        }
        assert_eq!(get(&registry, "/api/v1/crates/tagged")["crate"]["keywords"], expected);
    }
}
