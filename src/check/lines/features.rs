//! Feature names and what features refer to: what cargo demands before it takes a version at all.
//!
//! Each rule here was tried with cargo 1.95; one that is broken makes cargo drop the version.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{Faults, Line};

/// The features and dependencies of a line, by local name.
struct Graph<'l> {
    /// `features` and `features2` joined.
    features: BTreeMap<&'l str, Vec<&'l str>>,
    /// Whether any dependency of that name is optional.
    optional: BTreeMap<&'l str, bool>,
    /// Dependencies that some feature names as `dep:`: those have no feature of their own unless one is written.
    explicit: HashSet<&'l str>,
}

impl<'l> Graph<'l> {
    fn of(line: &Line<'l>) -> Self {
        let mut graph = Self { features: BTreeMap::new(), optional: BTreeMap::new(), explicit: HashSet::new() };
        // One walk over the members is cheaper than a look for each: a file has thousands of lines.
        for (member, value) in line.object {
            match member.as_str() {
                "features" | "features2" => graph.add_features(value),
                "deps" => value.as_array().into_iter().flatten().for_each(|dep| graph.add_dependency(dep)),
                _ => {}
            }
        }
        let values = graph.features.values().flatten();
        graph.explicit = values.filter(|value| !value.contains('/')).filter_map(|v| v.strip_prefix("dep:")).collect();
        graph
    }

    fn add_features(&mut self, map: &'l Value) {
        for (name, values) in map.as_object().into_iter().flatten() {
            let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
            self.features.entry(name).or_default().extend(values);
        }
    }

    fn add_dependency(&mut self, dep: &'l Value) {
        let (mut name, mut optional) = (None, false);
        for (member, value) in dep.as_object().into_iter().flatten() {
            match member.as_str() {
                "name" => name = value.as_str(),
                "optional" => optional = *value == Value::Bool(true),
                _ => {}
            }
        }
        if let Some(name) = name {
            *self.optional.entry(name).or_default() |= optional;
        }
    }

    /// Why a value of a feature leads nowhere.
    fn dangling(&self, value: &str) -> Option<String> {
        let optional = |name: &str| self.optional.get(name).copied();
        if let Some((dep, feature)) = value.split_once('/') {
            let (dep, weak) = dep.strip_suffix('?').map_or((dep, false), |dep| (dep, true));
            return match optional(dep) {
                _ if feature.contains('/') => Some("two slashes".to_owned()),
                _ if dep.starts_with("dep:") => Some("dep: and a slash do not go together".to_owned()),
                None => Some(format!("there is no dependency `{dep}`")),
                Some(false) if weak => Some(format!("`{dep}` is not optional, so ?/ makes no sense")),
                Some(_) => None,
            };
        }
        if let Some(dep) = value.strip_prefix("dep:") {
            return match optional(dep) {
                None => Some(format!("there is no dependency `{dep}`")),
                Some(false) => Some(format!("`{dep}` is not optional")),
                Some(true) => None,
            };
        }
        match optional(value) {
            _ if self.features.contains_key(value) => None,
            None => Some(format!("there is neither a feature nor a dependency `{value}`")),
            Some(false) => Some(format!("`{value}` is a dependency that is not optional")),
            Some(true) if self.explicit.contains(value) => {
                Some(format!("`{value}` has no feature of its own, for `dep:{value}` is used"))
            }
            Some(true) => None,
        }
    }

    /// Optional dependencies that nothing can switch on: a feature of the same name takes the place of the implicit one.
    fn unreachable(&self) -> impl Iterator<Item = &'l str> {
        let names = |value: &&'l str| match value.split_once('/') {
            Some((dep, _)) => Some(dep.strip_suffix('?').unwrap_or(dep)),
            None => value.strip_prefix("dep:"),
        };
        let named: HashSet<&str> = self.features.values().flatten().filter_map(names).collect();
        let hidden = |name: &str| self.features.contains_key(name) && !named.contains(name);
        let optional = self.optional.iter().filter(|(name, optional)| **optional && hidden(name));
        optional.map(|(name, _)| *name).collect::<Vec<_>>().into_iter()
    }

    /// Every feature, the implicit ones of optional dependencies too.
    fn names(&self) -> impl Iterator<Item = &'l str> {
        let implicit = self.optional.iter().filter(|(name, optional)| **optional && !self.explicit.contains(*name));
        self.features.keys().chain(implicit.map(|(name, _)| name)).copied()
    }
}

pub(super) fn features(line: &Line<'_>) -> Faults {
    let graph = Graph::of(line);
    let mut faults = Faults::new();
    let mut names: Vec<_> = graph.names().filter(|name| !is_name(name)).collect();
    names.dedup();
    for name in names {
        let expected = "feature names of letters, digits, _, -, + and dots, with none of -+. in front";
        faults.push(line.fault("line/feature-names", "/features", expected, format!("`{name}`")));
    }
    for (name, values) in &graph.features {
        for value in values {
            if let Some(why) = graph.dangling(value) {
                let (place, expected) = (format!("/features/{name}"), "references that lead somewhere");
                faults.push(line.fault("line/feature-refs", &place, expected, format!("`{value}`: {why}")));
            }
        }
    }
    faults.extend(graph.unreachable().map(|dep| {
        let expected = format!("a feature that names the optional dependency `{dep}` as dep:{dep} or {dep}/…");
        let actual = format!("a feature `{dep}` that does not lead to it, and no other");
        line.fault("line/feature-refs", "/features", &expected, actual)
    }));
    faults
}

/// Cargo book, Features: an XID start character, a digit or `_`, then XID characters, `-`, `+` and `.`.
fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = |c: char| unicode_ident::is_xid_start(c) || c == '_' || c.is_ascii_digit();
    let goes_on = |c: char| unicode_ident::is_xid_continue(c) || matches!(c, '-' | '+' | '.');
    chars.next().is_some_and(starts) && chars.all(goes_on)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::testing::*;

    /// `opt` is optional, `dep` is not.
    fn judge(features: Value) -> Vec<String> {
        let deps = json!([
            {"name": "opt", "req": "^1", "optional": true},
            {"name": "dep", "req": "^1", "optional": false},
        ]);
        let line = line("1.0.0", json!({"deps": deps, "features": features, "features2": {"two": []}}));
        broken(Scene::new().index(line).judge("index-file = \"sound\""))
    }

    #[test]
    fn names_are_those_of_cargo() {
        let sound = json!({"default": [], "_x": [], "1a": [], "é-京.b+c": []});
        assert_eq!(judge(sound), [""; 0]);
        for wrong in ["", "-a", "+a", ".a", "a:b", "dep:a", "a/b", "a b", "a,b"] {
            assert_eq!(judge(json!({ wrong: [] })), ["line/feature-names"], "{wrong}");
        }
    }

    #[test]
    fn references_lead_somewhere() {
        let sound = [
            json!({"a": ["b", "two", "opt"], "b": ["dep/x", "opt/x", "opt?/x"]}),
            json!({"a": ["dep:opt"]}),
            json!({"opt": ["dep:opt"], "a": ["opt"]}),
            json!({"opt": [], "a": ["opt?/x"]}),
        ];
        for features in sound {
            assert_eq!(judge(features.clone()), [""; 0], "{features}");
        }
        let wrong = [
            json!({"a": ["nope"]}),
            json!({"a": ["dep"]}),
            json!({"a": ["dep:dep"]}),
            json!({"a": ["dep:nope"]}),
            json!({"a": ["nope/x"]}),
            json!({"a": ["nope?/x"]}),
            json!({"a": ["dep?/x"]}),
            json!({"a": ["dep:opt/x"]}),
            json!({"a": ["opt/x/y"]}),
            // The two traps: the implicit feature is gone.
            json!({"opt": []}),
            json!({"a": ["dep:opt"], "b": ["opt"]}),
        ];
        for features in wrong {
            assert_eq!(judge(features.clone()), ["line/feature-refs"], "{features}");
        }
    }
}
