//! Where files are: crates, readmes and the index. The web API only tells the way; the files lie beside it, where the CDN of crates.io is.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{
    catalogue::{Crate, Version, no_crate},
    route::{Call, Operation},
};
use crate::{
    exchange::{Request, Response},
    reference::{
        Registry,
        caching::{self, File},
        index,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/crates/{name}/{version}/download", |registry, call| told(registry, call, "crates", "crate")),
    ("GET", "/api/v1/crates/{name}/{version}/readme", |registry, call| told(registry, call, "readmes", "html")),
];

/// Tells where a file would be. Whether it is there is not looked up.
fn told(registry: &Registry, call: &Call<'_>, folder: &str, ending: &str) -> Result<Response, Refusal> {
    let number = call.version()?;
    let name = call.part("name");
    if !is_possible(name) {
        return Err(no_crate(name));
    }
    let number = number.to_string().replace('+', "%2B");
    let url = format!("{}/{folder}/{name}/{name}-{number}.{ending}", registry.config.base());
    let json = call.request.headers.all("accept").any(|accept| accept.contains("json"));
    let reply = if json { reply::ok(&json!({ "url": url })) } else { Response::new(302).header("location", url) };
    Ok(reply.header("vary", "accept"))
}

/// Whether a crate could have that name.
fn is_possible(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl Registry {
    /// Answers a request for a file: of the index, of a crate, or of a readme.
    pub(in crate::reference) fn files(&self, request: &Request) -> Response {
        let path = percent_decode_str(request.path()).decode_utf8_lossy().into_owned();
        let mut segments = path.trim_start_matches('/').split('/');
        let rest = || path.splitn(3, '/').nth(2).unwrap_or_default();
        let answer = match segments.next() {
            Some("index") if rest() == "config.json" => self.config_json(request).ok(),
            Some("index") => self.index_lines(request, rest()),
            Some("crates") => self
                .file_at(rest(), ".crate")
                .map(|version| Response::new(200).header("content-type", "application/gzip").body(version.file)),
            Some("readmes") => self.file_at(rest(), ".html").and_then(|version| {
                let text = version.readme?.replace('&', "&amp;").replace('<', "&lt;");
                Some(Response::new(200).header("content-type", "text/html").body(format!("<pre>{text}</pre>\n")))
            }),
            _ => None,
        };
        match answer {
            Some(_) if !matches!(request.method.as_str(), "GET" | "HEAD") => {
                Refusal::no_such_method("GET,HEAD".to_owned()).into()
            }
            Some(response) => response,
            None => Response::new(404).header("content-type", "text/plain").body("not found\n"),
        }
    }

    /// The version at `name/name-version` and an ending, in the crate's own spelling.
    fn file_at(&self, path: &str, ending: &str) -> Option<Version> {
        let (name, file) = path.split_once('/')?;
        let number = file.strip_prefix(name)?.strip_prefix('-')?.strip_suffix(ending)?;
        let state = self.state();
        let entry = state.catalogue.exactly(name)?;
        entry.versions.iter().find(|version| version.number.to_string() == number).cloned()
    }

    fn index_lines(&self, request: &Request, path: &str) -> Option<Response> {
        let state = self.state();
        let name = path.rsplit('/').next()?;
        let entry = state.catalogue.crates().find(|entry| entry.name.to_lowercase() == *name)?;
        if index::path(&self.config, &entry.name) != path {
            return None;
        }
        let mut versions: Vec<&Version> = entry.versions.iter().collect();
        versions.sort_by_key(|version| (version.created, &version.number));
        let mut text: String = versions.into_iter().map(|version| format!("{}\n", line(entry, version))).collect();
        if !self.upholds(crate::reference::Rule::FinalNewline) {
            text.pop();
        }
        let modified = entry.indexed;
        drop(state);
        let version = caching::version_of(&self.config, &text);
        let mut reply = caching::conditional(&self.config, request, File { text, version, modified });
        reply.headers.set("cache-control", "public,max-age=600");
        if reply.status == 200 {
            reply.headers.set("content-type", "text/plain");
        }
        Some(reply)
    }
}

/// The line of a version, without the members that say nothing.
fn line(entry: &Crate, version: &Version) -> Value {
    let mut sorted: Vec<_> = version.dependencies.iter().collect();
    sorted.sort_by_key(|dependency| {
        (dependency.rename.as_ref().unwrap_or(&dependency.name), dependency.kind, &dependency.req, &dependency.target)
    });
    let dependencies: Vec<Value> = sorted
        .into_iter()
        .map(|dependency| {
            let mut line = json!({
                "name": dependency.rename.as_ref().unwrap_or(&dependency.name),
                "req": dependency.req,
                "features": dependency.features,
                "optional": dependency.optional,
                "default_features": dependency.default_features,
                "target": dependency.target,
                "kind": dependency.kind.name(),
            });
            if dependency.rename.is_some() {
                line["package"] = dependency.name.clone().into();
            }
            line
        })
        .collect();
    let (features, features2) = split(version);
    let mut line = json!({
        "name": entry.name,
        "vers": version.number.to_string(),
        "deps": dependencies,
        "cksum": version.checksum,
        "features": features,
    });
    if !features2.is_empty() {
        line["features2"] = features2.clone().into();
    }
    line["yanked"] = version.yanked.into();
    if let Some(links) = &version.links {
        line["links"] = links.clone().into();
    }
    if let Some(rust_version) = &version.rust_version {
        line["rust_version"] = rust_version.clone().into();
    }
    line["pubtime"] = super::written(version.created - version.created.rem_euclid(1_000_000)).into();
    if !features2.is_empty() {
        line["v"] = 2.into();
    }
    line
}

/// Features that cargo before 1.60 can read, and those that it cannot: for what they say, or for enabling one that it cannot.
fn split(version: &Version) -> (Map<String, Value>, Map<String, Value>) {
    let mut hidden: Vec<&str> = Vec::new();
    loop {
        let extended =
            |value: &String| value.starts_with("dep:") || value.contains("?/") || hidden.contains(&value.as_str());
        let more: Vec<&str> = version
            .features
            .iter()
            .filter(|(name, values)| !hidden.contains(&name.as_str()) && values.iter().any(extended))
            .map(|(name, _)| name.as_str())
            .collect();
        if more.is_empty() {
            break;
        }
        hidden.extend(more);
    }
    let entry = |(name, values): (&String, &Vec<String>)| (name.clone(), json!(values));
    let (features2, features): (Vec<_>, Vec<_>) =
        version.features.iter().partition(|(name, _)| hidden.contains(&name.as_str()));
    (features.into_iter().map(entry).collect(), features2.into_iter().map(entry).collect())
}
