//! Uploads for the tests of this module.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use super::{Config, Registry};
use crate::exchange::{Request, Response};

pub(super) const ORIGIN: &str = "http://127.0.0.1:1";

/// A tar archive in the making, with no opinion on its entries.
pub(super) struct Tarball(Builder<Vec<u8>>);

impl Default for Tarball {
    fn default() -> Self {
        Self(Builder::new(Vec::new()))
    }
}

impl Tarball {
    pub(super) fn file(self, path: &str, content: &[u8]) -> Self {
        self.entry(path, EntryType::Regular, content)
    }

    /// Short paths are written byte by byte, for the library refuses those that a test is about.
    pub(super) fn entry(mut self, path: &str, kind: EntryType, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        if path.len() > 100 {
            self.0.append_data(&mut header, path, content).unwrap();
        } else {
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            self.0.append(&header, content).unwrap();
        }
        self
    }

    pub(super) fn tar(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }

    pub(super) fn gzip(self) -> Vec<u8> {
        gzip(&self.tar())
    }
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

pub(super) fn manifest(name: &str, version: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n")
}

pub(super) fn tarball(name: &str, version: &str) -> Vec<u8> {
    Tarball::default().file(&format!("{name}-{version}/Cargo.toml"), manifest(name, version).as_bytes()).gzip()
}

pub(super) fn envelope(metadata: &[u8], tarball: &[u8]) -> Vec<u8> {
    let part = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat();
    [part(metadata), part(tarball)].concat()
}

/// The text of an error reply.
pub(super) fn detail(response: &Response) -> String {
    response.body.json().unwrap()["errors"][0]["detail"].as_str().unwrap().to_owned()
}

/// A registry in which the token `main` is alice's and `other` is bob's.
pub(super) fn config() -> Config {
    Config::new(ORIGIN).token("main").other_token("other")
}

/// What tests do to a registry.
impl Registry {
    pub(super) fn send(&self, method: &str, path: &str, token: &str, body: &[u8]) -> Response {
        let mut request = Request::new(method, format!("{ORIGIN}{path}")).body(body.to_vec());
        if !token.is_empty() {
            request = request.header("Authorization", token);
        }
        self.handle(&request)
    }

    pub(super) fn get(&self, path: &str) -> Response {
        self.send("GET", path, "", b"")
    }

    pub(super) fn put(&self, token: &str, metadata: &Value) -> Response {
        let (name, version) = (metadata["name"].as_str().unwrap(), metadata["vers"].as_str().unwrap());
        let body = envelope(metadata.to_string().as_bytes(), &tarball(name, version));
        self.send("PUT", "/api/v1/crates/new", token, &body)
    }

    /// Publishes with the main token and returns the status.
    pub(super) fn upload(&self, name: &str, version: &str) -> u16 {
        self.put("main", &json!({ "name": name, "vers": version })).status
    }

    pub(super) fn lines(&self, path: &str) -> Vec<Value> {
        let response = self.get(&format!("/index/{path}"));
        let text = response.body.text().unwrap().to_owned();
        if response.status == 200 {
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        } else {
            Vec::new()
        }
    }
}
