//! Every dependency, mapped from upload to line. Order is free, number is not.

use serde_json::Value;

use super::{Faults, Object, pairs::pairs, requirement::equivalent, show};
use crate::check::{Evidence, Fault};

/// A dependency by what it means, wherever it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dep {
    /// The name that the sources use.
    pub name: String,
    /// The crate.
    pub package: String,
    pub req: String,
    pub kind: String,
    pub target: Option<String>,
    pub registry: Option<String>,
    /// What else counts, with defaults filled in: features, optional, default_features.
    pub rest: [Value; 3],
    /// As it is written.
    pub written: String,
}

const REST: [&str; 3] = ["features", "optional", "default_features"];

impl Dep {
    /// Of an upload: `name` is the crate, `explicit_name_in_toml` the name in the sources.
    fn uploaded(dep: &Value) -> Self {
        let package = text(dep, "name").unwrap_or_default();
        let name = text(dep, "explicit_name_in_toml").unwrap_or_else(|| package.clone());
        Self::of(dep, name, package, "version_req")
    }

    /// Of a line: `name` is the name in the sources, `package` the crate where that is another one.
    fn listed(dep: &Value) -> Self {
        let name = text(dep, "name").unwrap_or_default();
        let package = text(dep, "package").unwrap_or_else(|| name.clone());
        Self::of(dep, name, package, "req")
    }

    fn of(dep: &Value, name: String, package: String, req: &str) -> Self {
        let default = [Value::Array(Vec::new()), Value::Bool(false), Value::Bool(true)];
        let mut rest = [0, 1, 2].map(|at| dep.get(REST[at]).unwrap_or(&default[at]).clone());
        if let Value::Array(features) = &mut rest[0] {
            features.sort_by_key(Value::to_string);
            features.dedup();
        }
        Self {
            name,
            package,
            req: text(dep, req).unwrap_or_default(),
            kind: text(dep, "kind").unwrap_or_else(|| "normal".to_owned()),
            target: text(dep, "target"),
            registry: text(dep, "registry"),
            rest,
            written: show::value(dep),
        }
    }

    /// What differs from the upload, by requirement.
    pub fn differences(&self, listed: &Self, own: Option<&str>) -> Vec<(&'static str, String, String)> {
        let mut found = Vec::new();
        let (expected, actual) = (self.naming(), listed.naming());
        if expected != actual {
            let renamed = self.name != self.package;
            found.push((if renamed { "dep/rename-swap" } else { "dep/not-renamed" }, expected, actual));
        }
        if !equivalent(&self.req, &listed.req) {
            found.push(("dep/req-equivalent", format!("req `{}`", self.req), format!("req `{}`", listed.req)));
        }
        if self.kind != listed.kind {
            found.push(("dep/kind", format!("kind {}", self.kind), format!("kind {}", listed.kind)));
        }
        let told = |name: &str, value: &Option<String>| format!("{name} {}", value.as_deref().unwrap_or("null"));
        if self.target != listed.target {
            found.push(("dep/target", told("target", &self.target), told("target", &listed.target)));
        }
        if foreign(&self.registry, own) != foreign(&listed.registry, own) {
            let id = if foreign(&self.registry, own).is_some() { "dep/registry-other" } else { "dep/registry-same" };
            found.push((id, told("registry", &self.registry), told("registry", &listed.registry)));
        }
        for (name, (was, is)) in REST.into_iter().zip(self.rest.iter().zip(&listed.rest)) {
            if was != is {
                found.push(("meta/dep-mapping", format!("{name} {was}"), format!("{name} {is}")));
            }
        }
        found
    }

    fn naming(&self) -> String {
        if self.name == self.package {
            return format!("name {}", self.name);
        }
        format!("name {}, package {}", self.name, self.package)
    }
}

fn text(dep: &Value, member: &str) -> Option<String> {
    match dep.get(member)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The registry of a dependency, `None` for the one that the line stands in, whose own URL is understood as well.
fn foreign<'d>(registry: &'d Option<String>, own: Option<&str>) -> Option<&'d str> {
    let bare = |url: &str| url.trim_start_matches("sparse+").trim_end_matches('/').to_owned();
    registry.as_deref().filter(|registry| own.is_none_or(|own| bare(own) != bare(registry)))
}

pub(super) fn deps(seen: &Evidence<'_>, uploaded: &Object, line: &Object) -> Faults {
    let list = |object: &Object, read: fn(&Value) -> Dep| -> Vec<Dep> {
        object.get("deps").and_then(Value::as_array).into_iter().flatten().map(read).collect()
    };
    let (uploaded, listed) = (list(uploaded, Dep::uploaded), list(line, Dep::listed));
    let own = seen.transcript.target.index.as_deref();
    let (paired, missing, extra) = pairs(&uploaded, &listed, own);
    let mut faults: Vec<Fault> = Vec::new();
    for (one, other) in paired {
        faults.extend(one.differences(other, own).into_iter().map(|(id, expected, actual)| {
            seen.fault(format!("{expected} for the dependency {}", one.written), actual).of(id)
        }));
    }
    for lost in missing {
        let again = uploaded.iter().filter(|other| other.package == lost.package).count() > 1;
        let id = if again { "dep/keep-duplicates" } else { "meta/dep-mapping" };
        let actual = format!("{} of {} dependencies in the line, and not this one", listed.len(), uploaded.len());
        faults.push(seen.fault(format!("the dependency {}", lost.written), actual).of(id));
    }
    faults.extend(
        extra
            .into_iter()
            .map(|other| seen.fault("no dependency but those uploaded", other.written.clone()).of("meta/dep-mapping")),
    );
    faults
}

#[cfg(test)]
#[path = "deps_tests.rs"]
mod tests;
