//! Rules on dependencies that a schema cannot say: requirements, platforms and URLs as cargo reads them.

use std::str::FromStr;

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
    let text = |member: &str| dep.get(member).and_then(Value::as_str);
    let mut faults = Faults::new();
    let mut fault = |requirement: &str, member: &str, expected: &str, value: &str, why: String| {
        let place = format!("/deps/{at}/{member}");
        faults.push(line.fault(requirement, &place, expected, format!("`{value}`: {why}")));
    };
    if let Some(req) = text("req")
        && let Err(error) = VersionReq::parse(req)
    {
        fault("dep/req-syntax", "req", "a version requirement of cargo", req, error.to_string());
    }
    if let Some(target) = text("target")
        && let Err(error) = Platform::from_str(target)
    {
        fault("dep/target", "target", "a target triple or cfg(…)", target, error.to_string());
    }
    if let Some(registry) = text("registry")
        && let Err(error) = Url::parse(registry)
    {
        fault("dep/registry-valid", "registry", "null or the URL of an index", registry, error.to_string());
    }
    faults
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
