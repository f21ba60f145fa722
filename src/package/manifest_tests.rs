use std::{collections::BTreeSet, env, fs, process::Command};

use serde_json::{Map, Value, json};

use super::CRATES_IO;
use crate::package::Crate;

const OTHER: &str = "sparse+https://other.example/index/";

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn dependency(name: &str, req: &str, more: Value) -> Value {
    let mut uploaded = object(json!({
        "optional": false, "default_features": true, "name": name, "features": [], "version_req": req,
        "target": null, "kind": "normal",
    }));
    uploaded.extend(object(more));
    Value::Object(uploaded)
}

fn rich() -> Crate {
    let mut krate = Crate::new("rich-crate", "1.2.3-rc.1+b.2");
    krate.set(object(json!({
        "deps": [
            dependency("real", "^1", json!({})),
            dependency("real", "=1.2.3", json!({ "kind": "build", "target": "x86_64-unknown-linux-gnu" })),
            dependency("real", ">=2, <3", json!({
                "explicit_name_in_toml": "alias", "optional": true, "default_features": false, "features": ["x", "y"],
                "registry": OTHER, "target": "cfg(windows)",
            })),
            dependency("opt", "*", json!({ "optional": true, "explicit_name_in_toml": null, "registry": null })),
            dependency("dev_only", "~0.3", json!({
                "kind": "dev", "registry": "https://github.com/rust-lang/crates.io-index",
            })),
        ],
        "features": { "default": ["f"], "f": ["dep:alias"], "g": ["alias?/x", "opt/y"], "1+é": [] },
        "authors": ["A \"B\" C <a@b.example>", "✓"],
        "description": "two\nlines\twith '''quotes''' and \u{1b}",
        "homepage": "https://h.example", "readme": "# hi", "readme_file": "docs/README.md",
        "keywords": ["k"], "categories": ["c"], "license": null, "license_file": "LICENSE",
        "badges": { "maintenance": { "status": "as-is" } }, "links": "a\"b\\\nc", "rust_version": "1.60",
    })));
    krate
}

#[test]
fn plain_crate_has_the_manifest_of_the_edge_cases() {
    let text = Crate::new("edge-case", "0.1.0").manifest();
    let expected = concat!(
        "[package]\nname = \"edge-case\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        "description = \"d\"\nlicense = \"MIT\"\n",
    );
    assert_eq!((text.as_str(), text.len()), (expected, 98));
}

#[test]
fn odd_values_go_through() {
    let mut krate = Crate::new("../x", "v1");
    krate.set(object(json!({ "license": 5, "links": null, "deps": "none", "features": [], "rust_version": ">=1.56" })));
    krate.drop_key("description");
    let expected =
        "[package]\nname = \"../x\"\nversion = \"v1\"\nedition = \"2021\"\nlicense = 5\nrust-version = \">=1.56\"\n";
    assert_eq!(krate.manifest(), expected);
}

#[test]
fn a_dependency_of_the_home_registry_names_its_index() {
    let mut krate = rich();
    krate.set_home("sparse+http://localhost/index/");
    let table: toml::Table = krate.manifest().parse().unwrap();
    assert_eq!(table["dependencies"]["real"]["registry-index"].as_str(), Some("sparse+http://localhost/index/"));
    assert_eq!(table["target"]["cfg(windows)"]["dependencies"]["alias"]["registry-index"].as_str(), Some(OTHER));
    assert_eq!(table["dev-dependencies"]["dev_only"].get("registry-index"), None);
}

#[test]
fn a_dependency_named_twice_is_written_once() {
    let mut krate = Crate::new("a", "1.0.0");
    krate.set(object(json!({ "deps": [dependency("b", "^1", json!({})), dependency("b", "^2", json!({}))] })));
    let table: toml::Table = krate.manifest().parse().unwrap();
    assert_eq!(table["dependencies"]["b"]["version"].as_str(), Some("^1"));
}

/// What cargo itself reads from the files of a crate.
fn read_by_cargo(krate: &Crate) -> Value {
    let dir = tempfile::tempdir().unwrap();
    for (path, content) in krate.files() {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", krate.manifest(), String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"][0].clone()
}

/// Dependencies as lines that do not depend on who tells them, nor in which order.
fn dependencies(list: &Value, keys: [&str; 9]) -> BTreeSet<String> {
    let fact = |dependency: &Value, key: &str| match (key, &dependency[key]) {
        ("kind", Value::Null) => "normal".into(),
        ("registry", Value::Null) => CRATES_IO.into(),
        ("registry", Value::String(index)) => index.trim_start_matches("registry+").into(),
        (_, value) => value.clone(),
    };
    list.as_array().unwrap().iter().map(|one| json!(keys.map(|key| fact(one, key))).to_string()).collect()
}

#[test]
fn cargo_reads_from_a_rich_manifest_what_the_upload_says() {
    let krate = rich();
    let (said, read) = (krate.metadata(), read_by_cargo(&krate));
    let pairs = [
        ("name", "name"),
        ("vers", "version"),
        ("authors", "authors"),
        ("description", "description"),
        ("homepage", "homepage"),
        ("readme_file", "readme"),
        ("keywords", "keywords"),
        ("categories", "categories"),
        ("license", "license"),
        ("license_file", "license_file"),
        ("links", "links"),
        ("rust_version", "rust_version"),
        ("repository", "repository"),
        ("documentation", "documentation"),
    ];
    for (uploaded, told) in pairs {
        assert_eq!(said[uploaded], read[told], "{uploaded}");
    }
    let mut features = said["features"].clone();
    // Cargo tells this one, but does not upload it: no feature names `dep:opt`, so the dependency is a feature itself.
    features["opt"] = json!(["dep:opt"]);
    assert_eq!(features, read["features"]);
    let uploaded = ["explicit_name_in_toml", "version_req", "default_features"];
    let told = ["rename", "req", "uses_default_features"];
    let keys = |[rename, req, default]: [&'static str; 3]| {
        ["name", "target", "kind", "optional", "features", "registry", rename, req, default]
    };
    assert_eq!(dependencies(&said["deps"], keys(uploaded)), dependencies(&read["dependencies"], keys(told)));
}
