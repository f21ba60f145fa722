use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{Config, Rule, reply::Refusal},
    Dependency,
};

type Features = BTreeMap<String, Vec<String>>;

/// What a value in a feature's list asks for.
#[derive(Debug, PartialEq, Eq)]
enum Value<'a> {
    /// `x`: a feature, maybe the one that an optional dependency brings along.
    Feature(&'a str),
    /// `dep:x`: an optional dependency.
    Dep(&'a str),
    /// `x/y` or `x?/y`: a feature of a dependency.
    DepFeature { dep: &'a str, feature: &'a str, weak: bool },
}

impl<'a> Value<'a> {
    fn parse(text: &'a str) -> Self {
        match text.split_once('/') {
            Some((dep, feature)) => match dep.strip_suffix('?') {
                Some(dep) => Self::DepFeature { dep, feature, weak: true },
                None => Self::DepFeature { dep, feature, weak: false },
            },
            None => text.strip_prefix("dep:").map_or(Self::Feature(text), Self::Dep),
        }
    }
}

/// Whether cargo can read these features. What it cannot resolve here, without looking at other crates, costs it the whole
/// version. Cargo book, Features; what cargo does where the book is silent was tried.
pub(super) fn check(config: &Config, features: &Features, deps: &[Dependency]) -> Result<(), Refusal> {
    for name in features.keys() {
        config.demand(Rule::FeatureNames, is_name(name), || format!("{name:?} is no name for a feature"))?;
    }
    let fault = Graph::new(features, deps).fault();
    config.demand(Rule::FeatureReferences, fault.is_none(), || fault.unwrap_or_default())
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_ascii_digit() || unicode_ident::is_xid_start(c))
        && chars.all(|c| matches!(c, '-' | '+' | '.') || unicode_ident::is_xid_continue(c))
}

struct Graph<'a> {
    features: &'a Features,
    values: Vec<(&'a str, Value<'a>)>,
    /// By the name that the crate uses, and whether any dependency of that name is optional.
    deps: BTreeMap<&'a str, bool>,
    /// Optional dependencies that bring a feature of their own name: neither a feature nor a `dep:` speaks of them.
    implicit: BTreeSet<&'a str>,
}

impl<'a> Graph<'a> {
    fn new(features: &'a Features, all: &'a [Dependency]) -> Self {
        let values: Vec<_> = features
            .iter()
            .flat_map(|(name, list)| list.iter().map(|value| (name.as_str(), Value::parse(value))))
            .collect();
        let mut deps = BTreeMap::new();
        for dep in all {
            *deps.entry(dep.local_name()).or_default() |= dep.is_optional();
        }
        let spoken_of =
            |dep: &str| features.contains_key(dep) || values.iter().any(|(_, value)| *value == Value::Dep(dep));
        let implicit =
            deps.iter().filter(|(dep, optional)| **optional && !spoken_of(dep)).map(|(dep, _)| *dep).collect();
        Self { features, values, deps, implicit }
    }

    fn fault(&self) -> Option<String> {
        let dangling = self
            .values
            .iter()
            .find_map(|(name, value)| self.fault_of(value).map(|fault| format!("feature {name:?}: {fault}")));
        dangling.or_else(|| self.unreachable())
    }

    fn fault_of(&self, value: &Value<'a>) -> Option<String> {
        match *value {
            Value::Feature(name) => {
                let known = self.features.contains_key(name) || self.implicit.contains(name);
                (!known).then(|| format!("{name:?} is no feature, nor an optional dependency that brings one"))
            }
            Value::Dep(dep) => {
                (self.deps.get(dep) != Some(&true)).then(|| format!("{dep:?} is no optional dependency"))
            }
            Value::DepFeature { dep, feature, weak } => match self.deps.get(dep) {
                None => Some(format!("{dep:?} is no dependency")),
                Some(false) if weak => Some(format!("{dep:?} is not optional, so `?` means nothing")),
                _ if feature.is_empty() || feature.contains('/') || feature.starts_with("dep:") => {
                    Some(format!("{feature:?} is no feature of a dependency"))
                }
                _ => None,
            },
        }
    }

    /// Cargo wants each optional dependency to be reachable. One that shares its name with a feature brings none itself, so it
    /// is reached only by `dep:` or through one of its features.
    fn unreachable(&self) -> Option<String> {
        let reached = |dep: &str| {
            self.implicit.contains(dep)
                || self.values.iter().any(|(_, value)| {
                    matches!(value, Value::Dep(name) | Value::DepFeature { dep: name, .. } if *name == dep)
                })
        };
        let (dep, _) = self.deps.iter().find(|(dep, optional)| **optional && !reached(dep))?;
        Some(format!("no feature reaches the optional dependency {dep:?}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{check, is_name};
    use crate::reference::{Config, Rule, publish::Metadata};

    fn accepted(config: &Config, features: &Json) -> bool {
        let metadata = json!({ "name": "a", "vers": "1.0.0", "features": features, "deps": [
            { "name": "plain", "version_req": "^1" },
            { "name": "real", "version_req": "^1", "optional": true, "explicit_name_in_toml": "opt" },
        ] });
        let metadata = Metadata::read(config, metadata.to_string().as_bytes()).unwrap();
        check(config, metadata.features(), metadata.deps()).is_ok()
    }

    #[test]
    fn names_follow_cargo() {
        for name in ["default", "c++17", "1st", "_x", "a-b.c", "é"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "a:b", "+a", "-a", ".a", "dep:x", "a/b", "a b"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn references_that_resolve_are_accepted() {
        for features in [
            json!({}),
            json!({ "a": ["b"], "b": [] }),
            json!({ "a": ["opt"] }),
            json!({ "a": ["dep:opt"] }),
            json!({ "a": ["opt/x", "plain/y"] }),
            json!({ "a": ["opt?/x"] }),
            json!({ "opt": ["dep:opt"] }),
            json!({ "opt": ["opt/x"] }),
            json!({ "opt": [], "a": ["dep:opt", "opt"] }),
        ] {
            assert!(accepted(&Config::new(""), &features), "{features}");
        }
    }

    #[test]
    fn references_that_dangle_are_refused() {
        for features in [
            json!({ "a": ["nope"] }),
            json!({ "a": ["plain"] }),
            json!({ "a": ["real"] }),
            json!({ "a": ["dep:plain"] }),
            json!({ "a": ["dep:nope"] }),
            json!({ "a": ["nope/x"] }),
            json!({ "a": ["plain?/x"] }),
            json!({ "a": ["dep:opt/x"] }),
            json!({ "a": ["opt/"] }),
            json!({ "a": ["opt/x/y"] }),
            json!({ "a": [""] }),
            // The two that look sound: a feature that takes the dependency's name, and a `dep:` that takes its feature away.
            json!({ "opt": [] }),
            json!({ "a": ["dep:opt"], "b": ["opt"] }),
        ] {
            assert!(!accepted(&Config::new(""), &features), "{features}");
            assert!(accepted(&Config::new("").broken([Rule::FeatureReferences]), &features), "{features}");
        }
    }
}
