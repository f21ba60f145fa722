//! What the scripts send.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::{
    exchange::Request,
    package::{self, Crate, Envelope, Tarball},
};

pub(super) const ORIGIN: &str = "http://127.0.0.1:1";
pub(super) const TOKEN: &str = "Secret-token-of-main";
pub(super) const OTHER: &str = "secret-of-other";

pub(super) fn request(method: &str, path: &str) -> Request {
    Request::new(method, format!("{ORIGIN}{path}"))
}

pub(super) fn with_token(request: Request) -> Request {
    request.header("authorization", TOKEN)
}

pub(super) fn publish(name: &str, version: &str, description: Option<&str>) -> Request {
    let mut krate = Crate::new(name, version);
    krate.set(members(json!({ "description": description })));
    upload(&krate, Tarball::Sound, Envelope::Sound)
}

pub(super) fn members(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

pub(super) fn upload(krate: &Crate, tarball: Tarball, envelope: Envelope) -> Request {
    let body = package::upload(krate, tarball, envelope).body;
    with_token(request("PUT", "/api/v1/crates/new")).header("content-type", "application/octet-stream").body(body)
}

pub(super) fn with(name: &str, version: &str, metadata: Value) -> Request {
    let mut krate = Crate::new(name, version);
    krate.set(members(metadata));
    upload(&krate, Tarball::Sound, Envelope::Sound)
}

/// Uploads of every form, made once: name, whether the tarball is what may be odd, and request.
pub(super) fn forms() -> &'static [(String, bool, Request)] {
    static FORMS: OnceLock<Vec<(String, bool, Request)>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let slow = [Tarball::Medium, Tarball::Large, Tarball::ZipBomb];
        let tarballs = Tarball::ALL.iter().filter(|form| !slow.contains(form)).enumerate().map(|(number, form)| {
            let name = format!("tarball{number}");
            let request = upload(&Crate::new(&name, "1.0.0"), *form, Envelope::Sound);
            (name, true, request)
        });
        let envelopes = Envelope::ALL.iter().enumerate().map(|(number, form)| {
            let name = format!("envelope{number}");
            let request = upload(&Crate::new(&name, "1.0.0"), Tarball::Sound, *form);
            (name, false, request)
        });
        tarballs.chain(envelopes).collect()
    })
}

/// Uploads that take long, made once.
pub(super) fn large() -> &'static [Request] {
    static LARGE: OnceLock<Vec<Request>> = OnceLock::new();
    LARGE.get_or_init(|| {
        let form = |name: &str, form| upload(&Crate::new(name, "1.0.0"), form, Envelope::Sound);
        let beyond = with_token(request("PUT", "/api/v1/crates/new")).body(vec![0; (20 << 20) + 1]);
        vec![form("large", Tarball::Large), beyond, form("bomb", Tarball::ZipBomb)]
    })
}
