//! What the registry of crates.io's policy owes, over several operations.

mod accounts;
mod changes;
mod publishing;
mod reading;
mod view;

use serde_json::Value;

use crate::{
    exchange::{Request, Response},
    reference::{
        Clock, Config, Registry, Rule,
        testing::{ORIGIN, detail, envelope, gzip},
    },
};

/// 2026-01-01.
const NOW: u64 = 1_767_225_600;

fn registry(broken: &[Rule]) -> Registry {
    let config = Config::new(ORIGIN).crates_io(7).clock(Clock::fixed(NOW)).broken(broken.iter().copied());
    Registry::new(config)
}

fn send(registry: &Registry, method: &str, path: &str, credential: &str, body: &[u8]) -> Response {
    let mut request = Request::new(method, format!("{ORIGIN}{path}")).header("User-Agent", "tests").body(body.to_vec());
    if body.starts_with(b"{") {
        request = request.header("Content-Type", "application/json");
    }
    match credential {
        "" => {}
        cookie if cookie.starts_with("cargo_session=") => request = request.header("Cookie", cookie),
        token => request = request.header("Authorization", token),
    }
    registry.handle(&request)
}

fn get(registry: &Registry, path: &str) -> Value {
    let response = send(registry, "GET", path, "", b"");
    assert_eq!(response.status, 200, "{path}: {}", response.body.text().unwrap_or_default());
    response.body.json().unwrap()
}

fn refused(registry: &Registry, method: &str, path: &str, credential: &str, body: &[u8]) -> (u16, String) {
    let response = send(registry, method, path, credential, body);
    (response.status, detail(&response))
}

/// The members of a list, by one member of each.
fn column(list: &Value, member: &str) -> Vec<String> {
    let text = |item: &Value| item[member].as_str().map_or_else(|| item[member].to_string(), str::to_owned);
    list.as_array().unwrap().iter().map(text).collect()
}

/// The token of that name.
fn token(registry: &Registry, name: &str) -> String {
    registry.access().tokens.into_iter().find(|token| token.name == name).unwrap().value
}

fn cookie(registry: &Registry, login: &str) -> String {
    registry.access().cookies.into_iter().find(|cookie| cookie.user == login).unwrap().value
}

/// An upload of a manifest that says just what is given, in a file with a library.
fn upload(name: &str, number: &str, package: &str, tables: &str) -> Vec<u8> {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"{number}\"\ndescription = \"d\"\nlicense = \"MIT\"\n{package}\n{tables}"
    );
    let root = format!("{name}-{number}");
    let tar = crate::reference::testing::Tarball::default()
        .file(&format!("{root}/Cargo.toml"), manifest.as_bytes())
        .file(&format!("{root}/src/lib.rs"), b"")
        .tar();
    let metadata = serde_json::json!({ "name": name, "vers": number, "readme": "hello" });
    envelope(metadata.to_string().as_bytes(), &gzip(&tar))
}

fn publish(registry: &Registry, credential: &str, body: &[u8]) -> Response {
    send(registry, "PUT", "/api/v1/crates/new", credential, body)
}
