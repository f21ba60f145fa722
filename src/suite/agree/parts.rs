//! What a reply tells beside its body, and facts that surfaces name differently, in one form.

use semver::VersionReq;
use serde_json::{Map, Value, json};

use super::values::Unseen;
use crate::{exchange::Response, package::read_tarball};

/// No manifest of ours is larger, and no `.crate` that one is read from.
const LARGEST: u64 = 64 << 20;

/// Header fields that HEAD has as GET has them (RFC 9110, 9.3.2), and that no intermediary writes.
const FIELDS: [&str; 7] =
    ["content-type", "cache-control", "location", "etag", "last-modified", "retry-after", "allow"];

/// The manifest in a `.crate`.
///
/// # Errors
/// The file cannot be read, or has none.
pub(super) fn manifest(file: &[u8]) -> Result<Value, String> {
    let text = read_tarball(file, LARGEST)?.manifest.ok_or_else(|| "no Cargo.toml in it".to_owned())?;
    toml::from_str(&text).map_err(|error| error.message().to_owned())
}

/// The header fields that a reply to HEAD shares with that to GET.
pub(super) fn fields(reply: &Response) -> Value {
    let field = |name: &&str| Some(((*name).to_owned(), Value::from(reply.headers.get(name)?)));
    FIELDS.iter().filter_map(field).collect::<Map<_, _>>().into()
}

/// The last part of the path of a URL.
pub(super) fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// A dependency as an upload, an index line and the web API tell it: by the crate's own name, its requirement as SemVer
/// writes it, its features in one order.
pub(super) fn dependency(told: &Value) -> Result<Value, Unseen> {
    let text = |names: [&str; 3]| names.into_iter().find_map(|name| told.get(name)?.as_str());
    let krate = text(["crate_id", "package", "name"]).ok_or_else(|| Unseen(format!("{told} names no crate")))?;
    let required = text(["req", "version_req", "version"]).unwrap_or("*");
    let required = VersionReq::parse(required).map_or_else(|_| required.to_owned(), |parsed| parsed.to_string());
    let mut features: Vec<&str> = told["features"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    features.sort_unstable();
    Ok(json!({
        "crate": krate,
        "req": required,
        "kind": told["kind"].as_str().unwrap_or("normal"),
        "target": told["target"],
        "optional": told["optional"].as_bool().unwrap_or(false),
        "default_features": told["default_features"].as_bool().unwrap_or(true),
        "features": features,
    }))
}

/// `features` and `features2` of an index line in one.
pub(super) fn features(line: &Value) -> Value {
    let of = |name: &str| line[name].as_object().cloned().unwrap_or_default();
    of("features").into_iter().chain(of("features2")).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{Crate, Tarball};

    #[test]
    fn three_surfaces_tell_one_dependency() {
        let upload = json!({"name": "a", "version_req": "1", "features": ["y", "x"], "optional": true, "default_features": false,
            "target": null, "kind": "dev", "explicit_name_in_toml": "b"});
        let line = json!({"name": "b", "package": "a", "req": "^1", "features": ["x", "y"], "optional": true, "default_features": false,
            "target": null, "kind": "dev"});
        let api = json!({"id": 1, "version_id": 2, "crate_id": "a", "req": "^1", "features": ["x", "y"], "optional": true,
            "default_features": false, "target": null, "kind": "dev", "downloads": 0});
        assert_eq!(dependency(&upload), dependency(&line));
        assert_eq!(dependency(&line), dependency(&api));
        assert_ne!(dependency(&api), dependency(&json!({"crate_id": "a", "req": "^1"})));
        assert!(dependency(&json!({})).is_err());
    }

    #[test]
    fn features_of_a_line_are_joined() {
        assert_eq!(
            features(&json!({"features": {"a": []}, "features2": {"b": ["dep:c"]}})),
            json!({"a": [], "b": ["dep:c"]})
        );
        assert_eq!(features(&json!({"features": {}})), json!({}));
    }

    #[test]
    fn a_manifest_is_read_from_its_file() {
        let read = manifest(&Crate::new("a", "1.0.0").tarball(Tarball::default())).unwrap();
        assert_eq!((&read["package"]["name"], &read["package"]["license"]), (&json!("a"), &json!("MIT")));
        assert_eq!(manifest(b"nothing").unwrap_err(), "not gzip");
    }

    #[test]
    fn what_stands_beside_a_body_is_read() {
        let reply = Response::new(302).header("Location", "x").header("Date", "now");
        assert_eq!(fields(&reply), json!({"location": "x"}));
        assert_eq!(file_name("https://a/b/c-1.0.0.crate?x=/y"), "c-1.0.0.crate");
    }
}
