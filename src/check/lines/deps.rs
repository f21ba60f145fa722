//! Rules on dependencies that a schema cannot say: requirements, platforms and URLs as cargo reads them.

use std::{fmt::Display, str::FromStr};

use cargo_platform::Platform;
use semver::VersionReq;
use serde_json::Value;
use url::Url;

use super::{Faults, Line};

pub(super) fn deps(line: &Line<'_>) -> Faults {
    let deps = line.object.get("deps").and_then(Value::as_array).into_iter().flatten();
    deps.enumerate().flat_map(|(at, dep)| one(line, at, dep)).collect()
}

fn one(line: &Line<'_>, at: usize, dep: &Value) -> Faults {
    let mut faults = Faults::new();
    for (member, value) in dep.as_object().into_iter().flatten() {
        let Some(text) = value.as_str() else { continue };
        let (requirement, expected, wrong) = match member.as_str() {
            "req" => ("dep/req-syntax", "a version requirement of cargo", words(VersionReq::parse(text))),
            "target" => ("dep/target", "a target triple or cfg(…)", words(Platform::from_str(text))),
            "registry" => ("dep/registry-valid", "null or the URL of an index", words(Url::parse(text))),
            _ => continue,
        };
        if let Some(why) = wrong {
            let place = format!("/deps/{at}/{member}");
            faults.push(line.fault(requirement, &place, expected, format!("`{text}`: {why}")));
        }
    }
    faults
}

/// What is wrong, in words.
fn words<T, E: Display>(read: Result<T, E>) -> Option<String> {
    read.err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::testing::*;

    fn judge(member: &str, value: Value) -> Vec<String> {
        let dep = json!({"name": "dep", "req": "^1", "kind": "normal", "optional": false});
        let mut dep = dep.as_object().unwrap().clone();
        dep.insert(member.to_owned(), value);
        broken(Scene::new().index(line("1.0.0", json!({ "deps": [dep] }))).judge("index-file = \"sound\""))
    }

    #[test]
    fn requirements_are_those_of_cargo() {
        for sound in ["^1", "1", "*", "1.*", ">=1.0, <2", "=1.0.0-rc.1", " ~1.2 "] {
            assert_eq!(judge("req", json!(sound)), [""; 0], "{sound}");
        }
        for wrong in ["", "abc", "1.0 OR 2.0", "^1 || ^2", ">=1 <2", "1.0.0.0", "v1"] {
            assert_eq!(judge("req", json!(wrong)), ["dep/req-syntax"], "{wrong}");
        }
    }

    #[test]
    fn targets_are_triples_or_conditions() {
        for sound in ["cfg(windows)", "x86_64-unknown-linux-gnu", "cfg(all(unix, not(target_os = \"macos\")))"] {
            assert_eq!(judge("target", json!(sound)), [""; 0], "{sound}");
        }
        assert_eq!(judge("target", Value::Null), [""; 0]);
        for wrong in ["cfg(", "cfg(unix", "cfg(a b)", "a b"] {
            assert_eq!(judge("target", json!(wrong)), ["dep/target"], "{wrong}");
        }
    }

    #[test]
    fn registries_are_urls() {
        for sound in ["https://github.com/rust-lang/crates.io-index", "sparse+https://r/index/"] {
            assert_eq!(judge("registry", json!(sound)), [""; 0], "{sound}");
        }
        assert_eq!(judge("registry", Value::Null), [""; 0]);
        for wrong in ["", "my-registry", "/index"] {
            assert_eq!(judge("registry", json!(wrong)), ["dep/registry-valid"], "{wrong}");
        }
    }
}
