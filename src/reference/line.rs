use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    Config, Rule,
    publish::{Dependency, Metadata},
};

/// One line of an index file. Every key is written even where a default would do, for cargo before 1.84 needs them.
/// Cargo book, Index Format, JSON schema.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) vers: String,
    pub(super) deps: Vec<LineDependency>,
    pub(super) cksum: String,
    pub(super) features: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) features2: BTreeMap<String, Vec<String>>,
    pub(super) yanked: bool,
    pub(super) links: Option<String>,
    pub(super) rust_version: Option<String>,
    pub(super) pubtime: String,
    pub(super) v: u32,
}

/// One dependency of a line. `name` is what the crate calls it; `package` is what it really is, where these differ.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct LineDependency {
    name: String,
    req: String,
    features: Vec<String>,
    optional: bool,
    default_features: bool,
    target: Option<String>,
    kind: Option<String>,
    registry: Option<String>,
    package: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bindep_target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lib: Option<bool>,
}

impl Line {
    /// The line for an upload. Dependencies and features mean what they meant there.
    pub(super) fn new(config: &Config, upload: &Metadata, cksum: String, pubtime: String) -> Self {
        let mut seen = BTreeSet::new();
        let kept = |dep: &&Dependency| config.upholds(Rule::DuplicateDependencies) || seen.insert(dep.name.clone());
        let deps: Vec<_> = upload.deps().iter().filter(kept).map(|dep| LineDependency::new(config, dep)).collect();
        let all = upload.features().clone();
        let (features2, features): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(_, values)| values.iter().any(|value| is_extended(value)));
        let v = if deps.iter().any(|dep| dep.artifact.is_some()) {
            3
        } else if !features2.is_empty() && config.upholds(Rule::FeaturesVersion) {
            2
        } else {
            1
        };
        Self {
            name: upload.name.clone(),
            vers: upload.vers.clone(),
            deps,
            cksum,
            features,
            features2,
            yanked: false,
            links: upload.links.clone().filter(|_| config.upholds(Rule::LinksCopied)),
            rust_version: upload.rust_version.clone().filter(|_| config.upholds(Rule::RustVersionCopied)),
            pubtime,
            v,
        }
    }

    /// The line without its LF. JSON escapes every line break within, so it is one line whatever it holds.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("its maps have string keys, which is all that could fail")
    }
}

impl LineDependency {
    /// An upload says `name` for the real crate and `explicit_name_in_toml` for the alias; the index has it the other way round.
    /// Cargo book, Index Format, Differences between the publish and index schemas.
    fn new(config: &Config, dep: &Dependency) -> Self {
        let alias = dep.explicit_name_in_toml.clone().filter(|alias| *alias != dep.name);
        let (name, package) = match alias {
            Some(alias) if config.upholds(Rule::RenameSwap) => (alias, Some(dep.name.clone())),
            alias => (dep.name.clone(), alias),
        };
        Self {
            name,
            req: dep.version_req.clone(),
            features: dep.features.clone().unwrap_or_default(),
            optional: dep.is_optional(),
            default_features: dep.default_features.unwrap_or(true),
            target: dep.target.clone().filter(|_| config.upholds(Rule::TargetKept)),
            kind: Some(dep.kind().to_owned()).filter(|_| config.upholds(Rule::KindKept)),
            registry: dep.foreign_registry(config).filter(|_| config.upholds(Rule::DepRegistryKept)),
            package,
            artifact: dep.artifact.clone(),
            bindep_target: dep.bindep_target.clone(),
            lib: dep.lib,
        }
    }
}

/// Whether a feature value has the syntax that cargo before 1.60 misreads and that `features2` hides from it.
fn is_extended(value: &str) -> bool {
    value.starts_with("dep:") || value.contains("?/")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Line;
    use crate::reference::{Config, Rule, publish::Metadata};

    fn line(config: &Config, upload: Value) -> Value {
        let metadata = Metadata::read(config, upload.to_string().as_bytes()).unwrap();
        let line = Line::new(config, &metadata, "c0".to_owned(), "1970-01-01T00:00:00Z".to_owned());
        serde_json::from_str(&line.to_json()).unwrap()
    }

    fn renamed() -> Value {
        json!({ "name": "a", "vers": "1.0.0", "deps": [{
            "optional": true, "default_features": false, "name": "real", "features": ["x"], "version_req": ">=1, <2",
            "target": "cfg(windows)", "kind": "build", "registry": "sparse+https://other.example/index/",
            "explicit_name_in_toml": "alias",
        }] })
    }

    #[test]
    fn a_renamed_dependency_turns_round() {
        let expected = json!([{
            "name": "alias", "package": "real", "req": ">=1, <2", "features": ["x"], "optional": true,
            "default_features": false, "target": "cfg(windows)", "kind": "build",
            "registry": "sparse+https://other.example/index/",
        }]);
        assert_eq!(line(&Config::new("http://o"), renamed())["deps"], expected);
        let broken = Config::new("http://o").broken([Rule::RenameSwap]);
        assert_eq!(line(&broken, renamed())["deps"][0]["name"], "real");
    }

    #[test]
    fn the_own_index_becomes_null_and_others_stay() {
        let deps: Vec<Value> = [
            Value::Null,
            json!("sparse+http://o/index/"),
            json!("https://github.com/rust-lang/crates.io-index"),
            json!("sparse+https://other.example/index/"),
        ]
        .into_iter()
        .map(|registry| json!({ "name": "b", "version_req": "^1", "registry": registry }))
        .collect();
        let line = line(&Config::new("http://o"), json!({ "name": "a", "vers": "1.0.0", "deps": deps }));
        let registries: Vec<_> = line["deps"].as_array().unwrap().iter().map(|dep| dep["registry"].clone()).collect();
        assert_eq!(
            registries,
            [Value::Null, Value::Null, deps[2]["registry"].clone(), deps[3]["registry"].clone()],
            "and all four are kept although they name one crate"
        );
        assert_eq!(line["deps"][0]["default_features"], true);
        assert_eq!(line["deps"][0]["kind"], "normal");
        assert_eq!(line["deps"][0]["package"], Value::Null);
    }

    #[test]
    fn extended_features_move_to_features2() {
        let upload = json!({ "name": "a", "vers": "1.0.0",
            "deps": [{ "name": "alias", "version_req": "^1", "optional": true }],
            "features": { "default": ["f"], "f": ["dep:alias"], "g": ["alias?/x"], "h": [] },
        });
        let line = line(&Config::new("http://o"), upload);
        assert_eq!(line["features"], json!({ "default": ["f"], "h": [] }));
        assert_eq!(line["features2"], json!({ "f": ["dep:alias"], "g": ["alias?/x"] }));
        assert_eq!(line["v"], 2);
    }

    #[test]
    fn a_line_break_in_a_value_stays_escaped() {
        let metadata = br#"{"name":"a","vers":"1.0.0","links":"a\"b\\\nc"}"#;
        let metadata = Metadata::read(&Config::new(""), metadata).unwrap();
        let line = Line::new(&Config::new(""), &metadata, String::new(), String::new()).to_json();
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["links"], "a\"b\\\nc");
    }
}
