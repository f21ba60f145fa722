//! The `Cargo.toml` that says the same as the JSON of an upload.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::inline;

/// The index of crates.io as cargo names it in an upload; a manifest names it by saying nothing.
const CRATES_IO: &str = "https://github.com/rust-lang/crates.io-index";

/// Keys of the metadata, and what the manifest calls them.
const PACKAGE: [(&str, &str); 12] = [
    ("description", "description"),
    ("license", "license"),
    ("license_file", "license-file"),
    ("authors", "authors"),
    ("documentation", "documentation"),
    ("homepage", "homepage"),
    ("repository", "repository"),
    ("readme_file", "readme"),
    ("keywords", "keywords"),
    ("categories", "categories"),
    ("links", "links"),
    ("rust_version", "rust-version"),
];

/// Keys of an uploaded dependency, and what the manifest calls them (Cargo book, Publish and Specifying Dependencies).
const DEPENDENCY: [(&str, &str); 7] = [
    ("version_req", "version"),
    ("optional", "optional"),
    ("default_features", "default-features"),
    ("features", "features"),
    ("artifact", "artifact"),
    ("bindep_target", "target"),
    ("lib", "lib"),
];

/// Writes the manifest of a crate that is published to the registry with the index `home`.
///
/// Values of the wrong type or form go through as they are, so that the tarball is as wrong as the JSON and no more.
pub(super) fn write(metadata: &Map<String, Value>, home: Option<&str>) -> String {
    let mut text = "[package]\n".to_owned();
    line(&mut text, "name", metadata.get("name"));
    line(&mut text, "version", metadata.get("vers"));
    line(&mut text, "edition", Some(&json!("2021")));
    for (uploaded, written) in PACKAGE {
        line(&mut text, written, metadata.get(uploaded).filter(|value| **value != json!([])));
    }
    let mut tables = HashSet::new();
    for uploaded in metadata.get("deps").and_then(Value::as_array).into_iter().flatten() {
        let header = dependency_header(uploaded);
        // A manifest cannot name one dependency twice in a table, so neither could the cargo that sent this.
        if tables.insert(header.clone()) {
            text.push_str(&header);
            dependency(&mut text, uploaded, home);
        }
    }
    for table in ["features", "badges"] {
        if let Some(members) = metadata.get(table).and_then(Value::as_object).filter(|members| !members.is_empty()) {
            text.push_str(&format!("\n[{table}]\n"));
            members.iter().for_each(|(name, value)| line(&mut text, &inline::key(name), Some(value)));
        }
    }
    text
}

/// The table of a dependency: by target, kind and the name that the sources use.
fn dependency_header(uploaded: &Value) -> String {
    let target = uploaded["target"].as_str().map(|target| format!("target.{}.", inline::key(target)));
    let kind = match uploaded["kind"].as_str() {
        Some("build") => "build-dependencies",
        Some("dev") => "dev-dependencies",
        _ => "dependencies",
    };
    let name = uploaded["explicit_name_in_toml"].as_str().or(uploaded["name"].as_str()).unwrap_or_default();
    format!("\n[{}{kind}.{}]\n", target.unwrap_or_default(), inline::key(name))
}

fn dependency(text: &mut String, uploaded: &Value, home: Option<&str>) {
    let default = |key: &str| match key {
        "optional" | "lib" => json!(false),
        "default_features" => json!(true),
        "features" => json!([]),
        _ => Value::Null,
    };
    for (key, written) in DEPENDENCY {
        line(text, written, uploaded.get(key).filter(|value| **value != default(key)));
    }
    if uploaded["explicit_name_in_toml"].is_string() {
        line(text, "package", uploaded.get("name"));
    }
    let registry = match &uploaded["registry"] {
        Value::Null => home.map(Value::from),
        index if index == CRATES_IO => None,
        index => Some(index.clone()),
    };
    line(text, "registry-index", registry.as_ref());
}

fn line(text: &mut String, key: &str, value: Option<&Value>) {
    if let Some(value) = value.and_then(inline::value) {
        text.push_str(&format!("{key} = {value}\n"));
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
